"""One pass of a reduced backbone over the test scenes: logits, token counts and, where asked for, patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

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


@dataclass(frozen=True)
class Shared:
    """What all methods have in common on one backbone: its tokens where the first of them could differ."""

    model: Any
    tokens: tuple[Tensor, ...]
    """a tensor a batch of images."""


def share(model: Any, images: Tensor) -> Shared:
    """Run the blocks that come before any reducer's first look, once."""
    start = attach(model, "keep_all", 1.0)
    return Shared(model, tuple(over_batches(start.stem, torch.split(images, BATCH))))


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
    """Measure a method at a keep rate; `patterns` keeps what pattern analysis needs."""
    reduced = attach(shared.model, method, keep_rate, seed=seed)
    parts = over_batches(reduced.continued, shared.tokens)
    logits = torch.cat([logits for logits, _ in parts]).float().numpy()
    tokens = torch.cat([torch.stack([trace.counts[i] for i in reduced.locations], 1) for _, trace in parts]).numpy()
    passed = Passed(logits, tokens)
    if patterns:
        _gather(passed, [trace for _, trace in parts], reduced)
    return passed


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
