"""The flow diagram as SVG: no script, nothing loaded, readable on light and on dark pages and by those who hear it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

from rich.cells import cell_len

from synth.report.prisma import NAME, Box, Stage, description, glued

LINE, PAD, GAP = 18, 10, 26
"""pixels: height of a line, around a text, between two rows."""
EDGE, BAND, COLUMN, BETWEEN = 12, 28, 360, 44
"""pixels: width of the margins, of the names of the stages, of a box, and of the space between two boxes."""
LEFT = EDGE + BAND + 12
RIGHT = LEFT + COLUMN + BETWEEN
WIDTH = RIGHT + COLUMN + EDGE
CELL = 7.6
"""pixels of a letter of 13 pixels, taken wide, so that a line never leaves its box."""
STYLE = """
.flow { font: 13px system-ui, sans-serif; max-width: 100%; height: auto; }
.flow text { fill: #1a1a1a; } .flow .title { font-weight: 600; }
.flow .ground { fill: #ffffff; } .flow .band { fill: #d5e2f2; } .flow .kept { fill: #eef4fb; } .flow .out { fill: #f4f4f4; }
.flow .kept, .flow .out, .flow .arrow { stroke: #5b6b80; stroke-width: 1.2; } .flow .arrow { fill: none; } .flow .head { fill: #5b6b80; }
@media (prefers-color-scheme: dark) {
.flow text { fill: #e8e8e8; }
.flow .ground { fill: #16181c; } .flow .band { fill: #2b3d55; } .flow .kept { fill: #1d2836; } .flow .out { fill: #25272b; }
.flow .kept, .flow .out, .flow .arrow { stroke: #8fa3bd; } .flow .head { fill: #8fa3bd; }
}
"""


def drawing(rows: Sequence[Stage]) -> str:
    """One `svg` element that stands alone and may stand in a page; texts wrap, and every box is as high as its text."""
    heights = [max(_height(row.kept), _height(row.left_out), len(row.name) * 7 + 2 * PAD) for row in rows]
    tops = [GAP + sum(heights[:place]) + GAP * place for place in range(len(rows))]
    whole = sum(heights) + GAP * (len(rows) + 1)
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg", "class": "flow", "role": "img", "aria-labelledby": "flow-title flow-desc",
            "viewBox": f"0 0 {WIDTH} {whole}", "width": f"{WIDTH}", "height": f"{whole}",
        },
    )  # fmt: skip
    _told(root, "title", NAME, id="flow-title")
    _told(root, "desc", description(rows), id="flow-desc")
    _told(root, "style", STYLE)
    _rectangle(root, "ground", 0, 0, WIDTH, whole)
    for row, top, height in zip(rows, tops, heights, strict=True):
        _row(root, row, top, height)
    for (top, height), (below, _) in pairwise(zip(tops, heights, strict=True)):
        _arrow(root, f"M{LEFT + COLUMN // 2} {top + height} V{below - 7}", f"{LEFT + COLUMN // 2},{below} -5,-8 10,0")
    return ET.tostring(root, encoding="unicode")


def _row(root: ET.Element, row: Stage, top: int, height: int) -> None:
    middle = top + height // 2
    _rectangle(root, "band", EDGE, top, BAND, height)
    x, y = EDGE + BAND // 2 + 4, middle
    _told(root, "text", row.name, x=x, y=y, transform=f"rotate(-90 {x} {y})", text__anchor="middle", **{"class": "title"})
    _box(root, "kept", row.kept, LEFT, top, height)
    if row.left_out is not None:
        _box(root, "out", row.left_out, RIGHT, top, height)
        _arrow(root, f"M{LEFT + COLUMN} {middle} H{RIGHT - 7}", f"{RIGHT},{middle} -8,-5 0,10")


def _box(root: ET.Element, kind: str, box: Box, left: int, top: int, height: int) -> None:
    _rectangle(root, kind, left, top, COLUMN, height)
    for number, (line, is_title) in enumerate(_lines(box), 1):
        _told(root, "text", line, x=left + PAD, y=top + PAD + number * LINE - 5, **({"class": "title"} if is_title else {}))


def _lines(box: Box | None) -> list[tuple[str, bool]]:
    """The lines of a box and whether each belongs to its heading; what is wrapped goes on indented."""
    if box is None:
        return []
    return [(line, True) for line in _wrapped(box.heading)] + [(line, False) for part in box.parts for line in _wrapped(part)]


def _wrapped(text: str) -> list[str]:
    """The text in lines that fit a box; a letter of East Asia takes the room of two."""
    room = (COLUMN - 2 * PAD) / CELL
    width = max(2, int(room * len(text) / max(cell_len(text), 1)))
    return textwrap.wrap(glued(text), width, subsequent_indent="\N{NO-BREAK SPACE}" * 3)


def _height(box: Box | None) -> int:
    return len(_lines(box)) * LINE + 2 * PAD


def _rectangle(root: ET.Element, kind: str, x: int, y: int, width: int, height: int) -> None:
    ET.SubElement(root, "rect", {"class": kind, "x": str(x), "y": str(y), "width": str(width), "height": str(height), "rx": "3"})


def _arrow(root: ET.Element, path: str, tip: str) -> None:
    """A line, and a tip at (x, y) with its two other corners as steps from the one before."""
    start, *steps = tip.split()
    ET.SubElement(root, "path", {"class": "arrow", "d": path})
    ET.SubElement(root, "path", {"class": "head", "d": f"M{start} " + " ".join(f"l{step}" for step in steps) + " Z"})


def _told(root: ET.Element, tag: str, text: str, **attributes: object) -> None:
    """An element with a text, which loses its power there."""
    ET.SubElement(root, tag, {name.replace("__", "-"): str(value) for name, value in attributes.items()}).text = text
