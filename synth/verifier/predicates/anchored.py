"""
Rank correlations by cell: does a similarity of two methods' patterns tell how far apart they perform?

Anchor of a cell is its best method; x is the similarity of each other method to it, y how far that one falls behind.
A claim on two plain metrics is taken over the methods of a cell instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synth.model import PERFORMANCE, Conditions
from synth.verifier.bench import Bench
from synth.verifier.bootstrap import Array, generator, kendall, spearman
from synth.verifier.panel import CONTROLS, Panel, Place, build_panel

LEAST_METHODS = 4
"""a rank correlation over fewer points says nothing."""
LEAST_CELLS = 3
PERMUTATIONS = 500


@dataclass(frozen=True)
class Correlations:
    """Rank correlations by cell."""

    places: tuple[Place, ...]
    rho: Array
    """[1 + draws, places], Spearman"""
    tau: Array
    """[1 + draws, places], Kendall"""
    sizes: tuple[int, ...]
    null: Array
    """[permutations, places]: Spearman with the labels of the methods exchanged at random within a cell."""
    panel: Panel
    clear: float
    """median over cells of the share of methods whose y differs from 0 beyond the noise."""

    def at(self, places: list[Place], panel: Panel, clear: float) -> Correlations:
        """Those of some places, with the panel that stands for them."""
        rows = [self.places.index(place) for place in places]
        sizes = tuple(self.sizes[row] for row in rows)
        return Correlations(tuple(places), self.rho[:, rows], self.tau[:, rows], sizes, self.null[:, rows], panel, clear)


class Cell(NamedTuple):
    """One cell's correlation."""

    rho: Array
    """[1 + draws]"""
    tau: Array
    n: int
    null: Array
    """[permutations]"""
    clear: float
    """share of the methods whose y differs from 0 beyond the noise."""


def without_stage(place: Place) -> Place:
    """The cell of which a place is one stage."""
    return place.without("stage")


def clusters(places: tuple[Place, ...]) -> list[list[int]]:
    """Rows of the stages of each cell: they depend on one another and are resampled together."""
    groups: dict[Place, list[int]] = {}
    for index, place in enumerate(places):
        groups.setdefault(without_stage(place), []).append(index)
    return list(groups.values())


def correlations(bench: Bench, x: str, y: str, where: Conditions) -> Correlations | None:
    """Correlation of x with y in every cell that has enough methods; None where there is none."""
    target = PERFORMANCE if y in ("performance_difference", PERFORMANCE) else y
    xs = build_panel(bench.observations, x, where, bench.rule, bench.seed)
    bare = where.model_copy(update={"settings": tuple(s for s in where.settings if s.name != "stage")})
    ys = build_panel(bench.observations, target, bare, bench.rule, bench.seed, drop=frozenset({"stage"}))
    rows = {place: row for row, place in enumerate(ys.places)}
    xs, ys, cells = _cells(bench, xs, ys, rows)
    mine = [row for row, cell in enumerate(cells) if cell is not None]
    found = [cell for cell in cells if cell is not None]
    if not found:
        return None
    places = tuple(xs.places[row] for row in mine)
    used = tuple(dict.fromkeys((*xs.used, *ys.used)))
    repeats = np.minimum(_least(xs, mine), _least(ys, [rows[without_stage(place)] for place in places]))
    panel = Panel(x, ("x",), places, np.zeros((xs.values.shape[0], len(found), 1)), repeats, used, (*xs.notes, *ys.notes), repeats * 0)
    rho, tau = (np.stack([cell[index] for cell in found], axis=1) for index in (0, 1))
    null = np.stack([cell.null for cell in found], axis=1)
    return Correlations(places, rho, tau, tuple(cell.n for cell in found), null, panel, float(np.median([cell.clear for cell in found])))


def _cells(bench: Bench, xs: Panel, ys: Panel, rows: dict[Place, int]) -> tuple[Panel, Panel, list[Cell | None]]:
    """Every cell on values with enough seeds; on all values where that leaves none."""
    minimum = bench.rule.minimum_seeds
    sampled = xs.sampled(minimum), ys.sampled(minimum)
    cells = [_cell(bench, *sampled, p, rows.get(without_stage(place))) for p, place in enumerate(xs.places)]
    if any(cell is not None for cell in cells):
        return *sampled, cells
    return xs, ys, [_cell(bench, xs, ys, p, rows.get(without_stage(place))) for p, place in enumerate(xs.places)]


def _least(panel: Panel, rows: list[int]) -> Array:
    """[rows, 1]: fewest repeats behind a value of the row."""
    return np.asarray(np.where(np.isnan(panel.values[0, rows]), np.inf, panel.repeats[rows]).min(1, keepdims=True))


def _cell(bench: Bench, xs: Panel, ys: Panel, row: int, other: int | None) -> Cell | None:
    if other is None:
        return None
    paired = any("|" in method for method in xs.methods)
    pairs = _against_anchor(xs, ys, row, other) if paired else _by_method(xs, ys, row, other)
    if pairs is None:
        return None
    a, b = pairs
    keep = ~(np.isnan(a[0]) | np.isnan(b[0]))
    a, b = a[:, keep], b[:, keep]
    if a.shape[1] < LEAST_METHODS:
        return None
    rng = generator(bench.seed, "null", xs.metric, xs.places[row].label)
    order = rng.permuted(np.tile(np.arange(a.shape[1]), (PERMUTATIONS, 1)), axis=1)
    null = spearman(np.broadcast_to(a[0], order.shape), b[0][order])
    rho = spearman(a, b)
    low, high = np.quantile(b[1:], [(1 - bench.rule.level) / 2, (1 + bench.rule.level) / 2], axis=0)
    clear = float(((low > 0) | (high < 0)).mean())
    if np.isnan(rho[0]):
        return None
    return Cell(np.nan_to_num(rho), np.nan_to_num(kendall(a, b)), int(a.shape[1]), np.nan_to_num(null), clear)


def _against_anchor(xs: Panel, ys: Panel, row: int, other: int) -> tuple[Array, Array] | None:
    """Similarity to the best method of the cell, and how far each method falls behind it."""
    columns = {frozenset(pair.split("|", 1)): c for c, pair in enumerate(xs.methods) if not np.isnan(xs.values[0, row, c])}
    methods = sorted({method for pair in columns for method in pair} & set(ys.methods) - CONTROLS)
    value = {m: float(ys.values[0, other, ys.methods.index(m)]) * ys.sign for m in methods}
    methods = [m for m in methods if not np.isnan(value[m])]
    if len(methods) <= LEAST_METHODS:
        return None
    anchor = max(methods, key=lambda m: (value[m], m))
    rest = [m for m in methods if m != anchor and frozenset((anchor, m)) in columns]
    if not rest:
        return None
    a = xs.values[:, row, [columns[frozenset((anchor, m))] for m in rest]]
    best = ys.values[:, other, [ys.methods.index(anchor)]]
    return a, (best - ys.values[:, other, [ys.methods.index(m) for m in rest]]) * ys.sign


def _by_method(xs: Panel, ys: Panel, row: int, other: int) -> tuple[Array, Array] | None:
    common = [m for m in xs.methods if m in ys.methods]
    if not common:
        return None
    return xs.values[:, row, xs.columns(common)], ys.values[:, other, ys.columns(common)]


def resampled(found: Correlations, values: Array, bench: Bench, statistic: str) -> Array:
    """
    [1 + draws] median (mean) over cells; cells are resampled with all their stages together, Fisher's z where there are few.

    values     [1 + draws, places]
    statistic  "median" of strengths, which have no sign, or "mean" of differences
    """
    groups = clusters(found.places)
    rng = generator(bench.seed, "cells")
    reduce = np.median if statistic == "median" else np.mean
    draws = values.shape[0] - 1
    if len(groups) < LEAST_CELLS:
        error = 1.03 / np.sqrt(np.maximum(np.array(found.sizes) - 3.0, 1.0))
        moved = np.tanh(np.arctanh(np.clip(values[1:], -0.999, 0.999)) + rng.normal(size=values[1:].shape) * error)
        moved = np.maximum(moved, 0.0) if statistic == "median" else moved
        return np.concatenate([[reduce(values[0])], reduce(moved, axis=1)])
    picks = rng.integers(len(groups), size=(draws, len(groups)))
    rest = [reduce(values[1 + d, np.concatenate([groups[i] for i in picks[d]])]) for d in range(draws)]
    return np.array([reduce(values[0]), *rest])
