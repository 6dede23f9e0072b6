"""What Amount and Effect share: does a quantity lie in a stated range, and how exactly was the range meant?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from synth.model import Interval, Judgement, Outcome
from synth.verifier.bench import Bench, NoCells, count
from synth.verifier.bootstrap import Array, interval
from synth.verifier.panel import Panel, Place
from synth.verifier.shares import decide_share

FAR = 0.10
"""a mean outside its range by more than this share of the bound speaks against the claim."""
STATED = 0.10
"""
share of a stated change within which a measured one shows it: "50 % faster" is a round figure of another machine, batch
and compiler; what rounds to something else by more than a tenth is another figure.
"""


def claimed_slack(size: Interval) -> float:
    """Half a unit of the last digit in which a claim states a single value: 0.5 for "2x", 0.05 for "0.3 points"; 0 for a range."""
    if size.low is None or size.low != size.high:
        return 0.0
    exponent = Decimal(repr(size.low)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** min(0, int(exponent))


def change_slack(size: Interval, neutral: float) -> float:
    """Tolerance of a single stated change: its rounding, or a tenth of its distance from no change where that is larger; 0 for a range."""
    if size.low is None or size.low != size.high:
        return 0.0
    return max(claimed_slack(size), STATED * abs(size.low - neutral))


def operating_point(size: Interval, neutral: float | None = None) -> bool | None:
    """True where the range is closed and so names a measured point; None where it is a bound, as one that ends at no change is."""
    return True if size.low is not None and size.high is not None and neutral not in (size.low, size.high) else None


def printed_slack(size: Interval, half_unit: float | Array) -> Array:
    """How far beyond a claimed range a value may lie and still be what was claimed: as far as print is coarser than the claim."""
    claimed = (size.high - size.low) / 2 if size.low is not None and size.high is not None else math.inf
    stated = claimed_slack(size)
    return np.asarray(stated + np.maximum(0.0, half_unit - max(claimed, stated)))


def bound_slack(values: Array, size: Interval, slack: float) -> Array:
    """
    Tolerance for each value [units] at a bound: that of print where the value is the bound itself, "at most 0.5" and 0.5, else none.

    A value that print alone puts on the right side of a bound does not bear it out: 79.3 is not known to be below 79.32.
    """
    at_bound = np.zeros(values.shape, dtype=bool)
    for bound in (size.low, size.high):
        if bound is not None:
            at_bound |= np.abs(values - bound) <= min(slack, claimed_slack(Interval(low=bound, high=bound))) + 1e-9
    return np.where(at_bound, slack, 0.0)


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
    neutral: float | None = None,
    turns_at: float | None = None,
    against: Array | None = None,
) -> Judgement:
    """
    Judge values [1 + draws, units] against a range.

    some=True   a value or two-sided range names one operating point: one cell that shows it supports, and only if every
                cell lies far outside is it refuted
    some=False  every unit must lie inside; one far outside refutes
    some=None   a bound ("at least 2x"), or a word like "always", is judged by the share of cells
    neutral     the value of no change, where the range is a change: a single stated change is shown by a value within its
                tolerance, if the interval excludes no change
    turns_at    the value of no change, where a value surely on its other side is far outside however small both are
    against     [units], which units speak against the claim; those far outside unless given
    """
    if not units.shape[1]:
        raise NoCells("no value is left to compare with the range")
    tolerance = slack + (claimed_slack(size) if neutral is None else change_slack(size, neutral))
    scores = inside(units, size, bound_slack(units[0], size, slack) if some is None else tolerance)
    unit_panel = Panel(
        panel.metric, panel.methods, tuple(places), units[:, :, None], _unit_repeats(panel, places), panel.used, panel.notes, panel.slack
    )
    if some is None:
        return decide_share(bench, unit_panel, scores, "stated", None)
    means, bounds = units[0], [interval(units[1:, i], bench.rule.level) for i in range(units.shape[1])]
    within = scores[0] > 0
    near = printed_slack(size, float(panel.slack.max(initial=0.0))) if neutral is None else tolerance
    known = np.array([size.contains(low, tolerance) and size.contains(high, tolerance) for low, high in bounds])
    certain = known & (inside(means, size, near) > 0)
    if neutral is not None and size.low == size.high:
        certain |= within & np.array([low > neutral or high < neutral for low, high in bounds])
    far = np.array([_far(mean, low, high, size, tolerance, far_points) for mean, (low, high) in zip(means, bounds, strict=True)])
    if turns_at is not None:
        far |= np.array([_is_turned(low, high, size, turns_at, tolerance) for low, high in bounds])
    against = far if against is None else against
    shown = ", ".join(
        f"{place.label}: {mean:.4g} ({low:.4g} to {high:.4g})"
        for place, mean, (low, high) in list(zip(places, means, bounds, strict=True))[:12]
    )
    bench.step(3, f"range {size.low} to {size.high}, tolerance {tolerance:.3g}; {shown}")
    bench.step(3, f"shows it {int(certain.sum())}, far outside {int(far.sum())} of {count(len(places), 'value')}")
    outcome: Outcome = "inconclusive"
    if some:
        outcome = "supported" if certain.any() else "refuted" if against.all() else "inconclusive"
    else:
        outcome = "supported" if certain.all() else "refuted" if against.any() else "inconclusive"
    draws = (scores[1:] > 0).any(1) if some else (scores[1:] > 0).all(1)
    shares = (scores[1:] > 0).mean(1)
    return bench.judgement(
        outcome, unit_panel, units[1:].mean(1), float(within.mean()), interval(shares, bench.rule.level), probability=float(draws.mean())
    )


def inside(values: Array, size: Interval, tolerance: float | Array) -> Array:
    """Positive where the values lie in the range, by how much."""
    scores = np.full(values.shape, np.inf)
    if size.low is not None:
        scores = np.minimum(scores, values - size.low + tolerance + 1e-9)
    if size.high is not None:
        scores = np.minimum(scores, size.high - values + tolerance + 1e-9)
    return scores


def _far(mean: float, low: float, high: float, size: Interval, tolerance: float, far_points: float | None) -> bool:
    """Outside by more than a tenth of the bound (far_points, where given), with the whole interval outside."""

    def margin(bound: float) -> float:
        return tolerance + (FAR * abs(bound) if far_points is None else far_points)

    below = size.low is not None and mean < size.low - margin(size.low) and high < size.low - tolerance
    above = size.high is not None and mean > size.high + margin(size.high) and low > size.high + tolerance
    return bool(below or above)


def _is_turned(low: float, high: float, size: Interval, at: float, tolerance: float) -> bool:
    """Whether a whole interval lies beyond no change, on the other side than a whole range."""
    rises = size.low is not None and size.low > at
    falls = size.high is not None and size.high < at
    return (rises and high < at - tolerance) or (falls and low > at + tolerance)


def _unit_repeats(panel: Panel, places: Sequence[Place]) -> Array:
    seen = np.where(np.isnan(panel.values[0]), np.inf, panel.repeats)
    least = float(seen.min()) if seen.size else float("inf")
    return np.full((len(places), 1), least)
