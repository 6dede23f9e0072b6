"""Which points no other point beats in both cost and performance."""

from __future__ import annotations

from collections.abc import Sequence


def front(points: Sequence[tuple[float, float]], *, lower_is_better: bool) -> list[int]:
    """
    Indices of the points that none dominates, by rising cost.

    points           (cost, performance); higher performance is better
    lower_is_better  of the cost: multiply-adds; False: images per second

    A point is dominated where another is at least as good in both and better in one (Pareto).
    """
    sign = 1.0 if lower_is_better else -1.0

    def beaten(one: tuple[float, float]) -> bool:
        return any(sign * cost <= sign * one[0] and value >= one[1] and (cost, value) != one for cost, value in points)

    return sorted((i for i, point in enumerate(points) if not beaten(point)), key=lambda i: points[i])
