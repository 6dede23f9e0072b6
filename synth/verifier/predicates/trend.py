"""Trend: how a method's numbers change along a setting, by themselves or beyond what others lose on the same way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth.model import Judgement, Trend
from synth.verifier.bench import Bench, population
from synth.verifier.bootstrap import Array
from synth.verifier.panel import EVERYWHERE, Panel, Place
from synth.verifier.scaling import KEEP_RATE_SLACK
from synth.verifier.shares import decide_share, tally_reading

LOW_KEEP_RATE = 0.5
"""a drop "at lower keep rates", whose end is left open, must show here already and grow on to the lowest rate."""


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
        scores = _beyond(hypothesis, bench, panel, ways, subject, beyond)
    for index, way in enumerate(ways[:12]):
        bench.step(3, _told(panel, way, hypothesis, subject, float(change[0, index])))
    places = tuple(panel.places[way[0]].without(hypothesis.setting) for way in ways)
    repeats = np.stack([panel.repeats[way].min(0) for way in ways])
    values = np.stack([panel.values[:, way].mean(1) for way in ways], axis=1)
    merged = Panel(panel.metric, panel.methods, places, values, repeats, panel.used, panel.notes, panel.slack[: len(ways)])
    return decide_share(bench, merged, scores, "stated", None)


def _beyond(
    hypothesis: Trend, bench: Bench, panel: Panel, ways: Sequence[list[int]], subject: Sequence[str], beyond: Sequence[str]
) -> Array:
    """
    Positive where the change exceeds that of others by the margin.

    With an open end along the keep rates the excess must show at 0.5 and grow from the first lower rate to the lowest; the
    whole way by itself is another reading then.
    """
    direction = -1.0 if hypothesis.direction == "falls" else 1.0

    def changes(methods: Sequence[str], steps: Sequence[list[int]]) -> Array:
        return direction * np.stack([_change(panel, way, methods) for way in steps], axis=1)

    def exceeds(steps: Sequence[list[int]]) -> Array:
        return np.asarray(changes(subject, steps) - changes(beyond, steps))

    names = ", ".join(beyond)
    whole = np.minimum(changes(subject, ways), exceeds(ways) - hypothesis.margin)
    if hypothesis.end is not None or hypothesis.setting != "keep_rate":
        bench.step(3, f"the change must exceed that of {names} by {hypothesis.margin:g}")
        return whole
    probes = [_down_to(panel, way, hypothesis.setting, LOW_KEEP_RATE) for way in ways]
    bench.step(3, f"the change down to {LOW_KEEP_RATE:g} must exceed that of {names} by {hypothesis.margin:g}, and the excess must grow")
    tally_reading(bench, f"down to the lowest keep rate: the change exceeds that of {names} by {hypothesis.margin:g}", whole)
    scores = np.minimum(changes(subject, probes), exceeds(probes) - hypothesis.margin)
    tally_reading(bench, f"down to {LOW_KEEP_RATE:g}, growing or not", scores)
    growth = exceeds(ways) - exceeds([way[:2] for way in ways])
    grows = np.array([len(way) > 2 for way in ways])
    return np.asarray(np.where(grows, np.minimum(scores, growth), scores))


def _down_to(panel: Panel, way: list[int], setting: str, value: float) -> list[int]:
    """The way cut behind the first setting at or below the value; the whole way where it never gets there."""
    reached = [i for i, row in enumerate(way) if i and (panel.places[row].setting(setting) or 0.0) <= value + KEEP_RATE_SLACK]
    return way[: reached[0] + 1] if reached else way


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
