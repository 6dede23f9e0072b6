"""Learning curves of fine-tuning: mean training loss by step, one panel a data set and backbone."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.figures.style import LOOKS, caption, panels_of
from experiments.analysis.methods import NO_TEACHER, RANDOM, UNREDUCED, in_order
from experiments.analysis.models import is_current
from experiments.analysis.panels import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Curve:
    """Of one fine-tuning."""

    method: str
    dataset: str
    backbone: str
    keep_rate: float
    seed: int
    steps: Array
    loss: Array


def read_curves(folder: Path) -> list[Curve]:
    """The curves beside the current fine-tuned weights of a folder, as `finetune.py` writes them; none where there are none."""
    found = []
    for path in sorted(folder.glob("*.json")):
        facts = json.loads(path.read_text("utf-8"))
        if facts.get("loss") and is_current(path.stem, facts.get("recipe", {})):
            found.append(_curve(facts))
    return found


def _curve(facts: Mapping[str, Any]) -> Curve:
    recipe = facts["recipe"]
    method = NO_TEACHER if recipe["regime"] == "fine_tuned_no_teacher" else recipe["method"]
    steps, loss = np.array(facts["loss"], dtype=float).T
    return Curve(method, recipe["dataset"], recipe["backbone"], recipe["keep_rate"], recipe["seed"], steps, loss)


def draw_curves(curves: Iterable[Curve], keep_rate: float, words: str) -> Figure | None:
    """The figure at one keep rate, means over seeds, the unreduced model beside; None without curves."""
    groups: dict[tuple[str, str], dict[str, list[Curve]]] = defaultdict(lambda: defaultdict(list))
    for curve in curves:
        if curve.keep_rate == keep_rate or curve.method == UNREDUCED:
            groups[curve.dataset, curve.backbone][curve.method].append(curve)
    if not groups:
        return None
    figure, below, axes, width = panels_of(groups, {method for own in groups.values() for method in own})
    for place, own in groups.items():
        _panel(axes[place], own)
    caption(below, words, width)
    return figure


def _panel(axis: Any, own: Mapping[str, Sequence[Curve]]) -> None:
    from matplotlib.ticker import LogLocator

    for method in in_order(set(own)):
        colour, marker = LOOKS[method]
        # Seeds that were stopped early have fewer points: the mean is over the steps that all have.
        n = min(len(curve.loss) for curve in own[method])
        loss = np.mean([curve.loss[:n] for curve in own[method]], axis=0)
        style = {UNREDUCED: (0, (4, 3)), RANDOM: ":", NO_TEACHER: ":"}.get(method, "-")
        marks = "none" if method == UNREDUCED else marker
        axis.plot(
            own[method][0].steps[:n],
            loss,
            color=colour,
            linestyle=style,
            linewidth=1,
            marker=marks,
            markersize=3.2,
            markevery=max(1, n // 6),
        )
    axis.set_yscale("log")
    axis.yaxis.set_major_locator(LogLocator(10, (1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter("")
    axis.set_xlabel("step of fine-tuning")
    axis.set_ylabel("training loss")
