"""
Correlate and CompareCorrelations: does a similarity of two methods' patterns tell how far apart they perform?

Anchor of a cell is its best method; x is the similarity of each other method to it, y how far that one falls behind.
A claim on two plain metrics is judged over the methods of a cell instead.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from synth.model import PERFORMANCE, CompareCorrelations, Conditions, Correlate, Judgement, Outcome
from synth.verifier.bench import Bench, NoCells, count, listed
from synth.verifier.bootstrap import Array, generator, interval, spearman
from synth.verifier.panel import CONTROLS, Panel, Place, build_panel, higher_is_better

LEAST_METHODS = 4
"""a rank correlation over fewer points says nothing."""
LEAST_CELLS = 3
BANDS: dict[str, tuple[float, float]] = {"weak": (0.0, 0.4), "moderate": (0.4, 0.7), "high": (0.7, 1.0), "any": (0.0, 1.0)}
"""median |rho| that a strength in words stands for."""
RIGHT_SIGN = 0.8
"""share of cells that must show the sign."""
HIGH_REFUTED = 0.5
"""a claim of high correlation fails where the whole interval lies below this."""
SOFT_MERGING = ("sit", "patchmerger", "sinkhorn")
PERMUTATIONS = 500
CLEAR = 0.5
"""share of the differences in a cell that must exceed the noise."""


@dataclass(frozen=True)
class Correlations:
    """Rank correlations by cell."""

    places: tuple[Place, ...]
    rho: Array
    """[1 + draws, places]"""
    sizes: tuple[int, ...]
    null: Array
    """[permutations, places]: with the labels of the methods exchanged at random."""
    panel: Panel
    clear: float
    """median over cells of the share of methods whose y differs from 0 beyond the noise."""


def _settings(place: Place) -> Place:
    return place.without("stage")


def correlations(bench: Bench, x: str, y: str, where: Conditions, leave_out: Collection[str] = ()) -> Correlations | None:
    """Correlation of x with y in every cell that has enough methods; None where there is none."""
    target = PERFORMANCE if y in ("performance_difference", PERFORMANCE) else y
    xs = build_panel(bench.observations, x, where, bench.rule, bench.seed)
    bare = where.model_copy(update={"settings": tuple(s for s in where.settings if s.name != "stage")})
    ys = build_panel(bench.observations, target, bare, bench.rule, bench.seed, drop=frozenset({"stage"}))
    rows = {place: row for row, place in enumerate(ys.places)}
    xs, ys, cells = _cells(bench, xs, ys, rows, leave_out)
    found = [(place, cell) for place, cell in zip(xs.places, cells, strict=True) if cell is not None]
    if not found:
        return None
    used = tuple(dict.fromkeys((*xs.used, *ys.used)))
    mine = [row for row, cell in enumerate(cells) if cell is not None]
    theirs = [rows[_settings(place)] for place, _ in found]
    repeats = np.minimum(_least(xs, mine), _least(ys, theirs))
    places = tuple(place for place, _ in found)
    panel = Panel(x, ("x",), places, np.zeros((xs.values.shape[0], len(found), 1)), repeats, used, (*xs.notes, *ys.notes), repeats * 0)
    rho = np.stack([cell[0] for _, cell in found], axis=1)
    null = np.stack([cell[2] for _, cell in found], axis=1)
    return Correlations(places, rho, tuple(cell[1] for _, cell in found), null, panel, float(np.median([cell[3] for _, cell in found])))


Cell = tuple[Array, int, Array, float]
"""rho [1 + draws], methods, rho with exchanged labels [permutations], share of y that differs from 0 beyond the noise"""


def _cells(
    bench: Bench, xs: Panel, ys: Panel, rows: dict[Place, int], leave_out: Collection[str]
) -> tuple[Panel, Panel, list[Cell | None]]:
    """Every cell on values with enough seeds; on all values where that leaves none."""
    minimum = bench.rule.minimum_seeds
    sampled = xs.sampled(minimum), ys.sampled(minimum)
    cells = [_cell(bench, *sampled, p, rows.get(_settings(place)), leave_out) for p, place in enumerate(xs.places)]
    if any(cell is not None for cell in cells):
        return *sampled, cells
    return xs, ys, [_cell(bench, xs, ys, p, rows.get(_settings(place)), leave_out) for p, place in enumerate(xs.places)]


def _least(panel: Panel, rows: list[int]) -> Array:
    """[rows, 1]: fewest repeats behind a value of the row."""
    return np.asarray(np.where(np.isnan(panel.values[0, rows]), np.inf, panel.repeats[rows]).min(1, keepdims=True))


def _cell(bench: Bench, xs: Panel, ys: Panel, row: int, other: int | None, leave_out: Collection[str]) -> Cell | None:
    if other is None:
        return None
    paired = any("|" in method for method in xs.methods)
    pairs = _against_anchor(xs, ys, row, other, leave_out) if paired else _by_method(xs, ys, row, other, leave_out)
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
    return None if np.isnan(rho[0]) else (np.nan_to_num(rho), int(a.shape[1]), np.nan_to_num(null), clear)


def _against_anchor(xs: Panel, ys: Panel, row: int, other: int, leave_out: Collection[str]) -> tuple[Array, Array] | None:
    """Similarity to the best method of the cell, and how far each method falls behind it."""
    columns = {frozenset(pair.split("|", 1)): c for c, pair in enumerate(xs.methods) if not np.isnan(xs.values[0, row, c])}
    methods = sorted({method for pair in columns for method in pair} & set(ys.methods) - set(leave_out) - CONTROLS)
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


def _by_method(xs: Panel, ys: Panel, row: int, other: int, leave_out: Collection[str]) -> tuple[Array, Array] | None:
    common = [m for m in xs.methods if m in ys.methods and m not in leave_out]
    if not common:
        return None
    return xs.values[:, row, xs.columns(common)], ys.values[:, other, ys.columns(common)]


def expected_sign(x: str, y: str, claimed: str) -> float:
    """
    1 or -1, the sign that the claim implies; 0 where it implies none.

    The further two methods' patterns are apart, the more they differ in performance: distances rise with the
    difference, similarities fall. "Positive" and "negative" in the claim settle it for plain metrics.
    """
    if y == "performance_difference":
        return 1.0 if not higher_is_better(x) else -1.0
    return {"positive": 1.0, "negative": -1.0, "either": 0.0}[claimed]


def _clusters(places: tuple[Place, ...]) -> list[list[int]]:
    groups: dict[Place, list[int]] = {}
    for index, place in enumerate(places):
        groups.setdefault(_settings(place), []).append(index)
    return list(groups.values())


def resampled(found: Correlations, values: Array, bench: Bench, statistic: str) -> Array:
    """[1 + draws] median (mean) over cells; cells are resampled with all their stages together, Fisher's z where there are few."""
    clusters = _clusters(found.places)
    rng = generator(bench.seed, "cells")
    reduce = np.median if statistic == "median" else np.mean
    draws = values.shape[0] - 1
    if len(clusters) < LEAST_CELLS:
        error = 1.03 / np.sqrt(np.maximum(np.array(found.sizes) - 3.0, 1.0))
        moved = np.tanh(np.arctanh(np.clip(values[1:], -0.999, 0.999)) + rng.normal(size=values[1:].shape) * error)
        return np.concatenate([[reduce(values[0])], reduce(moved, axis=1)])
    picks = rng.integers(len(clusters), size=(draws, len(clusters)))
    rest = [reduce(values[1 + d, np.concatenate([clusters[i] for i in picks[d]])]) for d in range(draws)]
    return np.array([reduce(values[0]), *rest])


def _doubt_noise(bench: Bench, found: Correlations) -> None:
    """Noise alone pulls correlations towards 0: where most performances cannot be told apart, a low one refutes nothing."""
    if found.clear < CLEAR:
        bench.doubts.append(f"only {found.clear:.0%} of the differences in a cell exceed the noise")


def correlate(hypothesis: Correlate, bench: Bench) -> Judgement:
    """Judge "x and y correlate weakly / moderately / highly"."""
    found = correlations(bench, hypothesis.x, hypothesis.y, hypothesis.where)
    if found is None:
        raise NoCells(f"no cell has {hypothesis.x} and {hypothesis.y} for more than {LEAST_METHODS} methods")
    bench.selected(found.panel, hypothesis.where, "")
    _doubt_noise(bench, found)
    sign = expected_sign(hypothesis.x, hypothesis.y, hypothesis.sign)
    toward = found.rho * sign if sign else np.abs(found.rho)
    strength = resampled(found, np.abs(found.rho), bench, "median")
    bounds = interval(strength[1:], bench.rule.level)
    right = float((toward[0] > 0).mean())
    null = np.median(np.abs(found.null), axis=1)
    p = float((1 + (null >= strength[0] - 1e-9).sum()) / (1 + null.size))
    chance = float(null.mean())
    cells = zip(found.places, found.rho[0], found.sizes, strict=True)
    bench.step(3, f"Spearman by cell: {listed(f'{place.label} {rho:.2f} (n = {n})' for place, rho, n in cells)}")
    bench.step(3, f"median |rho| {strength[0]:.3f}, {bench.spread_words(bounds)}; expected sign in {right:.0%} of cells")
    bench.step(3, f"with exchanged labels |rho| is {chance:.3f} on average, p = {p:.3g}")
    outcome = _strength_outcome(hypothesis.strength, strength, bounds, right, p)
    low, high = BANDS[hypothesis.strength]
    inside = float(((strength[1:] >= low) & (strength[1:] <= high)).mean())
    return bench.judgement(outcome, found.panel, strength[1:], float(strength[0]), bounds, probability=inside, chance=chance)


def _strength_outcome(strength: str, values: Array, bounds: tuple[float, float], right: float, p: float) -> Outcome:
    low, high = BANDS[strength]
    point, (below, above) = float(values[0]), bounds
    inside = low <= point < high or (strength in ("high", "any") and point >= low)
    real = p < 0.05 and right >= RIGHT_SIGN
    if strength == "weak":
        return "supported" if inside and above < 0.5 else "refuted" if below >= high else "inconclusive"
    if strength == "high":
        return "supported" if inside and real and below >= HIGH_REFUTED else "refuted" if above < HIGH_REFUTED else "inconclusive"
    if strength == "moderate":
        far = above < low or below >= high
        return "refuted" if far else "supported" if inside and real and below > low / 2 and above < (high + 1) / 2 else "inconclusive"
    wrong = right <= 1 - RIGHT_SIGN and p < 0.05
    return "supported" if real else "refuted" if wrong or above < BANDS["weak"][1] else "inconclusive"


def compare_correlations(hypothesis: CompareCorrelations, bench: Bench) -> Judgement:
    """Judge "x1 is a better proxy of y than x2": |rho| in paired cells."""
    better = correlations(bench, hypothesis.better, hypothesis.y, hypothesis.where)
    worse = correlations(bench, hypothesis.worse, hypothesis.y, hypothesis.where)
    gap = _gap(better, worse)
    if better is None or worse is None or gap is None:
        raise NoCells(f"no cell has both {hypothesis.better} and {hypothesis.worse} beside {hypothesis.y}")
    found, values = gap
    bench.selected(found.panel, hypothesis.where, "")
    _doubt_noise(bench, found)
    n = len(_clusters(found.places))
    draws = resampled(found, values, bench, "mean") if n >= LEAST_CELLS else values.mean(1)
    bounds = interval(draws[1:], bench.rule.level)
    told = f"mean {draws[0]:.3f} over {count(n, 'cell')}, {bench.spread_words(bounds)}"
    bench.step(3, f"|rho| of {hypothesis.better} minus |rho| of {hypothesis.worse}: {told}")
    _without_soft_merging(hypothesis, bench)
    outcome: Outcome = "supported" if bounds[0] > 0 else "refuted" if bounds[1] < 0 else "inconclusive"
    if n < LEAST_CELLS:
        bench.doubts.append(f"fewer than {LEAST_CELLS} cells")
    return bench.judgement(outcome, found.panel, draws[1:], float(draws[0]), bounds, probability=float((draws[1:] > 0).mean()), chance=0.0)


def _gap(better: Correlations | None, worse: Correlations | None) -> tuple[Correlations, Array] | None:
    if better is None or worse is None:
        return None
    common = [place for place in better.places if place in worse.places]
    if not common:
        return None
    mine = [better.places.index(place) for place in common]
    theirs = [worse.places.index(place) for place in common]
    keep = np.isin(np.arange(len(better.places)), mine)
    used = tuple(dict.fromkeys((*better.panel.used, *worse.panel.used)))
    rows = better.panel.rows(keep.tolist())
    repeats = np.minimum(rows.repeats, worse.panel.repeats[theirs])
    panel = Panel(rows.metric, rows.methods, rows.places, rows.values, repeats, used, rows.notes, rows.slack)
    found = Correlations(
        tuple(common),
        better.rho[:, mine],
        tuple(better.sizes[i] for i in mine),
        better.null[:, mine],
        panel,
        min(better.clear, worse.clear),
    )
    return found, np.abs(better.rho[:, mine]) - np.abs(worse.rho[:, theirs])


def _without_soft_merging(hypothesis: CompareCorrelations, bench: Bench) -> None:
    """The two similarities cover different methods; part of the gap may be the set."""
    arguments = (hypothesis.y, hypothesis.where, SOFT_MERGING)
    gap = _gap(correlations(bench, hypothesis.better, *arguments), correlations(bench, hypothesis.worse, *arguments))
    told = f"mean {gap[1][0].mean():.3f} over {count(len(gap[0].places), 'cell')}" if gap else "too few methods are left"
    bench.step(3, f"without soft merging: {told}")
