"""What every training here shares: AdamW, half a cosine with warm-up, an average of the weights, and a state that survives a kill."""

from __future__ import annotations

import math
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

CLIP = 1.0
"""largest norm of a gradient."""


def rate(progress: float, peak: float, warmup: float) -> float:
    """Learning rate at a share of the schedule: linear warm-up over the share `warmup`, then half a cosine down to a hundredth."""
    if progress < warmup:
        return peak * max(progress / warmup, 1e-3)
    along = min((progress - warmup) / (1 - warmup), 1.0)
    return peak * (0.01 + 0.99 * (1 + math.cos(math.pi * along)) / 2)


def adamw(model: nn.Module, weight_decay: float, undecayed: Collection[str] = ()) -> torch.optim.AdamW:
    """AdamW that decays matrices only; `undecayed` names what is no matrix of a layer though it has its shape."""
    named = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
    decayed = [value for name, value in named if value.dim() > 1 and name not in undecayed]
    free = [value for name, value in named if value.dim() <= 1 or name in undecayed]
    return torch.optim.AdamW([{"params": decayed, "weight_decay": weight_decay}, {"params": free, "weight_decay": 0.0}], fused=True)


def descend(model: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, lr: float) -> None:
    """One step down the gradient of `loss`, clipped."""
    for group in optimizer.param_groups:
        group["lr"] = lr
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(model.parameters(), CLIP)
    optimizer.step()


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, step: int, decay: float) -> None:
    """Move the average of the weights towards them; it forgets faster in the first steps, when there is little to remember."""
    share = 1 - min(decay, (1 + step) / (10 + step))
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, share)


def write_whole(path: Path, data: dict[str, Any]) -> None:
    """Write a state so that a kill at any point leaves the old file or the new one, whoever else writes it too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    torch.save(data, partial)
    partial.replace(path)
