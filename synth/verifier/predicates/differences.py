"""Compare and Effect: differences, ratios and percentages between methods within a cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth.model import Compare, Effect, Interval, Judgement, vocabulary
from synth.verifier.bench import Bench, by_dataset, population
from synth.verifier.bootstrap import Array, generator
from synth.verifier.panel import EVERYWHERE, Panel, Place
from synth.verifier.predicates.quantities import claimed_slack, decide_range, operating_point
from synth.verifier.shares import decide_share, tally

EQUAL_POINTS = 0.5
"""two percentages count as equal within this many points, unless the claim says how close."""
FAR_CHANGE_POINTS = 0.5
"""a change of a percentage outside its range by more than this speaks against the claim."""
EQUAL_RELATIVE = 0.02
"""two other quantities count as equal within this share."""
CHANCE_DRAWS = 20_000


def chance_of(first: int, second: int, by: str, other_by: str) -> float:
    """Chance that a group of exchangeable methods comes out ahead of another, given how each becomes one value."""
    if by in ("best", "each") and other_by in ("best", "each") and not (by == "each" and first > 1):
        return first / (first + second)
    rng = generator("chance", str(first), str(second), by, other_by)
    a, b = rng.normal(size=(CHANCE_DRAWS, first)), rng.normal(size=(CHANCE_DRAWS, second))
    return round(float((reduced(a, by, first=True) > reduced(b, other_by, first=False)).mean()), 3)


def reduced(values: Array, by: str, *, first: bool) -> Array:
    """One value for a group along the last axis, NaN left out; "each" is the weakest of the first and the strongest of the second."""
    with np.errstate(invalid="ignore"):
        if by == "median":
            return np.asarray(np.nanmedian(values, axis=-1))
        if by == "mean":
            return np.asarray(np.nanmean(values, axis=-1))
        if by == "each" and first:
            return np.asarray(np.nanmin(values, axis=-1))
        return np.asarray(np.nanmax(values, axis=-1))


def compare(hypothesis: Compare, bench: Bench) -> Judgement:
    """Judge "subjects beat (trail, equal) others on a metric"."""
    subject, other = hypothesis.subject.members, hypothesis.other.members
    panel = bench.panel(
        hypothesis.metric,
        hypothesis.where,
        needed=subject,
        judgeable=lambda p: _both(p, subject, _others(p, subject, other)),
    )
    others = _others(panel, subject, other)
    bench.observe(panel, subject, other)
    panel = panel.only((*subject, *others))
    _sensitivity(hypothesis, bench, panel, others)
    own, theirs = panel.columns(subject), panel.columns(others)
    sign = panel.sign if hypothesis.relation != "trails" else -panel.sign
    first = reduced(panel.values[:, :, own] * sign, hypothesis.subject_by, first=True)
    second = reduced(panel.values[:, :, theirs] * sign, hypothesis.other_by, first=False)
    if hypothesis.quantifier == "on_average":
        panel, first, second = _averaged(panel, first, second)
        bench.step(3, "differences are averaged within each data set first")
    scores = _scores(hypothesis, panel, first, second)
    difference = (first - second)[0]
    bench.step(
        3,
        f"difference of the {hypothesis.subject_by} of {len(own)} to the {hypothesis.other_by} of {len(theirs)}: "
        f"median {np.median(difference):.3g}, from {difference.min():.3g} to {difference.max():.3g} (positive as claimed)",
    )
    chance = (
        None
        if hypothesis.relation == "equals" or hypothesis.margin
        else chance_of(len(own), len(theirs), hypothesis.subject_by, hypothesis.other_by)
    )
    return decide_share(bench, panel, scores, hypothesis.quantifier, chance)


def _sensitivity(hypothesis: Compare, bench: Bench, panel: Panel, others: Sequence[str]) -> None:
    """Shares under other readings of the groups: by medians, and without each member of the subject."""
    subject = [method for method in hypothesis.subject.members if method in panel.methods]
    if len(subject) < 2 or hypothesis.margin or hypothesis.relation == "equals":
        return
    sign = panel.sign if hypothesis.relation == "beats" else -panel.sign
    theirs = panel.values[:, :, panel.columns(others)] * sign

    def share(members: Sequence[str], by: str, other_by: str) -> float:
        mine = panel.values[:, :, panel.columns(members)] * sign
        scores = reduced(mine, by, first=True) - reduced(theirs, other_by, first=False)
        return tally(scores[:, ~np.isnan(scores[0])], bench.rule.level).share

    readings = [f"by medians {share(subject, 'median', 'median'):.3f}"]
    for left_out in subject:
        rest = [method for method in subject if method != left_out]
        readings.append(f"without {left_out} {share(rest, hypothesis.subject_by, hypothesis.other_by):.3f}")
    bench.step(3, f"share under other readings: {', '.join(readings)}")


def _others(panel: Panel, subject: Sequence[str], other: Sequence[str]) -> list[str]:
    return [method for method in population(panel, other, ()) if method not in subject]


def _both(panel: Panel, subject: Sequence[str], other: Sequence[str]) -> Array:
    seen = ~np.isnan(panel.values[0])
    return np.asarray(seen[:, panel.columns(subject)].any(1) & seen[:, panel.columns(other)].any(1), dtype=float)


def _averaged(panel: Panel, first: Array, second: Array) -> tuple[Panel, Array, Array]:
    groups = by_dataset(panel.places)
    rows = list(groups.values())
    places = tuple(Place("", name, "", ()) for name in groups)
    repeats = np.stack([panel.repeats[chosen].min(0) for chosen in rows])
    values = np.stack([panel.values[:, chosen].mean(1) for chosen in rows], axis=1)
    slack = np.stack([panel.slack[chosen].max(0) for chosen in rows])
    merged = Panel(panel.metric, panel.methods, places, np.where(np.isnan(values), 0.0, values), repeats, panel.used, panel.notes, slack)
    return (
        merged,
        np.stack([first[:, chosen].mean(1) for chosen in rows], axis=1),
        np.stack([second[:, chosen].mean(1) for chosen in rows], axis=1),
    )


def _in_unit(first: Array, second: Array, unit: str) -> Array:
    """The difference in the unit of the margin; values may carry the sign of the direction."""
    if unit == "percent":
        return np.asarray(100.0 * (first - second) / np.abs(second))
    if unit == "ratio":
        # A ratio of "fewer is better" quantities is turned round, so that 2 always means twice as good.
        upward = np.where(second < 0, second / first, first / second)
        return np.asarray(upward)
    return first - second


def _scores(hypothesis: Compare, panel: Panel, first: Array, second: Array) -> Array:
    slack = 2 * float(panel.slack.max(initial=0.0))
    margin = hypothesis.margin
    if hypothesis.relation == "equals":
        difference = np.abs(_in_unit(first, second, hypothesis.margin_unit))
        if hypothesis.margin_unit == "ratio":
            difference = np.abs(_in_unit(first, second, "ratio") - 1.0)
        if margin and margin.high is not None:
            return margin.high + slack - difference
        term = vocabulary().get("metric", panel.metric)
        if term is not None and term.unit == "percent":
            return EQUAL_POINTS + slack - np.abs(first - second)
        return EQUAL_RELATIVE * np.abs(second) + slack - np.abs(first - second)
    if margin is None:
        return first - second
    difference = _in_unit(first, second, hypothesis.margin_unit)
    return _inside(difference, margin, claimed_slack(margin) + (slack if hypothesis.margin_unit == "points" else 0.0))


def _inside(values: Array, margin: Interval, slack: float) -> Array:
    """Positive where the values lie in the range."""
    scores = np.full(values.shape, np.inf)
    if margin.low is not None:
        scores = np.minimum(scores, values - margin.low + slack + 1e-9)
    if margin.high is not None:
        scores = np.minimum(scores, margin.high - values + slack + 1e-9)
    return scores


def effect(hypothesis: Effect, bench: Bench) -> Judgement:
    """Judge "against a baseline a metric changes by so much"."""
    subject, baseline = hypothesis.subject.members, hypothesis.baseline.members
    broad = EVERYWHERE | frozenset(baseline)
    panel = bench.panel(
        hypothesis.metric,
        hypothesis.where,
        needed=subject,
        judgeable=lambda p: _both(p, subject or _others(p, baseline, ()), baseline),
        everywhere=broad,
    )
    changed = subject or tuple(_others(panel, baseline, ()))
    panel = panel.only((*changed, *baseline))
    own = panel.columns(changed)
    base = reduced(panel.values[:, :, panel.columns(baseline)], "mean", first=False)[:, :, None]
    values = panel.values[:, :, own]
    changes = {"ratio": values / base, "difference": values - base, "percent": 100.0 * (values / base - 1.0)}[hypothesis.change]
    seen = ~np.isnan(changes[0])
    rows, columns = np.nonzero(seen)
    bench.step(
        3,
        f"{hypothesis.change} of {hypothesis.metric} to {hypothesis.baseline.label}: "
        + ", ".join(
            f"{panel.methods[own[c]]} at {panel.places[r].label}: {changes[0, r, c]:.4g}"
            for r, c in list(zip(rows, columns, strict=True))[:12]
        ),
    )
    slack = 2 * float(panel.slack.max(initial=0.0)) if hypothesis.change == "difference" else 0.0
    units = changes[:, rows, columns]
    term = vocabulary().get("metric", panel.metric)
    points = hypothesis.change == "difference" and term is not None and term.unit == "percent"
    far = FAR_CHANGE_POINTS if points else None
    places = [panel.places[r] for r in rows]
    return decide_range(bench, panel, units, hypothesis.size, slack, places, far_points=far, some=operating_point(hypothesis.size))
