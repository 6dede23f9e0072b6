"""What several passages say together: their Readings → the Stances of a witness, and what they must reach to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.model import Stances
from synth.verifier.stance.calibration import calibrated_backends
from synth.verifier.stance.head import head
from synth.verifier.stance.reading import Reading


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

    def joined(self, readings: Sequence[Reading]) -> Stances:
        """
        The stances of all passages together: the best of each, neutral what they leave; no passage is neutral.

        Support rises with the support of any passage, refutation with its refutation.
        """
        supports = max((each.supports for each in readings), default=0.0)
        refutes = max((each.refutes for each in readings), default=0.0)
        total = max(1.0, supports + refutes)
        said = round(supports / total, 6), round(refutes / total, 6)
        neutral = round(max(0.0, 1.0 - sum(said)), 6)
        return Stances(supports=said[0], refutes=said[1], neutral=neutral, reader=self.reader, calibrated=self.calibrated)


def pool_of(reader: str) -> Pool:
    """The pool of a backend; strict thresholds for one that was never calibrated."""
    calibrated = reader in calibrated_backends()
    if reader != "head":
        return Pool(reader, calibrated=calibrated)
    weights = head()
    return Pool(reader, weights.gate, weights.tick, weights.cross, calibrated)
