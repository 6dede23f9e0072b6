"""What several passages say together: their Readings → the Stances of a witness, and what they must reach to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.model import Stances
from synth.verifier.stance.calibration import calibrated_backends
from synth.verifier.stance.head import Head, head
from synth.verifier.stance.reading import Reading

FEW = 3
"""passages below which a witness has less before it than the head learned from: of its labelled pairs one in a thousand has fewer."""

VOICE = 0.5
"""probability from which a passage keeps others from deciding against what it says."""


@dataclass(frozen=True)
class Pool:
    """How the readings of one backend are joined and what they must reach."""

    reader: str
    gate: float = 0.1
    """a passage whose probability of a stance stays below is not relevant by its stance alone."""
    tick: float = 0.9
    cross: float = 0.95
    """probability of its stance from which one passage supports (refutes) a claim; strict where nothing was measured."""
    calibrated: bool = False
    temperature: float = 1.0
    """of the stances of fewer than FEW passages: 1 leaves them as they are, a higher one draws them towards one another."""

    def joined(self, readings: Sequence[Reading]) -> Stances:
        """
        The stances of all passages together: the best of each, neutral what they leave; no passage is neutral.

        Support rises with the support of any passage, refutation with its refutation.
        """
        supports = max((each.supports for each in readings), default=0.0)
        refutes = max((each.refutes for each in readings), default=0.0)
        total = max(1.0, supports + refutes)
        said = self._tempered(supports / total, refutes / total, len(readings))
        neutral = round(max(0.0, 1.0 - sum(said)), 6)
        return Stances(supports=said[0], refutes=said[1], neutral=neutral, reader=self.reader, calibrated=self.calibrated)

    def _tempered(self, supports: float, refutes: float, passages: int) -> tuple[float, float]:
        """Both stances, flattened where few passages were read: each of the three to the power of 1 / temperature, sum 1."""
        power = 1.0 if passages >= FEW else 1.0 / self.temperature
        raised = [max(share, 0.0) ** power for share in (supports, refutes, 1.0 - supports - refutes)]
        return round(raised[0] / sum(raised), 6), round(raised[1] / sum(raised), 6)


def pool_of(reader: str, weights: Head | None = None) -> Pool:
    """
    The pool of a backend; strict thresholds for one that was never calibrated.

    weights  of rules and head, the only backend that has any; the shipped ones if none are given
    """
    calibrated = reader in calibrated_backends()
    if reader != "head":
        return Pool(reader, calibrated=calibrated)
    weights = weights or head()
    return Pool(reader, weights.gate, weights.tick, weights.cross, calibrated, weights.temperature)
