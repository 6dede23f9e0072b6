"""
Doubles the width of a VisionTransformer without changing what it computes, so that a wider one need not start from nothing.

Channels, heads and hidden units are doubled by copying; weights that read copies are halved. A little noise that cancels
between the copies lets training tell them apart. Source: Net2Net, Chen et al. 2015, arXiv:1511.05641.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

NOISE = 0.3
"""of the copies' difference, relative to the weights' own spread."""


def _read(weight: Tensor) -> Tensor:
    """[out, in] → [out, 2 in]: half of each weight for either copy, apart by noise that cancels while the copies are equal."""
    noise = torch.randn_like(weight) * weight.std() * NOISE
    return torch.cat([weight / 2 + noise, weight / 2 - noise], 1)


def _twice(value: Tensor, dim: int = 0) -> Tensor:
    return torch.cat([value, value], dim)


def _qkv(value: Tensor) -> Tensor:
    """Rows of queries, keys and values, each doubled among themselves."""
    return torch.cat([_twice(part) for part in value.chunk(3)])


def grown(name: str, value: Tensor) -> Tensor:
    """One entry of the state dict at twice the width; the head keeps its classes, the patches their pixels."""
    if name in ("cls_token", "pos_embed"):
        return _twice(value, 2)
    if name.startswith("patch_embed"):
        return _twice(value)
    if name.startswith("head"):
        return _read(value) if value.dim() == 2 else value
    wider = _read(value) if value.dim() == 2 else value
    return _qkv(wider) if ".qkv." in name else _twice(wider)


def grow(model: Any, wide: Any, seed: int) -> Any:
    """Fill `wide`, twice as wide as `model` and with as many channels a head, so that both give the same logits; returns it."""
    torch.manual_seed(seed)
    wide.load_state_dict({name: grown(name, value) for name, value in model.state_dict().items()})
    return wide
