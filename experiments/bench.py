"""
The speed table: every method beside the unreduced timm model, in the same run, interleaved.

`speedup` is the median over rounds of plain time over reduced time; `promised_speedup` the ratio of multiply-adds, counted
in real passes. The row of keep_all tells how much of a speedup is owed to the way blocks are run here, and not to removed
tokens. The eager rows are the same methods with full attention matrices in every block. On an accelerator all run in
bfloat16 with channels last, and compiled models as CUDA graphs, where the number of tokens allows.
"""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor

from experiments.backbones import plain
from experiments.errors import ReductionError
from experiments.measure.speed import gmacs, interleaved, sample_input, timed
from experiments.reducers import REGISTRY
from experiments.vit import attach

Row = dict[str, Any]
UNREDUCED = "unreduced timm"
WARM_UPS = 2


def bench(
    methods: Sequence[str] | None,
    *,
    backbone: str,
    keep_rate: float,
    batch: int | None = None,
    rounds: int = 7,
    eager: bool = False,
    device: str = "cpu",
    dtype: str | None = None,
    compiled: bool = False,
) -> Row:
    """
    Time methods on one backbone with random weights.

    methods  canonical names; None: all, and the lp patterns also as masks
    batch    by default 16, on an accelerator 256
    dtype    by default float32, on an accelerator bfloat16
    returns  circumstances, and one row a method with speedup, gmacs, promised_speedup, peak memory and raw samples
    raises   ReductionError for an unknown method, backbone or keep rate, or a device that is not there
    """
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ReductionError(f"no accelerator for device {device!r}; --device cpu measures here")
    accelerated = device.startswith("cuda")
    batch = batch or (256 if accelerated else 16)
    kind: torch.dtype = getattr(torch, dtype or ("bfloat16" if accelerated else "float32"))
    layout = torch.channels_last if accelerated else torch.contiguous_format
    torch.manual_seed(0)
    model = plain(backbone).to(device=device, dtype=kind, memory_format=layout)
    images = sample_input(model, batch).to(dtype=kind, memory_format=layout)
    models: dict[str, Any] = {UNREDUCED: model, **_reduced(model, methods, keep_rate, eager)}
    facts = {
        name: {"gmacs": gmacs(reduced, images[:2]), "peak_memory_mib": peak_memory(reduced, images)} for name, reduced in models.items()
    }
    called = [_compiled(reduced, accelerated) if compiled else reduced for reduced in models.values()]
    warm = [[timed(one, images) for _ in range(WARM_UPS)] for one in called]
    samples, _ = interleaved(called, images, rounds=rounds, deadline=math.inf, warm_ups=0)
    rows = [_row(name, batch, facts[name], facts[UNREDUCED], samples[i], samples[0], warm[i]) for i, name in enumerate(models)]
    asked = {"backbone": backbone, "keep_rate": keep_rate, "batch": batch, "rounds": rounds, "compile": compiled}
    return {**asked, **_circumstances(device, kind, layout), "methods": rows}


def _reduced(model: Any, methods: Sequence[str] | None, keep_rate: float, eager: bool) -> Row:
    found: Row = {}
    for name in methods or REGISTRY:
        found[name] = attach(model, name, keep_rate)
        if name in ("l1", "l2", "linf") and methods is None:
            found[f"{name} (mask)"] = attach(model, name, keep_rate, mask=True)
        if eager:
            found[f"{name} (eager)"] = attach(model, name, keep_rate, fused=False)
    return found


def _compiled(model: Any, accelerated: bool) -> Any:
    """Through torch.compile; on an accelerator as CUDA graphs, except for the parts whose shapes depend on the image."""
    return torch.compile(model, mode="reduce-overhead" if accelerated else "default")


def _row(name: str, batch: int, facts: Row, plain_facts: Row, seconds: list[float], plain_seconds: list[float], warm: list[float]) -> Row:
    return {
        "method": name,
        "images_per_second": batch / statistics.median(seconds),
        "speedup": statistics.median(base / value for base, value in zip(plain_seconds, seconds, strict=True)),
        "promised_speedup": plain_facts["gmacs"] / facts["gmacs"],
        **facts,
        "samples_seconds": seconds,
        "warm_up_seconds": warm,
    }


def _circumstances(device: str, kind: torch.dtype, layout: torch.memory_format) -> Row:
    import timm

    return {
        "device": torch.cuda.get_device_name(device) if device.startswith("cuda") else f"cpu {platform.machine()}",
        "threads": torch.get_num_threads(),
        "dtype": str(kind).removeprefix("torch."),
        "channels_last": layout is torch.channels_last,
        "torch": torch.__version__,
        "timm": timm.__version__,
    }


def peak_memory(model: Callable[[Tensor], Any], images: Tensor) -> float:
    """MiB of tensors that one forward pass holds at most at a time, beyond weights and images."""
    if images.device.type == "cuda":
        held = torch.cuda.memory_allocated(images.device)
        torch.cuda.reset_peak_memory_stats(images.device)
        timed(model, images)
        return (torch.cuda.max_memory_allocated(images.device) - held) / 2**20
    return max(accumulate(_allocations(model, images)), default=0) / 2**20


def _allocations(model: Callable[[Tensor], Any], images: Tensor) -> list[int]:
    """Bytes that a pass took (positive) and gave back (negative), in the order of time."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler reports a missing accelerator as an error
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        timed(model, images)
    events: Any = profiler.profiler.kineto_results.events()
    return [event.nbytes() for event in sorted(events, key=lambda event: event.start_ns()) if event.name() == "[memory]"]


def table(result: Row) -> str:
    """The rows for people."""
    facts = "  ".join(f"{name}={value}" for name, value in result.items() if name != "methods")
    heads = f"{'method':<22}{'images/s':>10}{'speedup':>9}{'promised':>10}{'share':>7}{'gmacs':>8}{'peak MiB':>10}"
    return "\n".join([facts, heads, *map(_line, result["methods"])])


def _line(row: Row) -> str:
    share = row["speedup"] / row["promised_speedup"]
    speed = f"{row['images_per_second']:>10.1f}{row['speedup']:>9.2f}{row['promised_speedup']:>10.2f}{share:>7.2f}"
    return f"{row['method']:<22}{speed}{row['gmacs']:>8.3f}{row['peak_memory_mib']:>10.1f}"
