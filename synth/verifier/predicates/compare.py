"""Compare: differences, ratios and percentages between two groups of methods within a cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth.model import Compare, Judgement, vocabulary
from synth.verifier.bench import Bench, by_dataset, population
from synth.verifier.bootstrap import Array, interval, ranks
from synth.verifier.panel import Panel, Place, build_panel
from synth.verifier.predicates.groups import both, chance_of, others_in, peopled, reduced
from synth.verifier.predicates.ranges import claimed_slack, inside, printed_slack
from synth.verifier.scaling import canonical_backbone, matches
from synth.verifier.shares import decide_share, tally, tally_reading

EQUAL_POINTS = 0.5
"""two percentages count as equal within this many points, unless the claim says how close."""
EQUAL_RELATIVE = 0.02
"""two other quantities count as equal within this share."""
NEAR_DEVIATIONS = 0.5
"""standard deviations of the methods of a cell within which a group is competitive with another's median."""


def competitive(hypothesis: Compare) -> bool:
    """Whether "equals" means "competitive": near the median of a group that the claim left open, and the better for lying above it."""
    margin = hypothesis.margin
    return hypothesis.relation == "equals" and hypothesis.other_by == "median" and margin is not None and margin.low == 0.0


def compare(hypothesis: Compare, bench: Bench) -> Judgement:
    """Judge "subjects beat (trail, equal) others on a metric"."""
    subject, other = hypothesis.subject.members, hypothesis.other.members
    whole = bench.panel(
        hypothesis.metric,
        hypothesis.where,
        needed=subject,
        judgeable=lambda p: _judgeable(p, subject, other),
    )
    others = others_in(whole, subject, other)
    bench.observe(whole, subject, other)
    panel = whole.only((*subject, *others))
    if not other:
        bench.ranked(panel, panel.methods)
    first, second = _sides(hypothesis, panel, subject, others)
    if hypothesis.quantifier == "on_average":
        panel, first, second = _averaged(panel, first, second)
        bench.step(3, "differences are averaged within each data set first")
    scores = _competitive(hypothesis, bench, whole, first, second) if competitive(hypothesis) else _scores(hypothesis, panel, first, second)
    difference = (first - second)[0]
    sizes = [len(panel.columns(members)) for members in (subject, others)]
    bench.step(
        3,
        f"difference of the {hypothesis.subject_by} of {sizes[0]} to the {hypothesis.other_by} of {sizes[1]}: "
        f"median {np.median(difference):.3g}, from {difference.min():.3g} to {difference.max():.3g} (positive as claimed)",
    )
    plain = hypothesis.relation != "equals" and not hypothesis.margin
    chance = chance_of(sizes[0], sizes[1], hypothesis.subject_by, hypothesis.other_by) if plain else None
    if plain and hypothesis.quantifier != "on_average":
        _by_medians(hypothesis, bench, panel, others, scores)
        _elsewhere(hypothesis, bench, scores)
    return decide_share(bench, panel, scores, hypothesis.quantifier, chance)


def _judgeable(panel: Panel, subject: Sequence[str], other: Sequence[str]) -> Array:
    """Places with both sides, and with most of "all others" where the claim names none."""
    rivals = others_in(panel, subject, other)
    return both(panel, subject, rivals) * (1.0 if other else peopled(panel, (*subject, *rivals)))


def _sides(hypothesis: Compare, panel: Panel, subject: Sequence[str], others: Sequence[str]) -> tuple[Array, Array]:
    """Both sides as one value a cell each, higher where the claim wants it higher."""
    sign = panel.sign if hypothesis.relation != "trails" else -panel.sign
    mine, theirs = panel.values[:, :, panel.columns(subject)], panel.values[:, :, panel.columns(others)]
    return (reduced(mine * sign, hypothesis.subject_by, first=True), reduced(theirs * sign, hypothesis.other_by, first=False))


def _by_medians(hypothesis: Compare, bench: Bench, panel: Panel, others: Sequence[str], scores: Array) -> None:
    """The strong form, in which the median of the group is ahead too, and the share without each member."""
    subject = [method for method in hypothesis.subject.members if method in panel.methods]
    if len(subject) < 2:
        return
    by_median = hypothesis.model_copy(update={"subject_by": "median", "other_by": "median"})
    median_gap = np.subtract(*_sides(by_median, panel, subject, others))
    if hypothesis.subject_by == "best":
        tally_reading(bench, "strong: the best ahead of the best, and the median of the median", np.minimum(scores, median_gap))
    shares = [f"by medians {_share(bench, median_gap):.3f}"]
    for left_out in subject:
        rest = [method for method in subject if method != left_out]
        shares.append(f"without {left_out} {_share(bench, np.subtract(*_sides(hypothesis, panel, rest, others))):.3f}")
    bench.step(3, f"share under other readings: {', '.join(shares)}")


def _share(bench: Bench, scores: Array) -> float:
    return tally(scores[:, ~np.isnan(scores[0])], bench.rule.level).share


def _elsewhere(hypothesis: Compare, bench: Bench, here: Array) -> None:
    """The same comparison on the backbones that the claim does not name, and what the named ones add to it."""
    where = hypothesis.where
    if not where.backbones:
        return
    named = {canonical_backbone(o.backbone) for o in bench.observations if matches(where, o)}
    free = where.model_copy(update={"backbones": ()})
    subject, other = hypothesis.subject.members, hypothesis.other.members
    panel = build_panel(bench.observations, hypothesis.metric, free, bench.rule, bench.seed, needed=subject)
    rivals = others_in(panel, subject, other)
    seen = both(panel, subject, rivals).astype(bool)
    panel = panel.rows([bool(held) and place.backbone not in named for held, place in zip(seen, panel.places, strict=True)])
    if not panel.places:
        return
    first, second = _sides(hypothesis, panel, subject, rivals)
    there = first - second
    names = ", ".join(sorted({place.backbone for place in panel.places}))
    tally_reading(bench, f"on {names or 'the other backbones'} instead", there)
    gap = (here > 0).mean(1) - (there > 0).mean(1)
    bounds = interval(gap[1:], bench.rule.level)
    outcome = "supported" if bounds[0] > 0 else "refuted" if bounds[1] < 0 else "inconclusive"
    name = f"interaction: share of cells here less that on {names or 'the others'}"
    bench.reading(name, float(gap[0]), bounds, here.shape[1] + there.shape[1], chance=0.0, outcome=outcome)  # type: ignore[arg-type]


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


def _competitive(hypothesis: Compare, bench: Bench, panel: Panel, first: Array, second: Array) -> Array:
    """
    Positive where a group is competitive: no further below the median of the others than the margin or half a standard
    deviation of the cell's methods, or its best one in the upper half of all methods of the cell.
    """
    assert hypothesis.margin is not None
    everyone = panel.only(population(panel, (), hypothesis.subject.members))
    allowed = np.maximum(hypothesis.margin.high or 0.0, NEAR_DEVIATIONS * np.nanstd(everyone.values[0], axis=1))
    near = first - second + allowed + 2 * float(panel.slack.max(initial=0.0))
    rivals = set(hypothesis.subject.members) | set(hypothesis.other.members)
    bench.step(3, f"near means within {allowed.min():.3g} to {allowed.max():.3g} points below the median")
    if not set(everyone.methods) - rivals:
        return np.asarray(near)
    placed = ranks(everyone.values * everyone.sign)
    best = np.nanmin(placed[:, :, everyone.columns(hypothesis.subject.members)], axis=2)
    middle = ((~np.isnan(everyone.values[0])).sum(1) + 1) / 2
    bench.step(3, f"or rank {middle.min():g} to {middle.max():g} and better: its best one stands at {best[0].mean():.2f} on average")
    return np.asarray(np.maximum(near, middle + 0.5 - best))


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
    slack = np.asarray(2 * panel.slack.max(axis=1, initial=0.0), dtype=float) if panel.slack.size else np.zeros(len(panel.places))
    margin = hypothesis.margin
    if hypothesis.relation == "equals":
        difference = np.abs(_in_unit(first, second, hypothesis.margin_unit))
        if hypothesis.margin_unit == "ratio":
            difference = np.abs(_in_unit(first, second, "ratio") - 1.0)
        if margin and margin.high is not None:
            return np.asarray(margin.high + slack - difference)
        term = vocabulary().get("metric", panel.metric)
        if term is not None and term.unit == "percent":
            return np.asarray(EQUAL_POINTS + slack - np.abs(first - second))
        return np.asarray(EQUAL_RELATIVE * np.abs(second) + slack - np.abs(first - second))
    if margin is None:
        return first - second
    difference = _in_unit(first, second, hypothesis.margin_unit)
    if hypothesis.margin_unit != "points":
        return inside(difference, margin, claimed_slack(margin))
    scores = inside(difference, margin, claimed_slack(margin) + slack)
    scores[0] = np.minimum(scores[0], inside(difference[0], margin, printed_slack(margin, slack / 2)))
    return scores
