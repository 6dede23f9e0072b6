"""
Cuts specifications into chunks, which are done by one process each.

Cells off the shelf go together that share a trained backbone. Of fine-tuned ones all methods of one keep rate do, so that
similarities between methods are measured where their models are.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from synth.model import CellRequest, Spec

_SIZES = ("tiny", "small", "base", "large")


@dataclass(frozen=True)
class Chunk:
    """Cells that are measured by one process."""

    name: str
    """what its cells share; chunks of one name are never done twice at once."""
    spec: Spec


def cut(specs: Iterable[Spec], seed: int = 0) -> list[Chunk]:
    """
    Chunks in the order in which they are started.

    The smallest backbones first, off the shelf before fine-tuned, low keep rates before high ones, as controls are measured at
    the lowest; chunks that are alike in all this by `seed`.
    """
    chunks = [chunk for spec in specs for chunk in _cut(spec)]
    random.Random(seed).shuffle(chunks)
    return sorted(chunks, key=_effort)


def _cut(spec: Spec) -> list[Chunk]:
    members: dict[str, dict[CellRequest, None]] = {}
    for cell in spec.cells:
        members.setdefault(_name(cell), {})[cell] = None
    return [Chunk(name, spec.model_copy(update={"cells": tuple(cells)})) for name, cells in members.items()]


def _name(cell: CellRequest) -> str:
    """What all cells of a chunk share, as a file name."""
    regime = (cell.regime.partition("_no_")[0], f"{cell.keep_rate:g}") if _tuned(cell) else (cell.regime,)
    return "-".join((cell.backbone, cell.dataset or "shape", str(cell.seed), *regime)).replace("/", "_")


def _effort(chunk: Chunk) -> tuple[int, bool, float]:
    first = chunk.spec.cells[0]
    size = next((place for place, word in enumerate(_SIZES) if word in first.backbone), len(_SIZES))
    return size, _tuned(first), first.keep_rate if _tuned(first) else 0.0


def _tuned(cell: CellRequest) -> bool:
    return cell.regime != "off_the_shelf"
