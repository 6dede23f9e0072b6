"""Units on the shapes of real backbones, weights at random: throughput, multiply-adds, and token counts by stage."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import torch

from experiments.backbones import is_proxy, plain
from experiments.measure.speed import gmacs, interleaved, sample_input
from experiments.measure.unit import Unit, groups
from experiments.reducers import REGISTRY
from experiments.vit import ReducedViT, attach
from synth.model import CellRequest, LabRecord, Spec
from synth.model.observation import Scale

ROUNDS = 5
ENOUGH = 3
"""rounds below which a median says too little."""
TOGETHER = 6
"""methods that share rounds with the unreduced model."""
COUNTED_IMAGES = 4
"""images on which tokens are counted."""

Models = Callable[[str], Any]
Timings = Callable[[float], dict[tuple[str, float], Any]]


@cache
def _machine() -> str:
    """What a speed depends on beside the code."""
    import platform

    import timm

    return (
        f"{platform.machine()} {platform.processor()} torch {torch.__version__} timm {timm.__version__} threads {torch.get_num_threads()}"
    )


def _scale(cell: CellRequest) -> Scale:
    """Real shapes speak for the paper, unless what is kept depends on weights and images, which are random here."""
    adaptive = cell.method in REGISTRY and REGISTRY[cell.method].adaptive
    return "proxy" if is_proxy(cell.backbone) or adaptive else "paper"


class ShapeUnit(Unit):
    """A unit that needs a backbone's shape and no trained weights."""

    def __init__(self, cell: CellRequest, spec: Spec, models: Models) -> None:
        super().__init__(cell, spec)
        self.models = models

    def digests(self) -> tuple[tuple[str, str], ...]:
        """Weights are random by seed 0, images too."""
        return (self.code(), ("weights", "random-0"), ("data", "random-0"))

    def reduced(self) -> ReducedViT:
        """The cell's method on its backbone."""
        return attach(self.models(self.cell.backbone), self.cell.method, self.cell.keep_rate, seed=self.cell.seed)


class Speed(ShapeUnit):
    """Images per second and speed-up over the unreduced timm model of a cell."""

    metric = "images_per_second"

    def __init__(self, cell: CellRequest, spec: Spec, models: Models, timings: Timings) -> None:
        super().__init__(cell, spec, models)
        self.timings = timings

    def arguments(self) -> tuple[Any, ...]:
        """Batch and machine."""
        return (self.spec.batch, _machine())

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """Two records; replicates are the rounds."""
        found = self.timings(deadline)[self.cell.method, self.cell.keep_rate]
        if isinstance(found, Exception):
            raise found
        seconds, plain_seconds = found
        if len(seconds) < ENOUGH:
            return self.without(f"the budget of {self.spec.budget_seconds:g} s allowed {len(seconds)} of {ENOUGH} rounds")
        rates = [self.spec.batch / value for value in seconds]
        ratios = [base / value for base, value in zip(plain_seconds, seconds, strict=False)]
        fields: dict[str, Any] = {
            "scale": _scale(self.cell),
            "reason": f"batch {self.spec.batch}, {len(seconds)} interleaved rounds, {_machine()}",
        }
        return (
            self.record("images_per_second", statistics.median(rates), unit="images/s", replicates=tuple(rates), **fields),
            self.record("speedup", statistics.median(ratios), replicates=tuple(ratios), **fields),
        )


class Gmacs(ShapeUnit):
    """Multiply-adds of a cell, which depend on no machine."""

    metric = "gmacs"

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """One record."""
        images = sample_input(self.models(self.cell.backbone), 2)
        return (self.record(self.metric, gmacs(self.reduced(), images), unit="gmacs", scale=_scale(self.cell)),)


class ShapeTokens(ShapeUnit):
    """Patch tokens after each stage on a real shape."""

    metric = "tokens"

    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """One record a stage: the mean over a few random images; only adaptive methods depend on them."""
        reduced = self.reduced()
        with torch.inference_mode():
            _, trace = reduced.traced(sample_input(self.models(self.cell.backbone), COUNTED_IMAGES))
        means = [float(trace.counts[place].float().mean()) for place in reduced.locations]
        return tuple(self._stage(stage + 1, mean) for stage, mean in enumerate(means))

    def _stage(self, stage: int, mean: float) -> LabRecord:
        return self.record(self.metric, mean, unit="tokens", settings=(("stage", float(stage)),), scale=_scale(self.cell))


def _models() -> Models:
    """Backbones by name, weights at random by seed 0, built once."""

    @cache
    def built(backbone: str) -> Any:
        torch.manual_seed(0)
        return plain(backbone)

    return built


def units(spec: Spec) -> Iterator[Unit]:
    """Speed of all cells; those of one backbone share interleaved rounds, a few at a time, so that a short budget gives some whole."""
    for (backbone,), cells in groups(spec.cells, "backbone").items():
        models = _models()
        by_name = list(groups(cells, "method", "keep_rate").values())
        for start in range(0, len(by_name), TOGETHER):
            some = tuple(cell for members in by_name[start : start + TOGETHER] for cell in members)

            @cache
            def timings(deadline: float, backbone: str = backbone, cells: tuple[CellRequest, ...] = some, models: Models = models) -> Any:
                return _time(models(backbone), cells, spec, deadline)

            yield from (Speed(cell, spec, models, timings) for cell in some)


def cost_units(spec: Spec) -> Iterator[Unit]:
    """Multiply-adds of all cells."""
    models = _models()
    yield from (Gmacs(cell, spec, models) for cell in dict.fromkeys(spec.cells))


def token_units(spec: Spec) -> Iterator[Unit]:
    """Token counts of cells on backbones that are not the laboratory's own."""
    models = _models()
    yield from (ShapeTokens(cell, spec, models) for cell in dict.fromkeys(spec.cells) if not is_proxy(cell.backbone))


def _time(model: Any, cells: tuple[CellRequest, ...], spec: Spec, deadline: float) -> dict[tuple[str, float], Any]:
    """
    Seconds a round of every method and keep rate with those of the plain model, or the exception that says why there are none.

    Neither data set nor seed changes a shape, so cells that differ in nothing else share their rounds.
    """
    found: dict[tuple[str, float], Any] = {}
    ready: dict[tuple[str, float], ReducedViT] = {}
    for name in dict.fromkeys((cell.method, cell.keep_rate) for cell in cells):
        try:
            ready[name] = attach(model, *name)
        except Exception as error:
            found[name] = error
    samples, _ = interleaved([model, *ready.values()], sample_input(model, spec.batch), rounds=ROUNDS, deadline=deadline)
    return found | {name: (seconds, samples[0]) for name, seconds in zip(ready, samples[1:], strict=True)}
