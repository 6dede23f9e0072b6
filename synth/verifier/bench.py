"""What every predicate works on: the observations, the rule, a numbered log of steps, and the words they use."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from synth.model import Conditions, Judgement, Observation, Outcome, Quantifier, Reading, Rule, Scale, Statement
from synth.verifier.bootstrap import Array, detectable, interval
from synth.verifier.circumstances import missing_cells, population_note, proxy_notes, regime_notes, scale_of, uncertainty_note
from synth.verifier.equal_tokens import QUALITY, token_note
from synth.verifier.panel import CONTROLS, EVERYWHERE, Panel, Place, build_panel
from synth.verifier.quantifiers import FLOOR, REFUTE_AT, TABLE

DOUBTED = 0.25
"""how much of a probability's distance from one half is left where the table is too thin for the statement."""
SHOWN = 12
"""cells that a step lists by name before it counts the rest."""


class NoCells(Exception):
    """There is nothing to judge on; the message says what is missing."""


@dataclass
class Bench:
    """The workplace of one judgement."""

    hypothesis: Statement
    observations: tuple[Observation, ...]
    rule: Rule
    steps: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """what keeps the outcome from being more than inconclusive."""
    readings: list[Reading] = field(default_factory=list)
    """the statement in other senses, with figures of their own."""

    @property
    def seed(self) -> str:
        """Everything random is derived from this."""
        return self.hypothesis.digest()

    def step(self, number: int, text: str) -> None:
        """Write a step down; numbers follow the design's list."""
        self.steps.append(f"{number}. {text}")

    def panel(
        self,
        metric: str,
        where: Conditions,
        *,
        needed: Sequence[str] = (),
        judgeable: Callable[[Panel], Array] | None = None,
        everywhere: frozenset[str] = EVERYWHERE,
        drop: frozenset[str] = frozenset(),
    ) -> Panel:
        """
        The places where the predicate can be evaluated, narrowest reading first: each paper by itself at equal settings,
        then papers pooled, then settings ignored. `judgeable` marks the places of a panel; raises NoCells if none is left.
        """
        readings: tuple[tuple[bool, frozenset[str] | None, str], ...] = (
            (False, drop, ""),
            (True, drop, "no single paper has all of it: numbers of several papers are compared, whose protocols differ"),
            (True, None, "no two methods share their settings: settings are ignored, several values of a method are alternatives"),
        )
        for pool, dropped, remark in readings:
            panel = build_panel(
                self.observations, metric, where, self.rule, self.seed, needed=needed, everywhere=everywhere, pool=pool, drop=dropped
            )
            if judgeable is not None:
                panel = self._judgeable(panel, judgeable)
            if panel.places:
                return self.selected(panel, where, remark)
        self.missing += missing_cells(where, ())
        raise NoCells(f"no cell has {metric} for {', '.join(needed) or 'any method'} under the stated conditions")

    def _judgeable(self, panel: Panel, judgeable: Callable[[Panel], Array]) -> Panel:
        """The places that can be judged, on values with enough seeds if any place has them."""
        sampled = panel.sampled(self.rule.minimum_seeds)
        enough = sampled.rows(judgeable(sampled))
        if not enough.places:
            return panel.rows(judgeable(panel))
        lost = int((~np.isnan(panel.values[0])).sum() - (~np.isnan(sampled.values[0])).sum())
        if lost:
            self.step(2, f"left out: {count(lost, 'value')} with fewer than {self.rule.minimum_seeds} seeds")
        return enough

    def reading(
        self, name: str, share: float, bounds: tuple[float, float], n: int, *, chance: float | None = None, outcome: Outcome | None = None
    ) -> None:
        """Write another sense of the statement down with its figures; judged as a plain share unless its outcome is given."""
        told = outcome or plain_outcome(share, bounds)
        span = (number(bounds[0]), number(bounds[1])) if not any(map(math.isnan, bounds)) else None
        found = {"name": name, "outcome": told, "share": number(share), "interval": span, "chance": chance, "n_cells": n}
        self.readings.append(Reading.model_validate(found))
        against = "" if chance is None else f", chance {chance:.3f}"
        within = f", {self.spread_words(bounds)}" if span else ""
        self.step(3, f"reading “{name}”: {share:.3f} over {count(n, 'cell')}{within}{against}: {told}")

    def share_reading(self, name: str, held: Array, *, chance: float | None = None) -> None:
        """Another sense of the statement as a share of cells; held is [1 + draws, places], 1 where it holds."""
        shares = held.mean(1)
        self.reading(name, float(shares[0]), interval(shares[1:], self.rule.level), held.shape[1], chance=chance)

    def ranked(self, panel: Panel, rivals: Sequence[str]) -> None:
        """Say who is ranked: a rank without its population says nothing."""
        self.step(2, population_note(panel, rivals))

    def observe(self, panel: Panel, *groups: Sequence[str]) -> None:
        """Say which members of the groups were not observed; a group of which no majority was seen cannot be judged."""
        for group in groups:
            absent = [method for method in group if method not in panel.methods]
            if absent:
                self.step(2, f"not observed: {', '.join(absent)}; the group is judged by its other members")
            if len(group) > 1 and 2 * len(absent) >= len(group):
                self.doubts.append(f"{len(group) - len(absent)} of {len(group)} members of the group were observed")

    def spread_words(self, bounds: tuple[float, float]) -> str:
        """ "95% interval 0.123 to 0.456"."""
        return f"{self.rule.level:.0%} interval {bounds[0]:.3f} to {bounds[1]:.3f}"

    def selected(self, panel: Panel, where: Conditions, remark: str) -> Panel:
        """The panel, after writing down what it holds, what it lacks and what stands for what."""
        self.missing += missing_cells(where, panel.used)
        self.step(2, f"selected {count(len(panel.places), 'cell')}: {listed(place.label for place in panel.places)}")
        self.step(2, f"metric {panel.metric}, methods {listed(panel.methods)}")
        if self.missing:
            self.step(2, f"missing: {listed(self.missing)}")
        tokens = token_note(self.observations, panel.used) if panel.metric in QUALITY else ""
        for note in (remark, *panel.notes, *regime_notes(panel.used), *proxy_notes(where, panel.used), tokens):
            if note:
                self.step(2, note)
        self.step(2, uncertainty_note(panel))
        return panel

    def judgement(
        self, outcome: Outcome, panel: Panel, draws: Array, share: float, bounds: tuple[float, float], *, grain: float = 0.0, **more: object
    ) -> Judgement:
        """The judgement with everything that follows from the panel; `grain` is the smallest step that the statistic can make."""
        repeats = panel.repeats[np.isfinite(panel.repeats) & ~np.isnan(panel.values[0])]
        seeds = int(repeats.min()) if repeats.size else 0
        if repeats.size and seeds < self.rule.minimum_seeds:
            self.doubts.append(f"{seeds} of the {self.rule.minimum_seeds} seeds that the rule asks for")
        if self.doubts and outcome in ("supported", "refuted"):
            self.step(4, f"{outcome} by the numbers, but {'; '.join(self.doubts)}: inconclusive")
            outcome = "inconclusive"
        probability = more.get("probability")
        if self.doubts and isinstance(probability, float):
            more["probability"] = 0.5 + DOUBTED * (probability - 0.5)
            self.step(4, f"probability {probability:.2f} drawn to one half: {'; '.join(dict.fromkeys(self.doubts))}")
        scale = scale_of(panel.used)
        self.step(4, f"outcome: {outcome}")
        self.step(5, SCALE_WORDS[scale])
        effect = max(detectable(draws, self.rule.level), grain)
        fields: dict[str, object] = {
            "outcome": outcome,
            "share": number(share),
            "interval": (number(bounds[0]), number(bounds[1])) if not any(map(math.isnan, bounds)) else None,
            "n_cells": len(panel.places),
            "n_seeds": seeds,
            "smallest_detectable_effect": number(effect),
            "missing": tuple(dict.fromkeys(self.missing)),
            "steps": tuple(self.steps),
            "readings": tuple(self.readings),
            "scale": scale,
        }
        return Judgement.model_validate(fields | more)


SCALE_WORDS: dict[Scale, str] = {
    "paper": "scale: paper; all numbers are on the claim's own kind of backbone and data",
    "proxy": "scale: proxy; this can be consistent with or at odds with the claim, it neither proves nor refutes the original",
}


def plain_outcome(share: float, bounds: tuple[float, float]) -> Outcome:
    """What a share of cells says by itself: 0.8 and more than half for certain supports, half and certainly below 0.8 refutes."""
    if share >= TABLE["stated"].support_at - 1e-9 and bounds[0] > FLOOR:
        return "supported"
    return "refuted" if share <= REFUTE_AT and bounds[1] < TABLE["stated"].support_at else "inconclusive"


def number(value: float) -> float | None:
    """A float for a record: None for NaN, ten significant digits so that the record reads the same everywhere."""
    return None if math.isnan(value) else float(f"{value:.10g}")


def count(n: int, noun: str) -> str:
    """ "1 cell", "2 cells"."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def listed(names: object) -> str:
    """Names joined by semicolons, the rest counted."""
    words = list(dict.fromkeys(str(name) for name in names))  # type: ignore[attr-defined]
    rest = f"; and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return "; ".join(words[:SHOWN]) + rest


def population(panel: Panel, named: Sequence[str], *groups: Sequence[str]) -> list[str]:
    """Methods of a population: those named (with the groups), else all that were observed but the controls."""
    wanted = {method for group in groups for method in group}
    if named:
        wanted |= set(named)
        return [method for method in panel.methods if method in wanted]
    return [method for method in panel.methods if method not in CONTROLS or method in wanted]


def by_dataset(places: Sequence[Place]) -> dict[str, list[int]]:
    """Rows of each data set, in order of the name."""
    groups: dict[str, list[int]] = {}
    for index, place in enumerate(places):
        groups.setdefault(place.dataset, []).append(index)
    return groups


def breakdown(places: Sequence[Place], values: Array) -> str:
    """Mean of the values by data set, backbone and keep rate, where there is more than one of them."""
    parts: list[str] = []
    keys: tuple[Callable[[Place], object], ...] = (
        lambda place: place.dataset,
        lambda place: place.backbone,
        lambda place: "" if place.setting("keep_rate") is None else f"keep rate {place.setting('keep_rate'):g}",
    )
    for key in keys:
        names = sorted({str(key(place)) for place in places})
        if len(names) > 1:
            for name in names:
                chosen = [value for place, value in zip(places, values, strict=True) if str(key(place)) == name]
                parts.append(f"{name or 'unnamed'} {np.mean(chosen):.2f}")
    return ", ".join(parts)


def reads_each_dataset(quantifier: Quantifier, where: Conditions, per_dataset: bool = False) -> bool:
    """Whether the statement has to hold in every data set by itself."""
    entry = TABLE[quantifier]
    return per_dataset or entry.each_dataset or (bool(where.datasets) and not entry.against_chance and quantifier != "on_average")
