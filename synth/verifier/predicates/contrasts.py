"""Contrast: how a method's mean rank under one condition compares with the others, and in which third of the ranking it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth.model import Conditions, Contrast, Judgement, Observation, Outcome
from synth.verifier.bench import Bench, NoCells, by_dataset, population
from synth.verifier.bootstrap import Array, generator, interval, ranks, standing
from synth.verifier.panel import Panel, Place
from synth.verifier.predicates.groups import peopled
from synth.verifier.scaling import canonical_backbone, matches

LEAST_CELLS = 3
"""fewer cells on a side show no contrast."""
LEAST_METHODS = 3


@dataclass(frozen=True)
class Side:
    """The subject under one condition."""

    name: str
    means: Array
    """[1 + draws]: mean rank; in the draws the cells are resampled too."""
    size: float
    """methods in a cell, on average."""
    reach: tuple[float, float]
    """best and worst mean rank that the noise leaves possible."""
    level: str | None
    """third of the ranking that the claim states."""

    def verdict(self, level_of_interval: float) -> str:
        """ "met", "missed" beyond the noise, or "open"; "met" where the claim states no third."""
        if self.level is None:
            return "met"
        low, high = thirds(self.size, self.level)
        below, above = interval(self.means[1:], level_of_interval)
        if low - 1e-9 <= self.means[0] <= high + 1e-9:
            return "met"
        return "missed" if max(above, self.reach[1]) < low - 0.5 or min(below, self.reach[0]) > high + 0.5 else "open"

    def agrees(self) -> Array:
        """[draws]: whether the mean rank lies in the stated third."""
        if self.level is None:
            return np.ones(len(self.means) - 1)
        low, high = thirds(self.size, self.level)
        return np.asarray((self.means[1:] >= low - 1e-9) & (self.means[1:] <= high + 1e-9), dtype=float)


def thirds(size: float, level: str) -> tuple[float, float]:
    """Ranks that count as a third of a ranking: of 13, 1 to 4 are high, 5 to 9 middle, 10 to 13 low."""
    high = (size - 1) / 3
    return {"high": (1.0, high), "middle": (high + 1, size - high), "low": (size + 1 - high, size)}[level]


def contrast(hypothesis: Contrast, bench: Bench) -> Judgement:
    """Judge "the subject stands better under one condition than under the others", by mean ranks and thirds."""
    subject = hypothesis.subject.members
    panel = bench.panel(hypothesis.metric, hypothesis.where, needed=subject, judgeable=lambda p: _ranked(p, subject))
    bench.observe(panel, subject)
    rivals = population(panel, (), subject)
    bench.ranked(panel, rivals)
    panel = panel.only(rivals)
    sides = _sides(hypothesis, bench, panel)
    under, others = sides[0], np.mean([side.means for side in sides[1:]], axis=0)
    gap = others - under.means if hypothesis.relation == "better" else under.means - others
    bounds = interval(gap[1:], bench.rule.level)
    verdicts = [_told(bench, side) for side in sides]
    bench.step(3, f"stands {gap[0]:.2f} ranks {hypothesis.relation} there, {bench.spread_words(bounds)}")
    outcome: Outcome = "inconclusive"
    if bounds[1] <= 0 or "missed" in verdicts:
        outcome = "refuted"
    elif gap[0] > 0 and bounds[0] > 0 and set(verdicts) == {"met"}:
        outcome = "supported"
    probability = float(np.prod([side.agrees() for side in sides], axis=0) @ (gap[1:] > 0) / (len(gap) - 1))
    return bench.judgement(outcome, panel, gap[1:], float(gap[0]), bounds, probability=probability, chance=0.0)


def _ranked(panel: Panel, subject: Sequence[str]) -> Array:
    """Places with the subject among at least three methods, and with most of the population."""
    seen = ~np.isnan(panel.values[0])
    rivals = panel.columns(population(panel, (), subject))
    crowd = peopled(panel, [panel.methods[c] for c in rivals])
    return np.asarray(seen[:, panel.columns(subject)].any(1) & (seen[:, rivals].sum(1) >= LEAST_METHODS), dtype=float) * crowd


def _sides(hypothesis: Contrast, bench: Bench, panel: Panel) -> list[Side]:
    """The condition singled out, then the others by data set."""
    under = [row for row, place in enumerate(panel.places) if _holds(place, panel.used, hypothesis.under)]
    rest = [row for row in range(len(panel.places)) if row not in under]
    against = [row for row in rest if _holds(panel.places[row], panel.used, hypothesis.against)]
    if not under or not against:
        bench.missing.append("cells under the condition singled out" if not under else "cells to set against it")
        raise NoCells("one side of the contrast was not observed")
    if min(len(under), len(against)) < LEAST_CELLS:
        bench.doubts.append(f"fewer than {LEAST_CELLS} cells on a side")
    others = by_dataset([panel.places[row] for row in against])
    placed = np.stack([ranks(panel.values[:, p] * panel.sign) for p in range(len(panel.places))], axis=1)
    mine = np.nanmean(placed[:, :, panel.columns(hypothesis.subject.members)], axis=2)
    reach = _reach(panel, hypothesis.subject.members, bench.rule.level)
    sizes = (~np.isnan(panel.values[0])).sum(1)

    def side(name: str, rows: list[int], level: str | None) -> Side:
        means = _resampled(mine, rows, generator(bench.seed, "cells", name))
        best, worst = reach[:, rows].mean(1)
        return Side(name, means, float(sizes[rows].mean()), (float(best), float(worst)), level)

    chosen = {name: [against[i] for i in rows] for name, rows in others.items()}
    rest_sides = [side(name or "elsewhere", rows, hypothesis.level_against) for name, rows in chosen.items()]
    return [side("under the condition", under, hypothesis.level_under), *rest_sides]


def _holds(place: Place, used: Sequence[Observation], where: Conditions) -> bool:
    """Whether the observations at a place lie within the conditions."""
    near = [o for o in used if o.dataset == place.dataset and canonical_backbone(o.backbone) == place.backbone]
    mine = [o for o in near if set(place.settings) <= set(o.settings)] or near
    return bool(mine) and matches(where, mine[0])


def _resampled(mine: Array, rows: list[int], rng: np.random.Generator) -> Array:
    draws = mine.shape[0] - 1
    drawn = np.array(rows)[rng.integers(len(rows), size=(draws, len(rows)))]
    return np.concatenate([[mine[0, rows].mean()], np.take_along_axis(mine[1:], drawn, axis=1).mean(1)])


def _reach(panel: Panel, subject: Sequence[str], level: float) -> Array:
    """[2, places]: best and worst rank of the subject that the noise leaves possible."""
    own = panel.columns(subject)
    found = []
    for place in range(len(panel.places)):
        better, worse = standing(panel.values[:, place] * panel.sign, own, level)
        n = float((~np.isnan(panel.values[0, place])).sum())
        found.append((1 + better.mean(), n - worse.mean()))
    return np.array(found).T


def _told(bench: Bench, side: Side) -> str:
    low, high = interval(side.means[1:], bench.rule.level)
    verdict = side.verdict(bench.rule.level)
    third = ""
    if side.level is not None:
        first, last = thirds(side.size, side.level)
        third = f"; {side.level} third ({first:.3g} to {last:.3g}): {verdict}"
    bench.step(3, f"mean rank {side.name}: {side.means[0]:.2f} ({low:.2f} to {high:.2f}) of {side.size:.3g} methods{third}")
    return verdict
