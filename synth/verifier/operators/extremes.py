"""Places in an order: the extreme, the k-th, the first few."""

from __future__ import annotations

from collections.abc import Mapping


def at_place(values: Mapping[int, float], place: int = 1, *, upwards: bool) -> tuple[float, frozenset[int]] | None:
    """
    The value at a place of the order and whose it is, ties together; None where there are fewer different values.

    upwards   place 1 is the highest
    """
    order = sorted(set(values.values()), reverse=upwards)
    if not 0 < place <= len(order):
        return None
    return order[place - 1], frozenset(index for index, value in values.items() if value == order[place - 1])


def among_first(values: Mapping[int, float], count: int, *, upwards: bool) -> frozenset[int]:
    """Whose values are among the first so many, those that tie with the last of them included."""
    order = sorted(values.values(), reverse=upwards)
    if not order or count < 1:
        return frozenset()
    last = order[min(count, len(order)) - 1]
    return frozenset(index for index, value in values.items() if value == last or (value > last) == upwards)
