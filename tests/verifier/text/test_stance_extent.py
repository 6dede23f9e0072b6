"""How much a claim says at once is counted from the claim alone, up to a limit."""

from __future__ import annotations

from synth.verifier.stance.extent import MOST, extent
from synth.verifier.stance.side import side_of


def test_a_claim_that_says_more_counts_more() -> None:
    """Words, sentences, clauses, numbers and names are counted as they stand in the claim."""
    short = extent(side_of("Pruning works."))
    full = extent(side_of("Pruning works on ImageNet, as ToMe shows. It saves 30% of the time; the loss is 0.4 points."))
    assert all(full[name] > short[name] for name in short)
    assert (full["said_sentences"], full["said_clauses"], full["said_numbers"]) == (1.0, 2.0, 2.0)


def test_a_very_long_claim_counts_no_further() -> None:
    """A page pasted as a claim stays near what the head has seen."""
    page = extent(side_of("One of two, three; and A1 by 4%. " * 40))
    assert page["said_words_squared"] == 4.0
    assert max(page[name] for name in ("said_sentences", "said_clauses", "said_numbers", "said_names")) == MOST
