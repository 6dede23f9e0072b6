"""Units that run trained backbones over the test scenes: performance with its controls, token counts, patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import torch

from experiments.backbones import checkpoint, is_proxy, load, pixels, weights_digest
from experiments.data import DATASETS, load_scenes
from experiments.errors import DataError, MissingCheckpoint
from experiments.measure import controls, forward, patterns
from experiments.measure.scores import performance, resamples
from experiments.measure.unit import Unit, groups
from experiments.reducers import REGISTRY
from synth.model import CellRequest, LabRecord, Spec

Array = Any


class Bench:
    """One trained backbone with the test scenes of one data set; what its units share is computed once."""

    def __init__(self, backbone: str, dataset: str, seed: int, spec: Spec) -> None:
        if not is_proxy(backbone):
            raise MissingCheckpoint(f"{backbone} has no weights here; performance is measured on the laboratory's own backbones")
        if dataset not in DATASETS:
            raise DataError(f"no data set {dataset!r} here; there are {', '.join(DATASETS)}")
        self.model = load(backbone, dataset, seed)
        self.scenes = load_scenes(dataset, "test", spec.images, spec.seed)
        self.draws = resamples(spec.images, spec.replicates, spec.seed, dataset)
        self.seed = seed
        self.patterns = "patterns" in spec.measures
        self._shared: forward.Shared | None = None
        self._passed: dict[tuple[str, float], forward.Passed] = {}

    @property
    def shared(self) -> forward.Shared:
        """The tokens up to where reducers begin to differ."""
        if self._shared is None:
            self._shared = forward.share(self.model, pixels(self.scenes.images))
        return self._shared

    def passed(self, method: str, keep_rate: float) -> forward.Passed:
        """One pass of a method, run at the first call."""
        keep_rate = 1.0 if method == "keep_all" else keep_rate
        if (method, keep_rate) not in self._passed:
            self._passed[method, keep_rate] = forward.run(self.shared, method, keep_rate, self.seed, patterns=self.patterns)
        return self._passed[method, keep_rate]

    def plain_logits(self) -> Array:
        """Of the timm model itself, without any reducer."""
        images = torch.split(pixels(self.scenes.images), forward.BATCH)
        return torch.cat(forward.over_batches(self.model, images)).numpy()

    def score(self, method: str, keep_rate: float) -> tuple[float, tuple[float, ...]]:
        """Performance in percent, and on the resamples."""
        return performance(self.passed(method, keep_rate).logits, self.scenes.labels, self.draws)


CONTROL_RATE = 0.25
"""the same for every specification, so that a control is measured once."""

Benches = Callable[[str, str, int], Bench]


class TrainedUnit(Unit):
    """A unit on a trained backbone."""

    def __init__(self, cell: CellRequest, spec: Spec, benches: Benches) -> None:
        super().__init__(cell, spec)
        self.benches = benches

    def digests(self) -> tuple[tuple[str, str], ...]:
        """Of code, weights and test scenes."""
        cell = self.cell
        bench = self.benches(cell.backbone, cell.dataset, cell.seed)
        weights = weights_digest(checkpoint(cell.backbone, cell.dataset, cell.seed))[:16]
        return (self.code(), ("weights", weights), ("data", bench.scenes.digest()[:16]))

    def arguments(self) -> tuple[Any, ...]:
        """Images, resamples and their seed."""
        return (self.spec.images, self.spec.replicates, self.spec.seed)

    @property
    def bench(self) -> Bench:
        """Backbone and scenes of this cell."""
        return self.benches(self.cell.backbone, self.cell.dataset, self.cell.seed)


def _usable(method: str) -> None:
    """Raise where a method has parameters that mean nothing before training and none are shipped."""
    if method in REGISTRY and REGISTRY[method].trained:
        raise MissingCheckpoint(f"{method} has to be trained before it means anything, and no trained parameters of it are here")


class Performance(TrainedUnit):
    """Top-1 or mAP of a cell."""

    metric = "performance"
    leaves_out = frozenset({"measure.controls", "measure.patterns"})

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """One record, with the resamples."""
        _usable(self.cell.method)
        value, replicates = self.bench.score(self.cell.method, self.cell.keep_rate)
        return (self.record(self.metric, value, unit="percent", replicates=replicates),)


class Tokens(TrainedUnit):
    """Mean patch tokens after each stage, neither class token nor padding counted."""

    metric = "tokens"
    leaves_out = frozenset({"measure.controls", "measure.patterns"})

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """One record a stage."""
        counts = self.bench.passed(self.cell.method, self.cell.keep_rate).tokens.astype(float)
        draws = counts[self.bench.draws].mean(1)
        return tuple(
            self.record(self.metric, float(mean), unit="tokens", settings=(("stage", stage + 1.0),), replicates=_spread(draws[:, stage]))
            for stage, mean in enumerate(counts.mean(0))
        )


def _spread(draws: Array) -> tuple[float, ...]:
    """Resampled counts; none where every image keeps the same number, which no resampling can change."""
    return () if np.ptp(draws) == 0 else tuple(round(float(value), 4) for value in draws)


class Pattern(TrainedUnit):
    """How alike two methods reduce; the cell's method is "one|other"."""

    metric = "procrustes"
    leaves_out = frozenset({"measure.controls", "measure.scores"})

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """Records for every stage: iou and iou_chance, nmi, procrustes, cka; after the last block the latter two as stage 4."""
        first, second = self.cell.method.split("|")
        for method in (first, second):
            _usable(method)
        a, b = (self.bench.passed(method, self.cell.keep_rate) for method in (first, second))
        return tuple(self._stage(metric, stage + 1, value) for stage, metric, value in _similarities(a, b))

    def _stage(self, metric: str, stage: int, value: float) -> LabRecord:
        settings = (("stage", float(stage)),)
        if not np.isfinite(value):
            return self.record(metric, None, settings=settings, reason="features that do not vary between images have no distance")
        return self.record(metric, value, settings=settings)


def _similarities(a: forward.Passed, b: forward.Passed) -> Iterator[tuple[int, str, float]]:
    for stage, (kept_a, kept_b, labels_a, labels_b) in enumerate(zip(a.kept, b.kept, a.labels, b.labels, strict=True)):
        if kept_a is not None and kept_b is not None:
            yield stage, "iou", float(patterns.iou(kept_a, kept_b).mean())
            yield stage, "iou_chance", patterns.expected_iou(kept_a, kept_b)
        if labels_a is not None and labels_b is not None:
            yield stage, "nmi", float(patterns.nmi(labels_a, labels_b).mean())
    for stage, (one, other) in enumerate(zip(a.features, b.features, strict=True)):
        left, right = patterns.normalised(one), patterns.normalised(other)
        yield stage, "procrustes", patterns.procrustes(left, right)
        yield stage, "cka", patterns.cka_distance(left, right)


class KeepAllControl(TrainedUnit):
    """Control 1."""

    metric = "control_keep_all"
    leaves_out = frozenset({"measure.patterns"})

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """The keep-all reducer against the plain model."""
        found = controls.keep_all(self.bench.plain_logits(), self.bench.passed("keep_all", 1.0).logits)
        return (self.record(self.metric, found.value, passed=found.passed, reason=found.reason),)


class ShuffledControl(TrainedUnit):
    """Control 3."""

    metric = "control_shuffled_labels"
    leaves_out = frozenset({"measure.patterns"})

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """The plain model on labels dealt out at random."""
        found = controls.shuffled_labels(self.bench.passed("keep_all", 1.0).logits, self.bench.scenes.labels, self.spec.seed)
        return (self.record(self.metric, found.value, unit="percent", passed=found.passed, reason=found.reason),)


class RandomControl(TrainedUnit):
    """Control 2, at the lowest keep rate of the protocol, where what is kept matters most."""

    metric = "control_random"
    leaves_out = frozenset({"measure.patterns"})

    def __init__(self, cell: CellRequest, spec: Spec, benches: Benches, methods: tuple[str, ...]) -> None:
        super().__init__(cell, spec, benches)
        self.others = methods

    def methods(self) -> tuple[str, ...]:
        """Random pruning and what it is compared with."""
        return ("random", "keep_all", *self.others)

    def arguments(self) -> tuple[Any, ...]:
        """Also what random pruning is compared with."""
        return (*super().arguments(), self.others)

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """Random pruning against the other methods and against no reduction."""
        rate = self.cell.keep_rate
        value, resampled = self.bench.score("random", rate)
        full, full_resampled = self.bench.score("keep_all", 1.0)
        others = [self.bench.score(method, rate)[0] for method in self.others]
        error = float(np.std(np.subtract(full_resampled, resampled))) if resampled else 0.0
        found = controls.random_low(value, others, (full, error))
        return (self.record(self.metric, found.value, unit="points", passed=found.passed, reason=found.reason),)


def units(spec: Spec) -> Iterator[Unit]:
    """
    All units on trained backbones: controls first, then cells in the order of the specification, then patterns.

    A cell's token counts follow its performance, as one pass gives both. When the budget ends, the cells named first are whole.
    """

    @cache
    def benches(backbone: str, dataset: str, seed: int) -> Bench:
        return Bench(backbone, dataset, seed, spec)

    together = groups(spec.cells, "backbone", "dataset", "seed").values()
    if "performance" in spec.measures:
        for cells in together:
            yield from _controls(cells, spec, benches)
    for cell in dict.fromkeys(spec.cells):
        if "performance" in spec.measures:
            yield Performance(cell, spec, benches)
        if "tokens" in spec.measures and is_proxy(cell.backbone):
            yield Tokens(cell, spec, benches)
    if "patterns" in spec.measures:
        for cells in together:
            yield from _patterns(cells, spec, benches)


def _controls(cells: tuple[CellRequest, ...], spec: Spec, benches: Benches) -> Iterator[Unit]:
    """The three controls of one trained backbone."""
    first = cells[0]
    unreduced = first.model_copy(update={"method": "keep_all", "keep_rate": 1.0})
    # All methods that need no training, whichever were asked for: the control is the same for every specification.
    others = tuple(sorted(method for method in REGISTRY if _has_idea(method)))
    yield KeepAllControl(unreduced, spec, benches)
    yield ShuffledControl(unreduced, spec, benches)
    yield RandomControl(first.model_copy(update={"method": "random", "keep_rate": CONTROL_RATE}), spec, benches, others)


def _has_idea(method: str) -> bool:
    """Whether random pruning is expected to rank below it: a known method, off the shelf, that is no control."""
    return method in REGISTRY and method not in ("keep_all", "random") and not REGISTRY[method].trained


def _patterns(cells: tuple[CellRequest, ...], spec: Spec, benches: Benches) -> Iterator[Unit]:
    """Every pair of methods at every keep rate, by name, so that a pair is one cell in whatever order it is asked for."""
    for members in groups(cells, "keep_rate").values():
        for one, other in combinations(sorted(members, key=lambda cell: cell.method), 2):
            if one.method != other.method:
                yield Pattern(one.model_copy(update={"method": f"{one.method}|{other.method}"}), spec, benches)
