"""Rules are fixed from the hypothesis alone, with thresholds and chance levels that can be checked by hand."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from synth.model import AllOf, Claim, Compare, Correlate, Group, Hypothesis, Interval, Quantifier, Rank, Rule, Spread, Trend
from synth.verifier.predicates.contrasts import thirds
from synth.verifier.predicates.groups import chance_of
from synth.verifier.quantifiers import TABLE
from synth.verifier.rules import rule_for, rule_of

FOUR = Group(label="learned", members=("topk", "evit", "dynamicvit", "ats"))
THREE = Group(label="soft", members=("sit", "patchmerger", "sinkhorn"))
POPULATION = Group(label="all thirteen", members=tuple(f"m{i}" for i in range(9)))


def test_a_group_that_fits_must_fill_four_fifths_of_itself() -> None:
    """Three of three in the bottom 3: 2.4 supports, 1.5 speaks against."""
    rule = rule_for(Rank(subject=THREE, end="bottom", k=3, quantifier="consistently"))
    assert (rule.support_at, rule.refute_at, rule.chance) == (pytest.approx(2.4), 1.5, None)


def test_a_group_larger_than_k_must_fill_half_of_the_places() -> None:
    """Four in the top 3 of thirteen: 1.5 supports; chance is 12/13."""
    rule = rule_for(Rank(subject=FOUR, end="top", k=3, population=POPULATION))
    assert (rule.support_at, rule.chance) == (1.5, pytest.approx(12 / 13))


@pytest.mark.parametrize(("quantifier", "share"), [("all", 0.8), ("stated", 0.8), ("mostly", 0.6), ("often", 0.5), ("sometimes", 0.2)])
def test_quantifiers_set_the_share(quantifier: Quantifier, share: float) -> None:
    """The share of cells that a comparison needs is read from the one table."""
    rule = rule_for(Compare(subject=FOUR, other=THREE, relation="beats", quantifier=quantifier))
    assert rule.support_at == share


def test_every_quantifier_has_a_share_and_a_reason() -> None:
    """The table knows every word of the grammar."""
    assert set(TABLE) == set(Quantifier.__args__)  # type: ignore[attr-defined]
    assert all(0 < entry.support_at <= 1 and entry.reason for entry in TABLE.values())


def test_chance_of_groups() -> None:
    """The best of 2 exceeds the best of 11 with 2/13; every one of 2 exceeds every one of 2 with 1/6; single ones with 1/2."""
    assert chance_of(2, 11, "best", "best") == pytest.approx(2 / 13)
    assert chance_of(2, 2, "each", "best") == pytest.approx(1 / 6, abs=0.01)
    assert chance_of(1, 1, "best", "best") == 0.5
    assert chance_of(3, 4, "median", "median") == pytest.approx(0.5, abs=0.01)


def test_thirds_of_thirteen() -> None:
    """Ranks 1 to 4 are high, 5 to 9 middle, 10 to 13 low."""
    assert [thirds(13, level) for level in ("high", "middle", "low")] == [(1, 4), (5, 9), (10, 13)]


def test_a_composition_has_a_rule_for_each_part() -> None:
    """Parts are decided by their own rules, in order."""
    part = Correlate(x="iou", y="performance_difference", strength="moderate")
    rule = rule_for(AllOf(parts=(part, part.model_copy(update={"strength": "high"}))))
    assert [p.support_at for p in rule.parts] == [0.4, 0.7]


def test_rules_survive_being_stored() -> None:
    """A rule and its hypothesis are the same after a round trip through JSON, so that it can be stored before anything runs."""
    hypothesis = AllOf(parts=(Rank(subject=FOUR, end="top", k=3), Compare(subject=FOUR, other=THREE, relation="trails")))
    rule = rule_for(hypothesis)
    again: Hypothesis = TypeAdapter(Hypothesis).validate_json(hypothesis.model_dump_json())
    assert rule_for(again) == Rule.model_validate_json(rule.model_dump_json()) == rule


def test_the_regime_is_stored_with_the_rule_and_its_parts() -> None:
    """Which models are judged is fixed with the rule, for every part of a composition."""
    parts = (Rank(subject=FOUR, end="top", k=3), Compare(subject=FOUR, other=THREE, relation="beats"))
    claim = Claim(id="c", text="Off the shelf, ...", passage=None, paper_id="p", hypothesis=AllOf(parts=parts), extraction_confidence=1.0)
    rule = rule_of(claim)
    assert rule is not None
    assert [each.regime for each in (rule, *rule.parts)] == ["off_the_shelf"] * 3
    assert Rule.model_validate_json(rule.model_dump_json()) == rule
    assert rule_of(claim.model_copy(update={"hypothesis": None})) is None


def test_an_old_rule_can_be_read() -> None:
    """A rule that was stored before regimes existed has none."""
    assert Rule.model_validate({"predicate": "a share", "support_at": 0.8, "refute_at": 0.5}).regime is None


def test_competitive_and_open_ends_are_told_in_the_rule() -> None:
    """What the judge will do stands in the stored words: near the median or in the upper half; the excess at 0.5 that grows."""
    near = Compare(subject=THREE, other=FOUR, relation="equals", other_by="median", margin=Interval(low=0.0, high=1.0))
    words = rule_for(near).predicate
    assert "at most 1 points, or 0.5 standard deviations of the methods, below the median of learned" in words
    assert "upper half of all methods" in words
    drop = Trend(subject=THREE, setting="keep_rate", direction="falls", start=0.9, beyond=FOUR)
    assert "the excess must show at 0.5 and grow from the first lower rate to the lowest" in rule_for(drop).predicate
    closed = drop.model_copy(update={"end": 0.25})
    assert "must show at 0.5" not in rule_for(closed).predicate


def test_signs_of_one_property_are_told_from_two_statements() -> None:
    """A spread and a rank of one subject are refuted together; of two subjects, each by itself."""
    spread = Spread(subject=THREE, extreme="most")
    same, other = (AllOf(parts=(spread, Rank(subject=group, end="bottom", k=3))) for group in (THREE, FOUR))
    assert (rule_for(same).refuted_by, rule_for(other).refuted_by) == ("every", "any")
