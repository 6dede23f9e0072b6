"""Predicates that hold or fail cell by cell: the tally of the cells, and what the rule makes of their share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synth.model import Judgement, Outcome, Quantifier, Rule
from synth.verifier.bench import Bench, NoCells, breakdown, by_dataset, count, reads_each_dataset
from synth.verifier.bootstrap import Array, interval, tail
from synth.verifier.panel import Panel
from synth.verifier.quantifiers import FLOOR, LEAST_CELLS, SIGNIFICANCE, TABLE


@dataclass(frozen=True)
class Tally:
    """Cells that hold, fail, or cannot be told apart from noise."""

    holds: Array
    fails: Array
    draws: Array
    """[draws]: share of cells in which the predicate holds."""
    bounds: tuple[float, float]

    @property
    def share(self) -> float:
        """Cells that hold for certain, of all."""
        return float(self.holds.mean())


def tally(scores: Array, level: float) -> Tally:
    """Scores [1 + draws, places], positive where the predicate holds; a sign counts when the interval of the score excludes 0."""
    low, high = np.quantile(scores[1:], [(1 - level) / 2, (1 + level) / 2], axis=0)
    point = scores[0]
    holds = (low > 0) & (point > 0)
    fails = ((high < 0) & (point < 0)) | ((high <= 0) & (low >= 0) & (point == 0))
    draws = np.asarray((scores[1:] > 0).mean(1), dtype=float)
    below, above = interval(draws, level)
    share = float(holds.mean())
    return Tally(holds.astype(float), fails.astype(float), draws, (min(below, share), max(above, 1.0 - float(fails.mean()))))


def tally_reading(bench: Bench, name: str, scores: Array, *, chance: float | None = None) -> None:
    """Another sense of a statement that holds or fails cell by cell, with its share, interval and chance."""
    seen = scores[:, ~np.isnan(scores[0])]
    if seen.shape[1]:
        found = tally(seen, bench.rule.level)
        bench.reading(name, found.share, found.bounds, seen.shape[1], chance=chance)


def decide_share(bench: Bench, panel: Panel, scores: Array, quantifier: Quantifier, chance: float | None) -> Judgement:
    """Judge a predicate that holds or fails cell by cell, by the rule's shares."""
    if not panel.places:
        raise NoCells("no cell is left to judge")
    rule, against_chance = bench.rule, TABLE[quantifier].against_chance
    whole = tally(scores, rule.level)
    n = len(panel.places)
    undecided = n - int(whole.holds.sum()) - int(whole.fails.sum())
    bench.step(
        3, f"holds in {int(whole.holds.sum())} of {count(n, 'cell')}, fails in {int(whole.fails.sum())}, below the noise in {undecided}"
    )
    detail = breakdown(panel.places, whole.holds)
    if detail:
        bench.step(3, f"share by condition: {detail}")
    p = _chance_step(bench, whole, chance)
    each = reads_each_dataset(quantifier, bench.hypothesis.where)
    groups = {name: tally(scores[:, rows], rule.level) for name, rows in by_dataset(panel.places).items()} if each else {}
    outcome = _against_chance(rule, whole, chance, p) if against_chance else _by_share(bench, whole, groups, chance)
    if TABLE[quantifier].over_cells and n < LEAST_CELLS:
        bench.doubts.append("a single cell cannot show what holds over many")
    reaches = np.all([group.draws >= rule.support_at - 1e-9 for group in (whole, *groups.values())], axis=0)
    probability = float(reaches.mean())
    return bench.judgement(outcome, panel, whole.draws, whole.share, whole.bounds, grain=1.0 / n, probability=probability, chance=chance)


def _chance_step(bench: Bench, whole: Tally, chance: float | None) -> float | None:
    words = f"share {whole.share:.3f}, {bench.spread_words(whole.bounds)}"
    if chance is None:
        bench.step(3, f"{words}; no chance level")
        return None
    p = tail([(1 - chance, chance)] * whole.holds.size, float(whole.holds.sum()))
    bench.step(3, f"{words}; chance {chance:.3f}, p = {p:.3g} (exact, cells taken as independent)")
    return p


def _against_chance(rule: Rule, whole: Tally, chance: float | None, p: float | None) -> Outcome:
    floor = chance if chance is not None else 0.0
    significant = p is None or p < SIGNIFICANCE
    if whole.share >= rule.support_at and significant and whole.bounds[0] > floor:
        return "supported"
    n = whole.holds.size
    possible = float(n - whole.fails.sum())
    # Not above chance is a refutation only where a true share of support_at would have shown.
    improbable = 1.0 - tail([(1 - rule.support_at, rule.support_at)] * n, possible + 1) < SIGNIFICANCE
    above = tail([(1 - floor, floor)] * n, possible) < SIGNIFICANCE if chance is not None else possible > 0
    return "refuted" if improbable and not above else "inconclusive"


def _by_share(bench: Bench, whole: Tally, groups: dict[str, Tally], chance: float | None) -> Outcome:
    """Supported where all cells, and each data set that has to, reach the share; refuted where they or one of these cannot."""
    rule = bench.rule
    if groups:
        bench.step(
            4, "must hold in each data set: " + ", ".join(f"{name or 'unnamed'} {group.share:.2f}" for name, group in groups.items())
        )
    enough = all(group.share >= rule.support_at - 1e-9 and group.bounds[0] > FLOOR for group in (whole, *groups.values()))
    if enough and (chance is None or whole.share > chance):
        absent = [name for name in bench.missing if name in bench.hypothesis.where.datasets]
        if groups and absent:
            bench.step(4, f"holds where it was seen, but {', '.join(absent)} cannot be judged")
            return "inconclusive"
        return "supported"
    if whole.share <= rule.refute_at and whole.bounds[1] < rule.support_at:
        return "refuted"
    return "refuted" if any(1.0 - float(group.fails.mean()) < rule.refute_at for group in groups.values()) else "inconclusive"
