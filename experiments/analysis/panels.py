"""
Records of performance → panels: at one place, values by seed and method with their paired bootstrap resamples.

Resample i draws the same images for every method, backbone and seed of a data set, so a difference of two columns of a
panel is paired. Only seeds that all ranked methods of a place have are compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.analysis.methods import COMPETITORS, NO_TEACHER, UNREDUCED, in_order
from synth.model import LabRecord

Array = npt.NDArray[Any]
Values = Mapping[int, LabRecord]
"""records by seed"""
SIZES = ("tiny", "small", "base", "large")
"""in names of backbones, from narrow to wide."""


@dataclass(frozen=True, order=True)
class Place:
    """Where methods are compared."""

    regime: str
    dataset: str
    backbone: str
    keep_rate: float

    @property
    def model(self) -> tuple[str, str, str]:
        """The place without its keep rate."""
        return (self.regime, self.dataset, self.backbone)


def by_width(backbone: str) -> tuple[int, str]:
    """Sorts backbones from narrow to wide."""
    return next((i for i, size in enumerate(SIZES) if size in backbone), len(SIZES)), backbone


def metric_of(dataset: str) -> str:
    """What performance is on a data set: "top-1" or "mAP", in percent."""
    from experiments.data import open_data
    from experiments.errors import DataError

    try:
        return "mAP" if open_data(dataset).metric == "map_percent" else "top-1"
    except DataError:
        return "performance"


@dataclass(frozen=True)
class Panel:
    """Performance in percent of all methods at one place."""

    place: Place
    methods: tuple[str, ...]
    seeds: tuple[int, ...]
    values: Array
    """[seeds, methods]"""
    resampled: Array
    """[resamples, seeds, methods]; no resamples where a record has none."""
    notes: tuple[str, ...] = ()

    @property
    def ranked(self) -> list[str]:
        """The methods that compete."""
        return [method for method in self.methods if method in COMPETITORS]

    def column(self, method: str) -> Array:
        """Values of a method, [seeds]."""
        return np.asarray(self.values[:, self.methods.index(method)])

    def only(self, methods: Sequence[str]) -> Panel:
        """The panel with these methods."""
        own = [self.methods.index(method) for method in methods]
        return Panel(self.place, tuple(methods), self.seeds, self.values[:, own], self.resampled[:, :, own], self.notes)


def place_of(record: LabRecord) -> Place:
    """Place of a record; the run without a teacher stands beside the fine-tuned ones."""
    cell = record.cell
    regime = "fine_tuned" if cell.regime.startswith("fine_tuned") else cell.regime
    return Place(regime, cell.dataset, cell.backbone, cell.keep_rate)


def method_of(record: LabRecord) -> str:
    """Method of a record; without a teacher it has another name."""
    return NO_TEACHER if record.cell.regime == "fine_tuned_no_teacher" else record.cell.method


def of_one_data(records: Iterable[LabRecord]) -> tuple[list[LabRecord], int]:
    """The records on the images that most records of their data set are of, and how many were left out: others do not pair."""
    records = list(records)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        counts[record.cell.dataset][_data(record)] += 1
    chosen = {dataset: max(found, key=lambda digest, found=found: (found[digest], digest)) for dataset, found in counts.items()}  # type: ignore[misc]
    kept = [record for record in records if _data(record) == chosen[record.cell.dataset]]
    return kept, len(records) - len(kept)


def _data(record: LabRecord) -> str:
    return dict(record.digests).get("data", "")


def panels(records: Iterable[LabRecord]) -> list[Panel]:
    """Every place with at least two competitors, in order; the unreduced model stands in each of its own backbone and data set."""
    table: dict[Place, dict[str, dict[int, LabRecord]]] = defaultdict(lambda: defaultdict(dict))
    whole: dict[tuple[str, str, str], dict[int, LabRecord]] = defaultdict(dict)
    for record in of_one_data(r for r in records if r.metric == "performance" and r.value is not None)[0]:
        place, method = place_of(record), method_of(record)
        if method == UNREDUCED:
            whole[place.model][record.cell.seed] = record
        else:
            table[place][method][record.cell.seed] = record
    places = sorted(
        (p for p in table if _competitors(table[p]) > 1), key=lambda p: (p.regime, p.dataset, by_width(p.backbone), -p.keep_rate)
    )
    return [_panel(place, table[place], _unreduced(place, whole)) for place in places]


def _competitors(methods: Iterable[str]) -> int:
    return sum(method in COMPETITORS for method in methods)


def _unreduced(place: Place, whole: Mapping[tuple[str, str, str], Values]) -> tuple[Values, str]:
    """The unreduced model of a place, trained alike where that was measured, and what to say where it was not."""
    if whole.get(place.model):
        return whole[place.model], ""
    return whole.get(("off_the_shelf", place.dataset, place.backbone), {}), "the unreduced model was not trained further"


def _panel(place: Place, table: Mapping[str, Values], unreduced: tuple[Values, str]) -> Panel:
    columns = dict(table)
    if unreduced[0]:
        columns[UNREDUCED] = unreduced[0]
    methods = in_order(set(columns))
    seeds, notes = _seeds({method: columns[method] for method in methods if method in COMPETITORS})
    lacking = [method for method in methods if not set(seeds) <= set(columns[method])]
    methods = [method for method in methods if method not in lacking]
    notes += [f"not shown, without all seeds: {', '.join(lacking)}"] if lacking else []
    if unreduced[1] and UNREDUCED in methods:
        notes.append(unreduced[1])
    values = np.array([[columns[method][seed].value for method in methods] for seed in seeds], dtype=float)
    return Panel(place, tuple(methods), tuple(seeds), values, _resampled(columns, methods, seeds), tuple(notes))


def _seeds(columns: Mapping[str, Values]) -> tuple[list[int], list[str]]:
    """
    Seeds that the methods share; a method that has none of the most frequent seed is left out, and said.

    A method with fewer seeds than the others would otherwise be compared across seeds.
    """
    counts = Counter(seed for records in columns.values() for seed in records)
    anchor = max(counts, key=lambda seed: (counts[seed], -seed))
    present = {method: set(records) for method, records in columns.items() if anchor in records}
    shared = sorted(set.intersection(*present.values()))
    dropped = sorted(set(columns) - set(present))
    notes = [f"left out, without seed {anchor}: {', '.join(dropped)}"] if dropped else []
    extra = sorted(set(counts) - set(shared))
    if extra:
        notes.append(f"seeds {', '.join(map(str, extra))} are not of all methods and not compared")
    return shared, notes


def _resampled(columns: Mapping[str, Values], methods: Sequence[str], seeds: Sequence[int]) -> Array:
    n = min(len(columns[method][seed].replicates) for method in methods for seed in seeds)
    parts = [[columns[method][seed].replicates[:n] for method in methods] for seed in seeds]
    return np.asarray(np.array(parts, dtype=float).reshape(len(seeds), len(methods), n).transpose(2, 0, 1))


def by_model(found: Iterable[Panel]) -> dict[tuple[str, str, str], list[Panel]]:
    """Panels of one regime, data set and backbone together, in the order given."""
    groups: dict[tuple[str, str, str], list[Panel]] = defaultdict(list)
    for panel in found:
        groups[panel.place.model].append(panel)
    return dict(groups)
