"""Sums, means, differences and ratios, and whether a printed number can stand for one."""

from __future__ import annotations

from collections.abc import Sequence


def agrees(value: float, stated: float, decimals: int, *, share: bool = True) -> bool:
    """
    Whether a value rounds to what is stated with so many decimals.

    share   a fraction may be stated in percent
    """
    slack = 0.5 * 10.0**-decimals + 1e-9
    return abs(value - stated) <= slack or (share and abs(value) <= 1 and abs(100 * value - stated) <= slack)


def difference_agrees(a: float, b: float, stated: float, decimals: int) -> bool:
    """Whether two numbers lie as far apart as is stated, in points; numbers that do not differ are no difference."""
    return a != b and agrees(abs(a - b), stated, decimals)


def percent_agrees(a: float, b: float, stated: float, decimals: int) -> bool:
    """Whether one number is so many percent above or below the other; a whole percentage may be rounded by one twentieth."""
    slack = max(0.5 * 10.0**-decimals, 0.05 * stated if decimals == 0 else 0.1)
    return a != b and b != 0 and abs(100 * abs(a - b) / abs(b) - stated) <= slack


def ratio_agrees(a: float, b: float, stated: float, decimals: int) -> bool:
    """Whether one number is so many times the other."""
    return b != 0 and agrees(a / b, stated, decimals, share=False)


def mean(values: Sequence[float]) -> float | None:
    """The mean, None of nothing."""
    return sum(values) / len(values) if values else None
