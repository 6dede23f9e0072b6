"""The reduced models of cells, for figures that look at single images; nothing is trained for a figure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.errors import DataError, MissingCheckpoint
from synth.model import CellRequest


def reduced(cell: CellRequest, weights: Path | None = None) -> Any:
    """
    The model of a cell in eval mode.

    weights  folder with fine-tuned weights
    raises   MissingCheckpoint where the cell's weights are not there
    """
    from experiments.backbones import load
    from experiments.reducers import REGISTRY
    from experiments.vit import attach

    backbone = load(cell.backbone, cell.dataset, cell.seed)
    if cell.regime != "off_the_shelf":
        return _fine_tuned(cell, weights)
    if REGISTRY[cell.method].trained:
        raise MissingCheckpoint(f"{cell.method} has to be trained before it means anything; ask for the regime fine_tuned")
    return attach(backbone, cell.method, cell.keep_rate, seed=cell.seed)


def _fine_tuned(cell: CellRequest, weights: Path | None) -> Any:
    from experiments.finetune import recipe_for, tune

    if not tuned_here(cell, weights):
        raise MissingCheckpoint(
            f"no fine-tuned weights of {cell.method} at {cell.keep_rate:g} on {cell.backbone}, {cell.dataset}, {cell.seed}"
        )
    return tune(recipe_for(cell), weights)


def tuned_here(cell: CellRequest, weights: Path | None) -> bool:
    """Whether a folder has the current fine-tuned weights of a cell."""
    from experiments.data import open_data
    from experiments.finetune import name_of, recipe_for

    return weights is not None and (weights / f"{name_of(recipe_for(cell), open_data(cell.dataset))}.safetensors").is_file()


def is_current(name: str, recipe: Mapping[str, Any]) -> bool:
    """Whether fine-tuned weights of this file name are what today's code makes by their recipe."""
    from experiments.data import open_data
    from experiments.finetune import Recipe, name_of

    try:
        fields = Recipe(**recipe)
        return name_of(fields, open_data(fields.dataset)) == name
    except (TypeError, KeyError, OSError, DataError):
        return False


def at_hand(cell: CellRequest, weights: Path | None = None) -> tuple[Any, str] | None:
    """The model of a cell with its regime; off the shelf where it has no fine-tuned weights, None where there is neither."""
    for regime in dict.fromkeys((cell.regime, "off_the_shelf")):
        try:
            return reduced(cell.model_copy(update={"regime": regime}), weights), regime
        except MissingCheckpoint:
            continue
    return None
