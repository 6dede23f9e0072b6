"""Spread: how much a method's standing varies over the cells, and its numbers over the seeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synth.model import Judgement, Outcome, Spread
from synth.verifier.bench import Bench, count, population
from synth.verifier.bootstrap import Array, generator, interval, ranks
from synth.verifier.panel import Panel
from synth.verifier.predicates.groups import peopled
from synth.verifier.quantifiers import FLOOR

LEAST_CELLS = 3
"""a spread over fewer cells is none."""
LEAST_METHODS = 3


def _enough(panel: Panel, subject: Sequence[str], rivals: Sequence[str]) -> Array:
    seen = ~np.isnan(panel.values[0])
    enough = seen[:, panel.columns(subject)].any(1) & (seen[:, panel.columns(rivals)].sum(1) >= LEAST_METHODS)
    return np.asarray(enough, dtype=float) * peopled(panel, rivals)


def spread(hypothesis: Spread, bench: Bench) -> Judgement:
    """Judge "the subject varies most (least)": spread over cells of the deficit to the cell's median, and of the rank."""
    subject, named = hypothesis.subject.members, hypothesis.population.members
    panel = bench.panel(
        hypothesis.metric,
        hypothesis.where,
        needed=subject,
        judgeable=lambda p: _enough(p, subject, population(p, named, subject)),
    )
    bench.observe(panel, subject)
    rivals = population(panel, named, subject)
    bench.ranked(panel, rivals)
    panel = panel.only(rivals)
    rng = generator(bench.seed, "cells")
    draws, places = panel.values.shape[0] - 1, len(panel.places)
    drawn = np.concatenate([np.arange(places)[None], rng.integers(places, size=(draws, places))])
    oriented = panel.values * panel.sign
    deficits = np.nanmedian(oriented, axis=2, keepdims=True) - oriented
    placed = np.stack([ranks(oriented[:, p]) for p in range(places)], axis=1)
    own = panel.columns(subject)
    others = [c for c in range(len(panel.methods)) if c not in own and (~np.isnan(panel.values[0, :, c])).sum() >= min(LEAST_CELLS, places)]
    shares = []
    for name, quantity in (("deficit to the median", deficits), ("rank", placed)):
        sizes = _deviations(quantity, drawn)
        shares.append(_exceeded(sizes, own, others, hypothesis.extreme))
        listing = sorted(((float(sizes[0, c]), panel.methods[c]) for c in [*own, *others]), reverse=True)
        bench.step(3, f"standard deviation of the {name} over {count(places, 'cell')}: " + ", ".join(f"{m} {v:.3g}" for v, m in listing))
    for name, each in zip(("deficit", "rank"), shares, strict=True):
        bench.reading(
            f"by the {name} alone: share of the others that it exceeds", float(each[0]), interval(each[1:], bench.rule.level), places
        )
    _over_seeds(bench, panel, [panel.methods[c] for c in own], [panel.methods[c] for c in others], hypothesis.extreme)
    share = np.minimum(*shares)
    bounds = interval(share[1:], bench.rule.level)
    probability = float((share[1:] >= bench.rule.support_at - 1e-9).mean())
    chance = 1.0 / (len(others) + 1)
    told = f"the subject exceeds {share[0]:.3f} of the others in both, {bench.spread_words(bounds)}"
    bench.step(3, f"{told}; chance of the extreme {chance:.3f}")
    outcome: Outcome = "inconclusive"
    if places < LEAST_CELLS or not others:
        bench.doubts.append(f"a spread needs {LEAST_CELLS} cells and another method")
    if share[0] >= bench.rule.support_at - 1e-9 and bounds[0] > FLOOR:
        outcome = "supported"
    elif share[0] <= bench.rule.refute_at and bounds[1] < bench.rule.support_at:
        outcome = "refuted"
    return bench.judgement(outcome, panel, share[1:], float(share[0]), bounds, probability=probability, chance=chance)


def _deviations(quantity: Array, drawn: NDArray[np.int64]) -> Array:
    """[1 + draws, methods]: standard deviation over the drawn places."""
    picked = np.take_along_axis(quantity, drawn[:, :, None], axis=1)
    seen = ~np.isnan(picked)
    n = np.maximum(seen.sum(1), 1)
    mean = np.where(seen, picked, 0.0).sum(1) / n
    return np.asarray(np.sqrt((np.where(seen, picked - mean[:, None], 0.0) ** 2).sum(1) / n))


def _exceeded(sizes: Array, own: list[int], others: list[int], extreme: str) -> Array:
    """[1 + draws]: share of the others whose spread is smaller (larger, for "least") than the subject's."""
    mine = sizes[:, own].mean(1)[:, None]
    theirs = sizes[:, others]
    return np.asarray(((theirs < mine) if extreme == "most" else (theirs > mine)).mean(1)) if others else np.zeros(sizes.shape[0])


def _over_seeds(bench: Bench, panel: Panel, own: Sequence[str], others: Sequence[str], extreme: str) -> None:
    """Which methods vary most from seed to seed: the standard deviation over seeds, averaged over cells."""
    values: dict[str, dict[tuple[object, ...], list[float]]] = defaultdict(lambda: defaultdict(list))
    for each in panel.used:
        if each.seed is not None:
            values[each.method][each.backbone, each.dataset, each.settings].append(each.value)
    sizes = {
        method: float(np.mean(found))
        for method, cells in values.items()
        if (found := [np.std(seen, ddof=1) for seen in cells.values() if len(seen) > 1])
    }
    mine = [sizes[method] for method in own if method in sizes]
    rivals = [method for method in others if method in sizes]
    if not mine or not rivals:
        return
    listing = sorted(((sizes[method], method) for method in (*own, *rivals) if method in sizes), reverse=True)
    bench.step(3, "standard deviation over seeds, mean of the cells: " + ", ".join(f"{method} {size:.3g}" for size, method in listing))
    exceeded = [sizes[method] < np.mean(mine) if extreme == "most" else sizes[method] > np.mean(mine) for method in rivals]
    n = len(values[own[0]])
    bench.reading("over seeds: share of the others that it exceeds", float(np.mean(exceeded)), (np.nan, np.nan), n)
