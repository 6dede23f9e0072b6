"""One pass of a reduced backbone over the test scenes: logits, token counts and, where asked for, patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from experiments.errors import ReductionError
from experiments.measure import patterns
from experiments.measure.controls import Control
from experiments.vit import ReducedViT, Trace, attach

T = TypeVar("T")
Array = npt.NDArray[Any]
BATCH = 128


@dataclass
class Passed:
    """What a pass gave, for all n images."""

    logits: Array
    """float32 [n, classes]."""
    tokens: Array
    """real patch tokens after each stage, [n, stages]."""
    kept: list[Array | None] = field(default_factory=list)
    """whether an original patch is still there after each stage, bool [n, N]; None for methods that keep none as such."""
    labels: list[Array | None] = field(default_factory=list)
    """cluster of each original patch after each stage, [n, N]; None for methods that do not assign."""
    features: list[Array] = field(default_factory=list)
    """class token after each stage's block and after the last one, [n, d]."""

    @cached_property
    def normalised(self) -> list[Array]:
        """Those features as distances take them, [d, n]."""
        return [patterns.normalised(one) for one in self.features]

    @cached_property
    def axes(self) -> list[Array]:
        """Orthonormal rows that span them, [d, n]."""
        return [patterns.axes(one) for one in self.normalised]


@dataclass(frozen=True)
class Shared:
    """What all methods have in common on one backbone: its tokens where the first of them could differ."""

    model: Any
    tokens: tuple[Tensor, ...]
    """a tensor a batch of images."""


def share(model: Any, images: Sequence[Tensor]) -> Shared:
    """Run the blocks that come before any reducer's first look, once, on batches of images."""
    start = attach(model, "keep_all", 1.0)
    return Shared(model, tuple(over_batches(start.stem, images)))


@contextmanager
def one_thread_an_operation() -> Iterator[int]:
    """Give each batch one thread in place of each operation many, which wait for one another; yields how many there are."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield threads
    finally:
        torch.set_num_threads(threads)


def over_batches(work: Callable[[Tensor], T], parts: Sequence[Tensor]) -> list[T]:
    """`work` on every batch, as many at once as there are threads; results in the order of the batches."""

    def quietly(part: Tensor) -> T:
        with torch.inference_mode():
            return work(part)

    with one_thread_an_operation() as threads, ThreadPoolExecutor(threads) as pool:
        return list(pool.map(quietly, parts))


def run(shared: Shared, method: str, keep_rate: float, seed: int, *, patterns: bool) -> Passed:
    """Measure a method off the shelf, from the shared tokens on; `patterns` keeps what pattern analysis needs."""
    reduced = attach(shared.model, method, keep_rate, seed=seed)
    return _collected(reduced, over_batches(reduced.continued, shared.tokens), patterns)


def run_whole(reduced: ReducedViT, images: Sequence[Tensor], *, patterns: bool) -> Passed:
    """Measure a model with weights of its own on batches of images, from the pixels on."""
    return _collected(reduced, over_batches(reduced.traced, images), patterns)


def _collected(reduced: ReducedViT, parts: list[tuple[Tensor, Trace]], patterns: bool) -> Passed:
    """
    Batches, joined.

    raises  ReductionError where tokens are claimed to be gone that are still computed
    """
    for _, trace in parts:
        removal = removed(trace, reduced)
        if not removal.passed:
            raise ReductionError(removal.reason)
    logits = torch.cat([logits for logits, _ in parts]).float().numpy()
    tokens = torch.cat([torch.stack([trace.counts[i] for i in reduced.locations], 1) for _, trace in parts]).numpy()
    passed = Passed(logits, tokens)
    if patterns:
        _gather(passed, [trace for _, trace in parts], reduced)
    return passed


def removed(trace: Trace, reduced: ReducedViT) -> Control:
    """
    Whether a stage's tensor is as long as the fullest image of its batch needs, as the kept indices say, and as was promised.

    A reducer that only says that tokens are gone has a longer one.
    """
    worst = 0
    for stage, (block, reduction) in enumerate(zip(reduced.locations, trace.reductions, strict=True)):
        claims = [int(trace.counts[block].max()), reduced.reducer.promised()[stage]]
        if reduction is not None and reduction.kept is not None:
            claims.append(reduction.kept.shape[1])
        worst = max(worst, trace.lengths[block] - min(claims))
    words = f"removed tokens leave the computation: {worst} more in the tensor than {reduced.reducer.name} claims"
    return Control(float(worst), worst <= 0, words)


def _gather(passed: Passed, traces: list[Trace], reduced: ReducedViT) -> None:
    n = reduced.reducer.shape.patches
    for stage in range(len(reduced.locations)):
        passed.kept.append(_joined([_member(trace.kept[stage], n) for trace in traces]))
        passed.labels.append(_joined([_numpy(trace.labels[stage]) for trace in traces]))
    blocks = sorted(traces[0].class_features)
    passed.features = [np.concatenate([trace.class_features[i].numpy() for trace in traces]) for i in blocks]


def _numpy(tensor: Tensor | None) -> Array | None:
    return None if tensor is None else tensor.numpy().astype(np.int16)


def _member(kept: Tensor | None, n: int) -> Array | None:
    """Indices [b, m] with -1 for none → membership [b, n]."""
    if kept is None:
        return None
    flags = torch.zeros(len(kept), n + 1, dtype=torch.bool).scatter(1, torch.where(kept < 0, n, kept), True)
    return np.asarray(flags[:, :n].numpy())


def _joined(parts: list[Array | None]) -> Array | None:
    found = [part for part in parts if part is not None]
    return np.concatenate(found) if len(found) == len(parts) and found else None
