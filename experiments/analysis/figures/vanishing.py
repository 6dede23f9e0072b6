"""Where on the image patches vanish: a map a method, data set and keep rate, and how alike the maps are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.figures.style import caption, parts
from experiments.analysis.methods import in_order, title
from experiments.analysis.panels import Array
from experiments.measure.heatmaps import compared, depth_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METHODS = ("topk", "evit", "dynamicvit", "ats", "l1", "l2", "linf", "dpcknn", "kmedoids", "random")
"""those that keep patches; of DPC-KNN and K-Medoids their centres."""
ADAPTED = ("topk", "evit", "dynamicvit", "ats", "dpcknn", "kmedoids")
"""those whose maps say something of a data set."""
BATCH = 128


@dataclass(frozen=True, order=True)
class Spot:
    """Which map it is."""

    method: str
    dataset: str
    backbone: str
    keep_rate: float


def map_of(model: Any, pixels: Any) -> Array | None:
    """Mean block at which each patch is lost, [rows, columns]; None for a method that keeps none as such."""
    import torch

    from experiments.measure.forward import run_whole

    kept = run_whole(model, torch.split(pixels, BATCH), patterns=True).kept
    stages = [members for members in kept if members is not None]
    if len(stages) < len(kept):
        return None
    return depth_map(stages, model.locations, len(model.model.blocks), model.reducer.shape.grid)


def map_rows(maps: Mapping[Spot, Array]) -> list[dict[str, Any]]:
    """Flat rows: the maps of one method and keep rate on two data sets, and of two methods on one data set, compared."""
    rows = []
    for one, two in combinations(sorted(maps), 2):
        if (one.backbone, one.keep_rate) != (two.backbone, two.keep_rate) or maps[one].shape != maps[two].shape:
            continue
        if one.method == two.method or one.dataset == two.dataset:
            names = {"method": one.method, "other_method": two.method, "dataset": one.dataset, "other_dataset": two.dataset}
            rows.append({**names, "backbone": one.backbone, "keep_rate": one.keep_rate, **_finite(compared(maps[one], maps[two]))})
    return rows


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: round(value, 6) if np.isfinite(value) else None for name, value in values.items()}


def map_table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Text: of every method, how alike its maps on different data sets are; medians over backbones, keep rates and pairs of sets."""
    from experiments.analysis.text import columns, figure

    names = ["kl_bits", "js_bits", "pearson", "spearman", "sim", "emd_patches"]
    across = [row for row in rows if row["method"] == row["other_method"] and row["method"] in ADAPTED]
    cells = []
    for method in in_order({row["method"] for row in across}):
        own = [row for row in across if row["method"] == method]
        cells.append([method, *(figure(_median([row[name] for row in own]), 1, 3) for name in names), str(len(own))])
    return columns(["method", *names, "pairs"], cells)


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None


def draw_vanishing(maps: Mapping[Spot, Array], depth: int, words: str) -> Figure:
    """The figure of one backbone: methods down, data sets and keep rates across, one scale for all."""
    methods = in_order({spot.method for spot in maps})
    cells = sorted({(spot.dataset, -spot.keep_rate) for spot in maps})
    by_name = {(spot.method, spot.dataset, -spot.keep_rate): heat for spot, heat in maps.items()}
    lowest = min(float(heat.min()) for heat in maps.values())
    width = 1.3 + 0.66 * len(cells) + 0.6
    heights = (0.45 + 0.66 * len(methods), 0.4)
    figure, above, below = parts(width, heights)
    axes = above.subplots(len(methods), len(cells), squeeze=False)
    for i, method in enumerate(methods):
        axes[i, 0].set_ylabel(title(method), rotation=0, ha="right", va="center")
        for j, cell in enumerate(cells):
            _map(axes[i, j], by_name.get((method, *cell)), (lowest, depth))
    for j, (dataset, rate) in enumerate(cells):
        head = f"{dataset.replace('_', ' ')}, keep rate" if j == 0 or cells[j - 1][0] != dataset else ""
        axes[0, j].set_title(f"{head}\n{-rate:g}", loc="left", fontsize=7)
    picture = next(image for axis in axes.ravel() for image in axis.images)
    bar = above.colorbar(picture, ax=axes, shrink=min(1.0, 2.5 / heights[0]), pad=0.02)
    bar.set_label(f"mean block at which a patch is lost ({depth}: never)")
    bar.outline.set_visible(False)
    caption(below, words, width)
    return figure


def _map(axis: Any, heat: Array | None, limits: tuple[float, float]) -> None:
    axis.set_xticks([])
    axis.set_yticks([])
    axis.grid(False)
    axis.spines[:].set_visible(False)
    if heat is not None:
        axis.imshow(heat, cmap="cividis", vmin=limits[0], vmax=limits[1])
