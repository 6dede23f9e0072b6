"""Performance against multiply-adds or measured throughput, with the Pareto front: one panel a data set and backbone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.analysis.figures.style import FRONT, INK, LOOKS, caption, panels_of
from experiments.analysis.methods import COMPETITORS, NO_TEACHER, RANDOM, UNREDUCED, in_order
from experiments.analysis.panels import metric_of
from experiments.analysis.pareto import front

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = Mapping[str, Any]


def draw_costs(rows: Sequence[Row], cost: str, label: str, words: str, *, lower_is_better: bool) -> Figure | None:
    """
    The figure; None where no row has the cost.

    rows             of a rank table, with a field of the name `cost`
    lower_is_better  of the cost: which way the front looks
    """
    rows = [row for row in rows if row.get(cost) is not None and row["comparison"] == "equal_keep_rate"]
    if not rows:
        return None
    places: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        places.setdefault((row["dataset"], row["backbone"]), []).append(row)
    figure, below, axes, width = panels_of(places, {row["method"] for row in rows})
    for place, own in places.items():
        _panel(axes[place], own, cost, lower_is_better)
        axes[place].set_ylabel(f"{metric_of(place[0])} (%)")
        axes[place].set_xlabel(label)
    caption(below, words, width)
    return figure


def _panel(axis: Any, rows: Sequence[Row], cost: str, lower_is_better: bool) -> None:
    points = [(row[cost], row["performance_percent"]) for row in rows if row["method"] in COMPETITORS or row["method"] == UNREDUCED]
    best = [points[i] for i in front(points, lower_is_better=lower_is_better)]
    whole = next((row["performance_percent"] for row in rows if row["method"] == UNREDUCED), None)
    where = "post" if lower_is_better else "pre"
    axis.step(*zip(*best, strict=True), where=where, color=FRONT, linewidth=5, zorder=1, solid_joinstyle="miter")
    for method in in_order({row["method"] for row in rows}):
        _curve(axis, sorted((row for row in rows if row["method"] == method), key=lambda row: row[cost]), method, cost, whole)
    axis.margins(x=0.06)
    axis.locator_params(axis="x", nbins=6)
    values = [row["performance_percent"] for row in rows]
    span = max(values) - min(values)
    axis.set_ylim(min(values) - 0.12 * span - 0.5, min(max(values) + 0.12 * span + 0.5, 101))


def _curve(axis: Any, rows: Sequence[Row], method: str, cost: str, whole: float | None) -> None:
    colour, marker = LOOKS[method]
    x, y = [row[cost] for row in rows], [row["performance_percent"] for row in rows]
    if method == UNREDUCED:
        axis.plot(x[:1], y[:1], marker=marker, markersize=10, color=INK, linestyle="none", zorder=6)
        axis.axhline(y[0], color=INK, linewidth=0.6, linestyle=(0, (4, 3)), zorder=1.5)
        return
    for a, row in zip(x, rows, strict=True):
        if whole is not None and row.get("lost_low") is not None:
            axis.plot([a, a], [whole + row["lost_low"], whole + row["lost_high"]], color=colour, alpha=0.3, linewidth=0.8, zorder=2)
    quiet = method in (RANDOM, NO_TEACHER)
    axis.plot(x, y, color=colour, linewidth=0.9, linestyle=":" if quiet else "-", alpha=0.8, zorder=3)
    axis.plot(x, y, color=colour, marker=marker, markersize=4.6, linestyle="none", markeredgecolor="white", markeredgewidth=0.4, zorder=4)
    if marker in "x2":
        axis.lines[-1].set_markeredgecolor(colour)
        axis.lines[-1].set_markeredgewidth(1.2)
