"""The parsed content of a paper: sections, located sentences, and tables with header paths."""

from __future__ import annotations

from typing import Literal

from synth.model.base import Record
from synth.model.paper import Paper

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in PDF points from the top left of the page."""

SectionRole = Literal[
    "abstract",
    "introduction",
    "related",
    "method",
    "experiments",
    "results",
    "conclusion",
    "limitations",
    "references",
    "appendix",
    "other",
]


class Passage(Record):
    """A located quote: one sentence of a document."""

    paper_id: str
    text: str
    """the sentence, white space collapsed, hyphenation and ligatures undone."""
    start: int
    """offset of its first character in Document.text."""
    end: int
    """offset behind its last character, so Document.text[start:end] == text."""
    section: str = ""
    """title of the section, "4.2 Ablations"."""
    role: SectionRole = "other"
    page: int | None = None
    """1-based page of a PDF; None where the format has no pages."""
    box: Box | None = None
    source_digest: str = ""
    """SHA-256 of the bytes that were read."""


class Cell(Record):
    """One body cell of a table with the headers above it and to its left."""

    row: int
    """0-based row in the grid, header rows included."""
    column: int
    text: str
    row_path: tuple[str, ...] = ()
    """headers to the left, outermost first; group rows that span the table come first."""
    column_path: tuple[str, ...] = ()
    """headers above, outermost first."""
    bold: bool = False
    box: Box | None = None


class Table(Record):
    """A table of a document, cell by cell."""

    paper_id: str
    index: int
    """0-based place among the tables of the document."""
    label: str = ""
    """as the document calls it, "Table 3"."""
    caption: str = ""
    cells: tuple[Cell, ...]
    page: int | None = None
    box: Box | None = None


class Document(Record):
    """A paper that was read."""

    paper: Paper
    source_digest: str
    """SHA-256 of the bytes that were read."""
    media: Literal["pdf", "markdown", "latex"]
    text: str
    """body text in reading order, white space collapsed; passages index into it."""
    passages: tuple[Passage, ...]
    """sentences of the body, abstract included, references, headers and footers left out."""
    tables: tuple[Table, ...] = ()
    references: tuple[str, ...] = ()
    """entries of the list of references, one string each."""
    pages: int | None = None
    warnings: tuple[str, ...] = ()
    """what could not be read and why, "page 3: no text layer"."""
