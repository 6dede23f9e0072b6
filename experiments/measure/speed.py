"""
Images per second of reduced backbones beside the unreduced timm model, interleaved in one run, and counted multiply-adds.

Every round times all models once, in an order that turns from round to round, so that a slow moment of the machine falls on
all alike. Raw samples are kept; the value is their median.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

WARMUP_IMAGES = 2


def sample_input(model: Any, batch: int, seed: int = 0) -> Tensor:
    """Random images [batch, channels, height, width] of the size that a timm model takes."""
    rows, columns = model.patch_embed.img_size
    channels = model.patch_embed.proj.in_channels
    device = next(model.parameters()).device
    return torch.randn(batch, channels, rows, columns, generator=torch.Generator().manual_seed(seed)).to(device)


def synchronise(device: torch.device) -> None:
    """Wait until an accelerator has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def timed(model: Callable[[Tensor], Any], images: Tensor) -> float:
    """Seconds of one forward pass."""
    synchronise(images.device)
    start = time.perf_counter()
    with torch.inference_mode():
        model(images)
    synchronise(images.device)
    return time.perf_counter() - start


def interleaved(
    models: Sequence[Callable[[Tensor], Any]], images: Tensor, *, rounds: int, deadline: float, warm_ups: int = 1
) -> tuple[list[list[float]], list[list[float]]]:
    """
    Seconds per pass of every model, round by round, and those of the warm-ups, which count for nothing.

    deadline  of time.monotonic(); no new round begins after it, so fewer rounds may come back
    """
    warm = [[timed(model, images[:WARMUP_IMAGES]) for _ in range(warm_ups)] for model in models]
    samples: list[list[float]] = [[] for _ in models]
    for turn in range(rounds):
        if time.monotonic() >= deadline:
            break
        for place in range(len(models)):
            which = (place + turn) % len(models)
            samples[which].append(timed(models[which], images))
    return samples, warm


def gmacs(model: Callable[[Tensor], Any], images: Tensor) -> float:
    """Billions of multiply-adds an image, counted in matrix products, convolutions and attention of a real pass."""
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    # Attention as its two matrix products: the counter of torch 2.14 does not know the fused kernel for CPUs and counts nothing for it.
    with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        model(images)
    return float(counter.get_total_flops()) / 2e9 / len(images)
