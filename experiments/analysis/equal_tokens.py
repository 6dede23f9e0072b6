"""
Performance at equal mean tokens: an equal keep rate is not an equal number of tokens.

ToMe removes at most half of the tokens a stage, ATS keeps fewer than asked, EViT one more. A method's values at its keep rates
lie on its own curve over mean patch tokens a block; between two of its points the curve is a straight line, beyond them there is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from experiments.analysis.methods import COMPETITORS, UNREDUCED
from experiments.analysis.panels import Array, Panel, Place, method_of, place_of
from synth.model import LabRecord

Counts = Mapping[tuple[Place, str], Mapping[int, float]]
"""mean patch tokens a block, by place and method, then by seed"""
CLOSE = 1e-6


def mean_tokens(patches: float, stages: Sequence[float]) -> float:
    """
    Patch tokens a block, averaged over all blocks.

    Stages lie at a quarter, half and three quarters of the depth, so the patches and each stage's count hold for as many blocks.
    A method that cuts between attention and MLP is counted with what leaves the block.
    """
    return float(np.mean([patches, *stages]))


def nominal(patches: int, keep_rate: float, stages: int = 3) -> float:
    """Mean patch tokens a block that a keep rate promises: stage s keeps int(N * r**s)."""
    return mean_tokens(patches, [max(1, int(patches * keep_rate**stage)) for stage in range(1, stages + 1)])


def token_counts(records: Iterable[LabRecord]) -> dict[tuple[Place, str], dict[int, float]]:
    """Measured mean patch tokens a block of every method and seed; methods of a data set and backbone without unreduced row have none."""
    stages: dict[tuple[Place, str, int], dict[float, float]] = defaultdict(dict)
    for record in records:
        if record.metric == "tokens" and record.value is not None:
            key = (place_of(record), method_of(record), record.cell.seed)
            stages[key][dict(record.settings)["stage"]] = record.value
    patches = {(place.dataset, place.backbone): max(found.values()) for (place, method, _), found in stages.items() if method == UNREDUCED}
    counts: dict[tuple[Place, str], dict[int, float]] = defaultdict(dict)
    for (place, method, seed), found in stages.items():
        n = patches.get((place.dataset, place.backbone))
        if n is not None:
            counts[place, method][seed] = mean_tokens(n, [found[stage] for stage in sorted(found)])
    return dict(counts)


def patches_of(counts: Counts, dataset: str, backbone: str) -> int | None:
    """Patches of an unreduced image."""
    found = [
        n
        for (place, m), seeds in counts.items()
        if m == UNREDUCED and (place.dataset, place.backbone) == (dataset, backbone)
        for n in seeds.values()
    ]
    return round(max(found)) if found else None


@dataclass(frozen=True)
class Point:
    """A method at one keep rate, of one seed."""

    tokens: float
    value: float
    resampled: Array
    """[resamples]"""


@dataclass(frozen=True)
class AtBudget:
    """Methods at a number of mean tokens."""

    panel: Panel
    budget: float
    unreached: Mapping[str, tuple[float, float]]
    """method → fewest and most mean tokens at which it was measured."""
    leaning: tuple[str, ...]
    """methods whose value lies between their highest keep rate and the unreduced model."""


def curve(found: Sequence[Panel], counts: Counts, method: str, seed: int) -> list[Point]:
    """A method's own points, by rising tokens; points of equal tokens are one, their mean."""
    points: dict[float, list[Point]] = defaultdict(list)
    for panel in found:
        n = counts.get((panel.place, method), {}).get(seed)
        if n is None or method not in panel.methods or seed not in panel.seeds:
            continue
        i, j = panel.seeds.index(seed), panel.methods.index(method)
        points[round(n, 6)].append(Point(n, float(panel.values[i, j]), panel.resampled[:, i, j]))
    return [
        Point(tokens, float(np.mean([p.value for p in same])), np.mean([p.resampled for p in same], axis=0))
        for tokens, same in sorted(points.items())
    ]


def interpolated(points: Sequence[Point], tokens: float) -> Point | None:
    """The curve at a number of tokens, straight between neighbours; None outside of them."""
    for point in points:
        if abs(point.tokens - tokens) < CLOSE:
            return point
    for left, right in pairwise(points):
        if left.tokens < tokens < right.tokens:
            share = (tokens - left.tokens) / (right.tokens - left.tokens)
            return Point(
                tokens, left.value + share * (right.value - left.value), left.resampled + share * (right.resampled - left.resampled)
            )
    return None


def at_budget(found: Sequence[Panel], counts: Counts, budget: float, keep_rate: float) -> AtBudget | None:
    """
    All methods of one regime, data set and backbone at `budget` mean tokens; None where fewer than two get there.

    found      its panels, one a keep rate; seeds that all of them have are used
    keep_rate  that the budget stands for

    Above its highest keep rate a competitor's curve ends at the unreduced model, which it is there.
    """
    seeds = sorted(set.intersection(*(set(panel.seeds) for panel in found)))
    methods = [m for m in dict.fromkeys(m for panel in found for m in panel.methods) if m != UNREDUCED]
    patches = patches_of(counts, found[0].place.dataset, found[0].place.backbone)
    columns: dict[str, list[Point]] = {}
    unreached: dict[str, tuple[float, float]] = {}
    leaning = []
    for method in methods:
        curves = [curve(found, counts, method, seed) for seed in seeds]
        if not curves or not all(curves):
            continue
        ends = [_with_unreduced(points, found, seed, patches) for points, seed in zip(curves, seeds, strict=True)]
        points = [interpolated(points, budget) for points in ends]
        reached = [point for point in points if point is not None]
        if len(reached) < len(points):
            unreached[method] = (min(c[0].tokens for c in curves), max(c[-1].tokens for c in curves))
            continue
        columns[method] = reached
        if any(c[-1].tokens + CLOSE < budget for c in curves):
            leaning.append(method)
    panel = _panel(found, columns, seeds, keep_rate)
    return None if len(panel.ranked) < 2 else AtBudget(panel, budget, unreached, tuple(m for m in leaning if m in COMPETITORS))


def _with_unreduced(points: list[Point], found: Sequence[Panel], seed: int, patches: int | None) -> list[Point]:
    panel = found[0]
    if patches is None or UNREDUCED not in panel.methods or points[-1].tokens + CLOSE >= patches:
        return points
    i, j = panel.seeds.index(seed), panel.methods.index(UNREDUCED)
    return [*points, Point(float(patches), float(panel.values[i, j]), panel.resampled[:, i, j])]


def _panel(found: Sequence[Panel], columns: Mapping[str, Sequence[Point]], seeds: Sequence[int], keep_rate: float) -> Panel:
    first = found[0].place
    n = min((len(point.resampled) for points in columns.values() for point in points), default=0)
    values = np.array([[point.value for point in points] for points in columns.values()]).reshape(len(columns), len(seeds)).T
    resampled = np.array([[point.resampled[:n] for point in points] for points in columns.values()]).reshape(len(columns), len(seeds), n)
    place = Place(first.regime, first.dataset, first.backbone, keep_rate)
    return Panel(place, tuple(columns), tuple(seeds), values, resampled.transpose(2, 1, 0))


def common_budget(found: Sequence[Panel], counts: Counts) -> float | None:
    """The fewest mean tokens that every competitor gets down to; None where no tokens were counted."""
    lowest: dict[tuple[str, int], float] = {}
    for panel in found:
        for method in panel.ranked:
            for seed, tokens in counts.get((panel.place, method), {}).items():
                lowest[method, seed] = min(tokens, lowest.get((method, seed), tokens))
    return max(lowest.values(), default=None)
