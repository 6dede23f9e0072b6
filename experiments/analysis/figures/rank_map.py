"""Ranks of all methods in all cells as a coloured table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.figures.style import INK, caption, parts, place_name
from experiments.analysis.methods import family_of, in_order, title
from experiments.analysis.panels import by_width

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = Mapping[str, Any]


def draw_ranks(rows: Sequence[Row], comparison: str, words: str) -> Figure | None:
    """The figure: methods by family down, cells by data set, backbone and keep rate across; None without ranks."""
    own = [
        row for row in rows if row["comparison"] == comparison and (row.get("rank") is not None or row.get("note", "").startswith("not"))
    ]
    own = [row for row in own if family_of(row["method"]) != "control"]
    if not any(row.get("rank") is not None for row in own):
        return None
    methods = in_order({row["method"] for row in own})
    cells = sorted({(row["dataset"], by_width(row["backbone"]), -row["keep_rate"]) for row in own})
    held = {(row["method"], row["dataset"], row["backbone"], row["keep_rate"]): row.get("rank") for row in own}
    values = np.array([[_value(held.get((method, dataset, width[1], -rate))) for dataset, width, rate in cells] for method in methods])
    heights, width = (0.85 + 0.23 * len(methods), 0.35), 1.9 + 0.32 * max(len(cells), 12)
    figure, above, below = parts(width, heights)
    axis = above.subplots()
    _table(axis, values, len(methods))
    _names(axis, methods, cells)
    caption(below, words, width)
    return figure


def _value(rank: float | None) -> float:
    return float("nan") if rank is None else rank


def _table(axis: Any, values: Any, most: int) -> None:
    axis.imshow(np.ma.masked_invalid(values), cmap="cividis", vmin=1, vmax=most, aspect="auto")
    axis.set_facecolor("#f4f4f4")
    for (i, j), rank in np.ndenumerate(values):
        words = "–" if np.isnan(rank) else f"{rank:g}"
        colour = "#999999" if np.isnan(rank) else "white" if rank < 0.55 * most else INK
        axis.text(j, i, words, ha="center", va="center", fontsize=6.5, color=colour)


def _names(axis: Any, methods: Sequence[str], cells: Sequence[tuple[str, tuple[int, str], float]]) -> None:
    axis.grid(False)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.set_yticks(range(len(methods)), [title(method) for method in methods])
    axis.set_xticks(range(len(cells)), [f"{-rate:g}" for _, _, rate in cells], fontsize=6.5)
    axis.set_xlabel("keep rate")
    for i in range(1, len(methods)):
        if family_of(methods[i]) != family_of(methods[i - 1]):
            axis.axhline(i - 0.5, color="white", linewidth=3)
    start = 0
    for j in range(1, len(cells) + 1):
        if j == len(cells) or cells[j][:2] != cells[start][:2]:
            dataset, (_, backbone), _ = cells[start]
            axis.text((start + j - 1) / 2, -0.75, place_name(dataset, backbone).replace(", ", "\n"), ha="center", va="bottom", fontsize=7)
            if j < len(cells):
                axis.axvline(j - 0.5, color="white", linewidth=4)
            start = j
