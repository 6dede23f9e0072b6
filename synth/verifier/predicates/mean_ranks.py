"""Rank by mean rank: methods are ordered once, by their mean rank over all cells, and rivals are tested in pairs."""

from __future__ import annotations

import math

import numpy as np

from synth.model import Judgement, Outcome, Rank
from synth.verifier.bench import Bench, count
from synth.verifier.bootstrap import Array, generator, holm, interval, ranks, signed_rank_p
from synth.verifier.panel import Panel
from synth.verifier.quantifiers import SIGNIFICANCE

LEAST_TESTED = 6
"""cells below which no rank test says anything, so that the table itself has to speak."""
WEAK_PLACES = 3
"""a group is among the best in the weak form within this many places."""


def by_mean_rank(hypothesis: Rank, bench: Bench, panel: Panel, placed: Array) -> Judgement:
    """
    Judge by the number of the group among the first k of the mean ranks.

    placed  [1 + draws, places, methods], ranks from the end that the claim speaks of
    """
    k, own = hypothesis.k, panel.columns(hypothesis.subject.members)
    chosen = _whole_cells(placed)
    means, order = _ordered(chosen)
    inside = (order[:, own] <= k + 1e-9).sum(1).astype(float)
    statistic, bounds = float(inside[0]), interval(inside[1:], bench.rule.level)
    listing = sorted(zip(means[0], panel.methods, strict=True))
    bench.step(3, f"mean ranks over {count(int(chosen.shape[1]), 'cell')}: " + ", ".join(f"{name} {mean:.2f}" for mean, name in listing))
    most = min(len(own), k)
    chance = k * len(own) / len(panel.methods)
    told = f"{int(statistic)} of {most} among the {hypothesis.end} {k} by mean rank"
    bench.step(3, f"{told}, interval {bounds[0]:g} to {bounds[1]:g}, chance {chance:.3f}")
    beaten = _beaten(bench, panel, chosen[0], own, means[0])
    _weak_form(hypothesis, bench, order[:, own], beaten, chosen.shape[1])
    _by_backbone(hypothesis, bench, panel, placed, own)
    needed = min(most, math.ceil(bench.rule.support_at - 1e-9))
    probability = float((inside[1:] >= needed).mean())
    outcome: Outcome = "inconclusive"
    if beaten and statistic < needed:
        outcome = "refuted"
    elif statistic >= needed and probability >= (1 + bench.rule.level) / 2 - 1e-9:
        outcome = "supported"
    elif statistic < needed and bounds[1] < needed and chosen.shape[1] < LEAST_TESTED:
        outcome = "refuted"
    return bench.judgement(outcome, panel, inside[1:], statistic, bounds, grain=1.0, probability=probability, chance=chance)


def _whole_cells(placed: Array) -> Array:
    """The cells in which every method was ranked, where they are at least half of all; else all."""
    whole = ~np.isnan(placed[0]).any(1)
    return placed[:, whole] if whole.sum() >= max(1, placed.shape[1] // 2) else placed


def _ordered(placed: Array) -> tuple[Array, Array]:
    """(mean ranks [1 + draws, methods], their order with 1 for the lowest)."""
    with np.errstate(invalid="ignore"):
        means = np.asarray(np.nanmean(placed, axis=1))
    return means, ranks(-means)


def _weak_form(hypothesis: Rank, bench: Bench, order: Array, beaten: bool, n: int) -> None:
    """All of the group within the best few places, and no rival above one of them by Wilcoxon's test."""
    places = max(hypothesis.k, WEAK_PLACES)
    within = (order <= places + 1e-9).all(1).astype(float)
    holds = bool(within[0]) and not beaten
    bounds = interval(within[1:], bench.rule.level)
    outcome: Outcome = "supported" if holds and bounds[0] == 1.0 else "refuted" if beaten or bounds[1] == 0.0 else "inconclusive"
    name = f"weak: all among the {hypothesis.end} {places} by mean rank, and none beaten"
    bench.reading(name, float(holds), bounds, n, outcome=outcome)


def _by_backbone(hypothesis: Rank, bench: Bench, panel: Panel, placed: Array, own: list[int]) -> None:
    """The same by backbone: share of the group among the first k of the mean ranks there."""
    names = sorted({place.backbone for place in panel.places})
    for name in names if len(names) > 1 else ():
        rows = [row for row, place in enumerate(panel.places) if place.backbone == name]
        means, order = _ordered(_whole_cells(placed[:, rows]))
        told = ", ".join(f"{panel.methods[c]} {means[0, c]:.2f}" for c in own)
        inside = (order[:, own] <= hypothesis.k + 1e-9).sum(1) / min(len(own), hypothesis.k)
        label = f"on {name or 'the unnamed backbone'} alone (mean ranks {told}): share among the {hypothesis.end} {hypothesis.k}"
        bench.reading(label, float(inside[0]), interval(inside[1:], bench.rule.level), len(rows))


def _beaten(bench: Bench, panel: Panel, placed: Array, own: list[int], means: Array) -> bool:
    """Whether a method outside the group stands above a member by Wilcoxon's one-sided test over the cells, Holm over all pairs."""
    pairs = [(m, o) for m in range(len(panel.methods)) if m not in own for o in own]
    values = []
    for rival, member in pairs:
        difference = placed[:, member] - placed[:, rival]
        rng = generator(bench.seed, panel.methods[rival], panel.methods[member])
        values.append(signed_rank_p(difference[~np.isnan(difference)], rng))
    wins = [
        f"{panel.methods[m]} above {panel.methods[o]} (p = {p:.3g})"
        for (m, o), p in zip(pairs, holm(values), strict=True)
        if p < SIGNIFICANCE and means[m] < means[o]
    ]
    bench.step(3, f"Wilcoxon over cells, Holm over {len(pairs)} pairs: {'; '.join(wins) or 'no rival stands above a member'}")
    return bool(wins)
