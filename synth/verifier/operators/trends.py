"""Whether numbers rise or fall along a scale."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def steps_along(points: Sequence[tuple[float, float]], *, rises: bool) -> tuple[int, int]:
    """
    (steps that go the stated way, steps that go either way) from one point of a scale to the next.

    points   (place on the scale, value), in any order; steps without a change count for nothing
    """
    moves = [(b > a) == rises for (x, a), (y, b) in pairwise(sorted(points)) if x != y and a != b]
    return sum(moves), len(moves)
