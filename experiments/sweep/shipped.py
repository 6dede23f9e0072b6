"""The specifications of the shipped ledger."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from experiments.reducers import REGISTRY
from synth.model import CellRequest, Regime, Spec

SIZES = ("tiny", "small", "base")
EMBEDDED = ("digit_scenes", "digit_scenes_multi")
REAL = "cifar10"
KEEP_RATES = (0.9, 0.7, 0.5, 0.25)
SEEDS = {"tiny": (0, 1, 2), "small": (0, 1, 2), "base": (0, 1)}
"""of cells off the shelf, and of fine-tuned ones on the smallest backbone: those whose weights are shipped."""


def specifications(seeds: tuple[int, ...] = (0,), data_folder: str = "") -> tuple[Spec, ...]:
    """
    Three specifications: trained backbones off the shelf, the same fine-tuned, and real shapes.

    seeds        of fine-tuned cells on the wider two backbones
    data_folder  where CIFAR-10 lies; empty: without its cells
    """
    plain = [cell for place in _places(SEEDS, data_folder) for cell in _off_the_shelf(*place)]
    wider = dict.fromkeys(SIZES[1:], seeds)
    tuned = [cell for place in _places(SEEDS | wider, data_folder) for cell in _fine_tuned(*place)]
    shapes = [
        CellRequest(method=method, backbone=f"deit_{size}_patch16_224", keep_rate=rate)
        for size, method in product(SIZES, REGISTRY)
        for rate in _rates(method)
    ]
    return (
        Spec(measures=("performance", "tokens", "patterns"), cells=tuple(plain), data_folder=data_folder),
        Spec(measures=("performance", "tokens", "patterns"), cells=tuple(tuned), data_folder=data_folder),
        Spec(measures=("gmacs", "tokens"), cells=tuple(shapes)),
    )


def _places(seeds: dict[str, tuple[int, ...]], data_folder: str) -> Iterator[tuple[str, str, int]]:
    """(backbone, data set, seed); CIFAR-10 has the smallest backbone alone."""
    for size in SIZES:
        for dataset in (*EMBEDDED, *([REAL] if data_folder and size == SIZES[0] else [])):
            yield from ((f"proxy_{size}", dataset, seed) for seed in seeds[size])


def _off_the_shelf(backbone: str, dataset: str, seed: int) -> Iterator[CellRequest]:
    for method in REGISTRY:
        if not REGISTRY[method].trained:
            for rate in _rates(method):
                yield CellRequest(method=method, backbone=backbone, dataset=dataset, keep_rate=rate, seed=seed)


def _fine_tuned(backbone: str, dataset: str, seed: int) -> Iterator[CellRequest]:
    regimes: list[tuple[str, Regime]] = [(method, "fine_tuned") for method in REGISTRY]
    for method, regime in [*regimes, ("dynamicvit", "fine_tuned_no_teacher")]:
        for rate in _rates(method):
            yield CellRequest(method=method, backbone=backbone, dataset=dataset, keep_rate=rate, seed=seed, regime=regime)


def _rates(method: str) -> tuple[float, ...]:
    return (1.0,) if method == "keep_all" else KEEP_RATES
