"""Builders of synthetic tables of results whose truth is known by construction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from synth.model import Observation

METHODS = ("l1", "l2", "linf", "topk", "evit", "dynamicvit", "ats", "tome", "dpcknn", "kmedoids", "sit", "patchmerger", "sinkhorn")
DATASETS = ("imagenet", "nabirds", "coco", "nuswide")
BACKBONES = ("deit_tiny", "deit_small", "deit_base")
RATES = (0.9, 0.7, 0.5, 0.25)

Value = Callable[[str, str, str, float], float]
"""(method, dataset, backbone, keep rate) → the true value."""


def measured(
    value: Value,
    *,
    methods: Sequence[str] = METHODS,
    datasets: Sequence[str] = DATASETS,
    backbones: Sequence[str] = BACKBONES,
    rates: Sequence[float] = RATES,
    seeds: int = 3,
    noise: float = 0.05,
    metric: str = "performance",
    scale: str = "paper",
    seed: int = 0,
) -> list[Observation]:
    """A full table of measured observations: the true value plus normal noise by seed."""
    rng = np.random.default_rng(seed)
    return [
        Observation(
            method=method,
            metric=metric,
            value=value(method, dataset, backbone, rate) + noise * float(rng.normal()),
            backbone=backbone,
            dataset=dataset,
            settings=(("keep_rate", rate),),
            seed=s,
            origin="measured",
            scale=scale,  # type: ignore[arg-type]
        )
        for dataset in datasets
        for backbone in backbones
        for rate in rates
        for method in methods
        for s in range(seeds)
    ]


def reported(value: float, *, method: str = "topk", metric: str = "top1_percent", dataset: str = "imagenet", **more: object) -> Observation:
    """One reported number of one paper, printed with one decimal."""
    fields: dict[str, object] = {"decimals": 1, "paper_id": "arxiv:1", "backbone": "deit_small", "origin": "reported"}
    return Observation.model_validate(fields | {"method": method, "metric": metric, "dataset": dataset, "value": value} | more)


def ordered(best_first: Sequence[str], gap: float = 1.0, top: float = 80.0) -> Value:
    """Methods in a fixed order everywhere, `gap` points apart; methods not named come last in the order of METHODS."""
    order = [*best_first, *(method for method in METHODS if method not in best_first)]
    return lambda method, dataset, backbone, rate: top - gap * order.index(method)
