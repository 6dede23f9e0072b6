"""Does one side deny what the other asserts?"""

from __future__ import annotations

from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side
from synth.verifier.stance.words import NEGATIONS

VERBAL = frozenset(["not", "never", "neither", "nor", "fail", "fails", "failed"])
"""negations of a whole statement; "without" and "no" often deny one word only."""


def _polarity(side: Side) -> dict[str, bool]:
    """Content stem → whether it stands negated (where it occurs both ways, as it stands last)."""
    return {word.stem: word.negated for word in side.words if word.is_content and word.text not in NEGATIONS}


def negation(claim: Side, passage: Side) -> Signal:
    """Share of the shared words that stand negated on one side only."""
    mine, theirs = _polarity(claim), _polarity(passage)
    shared = sorted(mine.keys() & theirs.keys())
    apart = [word for word in shared if mine[word] != theirs[word]]
    denied = [word for word in shared if mine[word] and theirs[word]]
    share = len(apart) / max(len(shared), 1)
    denies = [any(word.text in VERBAL for word in side.words) for side in (claim, passage)]
    parity = float(denies[0] != denies[1]) if shared else 0.0
    features = (
        ("neg_apart", share),
        ("neg_parity", parity * len(shared) / max(len(mine), 1)),
        ("neg_both", len(denied) / max(len(shared), 1)),
        ("neg_claim_only", share if any(mine[word] for word in apart) else 0.0),
    )
    if len(apart) >= 1 and share >= 0.25 and len(shared) >= 2:
        who = "the passage" if any(theirs[word] for word in apart) else "the claim"
        words = ", ".join(apart[:3])
        return Signal("negation", features, "refutes", share, f"{who} denies what the other asserts (about: {words})")
    return Signal("negation", features)
