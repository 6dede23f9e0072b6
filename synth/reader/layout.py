"""
PDF page → visual lines and rules: MuPDF gives lines that it breaks at wide gaps; here they become whole, with their dominant
size and font.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from synth.model import Box
from synth.reader.spans import is_bold, is_math_font, joined_spans, lead_of


@dataclass(eq=False)
class Line:
    """One visual line."""

    page: int
    """1-based."""
    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    size: float
    """of most of its characters, points."""
    font: str
    bold: bool
    math: float
    """share of its characters in a mathematical font."""
    block: int
    mark: bool = False
    """whether it begins with a raised mark, as a footnote does."""
    lead: str = ""
    """the bold or italic text that it begins with, where the rest is neither."""
    column: int = 0
    """0 left or only, 1 right, -1 across both."""

    @property
    def box(self) -> Box:
        """x0, y0, x1, y1 in points."""
        return (self.x0, self.y0, self.x1, self.y1)

    @property
    def middle(self) -> float:
        """Height of its centre on the page."""
        return (self.y0 + self.y1) / 2


@dataclass
class Rule:
    """A straight line of a drawing, horizontal (y0 == y1) or vertical."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass
class Page:
    """What one page holds."""

    number: int
    width: float
    height: float
    lines: list[Line]
    across: list[Rule] = field(default_factory=list)
    """horizontal rules, top first."""
    down: list[Rule] = field(default_factory=list)
    gutter: float | None = None
    """x of the gap between two columns; None for one column."""
    text_page: Any = None
    rotated: int = 0
    """characters that run in another direction and were left out."""


def _line(spans: Sequence[dict[str, Any]], boxes: Sequence[Box], page: int, block: int) -> Line | None:
    """The visual line of spans; None if nothing readable is in it."""
    text, mark = joined_spans(spans)
    text = " ".join(text.split())
    if not text:
        return None
    weights: Counter[tuple[str, float, bool]] = Counter()
    for span in spans:
        weights[span["font"], span["size"], is_bold(span)] += len(span["text"].strip())
    total = sum(weights.values()) or 1
    (font, size, _), _ = max(weights.items(), key=lambda item: item[1])
    bold = sum(count for (_, _, heavy), count in weights.items() if heavy)
    math = sum(count for (name, _, _), count in weights.items() if is_math_font(name))
    left, top, right, bottom = zip(*boxes, strict=True)
    return Line(
        page=page,
        x0=min(left),
        y0=min(top),
        x1=max(right),
        y1=max(bottom),
        text=text,
        size=size,
        font=font,
        bold=2 * bold > total,
        math=math / total,
        block=block,
        mark=mark,
        lead=lead_of(spans),
    )


def _follows(before: Box, box: Box, size: float) -> bool:
    """Whether a fragment stands right of the one before it on the same visual line."""
    overlap = min(before[3], box[3]) - max(before[1], box[1])
    lowest = min(before[3] - before[1], box[3] - box[1])
    return overlap > 0.5 * lowest and -1.5 < box[0] - before[2] < 2.2 * size


def lines_of(content: dict[str, Any], page: int) -> tuple[list[Line], int]:
    """The visual lines of one page in MuPDF's order, and the number of characters in other directions."""
    found: list[Line] = []
    rotated = 0
    for number, block in enumerate(content["blocks"]):
        spans: list[dict[str, Any]] = []
        boxes: list[Box] = []
        for raw in block.get("lines", ()):
            if abs(raw["dir"][0] - 1) > 0.02:
                rotated += sum(len(span["text"]) for span in raw["spans"])
                continue
            if not any(span["text"].strip() for span in raw["spans"]):
                continue
            size = max(span["size"] for span in raw["spans"])
            if boxes and not _follows(boxes[-1], raw["bbox"], size):
                found.extend(filter(None, [_line(spans, boxes, page, number)]))
                spans, boxes = [], []
            spans = spans + raw["spans"]
            boxes.append(tuple(raw["bbox"]))
        if spans:
            found.extend(filter(None, [_line(spans, boxes, page, number)]))
    return found, rotated


def rules_of(drawings: Iterable[dict[str, Any]]) -> tuple[list[Rule], list[Rule]]:
    """Horizontal rules longer than 15 points and vertical ones longer than 4, from strokes and from thin filled boxes."""
    across: list[Rule] = []
    down: list[Rule] = []
    for drawing in drawings:
        if len(drawing["items"]) > 60:
            continue
        for item in drawing["items"]:
            if item[0] == "l":
                (ax, ay), (bx, by) = item[1], item[2]
            elif item[0] == "re" and (item[1][2] - item[1][0] < 2.5 or item[1][3] - item[1][1] < 2.5):
                ax, ay, bx, by = item[1]
            else:
                continue
            left, right, top, bottom = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
            if bottom - top < 2.5 and right - left > 15:
                across.append(Rule(left, (top + bottom) / 2, right, (top + bottom) / 2))
            elif right - left < 2.5 and bottom - top > 4:
                down.append(Rule((left + right) / 2, top, (left + right) / 2, bottom))
    across.sort(key=lambda rule: (rule.y0, rule.x0))
    return across, down
