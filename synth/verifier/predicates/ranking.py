"""Rank: how many of a group are among the top or bottom k, cell by cell or by mean rank over all cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from synth.model import Judgement, Outcome, Rank
from synth.verifier.bench import Bench, breakdown, by_dataset, count, population, reads_each_dataset
from synth.verifier.bootstrap import Array, generator, holm, hypergeometric, interval, ranks, signed_rank_p, standing, tail
from synth.verifier.panel import Panel
from synth.verifier.quantifiers import LEAST_CELLS, SIGNIFICANCE, TABLE


def members_support(size: int, k: int, share: float) -> float:
    """Mean number of members in the top k that supports: a share of the group where it fits, half of the places where it does not."""
    return share * size if size <= k else k / 2


def members_refute(size: int, k: int) -> float:
    """Mean number at or below which it speaks against; a group larger than k is measured against chance instead (0)."""
    return 0.5 * size if size <= k else 0.0


def rank(hypothesis: Rank, bench: Bench) -> Judgement:
    """Judge "a group is among the top / bottom k of a population"."""
    subject = hypothesis.subject.members
    named = (*hypothesis.population.members, *subject) if hypothesis.population.members else ()
    panel = bench.panel(hypothesis.metric, hypothesis.where, needed=subject, judgeable=lambda p: _judgeable(p, hypothesis, named))
    rivals = population(panel, named, subject)
    panel = panel.only(rivals)
    bench.observe(panel, subject)
    sign = panel.sign if hypothesis.end == "top" else -panel.sign
    placed = _ranks(panel.values * sign)
    if hypothesis.by == "mean_rank":
        return _by_mean_rank(hypothesis, bench, panel, placed)
    possible = _possible(panel.values * sign, panel.columns(subject), hypothesis.k, bench.rule.level)
    return _by_cell(hypothesis, bench, panel, placed, possible)


def _judgeable(panel: Panel, hypothesis: Rank, named: Sequence[str]) -> Array:
    """Places with a subject and with more methods than k, or else top k would say nothing."""
    rivals = panel.columns(population(panel, named, hypothesis.subject.members))
    seen = ~np.isnan(panel.values[0])
    subject = seen[:, panel.columns(hypothesis.subject.members)].any(1)
    return np.asarray(subject & (seen[:, rivals].sum(1) > hypothesis.k), dtype=float)


def _ranks(values: Array) -> Array:
    return np.stack([ranks(values[:, place]) for place in range(values.shape[1])], axis=1)


def _possible(values: Array, own: Sequence[int], k: int, level: float) -> Array:
    """[places]: members of the group that fewer than k methods beat beyond the noise, so that they may be among the top k."""
    counts = []
    for place in range(values.shape[1]):
        better, _ = standing(values[:, place], own, level)
        seen = ~np.isnan(values[0, place, own])
        counts.append(min(k, int((seen & (better < k)).sum())))
    return np.array(counts, dtype=float)


def _by_cell(hypothesis: Rank, bench: Bench, panel: Panel, placed: Array, possible: Array) -> Judgement:
    k, own = hypothesis.k, panel.columns(hypothesis.subject.members)
    counts = (placed[:, :, own] <= k + 1e-9).sum(2).astype(float)
    seen = ~np.isnan(placed[0])
    size = seen[:, own].sum(1)
    rivals = seen.sum(1)
    largest = int(size.max())
    chances = [hypergeometric(int(n), int(g), k) for n, g in zip(rivals, size, strict=True)]
    chance = float(np.mean(k * size / rivals))
    statistic, bounds = float(counts[0].mean()), bounds_of(counts, possible, bench.rule.level)
    p = tail(chances, float(counts[0].sum()))
    told = f"{statistic:.3f} of {min(largest, k)} over {count(len(panel.places), 'cell')}, {bench.spread_words(bounds)}"
    bench.step(3, f"mean number of members among the {hypothesis.end} {k}: {told}")
    bench.step(3, f"chance {chance:.3f} (group of {largest} among {int(rivals.max())}), p = {p:.3g} (exact, cells taken as independent)")
    if len(own) > 1:
        left = (f"{panel.methods[m]} {float(counts[0].mean() - (placed[0, :, m] <= k + 1e-9).mean()):.3f}" for m in own)
        bench.step(3, f"mean number without one member: {', '.join(left)}")
    detail = breakdown(panel.places, counts[0])
    if detail:
        bench.step(3, f"by condition: {detail}")
    support = members_support(largest, k, TABLE[hypothesis.quantifier].support_at) if largest != len(hypothesis.subject.members) else None
    support_at = bench.rule.support_at if support is None else min(bench.rule.support_at, support)
    if len(panel.places) < LEAST_CELLS and (hypothesis.per_dataset or TABLE[hypothesis.quantifier].over_cells):
        bench.doubts.append("a single cell cannot show what holds over many")
    outcome = _outcome(hypothesis, bench, panel, counts, possible, chance, p, support_at, largest)
    draws = counts[1:].mean(1)
    groups = _groups(hypothesis, panel)
    probability = float(np.all([counts[1:, rows].mean(1) >= support_at - 1e-9 for rows in groups], axis=0).mean())
    return bench.judgement(outcome, panel, draws, statistic, bounds, grain=1.0 / len(panel.places), probability=probability, chance=chance)


def bounds_of(counts: Array, possible: Array, level: float) -> tuple[float, float]:
    """Interval of the mean count; its upper end is no lower than what the noise leaves possible."""
    low, high = interval(counts[1:].mean(1), level)
    return low, max(high, float(possible.mean()))


def _groups(hypothesis: Rank, panel: Panel) -> list[list[int]]:
    """Rows that have to reach the threshold: all of them, then those of each data set where the statement speaks of each."""
    each = reads_each_dataset(hypothesis.quantifier, hypothesis.where, hypothesis.per_dataset)
    return [list(range(len(panel.places))), *(by_dataset(panel.places).values() if each else ())]


def _outcome(
    hypothesis: Rank, bench: Bench, panel: Panel, counts: Array, possible: Array, chance: float, p: float, support_at: float, size: int
) -> Outcome:
    fits = size <= hypothesis.k
    refute_at = members_refute(size, hypothesis.k) if fits else max(bench.rule.refute_at, chance)
    floor = 0.5 * size if fits else chance
    bench.step(4, f"supported from {support_at:g} with a lower bound above {floor:.3g}, refuted below {refute_at:.3g}")
    if TABLE[hypothesis.quantifier].against_chance:
        return _against_chance(bench, counts, possible, chance, p, support_at, min(size, hypothesis.k), fits)
    chosen_rows = _groups(hypothesis, panel)
    each = len(chosen_rows) > 1
    if each:
        bench.step(4, "must hold in each data set")
    means = [counts[:, chosen].mean(1) for chosen in chosen_rows]
    lows = [bounds_of(counts[:, chosen], possible[chosen], bench.rule.level) for chosen in chosen_rows]
    if any(mean[0] < refute_at - 1e-9 and high < support_at for mean, (_, high) in zip(means, lows, strict=True)):
        return "refuted"
    strong = all(mean[0] >= support_at - 1e-9 and low > floor - 1e-9 for mean, (low, _) in zip(means, lows, strict=True))
    if not strong or means[0][0] <= chance:
        return "inconclusive"
    if hypothesis.quantifier != "stated" and p >= SIGNIFICANCE:
        bench.step(4, f"{count(counts.shape[1], 'cell')} cannot tell this from chance")
        return "inconclusive"
    absent = [name for name in bench.missing if name in hypothesis.where.datasets]
    if each and absent:
        bench.step(4, f"holds where it was seen, but {', '.join(absent)} cannot be judged")
        return "inconclusive"
    if hypothesis.per_dataset and len(chosen_rows) < 3:
        bench.step(4, "holds in the one data set that was seen; the statement speaks of several")
        return "inconclusive"
    return "supported"


def _against_chance(
    bench: Bench, counts: Array, possible: Array, chance: float, p: float, support_at: float, most: int, fits: bool
) -> Outcome:
    low, high = bounds_of(counts, possible, bench.rule.level)
    mean, n = float(counts[0].mean()), counts.shape[1]
    if mean >= support_at - 1e-9 and p < SIGNIFICANCE and low > chance:
        return "supported"
    if not fits and mean > chance:
        return "inconclusive"
    # Refuted where it is no more than chance and a true share of support_at would have shown.
    share = support_at / most
    improbable = 1.0 - tail([(1 - share, share)] * n, math.floor(mean * n / most + 1e-9) + 1) < SIGNIFICANCE
    return "refuted" if p >= SIGNIFICANCE and improbable and high < support_at else "inconclusive"


def _by_mean_rank(hypothesis: Rank, bench: Bench, panel: Panel, placed: Array) -> Judgement:
    k, own = hypothesis.k, panel.columns(hypothesis.subject.members)
    common = ~np.isnan(placed[0]).any(1)
    full = common.sum() >= max(1, len(panel.places) // 2)
    chosen = placed[:, common] if full else placed
    with np.errstate(invalid="ignore"):
        means = np.nanmean(chosen, axis=1)
    order = ranks(-means)
    inside = (order[:, own] <= k + 1e-9).sum(1).astype(float)
    statistic, bounds = float(inside[0]), interval(inside[1:], bench.rule.level)
    listing = sorted(zip(means[0], panel.methods, strict=True))
    bench.step(3, f"mean ranks over {count(int(chosen.shape[1]), 'cell')}: " + ", ".join(f"{name} {mean:.2f}" for mean, name in listing))
    for label, rows in _backbone_rows(panel).items():
        own_means = np.nanmean(placed[0, rows][:, own], axis=0)
        bench.step(3, f"on {label}: " + ", ".join(f"{panel.methods[c]} {mean:.2f}" for c, mean in zip(own, own_means, strict=True)))
    most = min(len(own), k)
    chance = k * len(own) / len(panel.methods)
    told = f"{int(statistic)} of {most} among the {hypothesis.end} {k} by mean rank"
    bench.step(3, f"{told}, interval {bounds[0]:g} to {bounds[1]:g}, chance {chance:.3f}")
    beaten = _beaten(bench, panel, chosen[0], own, means[0])
    weak = bool((order[0, own] <= max(k, 3) + 1e-9).all()) and not beaten
    bench.step(3, f"weak form, all within the best {max(k, 3)} and none beaten: {'holds' if weak else 'does not hold'}")
    support_at = bench.rule.support_at
    needed = min(most, math.ceil(support_at - 1e-9))
    probability = float((inside[1:] >= needed).mean())
    outcome: Outcome = "inconclusive"
    if beaten and statistic < needed:
        outcome = "refuted"
    elif statistic >= needed and probability >= (1 + bench.rule.level) / 2 - 1e-9:
        outcome = "supported"
    elif statistic < needed and bounds[1] < needed and chosen.shape[1] < 6:
        # Too few cells for a rank test; the table itself leaves no doubt.
        outcome = "refuted"
    return bench.judgement(outcome, panel, inside[1:], statistic, bounds, grain=1.0, probability=probability, chance=chance)


def _backbone_rows(panel: Panel) -> dict[str, list[int]]:
    names = sorted({place.backbone for place in panel.places})
    if len(names) < 2:
        return {}
    return {name: [row for row, place in enumerate(panel.places) if place.backbone == name] for name in names}


def _beaten(bench: Bench, panel: Panel, placed: Array, own: list[int], means: Array) -> bool:
    """Whether a method outside the group stands above a member by Wilcoxon's test over the cells, after Holm."""
    pairs = [(m, o) for m in range(len(panel.methods)) if m not in own for o in own if means[m] < means[o]]
    values = []
    for rival, member in pairs:
        difference = placed[:, member] - placed[:, rival]
        rng = generator(bench.seed, panel.methods[rival], panel.methods[member])
        values.append(signed_rank_p(difference[~np.isnan(difference)], rng))
    adjusted = holm(values)
    wins = [
        f"{panel.methods[m]} above {panel.methods[o]} (p = {p:.3g})" for (m, o), p in zip(pairs, adjusted, strict=True) if p < SIGNIFICANCE
    ]
    bench.step(3, f"Wilcoxon over cells, Holm: {'; '.join(wins) or 'no method outside the group stands above a member'}")
    return bool(wins)
