"""
Does the likeness of two methods' patterns tell how far apart they perform?

At a place an anchor is compared with all other methods that have the measure: likeness to the anchor against how far the other
falls behind. Anchor "best" is the best of these methods, and the difference is never negative. Anchor "all" takes every method
in turn with the size of the difference, and the mean over anchors. Either way a proxy shows a positive correlation for a
distance and a negative one for a similarity.

The null exchanges the labels of the methods' performances within a place (Mantel 1967), the same for all its stages; the interval
resamples places with all their stages. Source of the statistic: the analysis code of Haurum et al. 2023, arXiv:2308.04657.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from experiments.analysis.methods import FAMILIES
from experiments.analysis.panels import Array, Panel, Place
from experiments.analysis.ranks import drawn_means, interval
from experiments.analysis.similarity import SIGNS, STAGES, Likeness

Anchor = Literal["best", "all"]
ANCHORS: tuple[Anchor, ...] = ("best", "all")
LEAST_OTHERS = 4
"""methods beside the anchor below which a rank correlation says nothing."""
PERMUTATIONS = 1000
DRAWS = 2000
SETS: dict[str, tuple[str, ...]] = {"all methods": (), "without soft merging": FAMILIES["soft merging"]}
CONTRASTS = (("nmi", "iou"), ("ami", "iou_corrected"), ("procrustes", "iou"))


@dataclass(frozen=True)
class Cell:
    """The correlation at one place and stage."""

    place: Place
    stage: int
    methods: tuple[str, ...]
    spearman: float
    kendall: float
    null: Array
    """Spearman's with exchanged labels, [permutations]."""
    clear: float
    """share of the differences from the best method that exceed the noise."""

    @property
    def n(self) -> int:
        """Points behind the correlation."""
        return len(self.methods) - 1


def cells(found: Iterable[Likeness], panels: Sequence[Panel], measure: str, anchor: Anchor, leave_out: Sequence[str] = ()) -> list[Cell]:
    """The correlations of one measure at every place and stage with enough methods and any spread on both sides."""
    by_place = {panel.place: panel for panel in panels}
    shuffles = _Shuffles(by_place)
    result = []
    for likeness in found:
        panel = by_place.get(likeness.place)
        if likeness.measure != measure or panel is None:
            continue
        own = likeness.without({*leave_out, *(set(likeness.methods) - set(panel.ranked))})
        if len(own.methods) > LEAST_OTHERS:
            cell = _cell(own, panel, anchor, shuffles)
            if cell is not None:
                result.append(cell)
    return result


def _cell(likeness: Likeness, panel: Panel, anchor: Anchor, shuffles: _Shuffles) -> Cell | None:
    performance = panel.only(likeness.methods).values.mean(0)
    spearman = correlation(likeness.values, performance[None], anchor, ranked)[0]
    if np.isnan(spearman):
        return None
    return Cell(
        likeness.place,
        likeness.stage,
        likeness.methods,
        float(spearman),
        _kendall(likeness.values, performance, anchor),
        correlation(likeness.values, shuffles.of(likeness.place, likeness.methods), anchor, ranked),
        shuffles.clear(likeness.place, likeness.methods),
    )


class _Shuffles:
    """Performances with exchanged labels, the same for all measures and stages of a place."""

    def __init__(self, panels: Mapping[Place, Panel]) -> None:
        self._panels = panels
        self._made: dict[tuple[Place, tuple[str, ...]], Array] = {}
        self._clear: dict[tuple[Place, tuple[str, ...]], float] = {}

    def of(self, place: Place, methods: tuple[str, ...]) -> Array:
        """[permutations, methods]"""
        if (place, methods) not in self._made:
            values = self._panels[place].only(methods).values.mean(0)
            rng = np.random.default_rng([*f"{place} {methods}".encode()])
            self._made[place, methods] = rng.permuted(np.tile(values, (PERMUTATIONS, 1)), axis=1)
        return self._made[place, methods]

    def clear(self, place: Place, methods: tuple[str, ...]) -> float:
        """Share of the others whose distance to the best exceeds the noise; NaN where nothing was resampled."""
        if (place, methods) not in self._clear:
            panel = self._panels[place].only(methods)
            best = int(np.argmax(panel.values.mean(0)))
            draws = drawn_means(panel)
            gaps = np.delete(draws[:, [best]] - draws, best, axis=1)
            self._clear[place, methods] = float((np.quantile(gaps, 0.025, axis=0) > 0).mean()) if len(draws) else float("nan")
        return self._clear[place, methods]


def ranked(values: Array) -> Array:
    """Ranks along the last axis, ties sharing the mean."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(values, axis=-1))


def correlation(likeness: Array, performance: Array, anchor: Anchor, ranks: Callable[[Array], Array]) -> Array:
    """
    Spearman's correlation of likeness to the anchor with the difference in performance.

    likeness     [m, m], the diagonal is not looked at
    performance  [p, m], as many cases
    returns      [p]; NaN where one side is constant (of anchor "all": where it is for every anchor)
    """
    m = len(likeness)
    others = np.array([[j for j in range(m) if j != i] for i in range(m)])
    x = ranks(np.take_along_axis(likeness, others, 1))
    gaps = performance[:, :, None] - performance[:, None, :]
    if anchor == "best":
        best = performance.argmax(1)
        cases = np.arange(len(performance))
        return _pearson(x[best], ranks(gaps[cases[:, None], best[:, None], others[best]]))
    y = ranks(np.abs(np.take_along_axis(gaps, others[None], 2)))
    rho = _pearson(np.broadcast_to(x, y.shape), y)
    known = ~np.isnan(rho)
    return np.where(known.any(1), np.where(known, rho, 0).sum(1) / np.maximum(known.sum(1), 1), np.nan)


def _pearson(x: Array, y: Array) -> Array:
    a, b = x - x.mean(-1, keepdims=True), y - y.mean(-1, keepdims=True)
    scale = np.sqrt((a**2).sum(-1) * (b**2).sum(-1))
    return np.where(scale > 1e-12, (a * b).sum(-1) / np.where(scale > 1e-12, scale, 1), np.nan)


def _kendall(likeness: Array, performance: Array, anchor: Anchor) -> float:
    from scipy.stats import kendalltau

    anchors = [int(performance.argmax())] if anchor == "best" else range(len(performance))
    found = []
    for i in anchors:
        others = [j for j in range(len(performance)) if j != i]
        tau = kendalltau(likeness[i, others], np.abs(performance[i] - performance[others])).statistic
        if np.isfinite(tau):
            found.append(float(tau))
    return float(np.mean(found)) if found else float("nan")


@dataclass(frozen=True)
class Pooled:
    """One measure over many cells."""

    measure: str
    anchor: Anchor
    methods: str
    """a name of SETS."""
    stage: int | None
    """None: all stages."""
    places: int
    cells: int
    n_least: int
    n_most: int
    expected_sign: int
    spearman: float
    """median over cells."""
    low: float
    high: float
    """95 % interval of it over places."""
    size: float
    """median of Spearman's without its sign."""
    kendall: float
    right_sign: float
    """share of the cells with the expected sign."""
    p_value: float
    """one-sided, of a median as far towards the expected sign with exchanged labels."""
    null_extreme: float
    """median that exchanged labels pass towards the expected sign in 5 % of cases."""
    clear: float
    """mean share of the differences from the best method that exceed the noise."""


def pooled(some: Sequence[Cell], measure: str, anchor: Anchor, methods: str, stage: int | None = None) -> Pooled:
    """Median over the cells of a stage, or of all."""
    own = [cell for cell in some if stage is None or cell.stage == stage]
    sign = SIGNS[measure]
    value = float(np.median([cell.spearman for cell in own]))
    null = np.nanmedian([cell.null for cell in own], axis=0) * sign
    low, high = interval(_resampled({(cell.place, cell.stage): cell.spearman for cell in own}, np.nanmedian))
    return Pooled(
        measure,
        anchor,
        methods,
        stage,
        len({cell.place for cell in own}),
        len(own),
        min(cell.n for cell in own),
        max(cell.n for cell in own),
        sign,
        value,
        low,
        high,
        float(np.median([abs(cell.spearman) for cell in own])),
        float(np.nanmedian([cell.kendall for cell in own])),
        float(np.mean([cell.spearman * sign > 0 for cell in own])),
        float((1 + (null >= value * sign - 1e-9).sum()) / (1 + len(null))),
        float(np.quantile(null, 0.95) * sign),
        float(np.nanmean([cell.clear for cell in own])),
    )


def _resampled(values: Mapping[tuple[Place, int], float], statistic: Callable[..., Array]) -> Array:
    """The statistic of cells on draws of places, with all stages of a place together; none for a single place."""
    places = sorted({place for place, _ in values})
    if len(places) < 2:
        return np.empty(0)
    table = np.array([[values.get((place, stage), np.nan) for stage in STAGES] for place in places])
    picks = np.random.default_rng(0).integers(0, len(places), (DRAWS, len(places)))
    return np.asarray(statistic(table[picks].reshape(DRAWS, -1), axis=1))


@dataclass(frozen=True)
class Correlations:
    """All correlations as flat rows."""

    pooled: list[dict[str, Any]]
    contrasts: list[dict[str, Any]]
    """of two measures, over the cells that have both."""
    cells: list[dict[str, Any]]


def correlations(found: Sequence[Likeness], panels: Sequence[Panel]) -> Correlations:
    """Every measure under both anchors, of all methods and, where some of them merge softly, of the others."""
    result = Correlations([], [], [])
    present = {method for one in found for method in one.methods}
    for methods, leave_out in SETS.items():
        if leave_out and not present & set(leave_out):
            continue
        for anchor in ANCHORS:
            measured = {measure: cells(found, panels, measure, anchor, leave_out) for measure in SIGNS}
            for measure, some in measured.items():
                stages = (None, *sorted({cell.stage for cell in some})) if some else ()
                result.pooled.extend(vars(pooled(some, measure, anchor, methods, stage)) for stage in stages)
                if not some:
                    result.pooled.append(_missing(found, measure, anchor, methods, leave_out))
                result.cells.extend(_flat(cell, measure, anchor, methods) for cell in some)
            result.contrasts.extend(_contrast(measured[one], measured[other], one, other, anchor, methods) for one, other in CONTRASTS)
    return result


def _missing(found: Sequence[Likeness], measure: str, anchor: Anchor, methods: str, leave_out: Sequence[str]) -> dict[str, Any]:
    sizes = [len(one.without(leave_out).methods) for one in found if one.measure == measure]
    most = max(sizes, default=0)
    note = f"at most {most} methods have it in a cell; {LEAST_OTHERS + 1} are needed" if most else "not measured"
    return {
        "measure": measure,
        "anchor": anchor,
        "methods": methods,
        "stage": None,
        "cells": 0,
        "expected_sign": SIGNS[measure],
        "note": note,
    }


def _flat(cell: Cell, measure: str, anchor: Anchor, methods: str) -> dict[str, Any]:
    own = {"measure": measure, "anchor": anchor, "methods": methods, "stage": cell.stage, "n": cell.n}
    return {**vars(cell.place), **own, "spearman": cell.spearman, "kendall": cell.kendall, "clear": cell.clear}


def _contrast(better: Sequence[Cell], worse: Sequence[Cell], one: str, other: str, anchor: Anchor, methods: str) -> dict[str, Any]:
    """Mean of |rho| of one measure minus that of the other over the cells that have both."""
    theirs = {(cell.place, cell.stage): cell for cell in worse}
    gaps = {key: abs(cell.spearman) - abs(theirs[key].spearman) for cell in better if (key := (cell.place, cell.stage)) in theirs}
    row = {"measure": one, "against": other, "anchor": anchor, "methods": methods, "cells": len(gaps)}
    if not gaps:
        return row | {"difference": None, "low": None, "high": None, "places": 0}
    low, high = interval(_resampled(gaps, np.nanmean))
    return row | {"difference": float(np.mean(list(gaps.values()))), "low": low, "high": high, "places": len({place for place, _ in gaps})}
