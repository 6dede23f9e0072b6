"""What several passages say together: their Readings → the Stances of a witness, by the pool of the backend that read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth.model import Stances
from synth.verifier.stance.head import Head, head, softmax
from synth.verifier.stance.reading import Reading


@dataclass(frozen=True)
class Pool:
    """How the readings of one backend are joined and what they must reach."""

    reader: str
    slope: float = 1.0
    """> 0, of the log of the best probability of each stance."""
    supports: float = 0.0
    refutes: float = 0.0
    """intercepts, neutral being 0."""
    gate: float = 0.1
    """a passage whose probability of a stance stays below is not relevant by its stance alone."""
    tick: float = 0.7
    cross: float = 0.8
    """probability of its stance from which one passage supports (refutes) a claim; a false × costs trust."""
    calibrated: bool = False

    def joined(self, readings: Sequence[Reading]) -> Stances:
        """
        The stances of all passages together, from the best of each; no passage is neutral.

        Support rises with the support of any passage, refutation with its refutation.
        """
        best = (max((each.supports for each in readings), default=0.0), max((each.refutes for each in readings), default=0.0))
        if not self.calibrated:
            return self._raw(*best)
        logs = np.log(np.array(best) + 1e-3)
        found = softmax(np.array([self.slope * logs[0] + self.supports, self.slope * logs[1] + self.refutes, 0.0]))
        return self._stances(*(float(each) for each in found))

    def _raw(self, supports: float, refutes: float) -> Stances:
        """The best of both stances as they are, neutral what the larger of them leaves."""
        total = supports + refutes + (left := 1.0 - max(supports, refutes))
        return self._stances(supports / total, refutes / total, left / total)

    def _stances(self, supports: float, refutes: float, neutral: float) -> Stances:
        said = round(supports, 6), round(refutes, 6)
        return Stances(
            supports=said[0], refutes=said[1], neutral=round(max(0.0, 1.0 - sum(said)), 6), reader=self.reader, calibrated=self.calibrated
        )


def pool_of(reader: str) -> Pool:
    """The pool of a backend; raw scores and strict thresholds for one that was never calibrated."""
    return pool_of_head(head()) if reader == "head" else Pool(reader)


def pool_of_head(weights: Head) -> Pool:
    """The pool that was fitted with a head."""
    slope, supports, refutes = weights.pool
    return Pool("head", slope, supports, refutes, gate=weights.gate, tick=weights.decide, calibrated=True)
