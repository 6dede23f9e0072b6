"""Texts and tables of a labelled set → Documents and Tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from synth.evaluate.items import Grid
from synth.model import Cell, Document, Paper, Passage, SectionRole, Table

_MARK = re.compile(r"\[(?:BOLD|ITALIC|EMPTY|CONTINUE)\]")
_LABEL = re.compile(r"^\s*(Table|TABLE|Tab\.)\s*([A-Z]?\d[\d.]*|[IVX]+)\b")


def bare(text: str) -> str:
    """The text without marks of print and with single blanks."""
    return " ".join(_MARK.sub(" ", text).split())


def document_of(
    name: str,
    sentences: Sequence[str] = (),
    *,
    title: str = "",
    sections: Sequence[tuple[str, SectionRole]] = (),
    tables: Sequence[Table] = (),
) -> Document:
    """
    A document with one passage a sentence, in their order; offsets count from the first.

    sections  title and role of the section that each sentence stands in; an abstract without a title where none are given
    """
    paper, passages, at = Paper(id=f"file:{name}", title=title), [], 0
    unsaid: list[tuple[str, SectionRole]] = [("", "abstract")] * len(sentences)
    for text, (section, role) in zip(sentences, sections or unsaid, strict=True):
        passages.append(Passage(paper_id=paper.id, text=text, start=at, end=at + len(text), section=section, role=role))
        at += len(text) + 1
    return Document(
        paper=paper,
        source_digest="",
        media="markdown",
        text=" ".join(sentences),
        passages=tuple(passages),
        tables=tuple(table.model_copy(update={"paper_id": paper.id, "index": i}) for i, table in enumerate(tables)),
    )


def starts(document: Document, places: Sequence[int]) -> frozenset[int]:
    """The offsets of the passages with these numbers; raises ValueError where there is no such passage."""
    wrong = [place for place in places if not 0 <= place < len(document.passages)]
    if wrong:
        raise ValueError(f"marks sentence {wrong[0]} of {len(document.passages)}")
    return frozenset(document.passages[place].start for place in places)


def table_of(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str, cells: Grid) -> Table:
    """The table with one header row; marks of bold print become the cells' own."""
    grid = [list(columns), *(list(row) for row in rows)]
    bold = frozenset((i, j) for i, row in enumerate(grid) for j, text in enumerate(row) if "[BOLD]" in text)
    return _table(cells([[bare(text) for text in row] for row in grid], bold), caption)


def linked_table(cells: Sequence[tuple[str, bool, Sequence[str], Sequence[str]]], caption: str) -> Table:
    """
    The table of cells that already know their headers.

    cells   (text, bold, headers to the left, headers above); places in the grid follow from the headers
    """
    rows: dict[tuple[tuple[str, ...], int], int] = {}
    columns: dict[tuple[str, ...], int] = {}
    seen: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    found = []
    for text, bold, left, above in cells:
        path, head = tuple(bare(each) for each in left), tuple(bare(each) for each in above)
        again = seen[path, head] = seen.get((path, head), -1) + 1
        row = rows.setdefault((path, again), len(rows) + 1)
        column = columns.setdefault(head, len(columns) + 1)
        found.append(Cell(row=row, column=column, text=bare(text), row_path=path, column_path=head, bold=bold))
    return _table(tuple(found), caption)


def _table(cells: tuple[Cell, ...], caption: str) -> Table:
    caption = bare(caption)
    label = _LABEL.match(caption)
    return Table(paper_id="", index=0, label=f"Table {label.group(2)}" if label else "", caption=caption, cells=cells)


def in_place_of(document: Document, other: Document) -> Document:
    """The document with the passages and tables of another: what a claim is judged by when the evidence is swapped."""
    paper = document.paper.id
    return document.model_copy(
        update={
            "text": other.text,
            "passages": tuple(each.model_copy(update={"paper_id": paper}) for each in other.passages),
            "tables": tuple(each.model_copy(update={"paper_id": paper}) for each in other.tables),
        }
    )


def blanked(document: Document) -> Document:
    """The document with nothing in it: what a claim is judged by when only its own words are left."""
    return document.model_copy(update={"text": "", "passages": (), "tables": ()})
