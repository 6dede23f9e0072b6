"""Rank: how many of a group are among the top or bottom k of each cell; mean_ranks.py ranks once over all cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synth.model import Judgement, Outcome, Rank
from synth.verifier.bench import Bench, breakdown, by_dataset, count, population, reads_each_dataset
from synth.verifier.bootstrap import Array, hypergeometric, interval, ranks, standing, tail
from synth.verifier.families import undisputed
from synth.verifier.panel import Panel
from synth.verifier.predicates.groups import peopled
from synth.verifier.predicates.mean_ranks import by_mean_rank
from synth.verifier.quantifiers import LEAST_CELLS, SIGNIFICANCE, TABLE


def members_support(size: int, k: int, share: float) -> float:
    """Mean number of members in the top k that supports: a share of the group where it fits, more than half of the places where not."""
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
    bench.ranked(panel, rivals)
    sign = panel.sign if hypothesis.end == "top" else -panel.sign
    placed = _ranks(panel.values * sign)
    if hypothesis.by == "mean_rank":
        return by_mean_rank(hypothesis, bench, panel, placed)
    possible = _possible(panel.values * sign, panel.columns(subject), hypothesis.k, bench.rule.level)
    return _by_cell(hypothesis, bench, panel, placed, possible)


def _judgeable(panel: Panel, hypothesis: Rank, named: Sequence[str]) -> Array:
    """Places with a subject, with more methods than k, or else top k would say nothing, and with most of the population."""
    rivals = panel.columns(population(panel, named, hypothesis.subject.members))
    seen = ~np.isnan(panel.values[0])
    subject = seen[:, panel.columns(hypothesis.subject.members)].any(1)
    crowd = peopled(panel, [panel.methods[c] for c in rivals])
    return np.asarray(subject & (seen[:, rivals].sum(1) > hypothesis.k), dtype=float) * crowd


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
    _forms(hypothesis, bench, panel, placed)
    support = members_support(largest, k, TABLE[hypothesis.quantifier].support_at) if largest != len(hypothesis.subject.members) else None
    support_at = bench.rule.support_at if support is None else min(bench.rule.support_at, support)
    if len(panel.places) < LEAST_CELLS and (hypothesis.per_dataset or TABLE[hypothesis.quantifier].over_cells):
        bench.doubts.append("a single cell cannot show what holds over many")
    outcome = _outcome(hypothesis, bench, panel, counts, possible, chance, p, support_at, largest)
    draws = counts[1:].mean(1)
    groups = _groups(hypothesis, panel)
    reaches = np.all([_reaches(counts[1:, rows].mean(1), support_at, largest <= k) for rows in groups], axis=0)
    probability = float(reaches.mean())
    return bench.judgement(outcome, panel, draws, statistic, bounds, grain=1.0 / len(panel.places), probability=probability, chance=chance)


def _reaches(mean: Array | float, support_at: float, fits: bool) -> NDArray[np.bool_]:
    """Whether a mean count supports: at its threshold where the group fits among k, above half of the places where it does not."""
    values = np.asarray(mean)
    return np.asarray(values >= support_at - 1e-9 if fits else values > support_at + 1e-9, dtype=bool)


def _forms(hypothesis: Rank, bench: Bench, panel: Panel, placed: Array) -> None:
    """
    The weak and the strong form as shares of cells, each with its own chance.

    A group that fits among k: most of it is there (weak), all of it (strong). A larger one: one member is there (weak),
    undisputed members hold at least half of the places (strong). A single method has one form.
    """
    k, members = hypothesis.k, [m for m in hypothesis.subject.members if m in panel.methods]
    if len(members) < 2:
        return
    core = [m for m in undisputed(hypothesis.subject.members) if m in panel.methods]
    fits = len(members) <= k
    weak, strong = (len(members) // 2 + 1, len(members)) if fits else (1, math.ceil(k / 2))
    forms = (("weak", members, weak), ("strong", members if fits else core, strong))
    where = f"among the {hypothesis.end} {k}"
    for name, group, least in forms:
        own = panel.columns(group)
        held = ((placed[:, :, own] <= k + 1e-9).sum(2) >= least).astype(float)
        told = f"all {least}" if least == len(group) else f"at least {least} of {', '.join(group)}"
        bench.share_reading(f"{name}: {told} {where}", held, chance=_chance_of_at_least(placed[0], own, k, least))


def _chance_of_at_least(placed: Array, own: list[int], k: int, least: int) -> float:
    """Mean over places of the chance that `least` or more of a group are among k of those observed there."""
    seen = ~np.isnan(placed)
    sizes = zip(seen.sum(1), seen[:, own].sum(1), strict=True)
    return float(np.mean([hypergeometric(int(n), int(g), k)[least:].sum() for n, g in sizes]))


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
    least = f"{'from' if fits else 'above'} {support_at:g}"
    bench.step(4, f"supported {least} with a lower bound above {floor:.3g}, refuted below {refute_at:.3g}")
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
    enough = all(_reaches(mean[0], support_at, fits) and low > floor - 1e-9 for mean, (low, _) in zip(means, lows, strict=True))
    if not enough or means[0][0] <= chance:
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
    if _reaches(mean, support_at, fits) and p < SIGNIFICANCE and low > chance:
        return "supported"
    if not fits and mean > chance:
        return "inconclusive"
    # Refuted where it is no more than chance and a true share of support_at would have shown.
    share = support_at / most
    improbable = 1.0 - tail([(1 - share, share)] * n, math.floor(mean * n / most + 1e-9) + 1) < SIGNIFICANCE
    return "refuted" if p >= SIGNIFICANCE and improbable and high < support_at else "inconclusive"
