"""Who beats whom: the same comparison, or the same names with their places exchanged."""

from __future__ import annotations

from synth.model import vocabulary
from synth.verifier.stance.cues import Comparison, comparisons_of
from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side


def _members(terms: frozenset[str]) -> frozenset[str]:
    """A family stands for itself and for its methods."""
    members = [f"@{member}" for term in terms for member in (getattr(vocabulary().get("family", term[1:]), "members", ()) or ())]
    return terms | frozenset(members)


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    a, b = _members(a), _members(b)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _places(a: Comparison, b: Comparison) -> tuple[float, float]:
    """How far the ends coincide in the same places and in exchanged places, 0..1 each."""
    same = min(_overlap(a.left, b.left), _overlap(a.right, b.right))
    swapped = min(_overlap(a.left, b.right), _overlap(a.right, b.left))
    return same, swapped


def comparison(claim: Side, passage: Side) -> Signal:
    """Agreement and opposition of the best aligned pair of comparisons."""
    agree, oppose, words = 0.0, 0.0, ("", "")
    for a in comparisons_of(claim):
        for b in comparisons_of(passage):
            same, swapped = _places(a, b)
            if same == swapped:
                continue
            holds = (a.sign == b.sign) == (same > swapped)
            if holds and max(same, swapped) > agree:
                agree = max(same, swapped)
            elif not holds and max(same, swapped) > oppose:
                oppose, words = max(same, swapped), (b.word, a.word)
    features = (("comp_agree", agree), ("comp_oppose", oppose))
    if oppose > agree:
        return Signal("comparison", features, "refutes", oppose, f"compares the same things the other way round ({words[0]} / {words[1]})")
    if agree > 0:
        return Signal("comparison", features, "supports", agree, "compares the same things the same way")
    return Signal("comparison", features)
