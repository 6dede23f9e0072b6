"""
What all figures share: one colour and marker per method, the legend by families, the caption, and files without dates.

Families have hues that stay apart under the common colour-vision deficiencies (after Tol 2021, SRON/EPS/TN/09-002); within a
family lightness and marker tell methods apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from experiments.analysis.methods import CONTROLS, FAMILIES, UNREDUCED, title
from experiments.analysis.panels import by_width

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOKS: dict[str, tuple[str, str]] = {
    "topk": ("#08306b", "o"),
    "evit": ("#1f77b4", "s"),
    "dynamicvit": ("#33bbee", "^"),
    "ats": ("#7fa8d1", "D"),
    "l1": ("#333333", "P"),
    "l2": ("#777777", "X"),
    "linf": ("#aaaaaa", "h"),
    "tome": ("#a63603", "v"),
    "dpcknn": ("#e6550d", "<"),
    "kmedoids": ("#e8a33d", ">"),
    "sit": ("#762a83", "p"),
    "patchmerger": ("#b05fb5", "*"),
    "sinkhorn": ("#d9a6dd", "d"),
    "random": ("#117733", "x"),
    "dynamicvit_no_teacher": ("#33bbee", "2"),
    "keep_all": ("#000000", "*"),
}
"""method → (colour, marker), the same in every figure"""
INK, FRONT = "#222222", "#f2dd92"
RC: Any = {
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.linewidth": 0.6,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.grid": True,
    "grid.color": "#ebebeb",
    "grid.linewidth": 0.5,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "svg.hashsalt": "experiments",
    "figure.dpi": 150,
}
FORMATS = ("png", "svg")


def parts(width: float, heights: tuple[float, float]) -> tuple[Figure, Any, Any]:
    """A figure that belongs to no window system, `width` inches wide, with its upper part for panels and its lower one for words."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    above, below = cast(Any, figure.subfigures(2, 1, height_ratios=heights))
    return figure, above, below


def save(figure: Figure, folder: Path, name: str, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write the figure in every format, without dates or names of programs; the same figure gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{kind}" for kind in formats]
    nothing: dict[str, dict[str, Any]] = {
        "png": {"Software": None},
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    for path, kind in zip(paths, formats, strict=True):
        figure.savefig(path, metadata=nothing[kind], dpi=200)
    return paths


def legend(place: Any, methods: Iterable[str], *, lines: bool = True) -> None:
    """A legend with a column a family in the figure part `place`; controls have a column of their own."""
    from matplotlib.lines import Line2D

    columns = _columns(methods)
    depth = 1 + max(map(len, columns.values()))
    blank = Line2D([], [], linestyle="none")
    handles: list[Any] = []
    words: list[str] = []
    heads: list[int] = []
    for family, members in columns.items():
        heads.append(len(words))
        handles += [blank, *(_handle(method, lines) for method in members), *[blank] * (depth - 1 - len(members))]
        words += [family, *map(title, members), *[""] * (depth - 1 - len(members))]
    made = place.legend(handles, words, loc="upper center", ncols=len(columns), handletextpad=0.4, columnspacing=1.6, labelspacing=0.3)
    for head in heads:
        made.get_texts()[head].set_fontweight("bold")


def _columns(methods: Iterable[str]) -> dict[str, list[str]]:
    present = set(methods)
    columns = {family: [m for m in members if m in present] for family, members in FAMILIES.items()}
    columns["controls"] = [method for method in CONTROLS if method in present]
    return {family: members for family, members in columns.items() if members}


PANEL = (2.6, 2.3)
"""inches across and down."""


def panels_of(places: Collection[tuple[str, str]], methods: Collection[str]) -> tuple[Figure, Any, dict[tuple[str, str], Any], float]:
    """
    A figure with one panel for each (data set, backbone) and the legend of some methods below.

    Data sets stand down and backbones across, from narrow to wide; of a single backbone the data sets stand across.
    returns  the figure, its lower part for the caption, the axes by place, and the width in inches
    """
    datasets = list(dict.fromkeys(dataset for dataset, _ in places))
    backbones = sorted({backbone for _, backbone in places}, key=by_width)
    single = len(backbones) == 1
    rows, columns = (1, len(datasets)) if single else (len(datasets), len(backbones))
    width = max(1.2 + PANEL[0] * columns, 8.4)
    figure, above, below = parts(width, (PANEL[1] * rows, legend_height(methods)))
    table = above.subplots(rows, columns, squeeze=False)
    for axis in table.ravel():
        axis.set_axis_off()
    axes = {
        place: table[0, datasets.index(place[0])] if single else table[datasets.index(place[0]), backbones.index(place[1])]
        for place in places
    }
    for place, axis in axes.items():
        axis.set_axis_on()
        axis.set_title(place_name(*place), loc="left")
    legend(below, methods)
    return figure, below, axes, width


def legend_height(methods: Iterable[str]) -> float:
    """Inches that the legend of these methods takes, with two lines of caption below."""
    return 0.17 * (1 + max(map(len, _columns(methods).values()))) + 0.45


def _handle(method: str, lines: bool) -> Any:
    from matplotlib.lines import Line2D

    colour, marker = LOOKS[method]
    drawn = lines and method != UNREDUCED
    return Line2D([], [], color=colour, marker=marker, linestyle="-" if drawn else "none", markersize=5 if drawn else 8, linewidth=1)


def caption(place: Any, words: str, inches: float) -> None:
    """Lines under everything, `inches` wide, that say what was measured how."""
    from textwrap import fill

    place.text(0.01, 0.02, fill(words, int(17.5 * inches)), ha="left", va="bottom", fontsize=7, color="#555555", linespacing=1.25)


def place_name(dataset: str, backbone: str) -> str:
    """ "digit scenes, tiny"."""
    return f"{dataset.replace('_', ' ')}, {backbone.removeprefix('proxy_').replace('_', ' ')}"
