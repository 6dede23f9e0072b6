"""Laws of the judge: what must hold whatever the numbers are."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_tables import measured, ordered

from synth.model import AllOf, AnyOf, Compare, Conditions, Group, Hypothesis, Observation, Rank, Rule, Spread
from synth.verifier.judge import composed, judge
from synth.verifier.rules import rule_for

ORDER = {"refuted": 0, "inconclusive": 1, "supported": 2}
FEW = ("topk", "evit", "tome", "sit", "l2")


def group(*members: str) -> Group:
    """A group that is called by its members."""
    return Group(label=", ".join(members) or "all", members=members)


BEATS = Compare(subject=group("topk"), other=group("tome"), relation="beats")
TOP = Rank(subject=group("topk"), end="top", k=1)
OFTEN = Rank(subject=group("topk"), end="top", k=1, quantifier="often")
VARIES = Spread(subject=group("topk"), extreme="most")
CLAIMS: list[Hypothesis] = [BEATS, TOP, OFTEN, VARIES, AllOf(parts=(BEATS, TOP)), AnyOf(parts=(BEATS, VARIES))]


def random_table(seed: int, *, gap: float = 0.0, noise: float = 1.0, seeds: int = 3) -> list[Observation]:
    """Five methods in eight cells with true values drawn at random, `gap` wide."""
    rng = np.random.default_rng(seed)
    places = [(d, b, r) for d in ("imagenet", "nabirds") for b in ("deit_tiny", "deit_small") for r in (0.9, 0.5)]
    values = {(m, *place): 80 + gap * float(rng.normal()) for m in FEW for place in places}
    return measured(
        lambda *cell: values[cell],
        methods=FEW,
        datasets=("imagenet", "nabirds"),
        backbones=("deit_tiny", "deit_small"),
        rates=(0.9, 0.5),
        seeds=seeds,
        noise=noise,
        seed=seed,
    )


def small(hypothesis: Hypothesis) -> Rule:
    """The rule with fewer draws, for speed."""
    rule = rule_for(hypothesis)
    return rule.model_copy(update={"draws": 200, "parts": tuple(part.model_copy(update={"draws": 200}) for part in rule.parts)})


@pytest.mark.parametrize("claim", CLAIMS)
@given(st.integers(0, 10_000), st.randoms())
@settings(max_examples=8, deadline=None)
def test_the_order_of_observations_does_not_matter(claim: Hypothesis, seed: int, shuffler: random.Random) -> None:
    """A shuffled table gives the very same judgement."""
    table = random_table(seed, gap=1.0)
    shuffled = table[:]
    shuffler.shuffle(shuffled)
    assert judge(claim, shuffled, small(claim)) == judge(claim, table, small(claim))


@pytest.mark.parametrize("claim", [BEATS, TOP, OFTEN])
@given(st.integers(0, 10_000), st.floats(0, 5))
@settings(max_examples=15, deadline=None)
def test_better_numbers_never_hurt(claim: Hypothesis, seed: int, lift: float) -> None:
    """Raising the subject everywhere never lowers share, bounds, probability or outcome."""
    table = random_table(seed, gap=1.0)
    lifted = [o.model_copy(update={"value": o.value + lift}) if o.method == "topk" else o for o in table]
    before, after = judge(claim, table, small(claim)), judge(claim, lifted, small(claim))
    assert ORDER[after.outcome] >= ORDER[before.outcome]
    assert (after.share or 0) >= (before.share or 0)
    assert (after.probability or 0) >= (before.probability or 0)
    assert after.interval is not None
    assert before.interval is not None
    assert after.interval[0] >= before.interval[0] - 1e-9
    assert after.interval[1] >= before.interval[1] - 1e-9


@pytest.mark.parametrize("claim", [BEATS, TOP, OFTEN])
@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_more_seeds_of_the_same_kind_never_turn_support_into_refutation(claim: Hypothesis, seed: int) -> None:
    """Every seed seen twice: what was supported is not refuted, what was refuted is not supported."""
    table = random_table(seed, gap=2.0)
    twice = table + [o.model_copy(update={"seed": (o.seed or 0) + 100}) for o in table]
    before, after = judge(claim, table, small(claim)), judge(claim, twice, small(claim))
    assert {before.outcome, after.outcome} != {"supported", "refuted"}
    assert before.share is not None
    assert after.n_seeds == 6


@given(st.integers(0, 10_000), st.permutations(FEW))
@settings(max_examples=20, deadline=None)
def test_names_mean_nothing(seed: int, names: list[str]) -> None:
    """Exchanging the names of methods in claim and table alike changes no outcome of a clear table, and no point estimate."""
    other = dict(zip(FEW, names, strict=True))
    table = random_table(seed, gap=5.0, noise=0.01)
    renamed = [o.model_copy(update={"method": other[o.method]}) for o in table]
    claim = Rank(subject=group(other["topk"]), end="top", k=1)
    before, after = judge(TOP, table, small(TOP)), judge(claim, renamed, small(claim))
    assert (before.outcome, before.share, before.n_cells, before.chance) == (after.outcome, after.share, after.n_cells, after.chance)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_beating_and_trailing_exclude_each_other(seed: int) -> None:
    """No table supports both a claim and its opposite."""
    trails = BEATS.model_copy(update={"relation": "trails"})
    table = random_table(seed, gap=1.0)
    outcomes = [judge(claim, table, small(claim)).outcome for claim in (BEATS, trails)]
    assert outcomes.count("supported") < 2


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_same_input_gives_the_same_judgement(claim: Hypothesis) -> None:
    """Twice the same call, byte for byte the same record."""
    table = random_table(7)
    assert judge(claim, table, rule_for(claim)).model_dump_json() == judge(claim, table, rule_for(claim)).model_dump_json()


@pytest.mark.parametrize("claim", [BEATS, TOP, OFTEN, VARIES])
def test_equal_methods_are_called_different_no_more_often_than_the_level(claim: Hypothesis) -> None:
    """Tables of pure noise: support in at most 5 % of 60 tables, and never a refutation by noise where seeds cannot tell."""
    outcomes = [judge(claim, random_table(seed, gap=0.0), small(claim)).outcome for seed in range(60)]
    assert outcomes.count("supported") <= 3


@pytest.mark.parametrize("quantifier", ["consistently", "all", "regularly", "often"])
@pytest.mark.parametrize("claim", [BEATS, TOP, Rank(subject=group("topk", "evit"), end="bottom", k=2)])
def test_printed_tables_drawn_at_random_seldom_support_a_quantified_claim(claim: Rank | Compare, quantifier: str) -> None:
    """Random printed numbers, eight independent cells: at a nominal 5 %, at most 7 of 60 tables support (99 % bound)."""
    quantified = claim.model_copy(update={"quantifier": quantifier})
    tables = [random_table(seed, gap=3.0, noise=0.0, seeds=1) for seed in range(60)]
    printed = [[o.model_copy(update={"origin": "reported", "seed": None, "decimals": 1, "paper_id": "arxiv:1"}) for o in t] for t in tables]
    outcomes = [judge(quantified, table, small(quantified)).outcome for table in printed]
    assert outcomes.count("supported") <= 7


@pytest.mark.parametrize("seeds", [3, 5])
def test_a_single_difference_is_called_real_at_the_level_of_its_interval(seeds: int) -> None:
    """One cell, two equal methods, few seeds: a difference counts in about 5 % of 300 tables, in under 10 % surely."""
    outcomes = [
        judge(
            BEATS,
            measured(
                lambda *_: 80.0,
                methods=("topk", "tome"),
                datasets=("imagenet",),
                backbones=("deit_small",),
                rates=(0.5,),
                seeds=seeds,
                noise=1.0,
                seed=s,
            ),
            small(BEATS),
        ).outcome
        for s in range(300)
    ]
    assert len(outcomes) - outcomes.count("inconclusive") <= 30


def test_too_much_noise_is_inconclusive_and_not_refuted() -> None:
    """A true order buried in noise leaves every kind of claim open."""
    table = measured(ordered(["topk", "evit"], gap=0.05), noise=3.0)
    for claim in (BEATS, Rank(subject=group("topk", "evit"), end="top", k=2, quantifier="consistently", per_dataset=True)):
        assert judge(claim, table, rule_for(claim)).outcome == "inconclusive"


@pytest.mark.parametrize(
    ("kind", "outcomes", "expected"),
    [
        ("all", ["supported", "supported"], "supported"),
        ("all", ["supported", "refuted"], "refuted"),
        ("all", ["supported", "failed"], "inconclusive"),
        ("all", ["supported", "no_evidence"], "inconclusive"),
        ("all", ["no_evidence", "no_evidence"], "no_evidence"),
        ("all", ["failed", "no_evidence"], "failed"),
        ("any", ["refuted", "supported"], "supported"),
        ("any", ["refuted", "refuted"], "refuted"),
        ("any", ["refuted", "failed"], "inconclusive"),
        ("any", ["refuted", "no_evidence"], "inconclusive"),
        ("all", [], "failed"),
    ],
)
def test_composition(kind: str, outcomes: list[str], expected: str) -> None:
    """Parts together: one refuted part refutes all, one supported part supports any, nothing else decides."""
    assert composed(kind, outcomes) == expected  # type: ignore[arg-type]


def test_a_breakdown_is_neither_support_nor_refutation() -> None:
    """A predicate that raises gives the outcome "failed" with the reason."""
    broken = Rank.model_construct(kind="rank", subject=group("topk"), end="top", k=None, where=Conditions(), metric="performance")
    judgement = judge(broken, random_table(0), rule_for(TOP))
    assert judgement.outcome == "failed"
    assert "broke down" in judgement.steps[-1]


def test_a_rule_of_another_hypothesis_fails() -> None:
    """A composition is not judged by a rule that lacks its parts."""
    assert judge(AllOf(parts=(BEATS, TOP)), random_table(0), rule_for(BEATS)).outcome == "failed"
