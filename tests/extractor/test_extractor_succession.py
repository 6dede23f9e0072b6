"""Claims of a new version: each keeps the name of the earlier claim that it is, and no two claims bear one name."""

from __future__ import annotations

import pytest
from builders import make_claim, make_passage

from synth.extractor.succession import succeed
from synth.model import Claim, Rule
from synth.verifier.rules import rule_of

FASTER = "ToMe speeds ViT-L up by 2.0x at a loss of 0.3 points."


def names(old: list[Claim], new: list[Claim]) -> list[str]:
    """The old claim that each new one is, by its text; "new" for none."""
    known = {claim.id: claim.text for claim in old}
    return [known.get(claim.id, "new") for claim in succeed(old, new)]


def claim(text: str, **fields: object) -> Claim:
    """A claim of the one paper."""
    return make_claim(text, **fields)


@pytest.mark.parametrize(
    ("later", "follows"),
    [
        ("ToMe speeds ViT-L up by 2.0x at a loss of 0.3 points.", True),
        ("ToMe speeds ViT-L up by 1.8x at a loss of 0.4 points.", True),
        ("ToMe speeds ViT-L  up by 1,800.5x at a loss of 4 points.", True),
        ("ToMe slows ViT-L down by 2.0x at a loss of 0.3 points.", False),
        ("EViT speeds ViT-L up by 2.0x at a loss of 0.3 points.", False),
        ("ToMe speeds ViT-L up by 2.0x.", False),
    ],
)
def test_a_claim_follows_where_only_numbers_changed(later: str, follows: bool) -> None:
    """Another number is the same claim with another number; another method, direction or condition is another claim."""
    assert names([claim(FASTER)], [claim(later)]) == [FASTER if follows else "new"]


def test_the_quote_decides_where_the_wording_is_resolved_otherwise() -> None:
    """The same sentence is the same claim, also where "our method" got a name meanwhile."""
    passage = make_passage("Our method wins.")
    assert names([claim("X wins.", passage=passage)], [claim("Y wins.", passage=passage)]) == ["X wins."]


def test_the_surest_match_comes_first() -> None:
    """A sentence that stands as it did keeps its name, whatever stands before it with other numbers."""
    one, two = "A reaches 79.1 points.", "A reaches 78.0 points."
    assert names([claim(one), claim(two)], [claim(two), claim("A reaches 77.7 points.")]) == [two, one]


def test_no_two_claims_bear_one_name() -> None:
    """A sentence that comes back beside the one that kept its name is a claim of its own, and so is one of another paper."""
    kept = claim("A reaches 70.0 points.").model_copy(update={"id": claim("A reaches 79.1 points.").id})
    new = [claim("A reaches 70.0 points."), claim("A reaches 79.1 points.")]
    first, second = succeed([kept], new)
    assert first.id == kept.id
    assert second.id not in (kept.id, "")
    assert succeed([kept], new) == (first, second)
    (other,) = succeed([], [claim("B wins.")], {claim("B wins.").id})
    assert other.id != claim("B wins.").id


def test_a_rule_stays_with_its_hypothesis() -> None:
    """The rule that was stored before anything was heard stays as long as the hypothesis does, and goes with it."""
    from synth.extractor.parse import parse

    texts = ("Top-K pruning outperforms random pruning on ImageNet-1K.", "Top-K pruning reaches 79.4% accuracy on ImageNet-1K.")
    kept, changed = (claim(text, hypothesis=parse(text).hypothesis, reason="") for text in texts)
    assert kept.hypothesis
    assert changed.hypothesis
    stored = [each.model_copy(update={"rule": rule_of(each).model_copy(update={"draws": 77})}) for each in (kept, changed)]
    later = texts[1].replace("79.4", "70.1")
    now = succeed(stored, [kept, claim(later, hypothesis=parse(later).hypothesis, reason="")])
    assert isinstance(now[0].rule, Rule)
    assert now[0].rule.draws == 77
    assert (now[1].id, now[1].rule) == (changed.id, None)
