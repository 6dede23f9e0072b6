"""
Who is ahead at a place, and who cannot be told apart: ranks, paired bootstrap intervals, rank groups, tests over places.

A difference counts when its paired 95 % interval over images and seeds excludes 0; no correction for the number of pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.methods import UNREDUCED
from experiments.analysis.panels import Array, Panel

LEVEL = 0.95
DRAWS = 2000


def ranks(values: Array) -> Array:
    """Ranks along the last axis, 1 for the highest; ties share the mean rank, NaN stays NaN."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(-np.asarray(values, dtype=float), axis=-1, nan_policy="omit"))


def stretch(seeds: int) -> float:
    """
    By how much the Bayesian bootstrap of a mean over few seeds must be widened to cover as Student's interval does.

    Its variance is the biased one over n + 1, its quantiles are the normal's.
    """
    from scipy.stats import norm, t

    if seeds < 2:
        return 0.0
    tail = (1 + LEVEL) / 2
    return float(t.ppf(tail, seeds - 1) / norm.ppf(tail) * np.sqrt((seeds + 1) / (seeds - 1)))


def drawn_means(panel: Panel, draws: int = DRAWS) -> Array:
    """
    Means over seeds as they might have come out, [draws, methods]; no rows where nothing was resampled.

    Images move by the stored resamples, seeds by exponential weights (Rubin 1981, the Bayesian bootstrap), stretched for their
    number. Both are the same for all methods, so that differences of columns are paired.
    """
    if not len(panel.resampled):
        return np.empty((0, len(panel.methods)))
    rng = np.random.default_rng(0)
    images = panel.resampled.mean(1)
    moved = (images - images.mean(0))[rng.integers(0, len(images), draws)]
    weights = rng.exponential(size=(draws, len(panel.seeds)))
    weights /= weights.sum(1, keepdims=True)
    centre = panel.values.mean(0)
    return np.asarray(centre + moved + stretch(len(panel.seeds)) * (weights @ panel.values - centre))


def interval(draws: Array) -> tuple[float, float]:
    """The central 95 % of draws; NaN where there are none."""
    if not len(draws) or np.isnan(draws).any():
        return float("nan"), float("nan")
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def certain(draws: Array) -> Array:
    """Whether method i beats method j beyond the noise, bool [methods, methods]; none does where nothing was resampled."""
    n = draws.shape[1]
    if not len(draws):
        return np.zeros((n, n), dtype=bool)
    gaps = draws[:, :, None] - draws[:, None, :]
    return np.asarray(np.quantile(gaps, (1 - LEVEL) / 2, axis=0) > 0)


def groups(order: Sequence[int], beats: Array) -> list[str]:
    """
    Letters of every method: two that share one cannot be told apart, two that share none differ beyond the noise.

    order    methods, best first: letters are given from the top
    beats    [methods, methods]
    returns  the letters of every method, in the numbering of `beats`

    Source: the compact letter display of Piepho 2004, doi:10.1198/1061860043515; here largest sets of methods that are alike
    pair by pair, taken one after the other until they show every such pair.
    """
    alike = ~(beats | beats.T)
    place = {method: rank for rank, method in enumerate(order)}
    letters = ["" for _ in order]
    chosen = _cover(_cliques(set(order), alike))
    for number, clique in enumerate(sorted(chosen, key=lambda clique: sorted(place[method] for method in clique))):
        for method in clique:
            letters[method] += _letter(number)
    return letters


def _cover(cliques: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """Few of the sets that show every pair which any of them shows: each time the one that shows most new ones."""
    shown: dict[frozenset[int], set[tuple[int, int]]] = {
        clique: {(i, j) for i in clique for j in clique if i <= j} for clique in sorted(cliques, key=sorted)
    }
    missing = {pair for pairs in shown.values() for pair in pairs}
    chosen = []
    while missing:
        best = max(shown, key=lambda clique: len(shown[clique] & missing))
        chosen.append(best)
        missing -= shown[best]
    return chosen


def _letter(number: int) -> str:
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return alphabet[number % len(alphabet)]


def _cliques(
    candidates: set[int], alike: Array, clique: frozenset[int] = frozenset(), done: frozenset[int] = frozenset()
) -> list[frozenset[int]]:
    """All maximal cliques (Bron and Kerbosch 1973)."""
    if not candidates:
        return [] if done else [clique]
    found: list[frozenset[int]] = []
    for method in sorted(candidates):
        near = {other for other in range(len(alike)) if other != method and alike[method, other]}
        found += _cliques(candidates & near, alike, clique | {method}, frozenset(done & near))
        candidates = candidates - {method}
        done = done | {method}
    return found


@dataclass(frozen=True)
class Standing:
    """One method at one place."""

    method: str
    ranked: bool
    mean: float
    """percent, over seeds."""
    spread: float
    """standard deviation over seeds; NaN for a single one."""
    low: float
    high: float
    """95 % interval of the mean over images and seeds."""
    behind: float
    """mean minus that of the best method."""
    behind_low: float
    behind_high: float
    """paired interval of it."""
    lost_low: float
    lost_high: float
    """paired interval of the mean minus that of the unreduced model; NaN where the panel lacks it."""
    rank: float = float("nan")
    best_rank: int = 0
    worst_rank: int = 0
    """ranks that the noise leaves open: one more than the methods certainly ahead, and all but those certainly behind."""
    group: str = ""
    """methods that share a letter cannot be told apart."""


def standings(panel: Panel) -> list[Standing]:
    """The methods of a panel: competitors from the best to the worst, then the controls."""
    draws = drawn_means(panel)
    ranked = [panel.methods.index(method) for method in panel.ranked]
    means = panel.values.mean(0)
    place = ranks(means[ranked])
    order = [int(i) for i in np.argsort(place, kind="stable")]
    beats = certain(draws[:, ranked])
    letters = groups(order, beats)
    best = ranked[order[0]]
    found = []
    for i in order:
        limits = {"best_rank": 1 + int(beats[:, i].sum()), "worst_rank": len(ranked) - int(beats[i].sum())}
        found.append(_standing(panel, draws, ranked[i], best, {"rank": float(place[i]), "group": letters[i], **limits}))
    rest = [i for i, method in enumerate(panel.methods) if i not in ranked]
    return [*found, *(_standing(panel, draws, i, best, {}) for i in rest)]


def _standing(panel: Panel, draws: Array, method: int, best: int, standing: Mapping[str, object]) -> Standing:
    values = panel.values[:, method]
    low, high = interval(draws[:, method])
    behind_low, behind_high = interval(draws[:, method] - draws[:, best])
    lost_low, lost_high = interval(draws[:, method] - _unreduced(panel, draws))
    return Standing(
        method=panel.methods[method],
        ranked=bool(standing),
        mean=float(values.mean()),
        spread=float(values.std(ddof=1)) if len(values) > 1 else float("nan"),
        low=low,
        high=high,
        behind=float(values.mean() - panel.values[:, best].mean()),
        behind_low=behind_low,
        behind_high=behind_high,
        lost_low=lost_low,
        lost_high=lost_high,
        **standing,  # type: ignore[arg-type]
    )


def _unreduced(panel: Panel, draws: Array) -> Array:
    """The draws of the unreduced model; NaN where the panel lacks it."""
    return draws[:, panel.methods.index(UNREDUCED)] if UNREDUCED in panel.methods else np.full(len(draws), np.nan)


def holm(values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the order given (Holm 1979)."""
    adjusted, running = [0.0] * len(values), 0.0
    for place, index in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        running = max(running, min(1.0, (len(values) - place) * values[index]))
        adjusted[index] = running
    return adjusted


@dataclass(frozen=True)
class Overall:
    """One method over many places."""

    method: str
    places: int
    mean_rank: float
    rank_spread: float
    """standard deviation of its rank over places."""
    top_three: float
    bottom_three: float
    """shares of the places."""
    p_against_best: float
    """two-sided, Wilcoxon's signed-rank test over places against the method of the lowest mean rank, adjusted by Holm; 1 for itself."""


def overall(found: Sequence[Panel]) -> list[Overall]:
    """The methods that every panel has, by their mean rank among themselves."""
    shared = [method for method in found[0].ranked if all(method in panel.ranked for panel in found)]
    means = np.array([panel.only(shared).values.mean(0) for panel in found])
    table = ranks(means)
    best = int(np.argmin(table.mean(0)))
    raw = [1.0 if i == best else _wilcoxon(means[:, best] - means[:, i]) for i in range(len(shared))]
    others = [i for i in range(len(shared)) if i != best]
    adjusted = dict(zip(others, holm([raw[i] for i in others]), strict=True))
    rows = [
        Overall(
            method,
            len(found),
            float(table[:, i].mean()),
            float(table[:, i].std(ddof=1)) if len(found) > 1 else float("nan"),
            float((table[:, i] <= 3).mean()),
            float((table[:, i] > len(shared) - 3).mean()),
            adjusted.get(i, 1.0),
        )
        for i, method in enumerate(shared)
    ]
    return sorted(rows, key=lambda row: row.mean_rank)


def _wilcoxon(differences: Array) -> float:
    from scipy.stats import wilcoxon

    return 1.0 if not np.any(differences) else float(wilcoxon(differences).pvalue)
