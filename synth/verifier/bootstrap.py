"""The arithmetic of uncertainty: seeds from names, intervals, Student's factor, exact tails and rank correlations. numpy only."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

POWER_Z = 0.84
"""normal quantile of a power of 80 %."""


def generator(*names: str) -> np.random.Generator:
    """A random generator that depends on the names alone, so that draws do not depend on the order of the data."""
    return np.random.default_rng(int(hashlib.sha256("\n".join(names).encode()).hexdigest()[:16], 16))


def interval(draws: Array, level: float) -> tuple[float, float]:
    """The central interval of the draws; NaN draws are left out."""
    kept = draws[~np.isnan(draws)]
    if not kept.size:
        return math.nan, math.nan
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def student(level: float, degrees: int) -> float:
    """Two-sided quantile of Student's t; exact for 1 and 2 degrees of freedom, else the Cornish-Fisher series (0.7 % off at 3)."""
    p = (1 + level) / 2
    if degrees <= 1:
        return math.tan(math.pi * (p - 0.5))
    if degrees == 2:
        return (2 * p - 1) * math.sqrt(2 / (4 * p * (1 - p)))
    z = NormalDist().inv_cdf(p)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / degrees + second / degrees**2 + third / degrees**3


def widening(level: float, seeds: int) -> float:
    """
    How much a bootstrap of the mean of a few seeds must be stretched to cover as Student's interval does.

    The plain bootstrap of 3 values is too narrow twice over: its variance lacks n/(n-1), its quantiles are the normal's.
    """
    if seeds < 2:
        return 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    return student(level, seeds - 1) / z * math.sqrt(seeds / (seeds - 1))


def detectable(draws: Array, level: float) -> float:
    """Smallest effect that this much noise lets show with a power of 80 %, in the unit of the statistic."""
    kept = draws[~np.isnan(draws)]
    error = float(kept.std()) if kept.size else math.nan
    return (NormalDist().inv_cdf((1 + level) / 2) + POWER_Z) * error


def hypergeometric(population: int, group: int, k: int) -> Array:
    """Probabilities of 0, 1, ... members of a group among k drawn from a population without replacement."""
    total = math.comb(population, k)
    ways = [math.comb(group, i) * math.comb(population - group, k - i) for i in range(min(group, k) + 1)]
    return np.array([way / total for way in ways], dtype=float)


def tail(distributions: Iterable[Sequence[float] | Array], at_least: float) -> float:
    """P(sum of independent counts >= at_least), exact by convolution; a distribution lists P(0), P(1), ..."""
    total = np.ones(1)
    for distribution in distributions:
        total = np.convolve(total, np.asarray(distribution, dtype=float))
    return float(total[max(0, math.ceil(at_least - 1e-9)) :].sum())


def ranks(values: Array) -> Array:
    """Ranks along the last axis, 1 for the highest; ties share the mean rank, NaN stays NaN."""
    missing = np.isnan(values)
    left, right = values[..., :, None], values[..., None, :]
    with np.errstate(invalid="ignore"):
        better = (right > left).sum(-1)
        equal = (right == left).sum(-1)
    result = 1.0 + better + 0.5 * (equal - 1)
    return np.where(missing, np.nan, result)


def standing(values: Array, own: Sequence[int], level: float) -> tuple[Array, Array]:
    """
    For values [1 + draws, methods] of one place: how many methods are better, and how many worse, than each of `own` for certain.

    A difference counts when its paired bootstrap interval excludes 0; NaN columns have and give none.
    """
    draws = values[1:]
    better, worse = np.zeros(len(own)), np.zeros(len(own))
    for index, m in enumerate(own):
        gap = draws - draws[:, [m]]
        with np.errstate(invalid="ignore"):
            low, high = np.quantile(gap, [(1 - level) / 2, (1 + level) / 2], axis=0)
            better[index], worse[index] = (low > 0).sum(), (high < 0).sum()
    return better, worse


def spearman(x: Array, y: Array) -> Array:
    """Spearman's correlation along the last axis (no NaN inside); NaN where one side is constant."""
    a, b = ranks(x), ranks(y)
    a = a - a.mean(-1, keepdims=True)
    b = b - b.mean(-1, keepdims=True)
    scale = np.sqrt((a**2).sum(-1) * (b**2).sum(-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(scale > 0, (a * b).sum(-1) / scale, np.nan)


def kendall(x: Array, y: Array) -> Array:
    """Kendall's tau-b along the last axis (no NaN inside); NaN where one side is constant."""
    a = np.sign(x[..., :, None] - x[..., None, :])
    b = np.sign(y[..., :, None] - y[..., None, :])
    scale = np.sqrt((a**2).sum((-1, -2)) * (b**2).sum((-1, -2)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(scale > 0, (a * b).sum((-1, -2)) / scale, np.nan)


def signed_rank_p(differences: Array, rng: np.random.Generator, flips: int = 4000) -> float:
    """One-sided p of Wilcoxon's signed-rank test that differences tend above 0, by random sign flips (zeros dropped)."""
    kept = differences[differences != 0]
    if not kept.size:
        return 1.0
    size = ranks(-np.abs(kept))
    observed = float((size * np.sign(kept)).sum())
    signs = rng.choice(np.array([-1.0, 1.0]), size=(flips, kept.size))
    return float((1 + ((signs * size).sum(1) >= observed - 1e-9).sum()) / (flips + 1))


def holm(values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given."""
    adjusted, running = [0.0] * len(values), 0.0
    for place, index in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        running = max(running, min(1.0, (len(values) - place) * values[index]))
        adjusted[index] = running
    return adjusted
