"""How one passage stands to one claim: what every way of reading gives."""

from __future__ import annotations

from dataclasses import dataclass

from synth.verifier.stance.rule import Signal, Stance


@dataclass(frozen=True)
class Reading:
    """How a passage stands to a claim."""

    supports: float
    refutes: float
    neutral: float
    """probabilities, sum 1; calibrated as far as their backend is."""
    reason: str
    signals: tuple[Signal, ...] = ()
    """what speaks for it; a stance that no signal leans to never decides a claim."""

    @property
    def stance(self) -> Stance:
        """The most probable of the three; neutral wins ties."""
        best = max(self.supports, self.refutes, self.neutral)
        return "neutral" if self.neutral == best else "supports" if self.supports == best else "refutes"

    @property
    def probability(self) -> float:
        """Of that stance."""
        return max(self.supports, self.refutes, self.neutral)
