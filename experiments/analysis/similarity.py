"""
How alike the patterns of two methods are: matrices over methods by place, measure and stage, and their medians.

IoU of two random sets and NMI of two fine clusterings are far from 0. `iou_corrected` is (IoU - chance) / (1 - chance), with the
IoU of random sets of the same sizes as chance (Cohen's form, 1960); `ami` is NMI corrected alike (Vinh, Epps and Bailey 2010).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.analysis.methods import COMPETITORS, family_of, in_order
from experiments.analysis.panels import Array, Place, of_one_data, place_of
from synth.model import LabRecord

SIGNS = {"iou": -1, "iou_corrected": -1, "nmi": -1, "ami": -1, "procrustes": 1, "cka": 1, "pwcca": 1}
"""measure → sign of its correlation with a difference in performance if it is a proxy of it: similarities fall, distances rise."""
RECORDED = ("iou", "iou_chance", "nmi", "ami", "procrustes", "cka", "pwcca")
STAGES = (1, 2, 3, 4)
"""after the three stages; 4: after the last block, where only class features are compared."""


@dataclass(frozen=True)
class Likeness:
    """One measure of all pairs of methods at one place and stage."""

    place: Place
    measure: str
    stage: int
    methods: tuple[str, ...]
    values: Array
    """symmetric [methods, methods], NaN on the diagonal; mean over seeds."""

    def without(self, methods: Iterable[str]) -> Likeness:
        """The same for the other methods."""
        keep = [i for i, method in enumerate(self.methods) if method not in set(methods)]
        names = tuple(self.methods[i] for i in keep)
        return Likeness(self.place, self.measure, self.stage, names, self.values[np.ix_(keep, keep)])

    @property
    def pairs(self) -> Array:
        """The values above the diagonal."""
        return np.asarray(self.values[np.triu_indices(len(self.methods), 1)])


Pairs = dict[tuple[str, str], float]


def likenesses(records: Iterable[LabRecord]) -> list[Likeness]:
    """Matrices of all places, measures and stages; methods without a value beside every other one are left out of a matrix."""
    found: dict[tuple[Place, str, int], dict[tuple[str, str], dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    paired = [r for r in records if "|" in r.cell.method and r.value is not None and r.metric in RECORDED]
    for record in of_one_data(paired)[0]:
        one, other = sorted(record.cell.method.split("|"))
        if one in COMPETITORS and other in COMPETITORS and record.value is not None:
            key = (place_of(record), record.metric, int(dict(record.settings)["stage"]))
            found[key][one, other][record.cell.seed] = record.value
    return [matrix for key, pairs in sorted(_corrected(found).items()) if (matrix := _matrix(*key, pairs)) is not None]


def _corrected(
    found: Mapping[tuple[Place, str, int], Mapping[tuple[str, str], Mapping[int, float]]],
) -> dict[tuple[Place, str, int], Pairs]:
    """Means over seeds, with the corrected IoU in place of its chance."""
    means: dict[tuple[Place, str, int], Pairs] = {}
    for (place, metric, stage), pairs in found.items():
        if metric != "iou_chance":
            means[place, metric, stage] = {pair: float(np.mean(list(seeds.values()))) for pair, seeds in pairs.items()}
            continue
        raw = found.get((place, "iou", stage), {})
        corrected = {
            pair: [corrected_iou(raw[pair][s], chance) for s, chance in seeds.items() if s in raw.get(pair, {})]
            for pair, seeds in pairs.items()
        }
        means[place, "iou_corrected", stage] = {
            pair: float(np.mean(values)) for pair, values in corrected.items() if values and np.isfinite(values).all()
        }
    return means


def corrected_iou(value: float, chance: float) -> float:
    """(IoU - chance) / (1 - chance): 0 for random sets, 1 for equal ones; NaN where both keep everything, which says nothing."""
    return (value - chance) / (1 - chance) if chance < 1 - 1e-9 else float("nan")


def _matrix(place: Place, measure: str, stage: int, pairs: Pairs) -> Likeness | None:
    methods = in_order({method for pair in pairs for method in pair})
    while len(methods) > 1:
        missing = {m: sum(tuple(sorted((m, o))) not in pairs for o in methods if o != m) for m in methods}
        worst = max(methods, key=lambda method, missing=missing: missing[method])  # type: ignore[misc]
        if not missing[worst]:
            break
        methods.remove(worst)
    if len(methods) < 2:
        return None
    values = np.full((len(methods), len(methods)), np.nan)
    for i, one in enumerate(methods):
        for j in range(i):
            first, second = sorted((one, methods[j]))
            values[i, j] = values[j, i] = pairs[first, second]
    return Likeness(place, measure, stage, tuple(methods), values)


def summary(found: Sequence[Likeness]) -> list[dict[str, Any]]:
    """Median over pairs, data sets and backbones of every measure by regime, keep rate and stage."""
    groups: dict[tuple[str, str, float, int], list[Likeness]] = defaultdict(list)
    for likeness in found:
        groups[likeness.place.regime, likeness.measure, likeness.place.keep_rate, likeness.stage].append(likeness)
    return [
        {
            "regime": regime,
            "measure": measure,
            "keep_rate": rate,
            "stage": stage,
            **_quartiles([one.pairs for one in some]),
            "places": len(some),
        }
        for (regime, measure, rate, stage), some in sorted(groups.items())
    ]


def by_family(found: Sequence[Likeness], measures: Sequence[str] = ("iou_corrected", "ami")) -> list[dict[str, Any]]:
    """The same by the families of the two methods, over all stages."""
    groups: dict[tuple[str, str, str, str, float], list[float]] = defaultdict(list)
    for likeness in found:
        if likeness.measure in measures:
            for i, one in enumerate(likeness.methods):
                for j in range(i):
                    first, second = sorted((family_of(one), family_of(likeness.methods[j])))
                    groups[likeness.place.regime, likeness.measure, first, second, likeness.place.keep_rate].append(
                        float(likeness.values[i, j])
                    )
    return [
        {"regime": regime, "measure": measure, "family": first, "other_family": second, "keep_rate": rate, **_quartiles([np.array(values)])}
        for (regime, measure, first, second, rate), values in sorted(groups.items())
    ]


def _quartiles(parts: Sequence[Array]) -> dict[str, float]:
    values = np.concatenate(parts)
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return {"median": float(median), "lower_quartile": float(low), "upper_quartile": float(high), "pairs": len(values)}
