"""Captions of tables and figures: which lines they are, what they are called, and where they stand on the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from synth.model import Box
from synth.reader.assemble import union
from synth.reader.layout import Line, Page

_LABEL = re.compile(
    r"^(Table|Tab\.|TABLE|Figure|Fig\.|FIGURE|FIG\.|Algorithm|Listing|Box)\s*"
    r"((?:S|A|B|C|D|E|F)?\.?\d{1,3}(?:\.\d+)*[a-z]?|[IVX]{1,5})\s*(?:([:.|–—-])\s*|$|\s)(.*)$"
)
_NAMES = {"tab.": "Table", "table": "Table", "fig.": "Figure", "figure": "Figure"}


@dataclass
class Caption:
    """A caption on a page."""

    label: str
    """"Table 3"."""
    kind: str
    """"Table", "Figure", "Algorithm", ..."""
    lines: list[Line]

    @property
    def box(self) -> Box:
        """Around its lines."""
        return union([line.box for line in self.lines])


def _starts_block(line: Line, above: Line | None, below: Line | None) -> bool:
    """Whether nothing of the same running text stands directly above."""
    if above is None:
        return True
    near = line.y0 - above.y1 < 0.55 * line.size
    alike = abs(above.size - line.size) < 0.3 and above.font == line.font
    return not (near and alike) or above.x1 < line.x0 + 0.6 * (line.x1 - line.x0)


def _neighbour(line: Line, lines: Sequence[Line]) -> Line | None:
    """The nearest line above that overlaps in x."""
    over = [other for other in lines if other is not line and other.middle < line.y0 and other.x0 < line.x1 and line.x0 < other.x1]
    return max(over, key=lambda other: other.y1, default=None)


def find_captions(page: Page) -> list[Caption]:
    """Captions of the page, top first, each with all its lines."""
    found: list[Caption] = []
    for line in page.lines:
        match = _LABEL.match(line.text)
        if not match:
            continue
        word, number, mark, rest = match.groups()
        above = _neighbour(line, page.lines)
        if not _starts_block(line, above, None):
            continue
        if not mark and rest and not (line.lead and line.lead.startswith(word)) and not word.isupper():
            continue
        if (
            mark in (".", "-")
            and above is not None
            and line.y0 - above.y1 < 0.3 * line.size
            and abs(above.size - line.size) < 0.3
            and not line.lead
        ):
            continue
        kind = _NAMES.get(word.lower(), word.capitalize())
        found.append(Caption(label=f"{kind} {number}", kind=kind, lines=[line]))
    for caption in found:
        _extend(caption, page, [other.lines[0] for other in found if other is not caption])
        _absorb(caption, page)
    return sorted(found, key=lambda caption: caption.lines[0].y0)


def _absorb(caption: Caption, page: Page) -> None:
    """Add pieces that MuPDF broke off the caption's lines: at their height, between their ends."""
    known = {id(line) for line in caption.lines}
    left, top, right, bottom = caption.box
    for line in page.lines:
        inside = left - 1 < line.x0 and line.x1 < right + 1 and top - 1 < line.middle < bottom + 1
        if id(line) in known or not inside:
            continue
        at = next((n for n, own in enumerate(caption.lines) if (own.middle, own.x0) > (line.middle + 2, line.x0)), len(caption.lines))
        caption.lines.insert(at, line)


def _ruled_between(page: Page, upper: Line, lower: Line) -> bool:
    return any(upper.y1 - 1 < rule.y0 < lower.y0 + 1 and rule.x0 < lower.x1 and lower.x0 < rule.x1 for rule in page.across)


def _extend(caption: Caption, page: Page, others: Sequence[Line]) -> None:
    """Add the lines that go on directly below: same size, no wide gap, no rule between."""
    pitch = 0.0
    bare = bool(_LABEL.fullmatch(caption.lines[0].text)) and len(caption.lines[0].text) < 14
    while len(caption.lines) < 30:
        last = caption.lines[-1]
        left, right = min(line.x0 for line in caption.lines), max(line.x1 for line in caption.lines)
        below = [
            line
            for line in page.lines
            if line not in caption.lines
            and line not in others
            and line.middle > last.y1 - 1
            and (abs(line.x0 - left) < 14 or abs(line.x0 + line.x1 - left - right) < 8)
            and (line.x1 < right + 24 or bare)
        ]
        following = min(below, key=lambda line: (line.y0, line.x0), default=None)
        if following is None or following.y0 - last.y1 > 0.62 * last.size or abs(following.size - last.size) > 0.35:
            return
        step = following.y1 - last.y1
        if pitch and step > 1.18 * pitch:
            return
        if _ruled_between(page, last, following) or (last.x1 < right - 0.25 * (right - left) and len(caption.lines) > 1):
            return
        pitch = max(pitch, step)
        caption.lines.append(following)
