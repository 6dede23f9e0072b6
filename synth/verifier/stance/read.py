"""One passage beside one claim: every rule looks, the strongest reason for a stance is told."""

from __future__ import annotations

from synth.verifier.stance.certainty import certainty
from synth.verifier.stance.comparison import comparison
from synth.verifier.stance.direction import direction
from synth.verifier.stance.head import with_products
from synth.verifier.stance.modality import modality
from synth.verifier.stance.negation import negation
from synth.verifier.stance.opposites import opposites
from synth.verifier.stance.overlap import overlap
from synth.verifier.stance.polarity import polarity
from synth.verifier.stance.quantifier import quantifier
from synth.verifier.stance.quantity import quantity
from synth.verifier.stance.reading import Reading
from synth.verifier.stance.rule import Signal, StanceRule
from synth.verifier.stance.scope import scope
from synth.verifier.stance.side import side_of

RULES: tuple[StanceRule, ...] = (
    overlap,
    modality,
    scope,
    quantity,
    comparison,
    negation,
    opposites,
    direction,
    polarity,
    quantifier,
    certainty,
)
VETO = 0.1
"""what a veto (another data set, no statement) leaves of the probability of both stances."""


def signals_of(claim: str, passage: str) -> tuple[Signal, ...]:
    """What each rule sees, in the order of RULES."""
    a, b = side_of(claim), side_of(passage)
    return tuple(rule(a, b) for rule in RULES)


def features_of(signals: tuple[Signal, ...], similarity: float) -> dict[str, float]:
    """Named inputs of the head, products included."""
    found = {"cosine": similarity}
    for signal in signals:
        found.update(signal.features)
    return with_products(found)


def told(supports: float, refutes: float, signals: tuple[Signal, ...]) -> Reading:
    """The reading with its reason; a veto takes most of both stances."""
    veto = _veto(signals)
    left = 1.0 if veto is None else VETO
    supports, refutes = left * supports, left * refutes
    found = Reading(supports, refutes, 1.0 - supports - refutes, "", signals)
    return Reading(found.supports, found.refutes, found.neutral, _reason(found, veto), signals)


def _veto(signals: tuple[Signal, ...]) -> Signal | None:
    return next((signal for signal in signals if signal.leans == "neutral" and signal.weight == 1.0), None)


def _reason(found: Reading, veto: Signal | None) -> str:
    """The words of the strongest rule that leans the way of the stance; of any rule if none does."""
    if veto is not None:
        return veto.reason
    speaking = sorted((signal for signal in found.signals if signal.reason), key=lambda signal: -signal.weight)
    for signal in speaking:
        if signal.leans == found.stance:
            return signal.reason
    if found.stance == "neutral":
        return f"too little to decide; {speaking[0].reason}" if speaking else "speaks of the same things without deciding"
    return "shares its words and says nothing against it" if found.stance == "supports" else "the wording as a whole speaks against it"
