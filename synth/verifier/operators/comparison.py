"""Two numbers held against each other, and the tally of many such meetings."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Relation = Literal["=", ">", ">=", "<", "<="]


def holds(value: float, relation: Relation, stated: float, slack: float = 1e-9) -> bool:
    """Whether a number stands in a relation to another, equal within the slack."""
    equal = abs(value - stated) <= slack
    if relation == "=":
        return equal
    if relation in (">=", "<=") and equal:
        return True
    return not equal and (value > stated) == (relation in (">", ">="))


def outcome(a: float, b: float, *, upwards: bool) -> float:
    """1 where a lies ahead of b, 0 where behind, one half on a tie."""
    return 0.5 if a == b else float((a > b) == upwards)


def gap(a: float, b: float) -> float:
    """The difference of two numbers as a share of the larger, 0..1 for numbers of one sign."""
    return abs(a - b) / max(abs(a), abs(b), 1e-9)


@dataclass
class Contest:
    """The tally of meetings: how many were won, how far apart the two were, and the first of them in words."""

    wins: float = 0.0
    meetings: int = 0
    gaps: list[float] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def add(self, a: float, b: float, *, upwards: bool, words: tuple[str, str]) -> None:
        """
        Count a meeting.

        words   what stands left and right of the sign, "BERT 87.1" and "ELMo 85.3 in F1"
        """
        self.wins += outcome(a, b, upwards=upwards)
        self.meetings += 1
        self.gaps.append(gap(a, b))
        self.steps.append(f"{words[0]} {'>' if a > b else '<' if a < b else '='} {words[1]}")

    @property
    def share(self) -> float | None:
        """Share of the meetings that were won, a tie counting half; None without any."""
        return self.wins / self.meetings if self.meetings else None

    @property
    def typical_gap(self) -> float | None:
        """Median of the differences as shares."""
        return median(self.gaps) if self.gaps else None
