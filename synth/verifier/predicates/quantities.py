"""Amount, and what it shares with Effect: does a quantity lie in a stated range?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from synth.model import Amount, Interval, Judgement, Outcome, vocabulary
from synth.verifier.bench import Bench, NoCells, count, population
from synth.verifier.bootstrap import Array, interval
from synth.verifier.panel import EVERYWHERE, Panel, Place
from synth.verifier.shares import decide_share

FAR = 0.10
"""a mean outside its range by more than this share of the bound speaks against the claim."""
FAR_POINTS = 1.0
"""the same for percentages, in points."""
NOMINAL = "topk"
"""keeps exactly the nominal number of tokens, so its count stands for "the other methods"."""


def claimed_slack(size: Interval) -> float:
    """Half a unit of the last digit in which a claim states a single value: 0.5 for "2x", 0.05 for "0.3 points"; 0 for a range."""
    if size.low is None or size.low != size.high:
        return 0.0
    exponent = Decimal(repr(size.low)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** min(0, int(exponent))


def amount(hypothesis: Amount, bench: Bench) -> Judgement:
    """Judge "a quantity lies in a range", absolutely or against others."""
    subject = hypothesis.subject.members
    others = hypothesis.versus.members if hypothesis.versus else ()
    panel = bench.panel(
        hypothesis.metric,
        hypothesis.where,
        needed=subject,
        judgeable=lambda p: _judgeable(p, hypothesis, subject, others),
        everywhere=EVERYWHERE if hypothesis.versus else frozenset(),
    )
    own = panel.columns(subject or population(panel, (), ()))
    values = panel.values[:, :, own]
    if hypothesis.versus is not None:
        rivals = _versus(panel, subject, others, hypothesis.metric)
        bench.step(3, f"compared with the mean of {', '.join(rivals)}")
        theirs = np.nanmean(panel.values[:, :, panel.columns(rivals)], axis=2)[:, :, None]
        values = {"fewer": theirs - values, "more": values - theirs, "ratio": values / theirs, "value": values}[hypothesis.relation]
    rows, columns = np.nonzero(~np.isnan(values[0]))
    units = values[:, rows, columns]
    places = [panel.places[row] for row in rows]
    slack = float(panel.slack.max(initial=0.0)) * (1 if hypothesis.versus is None else 2)
    term = vocabulary().get("metric", hypothesis.metric)
    points = bool(term and term.unit == "percent") and hypothesis.relation != "ratio"
    if hypothesis.quantifier == "on_average" or hypothesis.versus is not None:
        units, places = _means(units, places)
        bench.step(3, "averaged over settings within each data set and backbone")
    return decide_range(
        bench, panel, units, hypothesis.range, slack, places, far_points=FAR_POINTS if points else None, some=_some(hypothesis)
    )


def _some(hypothesis: Amount) -> bool | None:
    """Whether one cell that shows the number is enough: a plain statement of a value does not name all its conditions."""
    if hypothesis.versus is not None or hypothesis.quantifier == "on_average":
        return False
    return operating_point(hypothesis.range) and (hypothesis.quantifier == "stated" or None)


def operating_point(size: Interval) -> bool | None:
    """True where the range is closed and so names a measured point; None where it is a bound."""
    return True if size.low is not None and size.high is not None else None


def _judgeable(panel: Panel, hypothesis: Amount, subject: Sequence[str], others: Sequence[str]) -> Array:
    seen = ~np.isnan(panel.values[0])
    own = seen[:, panel.columns(subject or population(panel, (), ()))].any(1)
    if hypothesis.versus is None:
        return np.asarray(own, dtype=float)
    return np.asarray(own & seen[:, panel.columns(_versus(panel, subject, others, hypothesis.metric))].any(1), dtype=float)


def _versus(panel: Panel, subject: Sequence[str], others: Sequence[str], metric: str) -> list[str]:
    """Who the subject is compared with; for token counts against everyone, the method that keeps the nominal count."""
    named = set(others) - set(subject)
    everyone = not named or named >= set(population(panel, (), ())) - set(subject)
    if metric == "tokens" and everyone and NOMINAL in panel.methods and NOMINAL not in subject:
        return [NOMINAL]
    return [method for method in population(panel, tuple(named), ()) if method not in subject]


def _means(units: Array, places: Sequence[Place]) -> tuple[Array, list[Place]]:
    if not places:
        return units, []
    groups: dict[Place, list[int]] = {}
    for index, place in enumerate(places):
        groups.setdefault(Place(place.source, place.dataset, place.backbone, ()), []).append(index)
    return np.stack([units[:, chosen].mean(1) for chosen in groups.values()], axis=1), list(groups)


def decide_range(
    bench: Bench,
    panel: Panel,
    units: Array,
    size: Interval,
    slack: float,
    places: Sequence[Place],
    *,
    far_points: float | None,
    some: bool | None,
) -> Judgement:
    """
    Judge values [1 + draws, units] against a range.

    some=True   a value or two-sided range names one operating point: one cell that shows it supports, and only if every
                cell lies far outside is it refuted
    some=False  every unit must lie inside; one far outside refutes
    some=None   a bound ("at least 2x"), or a word like "always", is judged by the share of cells
    """
    if not units.shape[1]:
        raise NoCells("no value is left to compare with the range")
    tolerance = slack + claimed_slack(size)
    scores = _distance(units, size, tolerance)
    unit_panel = Panel(
        panel.metric, panel.methods, tuple(places), units[:, :, None], _unit_repeats(panel, places), panel.used, panel.notes, panel.slack
    )
    if some is None:
        return decide_share(bench, unit_panel, scores, "stated", None)
    means, bounds = units[0], [interval(units[1:, i], bench.rule.level) for i in range(units.shape[1])]
    inside = scores[0] > 0
    certain = np.array([size.contains(low, tolerance) and size.contains(high, tolerance) for low, high in bounds])
    far = np.array([_far(mean, low, high, size, tolerance, far_points) for mean, (low, high) in zip(means, bounds, strict=True)])
    shown = ", ".join(
        f"{place.label}: {mean:.4g} ({low:.4g} to {high:.4g})"
        for place, mean, (low, high) in list(zip(places, means, bounds, strict=True))[:12]
    )
    bench.step(3, f"range {size.low} to {size.high}, tolerance {tolerance:.3g}; {shown}")
    bench.step(3, f"inside for certain {int(certain.sum())}, far outside {int(far.sum())} of {count(len(places), 'value')}")
    outcome: Outcome = "inconclusive"
    if some:
        outcome = "supported" if certain.any() else "refuted" if far.all() else "inconclusive"
    else:
        outcome = "supported" if certain.all() else "refuted" if far.any() else "inconclusive"
    draws = (scores[1:] > 0).any(1) if some else (scores[1:] > 0).all(1)
    shares = (scores[1:] > 0).mean(1)
    return bench.judgement(
        outcome, unit_panel, units[1:].mean(1), float(inside.mean()), interval(shares, bench.rule.level), probability=float(draws.mean())
    )


def _distance(units: Array, size: Interval, tolerance: float) -> Array:
    scores = np.full(units.shape, np.inf)
    if size.low is not None:
        scores = np.minimum(scores, units - size.low + tolerance + 1e-9)
    if size.high is not None:
        scores = np.minimum(scores, size.high - units + tolerance + 1e-9)
    return scores


def _far(mean: float, low: float, high: float, size: Interval, tolerance: float, far_points: float | None) -> bool:
    """Outside by more than a tenth of the bound (far_points, where given), with the whole interval outside."""

    def margin(bound: float) -> float:
        return tolerance + (FAR * abs(bound) if far_points is None else far_points)

    below = size.low is not None and mean < size.low - margin(size.low) and high < size.low - tolerance
    above = size.high is not None and mean > size.high + margin(size.high) and low > size.high + tolerance
    return bool(below or above)


def _unit_repeats(panel: Panel, places: Sequence[Place]) -> Array:
    seen = np.where(np.isnan(panel.values[0]), np.inf, panel.repeats)
    least = float(seen.min()) if seen.size else float("inf")
    return np.full((len(places), 1), least)
