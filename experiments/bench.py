"""
The speed table: every method beside the unreduced timm model, in the same run, interleaved.

`speedup` is the median over rounds of plain time over reduced time; `promised_speedup` the ratio of multiply-adds, counted
in real passes. The eager rows are the same methods with full attention matrices in every block.
"""

from __future__ import annotations

import math
import resource
import statistics
import sys
from collections.abc import Sequence
from typing import Any

import torch

from experiments.backbones import plain
from experiments.measure.speed import gmacs, interleaved, sample_input
from experiments.reducers import REGISTRY
from experiments.vit import attach

Row = dict[str, Any]
UNREDUCED = "unreduced timm"


def bench(
    methods: Sequence[str] | None,
    *,
    backbone: str,
    keep_rate: float,
    batch: int,
    rounds: int = 7,
    eager: bool = False,
    device: str = "cpu",
    dtype: str = "float32",
    compiled: bool = False,
) -> Row:
    """
    Time methods on one backbone with random weights.

    methods  canonical names; None: all, and the lp patterns also as masks
    returns  circumstances, and one row a method with speedup, gmacs, promised_speedup and raw samples
    raises   ReductionError for an unknown method or backbone
    """
    torch.manual_seed(0)
    kind: torch.dtype = getattr(torch, dtype)
    model = plain(backbone).to(device=device, dtype=kind)
    models: dict[str, Any] = {UNREDUCED: model, **_reduced(model, methods, keep_rate, eager)}
    images = sample_input(model, batch).to(kind)
    macs = {name: gmacs(reduced, images[:2]) for name, reduced in models.items()}
    called = [torch.compile(reduced) if compiled else reduced for reduced in models.values()]
    samples, warm = interleaved(called, images, rounds=rounds, deadline=math.inf, warm_ups=2)
    rows = [_row(name, batch, samples[i], samples[0], warm[i], macs[name], macs[UNREDUCED]) for i, name in enumerate(models)]
    return {**_circumstances(backbone, keep_rate, batch, rounds, device, dtype, compiled), "methods": rows}


def _reduced(model: Any, methods: Sequence[str] | None, keep_rate: float, eager: bool) -> Row:
    found: Row = {}
    for name in methods or REGISTRY:
        found[name] = attach(model, name, keep_rate)
        if name in ("l1", "l2", "linf") and methods is None:
            found[f"{name} (mask)"] = attach(model, name, keep_rate, mask=True)
        if eager:
            found[f"{name} (eager)"] = attach(model, name, keep_rate, fused=False)
    return found


def _row(name: str, batch: int, seconds: list[float], plain_seconds: list[float], warm: list[float], macs: float, plain_macs: float) -> Row:
    ratios = [base / value for base, value in zip(plain_seconds, seconds, strict=True)]
    return {
        "method": name,
        "images_per_second": batch / statistics.median(seconds),
        "speedup": statistics.median(ratios),
        "gmacs": macs,
        "promised_speedup": plain_macs / macs,
        "samples_seconds": seconds,
        "warm_up_seconds": warm,
    }


def _circumstances(backbone: str, keep_rate: float, batch: int, rounds: int, device: str, dtype: str, compiled: bool) -> Row:
    import platform

    import timm

    return {
        "backbone": backbone,
        "keep_rate": keep_rate,
        "batch": batch,
        "rounds": rounds,
        "device": torch.cuda.get_device_name()
        if device.startswith("cuda")
        else f"cpu {platform.machine()}, {torch.get_num_threads()} threads",
        "dtype": dtype,
        "compile": compiled,
        "torch": torch.__version__,
        "timm": timm.__version__,
        "peak_memory_mib": _peak_memory(device),
    }


def _peak_memory(device: str) -> float:
    """Of the whole process, or of the accelerator, in MiB."""
    if device.startswith("cuda"):
        return torch.cuda.max_memory_allocated(device) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def table(result: Row) -> str:
    """The rows for people."""
    facts = "  ".join(f"{name}={value}" for name, value in result.items() if name != "methods")
    lines = [facts, f"{'method':<22}{'images/s':>10}{'speedup':>9}{'promised':>10}{'share':>7}{'gmacs':>8}"]
    for row in result["methods"]:
        share = row["speedup"] / row["promised_speedup"]
        figures = (
            f"{row['images_per_second']:>10.1f}{row['speedup']:>9.2f}{row['promised_speedup']:>10.2f}{share:>7.2f}{row['gmacs']:>8.3f}"
        )
        lines.append(f"{row['method']:<22}{figures}")
    return "\n".join(lines)
