"""Trend and Spread: how a method's numbers change along a setting, and how much its standing varies over the cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synth.model import Judgement, Outcome, Spread, Trend
from synth.verifier.bench import Bench, count, population
from synth.verifier.bootstrap import Array, generator, interval, ranks
from synth.verifier.panel import EVERYWHERE, Panel, Place
from synth.verifier.quantifiers import FLOOR
from synth.verifier.scaling import KEEP_RATE_SLACK
from synth.verifier.shares import decide_share

LEAST_CELLS = 3
"""a spread over fewer cells is none."""


def trend(hypothesis: Trend, bench: Bench) -> Judgement:
    """Judge "a metric rises, falls or stays as a setting goes from start to end"."""
    where = hypothesis.where
    if hypothesis.start is not None or hypothesis.end is not None:
        where = where.model_copy(update={"settings": tuple(s for s in where.settings if s.name != hypothesis.setting)})
    beyond = hypothesis.beyond.members if hypothesis.beyond else ()
    subject = hypothesis.subject.members
    panel = bench.panel(
        hypothesis.metric,
        where,
        needed=subject,
        judgeable=lambda p: _on_a_way(p, hypothesis, subject, beyond),
        everywhere=frozenset() if set(subject) & EVERYWHERE else EVERYWHERE,
    )
    bench.observe(panel, subject, beyond)
    subject = subject or tuple(population(panel, (), ()))
    panel = panel.only(dict.fromkeys((*subject, *beyond)))
    ways = _ways(panel, hypothesis, subject, beyond)
    change = np.stack([_change(panel, way, subject) for way in ways], axis=1)
    scores = _trend_scores(hypothesis, change)
    if beyond:
        theirs = np.stack([_change(panel, way, beyond) for way in ways], axis=1)
        direction = -1.0 if hypothesis.direction == "falls" else 1.0
        scores = np.minimum(direction * change, direction * (change - theirs) - hypothesis.margin)
        bench.step(3, f"the change must exceed that of {', '.join(beyond)} by {hypothesis.margin:g}")
    for index, way in enumerate(ways[:12]):
        bench.step(3, _told(panel, way, hypothesis, subject, float(change[0, index])))
    places = tuple(panel.places[way[0]].without(hypothesis.setting) for way in ways)
    repeats = np.stack([panel.repeats[way].min(0) for way in ways])
    values = np.stack([panel.values[:, way].mean(1) for way in ways], axis=1)
    merged = Panel(panel.metric, panel.methods, places, values, repeats, panel.used, panel.notes, panel.slack[: len(ways)])
    return decide_share(bench, merged, scores, "stated", None)


def _on_a_way(panel: Panel, hypothesis: Trend, subject: Sequence[str], beyond: Sequence[str]) -> Array:
    """Places that lie on a way with both of its ends."""
    marks = np.zeros(len(panel.places))
    for way in _ways(panel, hypothesis, subject or population(panel, (), ()), beyond):
        marks[way] = 1.0
    return marks


def _ways(panel: Panel, hypothesis: Trend, subject: Sequence[str], beyond: Sequence[str]) -> list[list[int]]:
    """For each place without the setting: its rows from the start of the way to the end."""
    groups: dict[Place, list[int]] = {}
    for row, place in enumerate(panel.places):
        if place.setting(hypothesis.setting) is not None and _seen(panel, row, subject) and (not beyond or _seen(panel, row, beyond)):
            groups.setdefault(place.without(hypothesis.setting), []).append(row)
    found = []
    for rows in groups.values():
        ordered = sorted(rows, key=lambda row: -(panel.places[row].setting(hypothesis.setting) or 0.0))
        settings = [panel.places[row].setting(hypothesis.setting) or 0.0 for row in ordered]
        first, last = _end_of(settings, hypothesis.start, 0), _end_of(settings, hypothesis.end, len(settings) - 1)
        if first is not None and last is not None and first != last:
            found.append(ordered[first : last + 1] if first < last else ordered[last : first + 1][::-1])
    return found


def _seen(panel: Panel, row: int, methods: Sequence[str]) -> bool:
    return bool((~np.isnan(panel.values[0, row, panel.columns(methods)])).any())


def _end_of(settings: Sequence[float], value: float | None, default: int) -> int | None:
    if value is None:
        return default
    return next((i for i, setting in enumerate(settings) if abs(setting - value) <= max(KEEP_RATE_SLACK, 1e-6 * abs(value))), None)


def _change(panel: Panel, way: Sequence[int], methods: Sequence[str]) -> Array:
    """Change of the mean of the methods seen at both ends, [1 + draws]."""
    own = panel.columns(methods)
    both = [c for c in own if not np.isnan(panel.values[0, [way[0], way[-1]], c]).any()]
    if not both:
        return np.full(panel.values.shape[0], 0.0)
    return np.asarray((panel.values[:, way[-1], both] - panel.values[:, way[0], both]).mean(1))


def _trend_scores(hypothesis: Trend, change: Array) -> Array:
    if hypothesis.direction == "stays":
        return hypothesis.margin - np.abs(change) + 1e-9
    return (-change if hypothesis.direction == "falls" else change) - hypothesis.margin


def _told(panel: Panel, way: Sequence[int], hypothesis: Trend, subject: Sequence[str], change: float) -> str:
    """The way in figures and where it first departs from its start by more than the margin."""
    own = panel.columns(subject)
    values = [float(np.nanmean(panel.values[0, row, own])) for row in way]
    settings = [panel.places[row].setting(hypothesis.setting) or 0.0 for row in way]
    broken = next((setting for setting, value in zip(settings, values, strict=True) if abs(value - values[0]) > hypothesis.margin), None)
    path = ", ".join(f"{setting:g}: {value:.4g}" for setting, value in zip(settings, values, strict=True))
    where = panel.places[way[0]].without(hypothesis.setting).label
    return f"{where}: {hypothesis.setting} {path}; change {change:.4g}; " + (f"breaks at {broken:g}" if broken is not None else "no break")


def _enough(panel: Panel, subject: Sequence[str], rivals: Sequence[str]) -> Array:
    seen = ~np.isnan(panel.values[0])
    return np.asarray(seen[:, panel.columns(subject)].any(1) & (seen[:, panel.columns(rivals)].sum(1) >= 3), dtype=float)


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
    panel = panel.only(population(panel, named, subject))
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
