"""What is left of one image after every stage: dropped patches dimmed, merged ones in the colour of their cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.figures.style import caption, parts
from experiments.analysis.methods import title
from experiments.analysis.panels import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = ("#88ccee", "#cc6677", "#ddcc77", "#117733", "#332288", "#aa4499", "#44aa99", "#999933", "#882255", "#ee8866")
"""muted scheme of Tol 2021; neighbours never share a colour."""
COLUMNS = 2
"""blocks of methods side by side."""


@dataclass(frozen=True)
class Stages:
    """One method on one image."""

    method: str
    regime: str
    kept: list[Array | None]
    """after each stage, whether a patch is still there, bool [N]; None for methods that keep none as such."""
    labels: list[Array | None]
    """after each stage, cluster of each patch, [N]; None for methods that do not merge."""
    counts: list[int]
    """patch tokens after each stage."""


def stages_of(model: Any, pixels: Any, method: str, regime: str) -> Stages:
    """Run a reduced model on one image, pixels [1, channels, side, side]."""
    import torch

    with torch.inference_mode():
        _, trace = model.traced(pixels)
    n = model.reducer.shape.patches
    kept = [None if k is None else np.isin(np.arange(n), k[0].numpy()) for k in trace.kept]
    labels = [None if one is None else one[0].numpy() for one in trace.labels]
    return Stages(method, regime, kept, labels, [int(trace.counts[block][0]) for block in model.locations])


def draw_kept(image: Array, grid: tuple[int, int], found: Sequence[Stages], words: str, regime: str) -> Figure:
    """
    The figure: the image, then a row a method and a column a stage.

    image   uint8 [side, side] or [side, side, 3]
    grid    patches down and across
    regime  that `words` speak of; methods in another one say so
    """
    rows = -(-(len(found) + 1) // COLUMNS)
    stages = len(found[0].counts)
    width = COLUMNS * (0.85 + 0.72 * stages)
    heights = (0.8 * rows, 0.65)
    figure, above, below = parts(width, heights)
    axes = above.subplots(rows, COLUMNS * (stages + 1), squeeze=False, width_ratios=[1.1, *[1] * stages] * COLUMNS)
    for axis in axes.ravel():
        axis.set_axis_off()
    colour = np.repeat(image[..., None], 3, 2) if image.ndim == 2 else image
    axes[0, 0].text(1.0, 0.5, "image", transform=axes[0, 0].transAxes, ha="right", va="center", fontsize=8)
    axes[0, 1].imshow(colour, interpolation="nearest")
    axes[0, 1].set_title(f"{grid[0] * grid[1]}", **_SMALL)
    for index, one in enumerate(found, 1):
        row, block = index % rows, index // rows * (stages + 1)
        _name(axes[row, block], one, regime)
        for stage in range(stages):
            axis = axes[row, block + 1 + stage]
            axis.imshow(painted(colour, grid, one, stage), interpolation="nearest")
            _borders(axis, colour, grid, one.labels[stage])
            axis.set_title(f"{one.counts[stage]}", **_SMALL)
    caption(below, words, width)
    return figure


_SMALL: dict[str, Any] = {"fontsize": 6.5, "pad": 2, "color": "#555555"}


def _name(axis: Any, one: Stages, regime: str) -> None:
    axis.text(1.0, 0.5, title(one.method), transform=axis.transAxes, ha="right", va="center", fontsize=8)
    if one.regime != regime:
        axis.text(1.0, 0.22, one.regime.replace("_", " "), transform=axis.transAxes, ha="right", va="center", fontsize=5.5, color="#777777")


def painted(image: Array, grid: tuple[int, int], one: Stages, stage: int) -> Array:
    """The image [side, side, 3] with what a stage did to its patches, as floats in 0..1."""
    base = image.astype(np.float64) / 255
    labels, kept = one.labels[stage], one.kept[stage]
    if labels is not None:
        return np.asarray(_tinted(base, grid, labels))
    if kept is None:
        return base
    there = _pixels(kept.astype(float), grid, base.shape[:2])[..., None]
    return np.asarray(base * there + (1 - there) * (0.86 + 0.1 * base))


def _tinted(base: Array, grid: tuple[int, int], labels: Array) -> Array:
    """Clusters of several patches in a colour, single patches as they are."""
    colours = np.array([[int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)] for name in PALETTE])
    chosen = cluster_colours(labels, grid)
    merged = np.bincount(labels, minlength=int(labels.max()) + 1)[labels] > 1
    tint = _pixels(colours[chosen], grid, base.shape[:2])
    strength = _pixels(np.where(merged, 0.6, 0.0), grid, base.shape[:2])[..., None]
    return np.asarray(base * (1 - strength) + tint * strength)


def cluster_colours(labels: Array, grid: tuple[int, int]) -> Array:
    """A colour's number for every patch [N]: one for a cluster, another for each of its neighbours as far as there are enough."""
    table = labels.reshape(grid)
    near: dict[int, set[int]] = {int(label): set() for label in labels}
    for one, other in ((table[:, :-1], table[:, 1:]), (table[:-1], table[1:])):
        for a, b in zip(one.ravel(), other.ravel(), strict=True):
            if a != b:
                near[int(a)].add(int(b))
                near[int(b)].add(int(a))
    chosen: dict[int, int] = {}
    sizes = np.bincount(labels)
    for place, label in enumerate(sorted(near, key=lambda label: (-sizes[label], label))):
        taken = {chosen[other] for other in near[label] if other in chosen}
        free = [c for c in range(len(PALETTE)) if c not in taken] or list(range(len(PALETTE)))
        chosen[label] = free[place % len(free)]
    return np.array([chosen[int(label)] for label in labels])


def _pixels(values: Array, grid: tuple[int, int], shape: tuple[int, ...]) -> Array:
    """Values of patches [N, ...] → of pixels [side, side, ...]."""
    table = values.reshape(*grid, *values.shape[1:])
    return np.asarray(table.repeat(shape[0] // grid[0], 0).repeat(shape[1] // grid[1], 1))


def _borders(axis: Any, image: Array, grid: tuple[int, int], labels: Array | None) -> None:
    """White lines between patches of different clusters."""
    if labels is None:
        return
    table, height, width = labels.reshape(grid), image.shape[0] / grid[0], image.shape[1] / grid[1]
    lines = []
    for i, j in np.argwhere(table[:, :-1] != table[:, 1:]):
        lines.append([((j + 1) * width - 0.5, i * height - 0.5), ((j + 1) * width - 0.5, (i + 1) * height - 0.5)])
    for i, j in np.argwhere(table[:-1] != table[1:]):
        lines.append([(j * width - 0.5, (i + 1) * height - 0.5), ((j + 1) * width - 0.5, (i + 1) * height - 0.5)])
    from matplotlib.collections import LineCollection

    axis.add_collection(LineCollection(lines, colors="white", linewidths=0.5))
