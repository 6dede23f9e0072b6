"""Lines in reading order → headings and paragraphs: sections, abstract, references, footnotes and figure text told apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from synth.model import SectionRole
from synth.reader.assemble import Paragraph, Place
from synth.reader.hyphens import Words, joined
from synth.reader.layout import Line, Page
from synth.reader.sections import KNOWN, Outline, number_of

_LATE = re.compile(r"[.!?:][\"'”’)\]]*$")
_DOTS = "•◦▪‣●○∙·–—"
_BULLET = re.compile(r"^(?:[•◦▪‣●○∙·–—]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+")
_IMPRINT = re.compile(
    r"^(?:Copyright|©|Proceedings of|Preprint\.|Permission to make|Published (?:as|in)|Under review|Work in progress)", re.IGNORECASE
)
_EQUATION_NUMBER = re.compile(r"\(\d{1,3}[a-z]?\)$")
_RUN_IN = re.compile(r"^abstract\s*[-–—.:]+\s*", re.IGNORECASE)


@dataclass
class Style:
    """How the body of a document is set."""

    size: float
    font: str
    pitch: float
    """distance of base lines in a paragraph, points."""


@dataclass
class Body:
    """The text of a document, told apart."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    footnotes: list[Paragraph] = field(default_factory=list)
    references: list[Line] = field(default_factory=list)


def style_of(pages: Sequence[Page]) -> Style:
    """Size, font and line pitch that most characters of the document have."""
    sizes: Counter[float] = Counter()
    fonts: Counter[str] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    size = max(sizes, key=lambda key: sizes[key], default=10.0)
    pitches: Counter[float] = Counter()
    for page in pages:
        for line, after in zip(page.lines, page.lines[1:], strict=False):
            if abs(line.size - size) < 0.6:
                fonts[line.font] += len(line.text)
                if abs(line.x0 - after.x0) < 2 and 0 < after.y1 - line.y1 < 3 * size:
                    pitches[round((after.y1 - line.y1) * 2) / 2] += 1
    return Style(
        size=size,
        font=max(fonts, key=lambda key: fonts[key], default=""),
        pitch=max(pitches, key=lambda key: pitches[key], default=1.2 * size),
    )


def is_heading(line: Line, style: Style, before: Line | None, after: Line | None) -> bool:
    """Whether a line is the title of a section: short, set off, and numbered or known by name."""
    text = line.text.rstrip(" .:")
    if len(text) > 100 or not any(char.isalpha() for char in text) or line.math > 0.5:
        return False
    if after is not None and abs(after.middle - line.middle) < 2 and after.page == line.page:
        return False
    large = line.size > 1.08 * style.size
    capitals = text.upper() == text and sum(char.isalpha() for char in text) > 4
    distinct = line.bold or large or capitals or (line.font != style.font and line.size > 0.94 * style.size)
    if KNOWN.match(number_free(text)):
        return distinct or (before is not None and abs(line.y1 - before.y1) > 1.3 * style.pitch)
    if not distinct or line.size < (0.75 if capitals else 0.9) * style.size or line.text.endswith((",", ";")):
        return False
    number = number_of(text)
    title = number_free(text)
    if not number or not title[:1].isupper() or sum(char.isalpha() for char in title) < 3:
        return False
    return line.bold or large or capitals


def number_free(text: str) -> str:
    """A title without its number."""
    number = number_of(text)
    return text[len(number) :].lstrip(" .:)") if number else text


def is_solid(line: Line, style: Style, width: float) -> bool:
    """Whether a line is a full line of running text in a column of this width."""
    return (
        line.x1 - line.x0 > 0.72 * width
        and abs(line.size - style.size) < 0.14 * style.size
        and line.math < 0.5
        and len(re.findall(r"[^\W\d_]{2,}", line.text)) >= 5
    )


def split_footnotes(lines: Sequence[Line], page: Page, style: Style) -> tuple[list[Line], list[Line]]:
    """(body, footnotes) of one column: small lines at its bottom, below a short rule or beginning with a mark."""
    ordered = list(lines)
    start = len(ordered)
    while start and ordered[start - 1].size < 0.93 * style.size and ordered[start - 1].y0 > 0.35 * page.height:
        start -= 1
    while start < len(ordered):
        line = ordered[start]
        above = [
            rule
            for rule in page.across
            if -16 < rule.y0 - line.y0 < 3 and rule.x0 < line.x0 + 25 and 25 < rule.x1 - rule.x0 < 0.35 * page.width
        ]
        if line.mark or above or _IMPRINT.match(line.text):
            return ordered[:start], ordered[start:]
        start += 1
    return ordered, []


def is_display(line: Line, style: Style, left: float, right: float) -> bool:
    """Whether a line is displayed mathematics: mostly symbols, and set off from the left edge or numbered."""
    words = len(re.findall(r"[^\W\d_]{3,}", line.text))
    inset = line.x0 > left + 1.2 * style.size
    if line.math > 0.35 and inset and words <= 4:
        return True
    if _EQUATION_NUMBER.search(line.text) and inset and words <= 5 and line.math > 0.12:
        return True
    return words == 0 and (line.math > 0.3 or bool(re.fullmatch(r"[\W\d_a-zA-Z]{1,3}|\(\d{1,3}\)", line.text)))


class Builder:
    """Takes lines in reading order and grows paragraphs, section by section."""

    def __init__(self, style: Style, known: Words) -> None:
        self.style = style
        self.known = known
        self.body = Body()
        self.section = ""
        self.role: SectionRole = "other"
        self._outline = Outline()
        self._open: Paragraph | None = None
        self._last: Line | None = None
        self._heading: Line | None = None

    def heading(self, line: Line) -> None:
        """Begin a section; a heading directly below another of the same setting goes on with it."""
        if self.goes_on(line):
            self.section = joined(self.section, line.text, self.known)[0]
            self.body.paragraphs[-1].text = self.section
            self._heading = line
            return
        title = line.text.rstrip(" .:") if KNOWN.match(line.text) else line.text
        number = number_of(title)
        self.role = self._outline.enter(title, number.count(".") + 1 if number else 1)
        self.section = title
        self._close()
        self.body.paragraphs.append(Paragraph(text=title, section=title, role=self.role, heading=True))
        self._heading = line

    def goes_on(self, line: Line) -> bool:
        """Whether a line is the next line of the heading directly above it."""
        heading = self._heading
        if heading is None or heading.page != line.page or not 0 < line.y1 - heading.y1 < 1.6 * line.size:
            return False
        alike = abs(line.size - heading.size) < 0.4 and line.font == heading.font and line.bold == heading.bold
        distinct = line.bold or line.size > 1.08 * self.style.size
        return alike and distinct and not number_of(line.text) and not KNOWN.match(line.text) and not KNOWN.match(heading.text)

    def _close(self) -> None:
        self._open = None
        self._last = None

    def feed(self, line: Line, left: float, *, fresh: bool) -> None:
        """Add a line of text; `fresh` says that it opens a column or follows a float."""
        self._heading = None
        if self.role == "references":
            self.body.references.append(line)
            return
        text = line.text
        run_in = _RUN_IN.match(text)
        if run_in and not self.section:
            self.section, self.role = "Abstract", "abstract"
            self._outline.enter("Abstract", 1)
            text = text[run_in.end() :]
            self._close()
        if self._open is None or self._breaks(line, left, fresh):
            bullet = _BULLET.match(text)
            text = text[bullet.end() :] if bullet and text[0] in _DOTS else text
            self._open = Paragraph(text=text, section=self.section, role=self.role, places=[Place(0, line.page, line.box)])
            self.body.paragraphs.append(self._open)
        else:
            self._open.text, start = joined(self._open.text, text, self.known)
            self._open.places.append(Place(start, line.page, line.box))
        self._last = line

    def _breaks(self, line: Line, left: float, fresh: bool) -> bool:
        """Whether a line begins a new paragraph."""
        last, text = self._last, self._open.text if self._open else ""
        if last is None:
            return True
        ended = bool(_LATE.search(text))
        if abs(line.size - last.size) > 0.12 * self.style.size:
            return True
        if _BULLET.match(line.text) and (ended or not line.text[:1].isalnum()):
            return True
        if fresh or line.page != last.page:
            return ended and (line.x0 > left + 0.6 * self.style.size or bool(line.lead))
        if line.y1 - last.y1 > 1.45 * self.style.pitch:
            return ended or not line.text[:1].islower()
        return ended and (
            (line.x0 > last.x0 + 0.6 * self.style.size and line.x0 > left + 0.6 * self.style.size)
            or bool(line.lead and line.bold is False and line.lead[-1:] in ".:")
        )
