"""How much of the claim the passage speaks of, in words."""

from __future__ import annotations

import itertools

from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side


def _pairs(side: Side) -> frozenset[tuple[str, str]]:
    stems = [word.stem for word in side.words if word.is_content]
    return frozenset(itertools.pairwise(stems))


def overlap(claim: Side, passage: Side) -> Signal:
    """Shares of content stems and of neighbouring pairs in common, and the relative length."""
    shared = len(claim.content & passage.content)
    pairs = _pairs(claim)
    features = (
        ("covered", shared / max(len(claim.content), 1)),
        ("covers", shared / max(len(passage.content), 1)),
        ("pairs", len(pairs & _pairs(passage)) / max(len(pairs), 1)),
        ("longer", min(len(passage.content) / max(len(claim.content), 1), 5.0) / 5.0),
    )
    return Signal("overlap", features)
