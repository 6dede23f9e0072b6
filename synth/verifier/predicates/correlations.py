"""Correlate and CompareCorrelations: how strongly one quantity goes with another, and which of two is the better proxy."""

from __future__ import annotations

import numpy as np

from synth.model import CompareCorrelations, Correlate, Judgement, Outcome
from synth.verifier.bench import Bench, NoCells, count, listed
from synth.verifier.bootstrap import Array, interval
from synth.verifier.panel import Panel, higher_is_better
from synth.verifier.predicates.anchored import LEAST_CELLS, LEAST_METHODS, Correlations, clusters, correlations, resampled

BANDS: dict[str, tuple[float, float]] = {"weak": (0.0, 0.4), "moderate": (0.4, 0.7), "high": (0.7, 1.0), "any": (0.0, 1.0)}
"""median |rho| that a strength in words stands for."""
RIGHT_SIGN = 0.8
"""share of cells that must show the sign."""
HIGH_REFUTED = 0.5
"""a claim of high correlation fails where the whole interval lies below this."""
CLEAR = 0.5
"""share of the differences in a cell that must exceed the noise."""
DISTANCES = frozenset({"cka", "pwcca"})
"""similarities by name that the laboratory measures as distances, one less the similarity."""


def expected_sign(x: str, y: str, claimed: str) -> float:
    """
    1 or -1, the sign that the claim implies; 0 where it implies none.

    The further two methods' patterns are apart, the more they differ in performance: distances rise with the
    difference, similarities fall. "Positive" and "negative" in the claim settle it for plain metrics.
    """
    if y == "performance_difference":
        return 1.0 if x in DISTANCES or not higher_is_better(x) else -1.0
    return {"positive": 1.0, "negative": -1.0, "either": 0.0}[claimed]


def _doubt_noise(bench: Bench, found: Correlations, *, strong_enough: bool = False) -> None:
    """
    Noise alone pulls correlations towards 0: where most performances cannot be told apart, a low one shows nothing.

    strong_enough  the correlation is as high as claimed, or higher, in spite of the noise
    """
    if found.clear < CLEAR and not strong_enough:
        bench.doubts.append(f"only {found.clear:.0%} of the differences in a cell exceed the noise")


def correlate(hypothesis: Correlate, bench: Bench) -> Judgement:
    """Judge "x and y correlate weakly / moderately / highly"."""
    found = correlations(bench, hypothesis.x, hypothesis.y, hypothesis.where)
    if found is None:
        raise NoCells(f"no cell has {hypothesis.x} and {hypothesis.y} for more than {LEAST_METHODS} methods")
    bench.selected(found.panel, hypothesis.where, "")
    sign = expected_sign(hypothesis.x, hypothesis.y, hypothesis.sign)
    toward = found.rho * sign if sign else np.abs(found.rho)
    strength = resampled(found, np.abs(found.rho), bench, "median")
    bounds = interval(strength[1:], bench.rule.level)
    right = float((toward[0] > 0).mean())
    null = np.median(np.abs(found.null), axis=1)
    p = float((1 + (null >= strength[0] - 1e-9).sum()) / (1 + null.size))
    chance = float(null.mean())
    cells = zip(found.places, found.rho[0], found.sizes, strict=True)
    bench.step(3, f"anchor: the best method of a cell; n = {min(found.sizes)} to {max(found.sizes)} others that have {hypothesis.x}")
    bench.step(3, f"Spearman by cell: {listed(f'{place.label} {rho:.2f} (n = {n})' for place, rho, n in cells)}")
    bench.step(3, f"median |rho| {strength[0]:.3f}, {bench.spread_words(bounds)}; expected sign in {right:.0%} of cells")
    bench.step(3, f"with exchanged labels |rho| is {chance:.3f} on average, p = {p:.3g}")
    _by_kendall(hypothesis, bench, found, right, p)
    outcome = _strength_outcome(hypothesis.strength, strength, bounds, right, p)
    low, high = BANDS[hypothesis.strength]
    highest = hypothesis.strength in ("high", "any") and outcome == "supported"
    _doubt_noise(bench, found, strong_enough=highest or (outcome == "refuted" and bounds[0] >= high))
    if outcome != "supported":
        side = "below" if strength[0] < low else "above" if strength[0] >= high and hypothesis.strength != "high" else "within"
        bench.step(4, f"{hypothesis.strength} is {low:g} to {high:g}: the median lies {side}")
    inside = float(((strength[1:] >= low) & (strength[1:] <= high)).mean())
    return bench.judgement(outcome, found.panel, strength[1:], float(strength[0]), bounds, probability=inside, chance=chance)


def _by_kendall(hypothesis: Correlate, bench: Bench, found: Correlations, right: float, p: float) -> None:
    """The same bands by Kendall's tau, which is the smaller of the two measures for one and the same order."""
    strength = resampled(found, np.abs(found.tau), bench, "median")
    bounds = interval(strength[1:], bench.rule.level)
    outcome = _strength_outcome(hypothesis.strength, strength, bounds, right, p)
    bench.reading("median |tau|, Kendall's in place of Spearman's", float(strength[0]), bounds, len(found.places), outcome=outcome)


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
    paired = _paired(better, worse)
    if paired is None:
        raise NoCells(f"no cell has both {hypothesis.better} and {hypothesis.worse} beside {hypothesis.y}")
    one, other = paired
    bench.selected(one.panel, hypothesis.where, "")
    _doubt_noise(bench, one)
    sizes = [f"{min(each.sizes)} to {max(each.sizes)}" for each in paired]
    bench.step(3, f"methods beside the anchor: {sizes[0]} with {hypothesis.better}, {sizes[1]} with {hypothesis.worse}; the sets differ")
    n = len(clusters(one.places))
    gap = _mean_gap(bench, one, np.abs(one.rho) - np.abs(other.rho))
    bounds = interval(gap[1:], bench.rule.level)
    told = f"mean {gap[0]:.3f} over {count(n, 'cell')}, {bench.spread_words(bounds)}"
    bench.step(3, f"|rho| of {hypothesis.better} minus |rho| of {hypothesis.worse}: {told}")
    by_tau = _mean_gap(bench, one, np.abs(one.tau) - np.abs(other.tau))
    span = interval(by_tau[1:], bench.rule.level)
    bench.reading("|tau| in place of |rho|", float(by_tau[0]), span, n, chance=0.0, outcome=_gap_outcome(span))
    if n < LEAST_CELLS:
        bench.doubts.append(f"fewer than {LEAST_CELLS} cells")
    probability = float((gap[1:] > 0).mean())
    return bench.judgement(_gap_outcome(bounds), one.panel, gap[1:], float(gap[0]), bounds, probability=probability, chance=0.0)


def _gap_outcome(bounds: tuple[float, float]) -> Outcome:
    return "supported" if bounds[0] > 0 else "refuted" if bounds[1] < 0 else "inconclusive"


def _mean_gap(bench: Bench, found: Correlations, gap: Array) -> Array:
    """[1 + draws]: mean over cells, which are resampled where there are enough of them."""
    return resampled(found, gap, bench, "mean") if len(clusters(found.places)) >= LEAST_CELLS else np.asarray(gap.mean(1))


def _paired(better: Correlations | None, worse: Correlations | None) -> tuple[Correlations, Correlations] | None:
    """Both on the cells that they share; the panel holds the seeds behind either."""
    if better is None or worse is None:
        return None
    common = [place for place in better.places if place in worse.places]
    if not common:
        return None
    mine, theirs = ([found.places.index(place) for place in common] for found in (better, worse))
    used = tuple(dict.fromkeys((*better.panel.used, *worse.panel.used)))
    rows = better.panel.rows(np.isin(np.arange(len(better.places)), mine).tolist())
    repeats = np.minimum(rows.repeats, worse.panel.repeats[theirs])
    panel = Panel(rows.metric, rows.methods, rows.places, rows.values, repeats, used, rows.notes, rows.slack)
    clear = min(better.clear, worse.clear)
    return better.at(common, panel, clear), worse.at(common, panel, clear)
