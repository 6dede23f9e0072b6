"""Multiply-adds of the cells of a table: those of the ledger, else counted now on the shape; of ATS from its measured tokens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from statistics import fmean
from typing import Any

from experiments.analysis.methods import NO_TEACHER, UNREDUCED
from experiments.analysis.panels import Place, method_of, place_of
from synth.model import LabRecord

ADAPTIVE = ("ats",)
"""methods whose tokens depend on weights and images, so that a count on random ones says nothing."""


class Costs:
    """Billions of multiply-adds an image by place and method."""

    def __init__(self, records: Iterable[LabRecord], *, count: bool = True) -> None:
        """`count`: count what the ledger lacks in a pass with random weights."""
        self._count = count
        found: dict[tuple[object, ...], list[float]] = defaultdict(list)
        stages: dict[tuple[Place, str], dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
        for record in records:
            place, method = place_of(record), method_of(record)
            if record.metric == "gmacs" and record.value is not None:
                found[place.dataset, place.backbone, place.keep_rate, method].append(record.value)
            elif record.metric == "tokens" and record.value is not None and method in ADAPTIVE:
                stages[place, method][dict(record.settings)["stage"]].append(record.value)
        self._known = {key: fmean(values) for key, values in found.items()}
        self._stages = {key: [fmean(means[stage]) for stage in sorted(means)] for key, means in stages.items()}

    def gmacs(self, place: Place, method: str) -> float | None:
        """Of a method at a place; None where it can neither be read nor counted."""
        if method in ADAPTIVE:
            counts = self._stages.get((place, method))
            return sampled_gmacs(_shape(_format(place.dataset), place.backbone), counts) if counts and self._count else None
        rate = 1.0 if method == UNREDUCED else place.keep_rate
        method = "dynamicvit" if method == NO_TEACHER else method
        for dataset in (place.dataset, ""):
            if (dataset, place.backbone, rate, method) in self._known:
                return self._known[dataset, place.backbone, rate, method]
        return _counted(_format(place.dataset), place.backbone, rate, method) if self._count else None


def sampled_gmacs(model: Any, stages: Sequence[float]) -> float:
    """
    Multiply-adds of adaptive token sampling on a timm VisionTransformer, in billions an image.

    stages   mean patch tokens after each stage; images are taken one by one, without padding
    returns  those of matrix products: a block of n tokens takes 12 n d² + 2 n² d; where sampling leaves m of n queries,
             3 n d² for queries, keys and values, 2 m n d for attention, 9 m d² for the rest
    """
    d, prefix, depth = model.embed_dim, model.num_prefix_tokens, len(model.blocks)
    n = float(model.patch_embed.num_patches)
    weights = model.patch_embed.proj.weight
    total = n * weights.numel() + model.head.weight.numel()
    locations: Mapping[int, float] = dict(zip((depth // 4, depth // 2, 3 * depth // 4), stages, strict=True))
    for block in range(depth):
        left = locations.get(block, n)
        rows, asked = n + prefix, left + prefix
        total += 3 * rows * d * d + 2 * asked * rows * d + 9 * asked * d * d
        n = left
    return float(total) / 1e9


def _format(dataset: str) -> Any:
    from experiments.data import open_data

    return open_data(dataset).format if dataset else None


@cache
def _counted(form: Any, backbone: str, keep_rate: float, method: str) -> float:
    from experiments.measure.speed import gmacs, sample_input
    from experiments.vit import attach

    model = _shape(form, backbone)
    return gmacs(attach(model, method, keep_rate), sample_input(model, 2))


@cache
def _shape(form: Any, backbone: str) -> Any:
    import torch

    from experiments.backbones import plain

    torch.manual_seed(0)
    return plain(backbone, form)
