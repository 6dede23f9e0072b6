"""Units that run trained backbones over the test scenes: performance with its controls, token counts, patterns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.backbones import checkpoint, is_proxy, load, weights_digest
from experiments.data import Scenes, open_data
from experiments.errors import MissingCheckpoint
from experiments.finetune import Recipe, recipe_for, tune
from experiments.measure import controls, forward, patterns
from experiments.measure.scores import performance, resamples
from experiments.measure.unit import Unit, groups
from experiments.reducers import REGISTRY
from experiments.vit import ReducedViT
from synth.model import CellRequest, LabRecord, Spec
from synth.model.experiment import Regime

Array = Any


class Bench:
    """One trained backbone with the test images of one data set; what its units share is computed once."""

    def __init__(self, backbone: str, dataset: str, seed: int, spec: Spec, weights: Path | None = None) -> None:
        if not is_proxy(backbone):
            raise MissingCheckpoint(f"{backbone} has no weights here; performance is measured on the laboratory's own backbones")
        self.data = open_data(dataset, spec.data_folder)
        self.model = load(backbone, dataset, seed)
        self.draws = resamples(spec.images, spec.replicates, spec.seed, dataset)
        self.spec = spec
        self.weights = weights
        self._backbone, self._dataset, self._seed = backbone, dataset, seed
        self._passed: dict[Any, forward.Passed] = {}
        self._last: tuple[Recipe, ReducedViT] | None = None

    @cached_property
    def scenes(self) -> Scenes:
        """The test images."""
        return self.data.take("test", self.spec.images, self.spec.seed)

    @cached_property
    def images(self) -> tuple[Tensor, ...]:
        """What a backbone takes, a tensor a batch."""
        return torch.split(self.data.pixels(self.scenes.images), forward.BATCH)

    @cached_property
    def shared(self) -> forward.Shared:
        """The tokens up to where reducers begin to differ, off the shelf."""
        return forward.share(self.model, self.images)

    def recipe(self, method: str, keep_rate: float, regime: Regime) -> Recipe | None:
        """How a method's weights are fine-tuned; none off the shelf."""
        if regime == "off_the_shelf":
            return None
        cell = CellRequest(
            method=method, backbone=self._backbone, dataset=self._dataset, keep_rate=keep_rate, seed=self._seed, regime=regime
        )
        return recipe_for(cell)

    def passed(self, method: str, keep_rate: float, regime: Regime = "off_the_shelf", deadline: float | None = None) -> forward.Passed:
        """
        One pass of a method, run at the first call, after the fine-tuning that the regime asks for.

        raises  Unfinished where that did not end before `deadline`
        """
        recipe = self.recipe(method, keep_rate, regime)
        name = recipe or (method, 1.0 if method == "keep_all" else keep_rate)
        if name not in self._passed:
            self._passed[name] = self._pass(method, keep_rate, recipe, deadline)
        return self._passed[name]

    def _pass(self, method: str, keep_rate: float, recipe: Recipe | None, deadline: float | None) -> forward.Passed:
        wanted = "patterns" in self.spec.measures
        if recipe is None:
            rate = 1.0 if method == "keep_all" else keep_rate
            return forward.run(self.shared, method, rate, self._seed, patterns=wanted)
        return forward.run_whole(self._tuned(recipe, deadline), self.images, patterns=wanted)

    def _tuned(self, recipe: Recipe, deadline: float | None) -> ReducedViT:
        """The fine-tuned model; the last one stays at hand."""
        if self._last is None or self._last[0] != recipe:
            self._last = (recipe, tune(recipe, self.weights, deadline=deadline, data_folder=self.spec.data_folder))
        return self._last[1]

    def plain_logits(self, regime: Regime = "off_the_shelf", deadline: float | None = None) -> Array:
        """Of the timm model itself, without any reducer, fine-tuned alike where the regime asks for it."""
        recipe = self.recipe("keep_all", 1.0, regime)
        model = self.model if recipe is None else self._tuned(recipe, deadline).model
        return torch.cat(forward.over_batches(model, self.images)).numpy()

    def score(
        self, method: str, keep_rate: float, regime: Regime = "off_the_shelf", deadline: float | None = None
    ) -> tuple[float, tuple[float, ...]]:
        """Performance in percent, and on the resamples."""
        return performance(self.passed(method, keep_rate, regime, deadline).logits, self.scenes.labels, self.draws)


CONTROL_RATE = 0.25
"""the same for every specification, so that a control is measured once."""
CONTROL_PANEL = ("topk", "dpcknn", "sit")
"""fine-tuned methods that random pruning is compared with, one of each kind: to fine-tune all of them would cost more than most runs."""

Benches = Callable[[str, str, int], Bench]


class TrainedUnit(Unit):
    """A unit on a trained backbone."""

    def __init__(self, cell: CellRequest, spec: Spec, benches: Benches) -> None:
        super().__init__(cell, spec)
        self.benches = benches

    def digests(self) -> tuple[tuple[str, str], ...]:
        """Of code, initial weights, test images and, where weights are fine-tuned, of the recipes."""
        cell, spec = self.cell, self.spec
        data = self.bench.data.identity("test", spec.images, spec.seed)[:16]
        weights = weights_digest(checkpoint(cell.backbone, cell.dataset, cell.seed))[:16]
        found = (self.code(), ("weights", weights), ("data", data))
        recipes = [self.bench.recipe(method, cell.keep_rate, cell.regime) for method in self.methods()]
        tuned = "-".join(recipe.digest() for recipe in recipes if recipe is not None)
        return (*found, ("recipe", hashlib.sha256(tuned.encode()).hexdigest()[:16])) if tuned else found

    def arguments(self) -> tuple[Any, ...]:
        """Images, resamples and their seed."""
        return (self.spec.images, self.spec.replicates, self.spec.seed)

    @property
    def bench(self) -> Bench:
        """Backbone and scenes of this cell."""
        return self.benches(self.cell.backbone, self.cell.dataset, self.cell.seed)


def _usable(cell: CellRequest) -> None:
    """Raise where a method has parameters that mean nothing before training."""
    if cell.regime != "off_the_shelf":
        return
    for method in cell.method.split("|"):
        if method in REGISTRY and REGISTRY[method].trained:
            raise MissingCheckpoint(
                f"{method} means nothing off the shelf, before it was trained; the regime fine_tuned has its performance"
            )


class Performance(TrainedUnit):
    """Top-1 or mAP of a cell."""

    metric = "performance"
    leaves_out = frozenset({"measure.controls", "measure.patterns"})

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """One record, with the resamples."""
        _usable(self.cell)
        value, replicates = self.bench.score(self.cell.method, self.cell.keep_rate, self.cell.regime, deadline)
        return (self.record(self.metric, value, unit="percent", replicates=replicates),)


class Tokens(TrainedUnit):
    """Mean patch tokens after each stage, neither class token nor padding counted."""

    metric = "tokens"
    leaves_out = frozenset({"measure.controls", "measure.patterns"})

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """One record a stage."""
        counts = self.bench.passed(self.cell.method, self.cell.keep_rate, self.cell.regime, deadline).tokens.astype(float)
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
        """Records for every stage: iou, iou_chance, nmi, ami, procrustes, cka, pwcca; after the last block the latter three as stage 4."""
        _usable(self.cell)
        a, b = (self.bench.passed(method, self.cell.keep_rate, self.cell.regime, deadline) for method in self.methods())
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
            nmi, ami = patterns.nmi_and_ami(labels_a, labels_b)
            yield stage, "nmi", float(nmi.mean())
            yield stage, "ami", float(ami.mean())
    for stage, (one, other) in enumerate(zip(a.normalised, b.normalised, strict=True)):
        yield stage, "procrustes", patterns.procrustes(one, other)
        yield stage, "cka", patterns.cka_distance(one, other)
        yield stage, "pwcca", patterns.pwcca_both(one, other, a.axes[stage], b.axes[stage])


class KeepAllControl(TrainedUnit):
    """Control 1."""

    metric = "control_keep_all"
    leaves_out = frozenset({"measure.patterns"})

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """The keep-all reducer against the plain model."""
        regime = self.cell.regime
        found = controls.keep_all(self.bench.plain_logits(regime, deadline), self.bench.passed("keep_all", 1.0, regime, deadline).logits)
        return (self.record(self.metric, found.value, passed=found.passed, reason=found.reason),)


class ShuffledControl(TrainedUnit):
    """Control 3."""

    metric = "control_shuffled_labels"
    leaves_out = frozenset({"measure.patterns"})

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """The plain model on labels dealt out at random."""
        logits = self.bench.passed("keep_all", 1.0, self.cell.regime, deadline).logits
        found = controls.shuffled_labels(logits, self.bench.scenes.labels, self.spec.seed)
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
        rate, regime = self.cell.keep_rate, self.cell.regime
        value, resampled = self.bench.score("random", rate, regime, deadline)
        full, full_resampled = self.bench.score("keep_all", 1.0, regime, deadline)
        others = [self.bench.score(method, rate, regime, deadline)[0] for method in self.others]
        error = float(np.std(np.subtract(full_resampled, resampled))) if resampled else 0.0
        found = controls.random_low(value, others, (full, error))
        return (self.record(self.metric, found.value, unit="points", passed=found.passed, reason=found.reason),)


def units(spec: Spec, weights: Path | None = None) -> Iterator[Unit]:
    """
    All units on trained backbones: controls first, then cells in the order of the specification, then patterns.

    A cell's token counts follow its performance, as one pass gives both. When the budget ends, the cells named first are whole.
    """

    @cache
    def benches(backbone: str, dataset: str, seed: int) -> Bench:
        return Bench(backbone, dataset, seed, spec, weights)

    together = groups(spec.cells, "backbone", "dataset", "seed").values()
    if "performance" in spec.measures:
        for cells in together:
            for regime in dict.fromkeys(_control_regime(cell) for cell in cells):
                yield from _controls(cells[0].model_copy(update={"regime": regime}), spec, benches)
    for cell in dict.fromkeys(spec.cells):
        if "performance" in spec.measures:
            yield Performance(cell, spec, benches)
        if "tokens" in spec.measures and is_proxy(cell.backbone):
            yield Tokens(cell, spec, benches)
    if "patterns" in spec.measures:
        for cells in together:
            yield from _patterns(cells, spec, benches)


def _control_regime(cell: CellRequest) -> Regime:
    """A teacher changes no control, so its absence needs none of its own."""
    return "off_the_shelf" if cell.regime == "off_the_shelf" else "fine_tuned"


def _controls(first: CellRequest, spec: Spec, benches: Benches) -> Iterator[Unit]:
    """The three controls of one trained backbone in one regime, the same whichever methods a specification asks for."""
    unreduced = first.model_copy(update={"method": "keep_all", "keep_rate": 1.0})
    free = tuple(sorted(method for method in REGISTRY if _has_idea(method)))
    others = free if first.regime == "off_the_shelf" else CONTROL_PANEL
    yield KeepAllControl(unreduced, spec, benches)
    yield ShuffledControl(unreduced, spec, benches)
    yield RandomControl(first.model_copy(update={"method": "random", "keep_rate": CONTROL_RATE}), spec, benches, others)


def _has_idea(method: str) -> bool:
    """Whether random pruning is expected to rank below it: a known method, off the shelf, that is no control."""
    return method in REGISTRY and method not in ("keep_all", "random") and not REGISTRY[method].trained


def _patterns(cells: tuple[CellRequest, ...], spec: Spec, benches: Benches) -> Iterator[Unit]:
    """Every pair of methods at every keep rate in one regime, by name, so that a pair is one cell in whatever order it is asked for."""
    for members in groups(cells, "keep_rate", "regime").values():
        for one, other in combinations(sorted(members, key=lambda cell: cell.method), 2):
            if one.method != other.method:
                yield Pattern(one.model_copy(update={"method": f"{one.method}|{other.method}"}), spec, benches)
