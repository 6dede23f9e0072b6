"""
PDF page → lines in reading order: furniture removed, columns by geometry.

MuPDF gives lines that it breaks at wide gaps; here they become visual lines with their dominant size and font. Columns are
found by the gutter that most lines respect, and lines that cross it cut the page into bands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from synth.model import Box
from synth.reader.clean import collapsed, plain

MATH_FONT = re.compile(
    r"CM(?:MI|SY|EX|BSY|MIB)|MSBM|MSAM|Math|Symbol|MTSY|MTMI|RMTMI|EUF|EUS|rsfs|txsy|txmi|NewTXMI|LMMath|STIX.*Math", re.IGNORECASE
)
BOLD_FONT = re.compile(r"bold|black|heavy|medi\b|-medi|cmb|bx\d|-bd|demi|(?:^|[-+])[A-Za-z]*B(?:old)?$", re.IGNORECASE)
_MARK = re.compile(r"^(?:[\d,\s]{1,5}|[*∗⋆†‡§¶♠♣♢♡,\s]+|[a-e])$")
_INTEGER = re.compile(r"(?:^|[\s(×·=≈~])\d+$")
_STAMP = re.compile(r"^arXiv:\S+\s*(?:v\d+)?\s*\[", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"^(?:page\s*)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–—]?$", re.IGNORECASE)


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


@cache
def is_math_font(font: str) -> bool:
    """Whether a font, by its name, holds mathematical letters and signs."""
    return bool(MATH_FONT.search(font))


@cache
def _is_bold_font(font: str) -> bool:
    return bool(BOLD_FONT.search(font))


def is_bold(span: dict[str, Any]) -> bool:
    """Whether a span is set in bold, by its flag or the name of its font."""
    return bool(span["flags"] & 16) or _is_bold_font(span["font"])


_DINGBATS = {"\x13": "✓", "\x14": "✔", "\x17": "✗", "\x18": "✘", "3": "✓", "4": "✔", "5": "✗", "6": "✘", "7": "✗", "8": "✘"}


def is_sign(span: dict[str, Any]) -> bool:
    """Whether a span is of signs (ticks, crosses) from a font without Unicode meaning."""
    return "ingbat" in span["font"] and any(char in _DINGBATS for char in span["text"])


def shown(span: dict[str, Any]) -> str:
    """The plain text of a span; signs of a dingbats font that has no Unicode meaning are named by their place in it."""
    text: str = span["text"]
    if "ingbat" in span["font"]:
        text = "".join(_DINGBATS.get(char, char) for char in text)
    return plain(text)


def joined_spans(spans: Sequence[dict[str, Any]]) -> tuple[str, bool]:
    """The text of spans with raised marks dropped and exponents shown as ^, and whether it begins with a mark."""
    text, mark, end, math, raised = "", False, 0.0, False, False
    for number, span in enumerate(spans):
        piece = shown(span)
        bare = piece.strip()
        if bare and text and span["bbox"][0] - end > 0.16 * span["size"] and not text.endswith(" ") and not piece.startswith(" "):
            text += " "
        if span["flags"] & 1 and bare:
            power = bool(_INTEGER.search(text)) or (math and text[-1:].isalpha())
            if raised:
                text += piece
            elif power and re.match(r"[\d+\-−]", bare):
                text += "^" + piece.lstrip()
                raised = True
            elif not _MARK.match(bare):
                text += piece
            elif not text.strip():
                mark = True
            elif piece.endswith(" "):
                text += " "
        else:
            text += piece
            raised = raised and not bare
        if bare:
            end = span["bbox"][2]
            math = is_math_font(span["font"]) or (bool(span["flags"] & 2) and len(bare) == 1)
        if number > 400:
            break
    return text, mark


def _lead(spans: Sequence[dict[str, Any]]) -> str:
    """Bold or italic text at the beginning of a line whose rest is neither."""
    text = ""
    for span in spans:
        if span["text"].strip() and not (is_bold(span) or span["flags"] & 2):
            return collapsed(text) if len(text.strip()) > 2 else ""
        text += span["text"]
    return ""


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
        lead=_lead(spans),
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


def without_furniture(pages: Sequence[Page]) -> None:
    """Take running headers, footers, page numbers and archive stamps out of the pages' lines."""
    seen: Counter[tuple[str, int]] = Counter()
    for page in pages:
        seen.update({_furniture_key(line) for line in page.lines if _at_edge(line, page)})
    least = 2 if len(pages) < 6 else 3
    ruled = Counter(key for page in pages for key in {_rule_key(rule) for rule in page.across})
    for page in pages:
        page.lines = [line for line in page.lines if not _is_furniture(line, page, seen, least)]
        edges = (0.11 * page.height, 0.89 * page.height)
        page.across = [rule for rule in page.across if edges[0] < rule.y0 < edges[1] or ruled[_rule_key(rule)] < least]


def _rule_key(rule: Rule) -> tuple[int, int]:
    return round(rule.x0 / 2), round(rule.y0 / 2)


def _at_edge(line: Line, page: Page) -> bool:
    return line.y1 < 0.11 * page.height or line.y0 > 0.89 * page.height


def _furniture_key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.y0 / 4)


def _is_furniture(line: Line, page: Page, seen: Counter[tuple[str, int]], least: int) -> bool:
    if _STAMP.match(line.text):
        return True
    if not _at_edge(line, page):
        return False
    text, place = _furniture_key(line)
    if sum(seen[text, place + shift] for shift in (-1, 0, 1)) >= least and len(text) > 1:
        return True
    return bool(_PAGE_NUMBER.match(line.text)) and (line.y1 < 0.09 * page.height or line.y0 > 0.9 * page.height)


def find_gutter(page: Page) -> float | None:
    """x of the gap between two columns of text; None where most lines run across the middle or few lines are there."""
    width = page.width
    long = [line for line in page.lines if line.x1 - line.x0 > 0.17 * width and len(line.text) > 18]
    left = [line for line in long if line.x1 < 0.56 * width and line.x0 < 0.4 * width]
    right = [line for line in long if line.x0 > 0.44 * width]
    across = [line for line in long if line.x0 < 0.42 * width and line.x1 > 0.58 * width]
    if len(left) < 4 or len(right) < 4 or len(left) + len(right) < 1.2 * len(across):
        return None
    edge = sorted(line.x1 for line in left)[int(0.9 * (len(left) - 1))]
    start = sorted(line.x0 for line in right)[int(0.1 * (len(right) - 1))]
    return (edge + start) / 2 if start > edge - 4 else None


def ordered(lines: Iterable[Line], page: Page) -> list[Line]:
    """The lines in reading order: bands from top to bottom, in each the left column before the right one."""
    gutter = page.gutter
    rows = sorted(lines, key=lambda line: (line.middle, line.x0))
    if gutter is None:
        return _by_rows(rows)
    for line in rows:
        line.column = -1 if line.x0 < gutter - 6 and line.x1 > gutter + 6 else int((line.x0 + line.x1) / 2 > gutter)
    found: list[Line] = []
    band: list[Line] = []
    for line in rows:
        if line.column == -1:
            found.extend(_columns(band))
            found.append(line)
            band = []
        else:
            band.append(line)
    return found + _columns(band)


def _columns(band: Sequence[Line]) -> list[Line]:
    return _by_rows([line for line in band if line.column == 0]) + _by_rows([line for line in band if line.column == 1])


def _by_rows(lines: Sequence[Line]) -> list[Line]:
    """Lines sorted by height, those at the same height from left to right."""
    found: list[Line] = []
    row: list[Line] = []
    for line in lines:
        if row and line.middle - row[0].middle > 0.45 * max(row[0].size, 1):
            found.extend(sorted(row, key=lambda item: item.x0))
            row = []
        row.append(line)
    return found + sorted(row, key=lambda item: item.x0)


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
