"""
Observations of one metric → a Panel: values by draw, place and method, uncertainty already inside.

Draw 0 is the point estimate. The other draws resample seeds (together for all methods of a data set and backbone) and
images (the same resample for all methods of a data set), so that differences between methods are paired. Reported
numbers have neither: their printed deviation, else the precision of print, stands in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from synth.model import PERFORMANCE, Conditions, Observation, Rule, vocabulary
from synth.verifier.bootstrap import Array, generator, widening
from synth.verifier.scaling import canonical_backbone, matches, multi_label
from synth.verifier.units import of_machine

CONTROLS = frozenset({"random", "keep_all"})
"""not competitors: left out of "all methods" unless they are named."""
EVERYWHERE = frozenset({"keep_all"})
"""has no keep rate: its value holds beside every keep rate of its data set and backbone."""
COUNTED = frozenset({"gmacs", "parameters_million"})
"""computed, not sampled: seeds change nothing."""
TOKENS = "tokens"
"""exact where no replicates are given; an adaptive method's count varies by image, and resampled images count as repeats."""
QUALITY = ("f1_percent", "miou_percent", "box_ap", "mask_ap", "bleu", "pass_at_1", "top5_percent")
MOST_VALUES = 20_000_000


@dataclass(frozen=True, order=True)
class Place:
    """Where methods are compared: one cell without its method."""

    source: str
    """paper id of reported numbers, "measured" and the regime for ours, "" where papers are pooled."""
    dataset: str
    backbone: str
    settings: tuple[tuple[str, float], ...]

    def setting(self, name: str) -> float | None:
        """The value of a setting, None where it is not stated."""
        return dict(self.settings).get(name)

    def without(self, *names: str) -> Place:
        """The place with these settings left out."""
        return Place(self.source, self.dataset, self.backbone, tuple(pair for pair in self.settings if pair[0] not in names))

    @property
    def label(self) -> str:
        """ "imagenet, deit_small, keep_rate 0.7"."""
        words = [self.dataset, self.backbone, *(f"{name} {value:g}" for name, value in self.settings)]
        return ", ".join(word for word in words if word) or "the only cell"


@dataclass(frozen=True)
class Panel:
    """Values of one metric."""

    metric: str
    methods: tuple[str, ...]
    places: tuple[Place, ...]
    values: Array
    """[1 + draws, places, methods]; draw 0 is the point estimate, NaN where a method was not observed."""
    repeats: Array
    """[places, methods]: seeds behind a value; inf for reported and for counted numbers."""
    used: tuple[Observation, ...] = ()
    notes: tuple[str, ...] = ()
    slack: Array = field(default_factory=lambda: np.zeros((0, 0)))
    """[places, methods]: half a unit of the last printed decimal, 0 where nothing was printed."""

    @property
    def sign(self) -> float:
        """1 where a higher value is better, else -1."""
        return 1.0 if higher_is_better(self.metric) else -1.0

    def columns(self, methods: Iterable[str]) -> list[int]:
        """Columns of these methods, those not observed left out."""
        return [self.methods.index(method) for method in methods if method in self.methods]

    def only(self, methods: Iterable[str]) -> Panel:
        """The panel with only these methods, in the order given."""
        names = [method for method in methods if method in self.methods]
        own = self.columns(names)
        return Panel(
            self.metric, tuple(names), self.places, self.values[:, :, own], self.repeats[:, own], self.used, self.notes, self.slack[:, own]
        )

    def sampled(self, minimum: int) -> Panel:
        """The panel without values that rest on fewer repeats than the minimum."""
        values = np.where(self.repeats < minimum, np.nan, self.values)
        return Panel(self.metric, self.methods, self.places, values, self.repeats, self.used, self.notes, self.slack)

    def rows(self, keep: Sequence[bool] | Array) -> Panel:
        """The panel with only the places marked."""
        index = np.flatnonzero(np.asarray(keep, dtype=bool))
        places = tuple(self.places[i] for i in index)
        return Panel(
            self.metric, self.methods, places, self.values[:, index], self.repeats[index], self.used, self.notes, self.slack[index]
        )


def higher_is_better(metric: str) -> bool:
    """Direction of a metric; unknown metrics are taken as better when higher."""
    term = vocabulary().get("metric", metric)
    return term.higher_is_better if term else True


def metric_names(metric: str, dataset: str) -> tuple[str, ...]:
    """Names under which the metric may stand in a table of this data set, best first."""
    own = "map_percent" if multi_label(dataset) else "top1_percent"
    if metric == PERFORMANCE:
        rest = "top1_percent" if own == "map_percent" else "map_percent"
        return (PERFORMANCE, own, rest, *QUALITY)
    return (metric, PERFORMANCE) if metric == own else (metric,)


def _chosen(observations: Iterable[Observation], metric: str) -> list[Observation]:
    """Observations of the metric, under one name for each source and data set."""
    groups: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for observation in observations:
        groups[source_of(observation), observation.dataset].append(observation)
    chosen: list[Observation] = []
    for (_, dataset), group in sorted(groups.items()):
        for name in metric_names(metric, dataset):
            named = [observation for observation in group if observation.metric == name]
            if named:
                chosen += named
                break
    return chosen


def source_of(observation: Observation) -> str:
    """What an observation may be compared with: numbers of the same paper, or our own of the same regime."""
    return f"measured {observation.regime}".strip() if observation.origin == "measured" else observation.paper_id or "reported"


def _place(observation: Observation, pool: bool, drop: frozenset[str] | None) -> Place:
    settings = tuple(sorted(pair for pair in observation.settings if drop is not None and pair[0] not in drop))
    pooled = pool and observation.origin == "reported"
    return Place("" if pooled else source_of(observation), observation.dataset, canonical_backbone(observation.backbone), settings)


def build_panel(
    observations: Sequence[Observation],
    metric: str,
    where: Conditions,
    rule: Rule,
    seed: str,
    *,
    needed: Sequence[str] = (),
    everywhere: frozenset[str] = EVERYWHERE,
    pool: bool = False,
    drop: frozenset[str] | None = frozenset(),
) -> Panel:
    """
    The panel of the observations within the conditions.

    needed       only places with at least one of these methods are kept; empty keeps all
    everywhere   methods whose value without (or at full) keep rate is set beside every keep rate
    pool         compare across papers, which have different protocols
    drop         settings that do not tell places apart; None drops all of them
    """
    kept = [o for o in observations if matches(where, o, free=frozenset({"keep_rate"}) if o.method in everywhere else frozenset())]
    table: dict[Place, dict[str, list[Observation]]] = defaultdict(lambda: defaultdict(list))
    spread: list[Observation] = []
    for observation in _chosen(kept, metric):
        rate = observation.setting("keep_rate")
        if observation.method in everywhere and (rate is None or rate >= 1.0):
            spread.append(observation)
        else:
            table[_place(observation, pool, drop)][observation.method].append(observation)
    for observation in spread:
        own = _place(observation, pool, drop).without("keep_rate")
        beside = [place for place in table if place.without("keep_rate", "stage") == own.without("stage")]
        for place in beside or [own]:
            table[place][observation.method].append(observation)
    if needed:
        table = {place: row for place, row in table.items() if any(method in row for method in needed)}
    return _filled(metric, table, rule, seed)


def _filled(metric: str, table: dict[Place, dict[str, list[Observation]]], rule: Rule, seed: str) -> Panel:
    places = tuple(sorted(table))
    methods = tuple(sorted({method for row in table.values() for method in row}))
    draws = max(50, min(rule.draws, MOST_VALUES // max(1, len(places) * len(methods))))
    values = np.full((1 + draws, len(places), len(methods)), np.nan)
    repeats = np.full((len(places), len(methods)), np.inf)
    slack = np.zeros((len(places), len(methods)))
    notes: list[str] = [f"draws cut to {draws}: the table is large"] if draws < rule.draws else []
    used: list[Observation] = []
    for p, place in enumerate(places):
        for m, method in enumerate(methods):
            entries = table[place].get(method)
            if entries:
                entries = sorted(entries, key=_order)
                values[:, p, m], repeats[p, m], note = _cell(entries, place, method, draws, rule.level, seed)
                slack[p, m] = max((_half_unit(o) for o in entries), default=0.0)
                used += entries
                notes += [note] if note else []
    return Panel(metric, methods, places, values, repeats, tuple(used), tuple(notes), slack)


def _order(observation: Observation) -> tuple[object, ...]:
    """What fixes the order of the observations of one cell; those that tie are alike to the judge."""
    fields = observation.seed, observation.decimals, observation.deviation
    return (observation.value, *((given is not None, given or 0) for given in fields), observation.replicates)


def _half_unit(observation: Observation) -> float:
    return 0.5 * 10.0**-observation.decimals if observation.decimals is not None else 0.0


def _cell(entries: list[Observation], place: Place, method: str, draws: int, level: float, seed: str) -> tuple[Array, float, str]:
    """Point estimate and draws of one method at one place, the repeats behind it, and what had to be reconciled."""
    if any(entry.origin == "measured" for entry in entries):
        column, repeats = _measured([e for e in entries if e.origin == "measured"], place, draws, level, seed)
        return column, repeats, ""
    return _reported(entries, place, method, draws, seed)


@lru_cache(maxsize=1024)
def _weights(seed: str, dataset: str, backbone: str, number: int, draws: int) -> Array:
    """[draws]: how much a seed counts in each draw, exponential as in the Bayesian bootstrap; read only."""
    return generator(seed, "seed", dataset, backbone, str(number)).exponential(size=draws)


def _measured(entries: list[Observation], place: Place, draws: int, level: float, seed: str) -> tuple[Array, float]:
    by_seed: dict[int, list[Observation]] = defaultdict(list)
    for entry in entries:
        by_seed[-1 if entry.seed is None else entry.seed].append(entry)
    seeds = sorted(by_seed)
    values = np.array([np.mean([entry.value for entry in by_seed[s]]) for s in seeds])
    centre = float(values.mean())
    column = np.full(1 + draws, centre)
    if len(seeds) > 1:
        # A seed gets the same weights for every method and keep rate of its data set and backbone: differences stay paired.
        weights = np.stack([_weights(seed, place.dataset, place.backbone, s, draws) for s in seeds])
        drawn = (weights * values[:, None]).sum(0) / weights.sum(0)
        column[1:] += widening(level, len(seeds)) * np.sqrt((len(seeds) + 1) / len(seeds)) * (drawn - centre)
    resampled = [entry for entry in entries if len(entry.replicates) > 1]
    if resampled:
        uniform = generator(seed, "images", place.dataset).random(draws)
        moves = [np.asarray(e.replicates)[(uniform * len(e.replicates)).astype(int)] - np.mean(e.replicates) for e in resampled]
        column[1:] += np.mean(moves, axis=0)
    return column, _repeats(entries, len(seeds))


def _repeats(entries: list[Observation], seeds: int) -> float:
    metric, replicates = entries[0].metric, max(len(entry.replicates) for entry in entries)
    if metric in COUNTED or (metric == TOKENS and not replicates):
        return float("inf")
    # Repeated timings are repeats.
    return float(max(seeds, replicates)) if of_machine(metric) or metric == TOKENS else float(seeds)


def _reported(entries: list[Observation], place: Place, method: str, draws: int, seed: str) -> tuple[Array, float, str]:
    distinct: list[Observation] = []
    for entry in sorted(entries, key=lambda o: (-(o.decimals or 0), o.value)):
        if not any(abs(entry.value - other.value) <= _half_unit(entry) + _half_unit(other) + 1e-9 for other in distinct):
            distinct.append(entry)
    rng = generator(seed, "print", place.source, place.label, method)
    values = np.array([entry.value for entry in distinct])
    noise = np.stack([_print_noise(entry, draws, rng) for entry in distinct])
    pick = rng.integers(len(distinct), size=draws)
    column = np.concatenate([[float(np.median(values))], values[pick] + noise[pick, np.arange(draws)]])
    shown = ", ".join(f"{value:g}" for value in sorted(values))
    note = f"{method} at {place.label} is given as {shown}: all kept as alternatives" if len(distinct) > 1 else ""
    return column, float("inf"), note


def _print_noise(entry: Observation, draws: int, rng: np.random.Generator) -> Array:
    if entry.deviation:
        return rng.normal(0.0, entry.deviation, draws)
    return rng.uniform(-1.0, 1.0, draws) * _half_unit(entry)
