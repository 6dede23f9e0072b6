"""What one reading of a clause comes to when it is executed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from synth.verifier.operators.results.matrix import Axis
from synth.verifier.operators.results.subject import NOBODY, Subject

Operator = Literal["compare", "extreme", "equal", "numbers", "trend"]
TRUST: dict[str, float] = {"named": 1.0, "trend": 0.9, "extreme": 0.8, "baseline": 0.8, "equal": 0.8, "numbers": 0.7, "others": 0.6}
"""how much a reading is worth by what it rests on: two things named, or one and what it is read to be held against."""


@dataclass(frozen=True)
class Found:
    """A reading of a clause, executed."""

    operator: Operator
    holds: bool
    link: float
    """0..1: how sure it is that these lines are meant."""
    margin: float
    """0..1: how far the cells are from saying the opposite."""
    steps: tuple[str, ...]
    rests_on: str
    """key of TRUST."""
    subject: Subject = NOBODY
    axis: Axis = "row"

    @property
    def strength(self) -> float:
        """0..1: how much the reading counts against others of the claim."""
        return self.link * (0.4 + 0.6 * self.margin) * TRUST[self.rests_on]

    @property
    def signed(self) -> float:
        """The strength, below 0 where the reading fails."""
        return self.strength if self.holds else -self.strength

    def on(self, axis: Axis, share: float = 1.0) -> Found:
        """The same on an axis, its link weakened by a share."""
        return replace(self, axis=axis, link=self.link * share)
