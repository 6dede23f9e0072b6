"""Builders: a document from rows of text, as a reader would give it."""

from __future__ import annotations

from collections.abc import Sequence

from synth.model import Cell, Document, Paper, Table


def make_table(rows: Sequence[Sequence[str]], *, paper: str = "arxiv:1", caption: str = "", labels: int = 1, index: int = 0) -> Table:
    """A table whose first row is the head and whose first columns are labels; a row of one entry heads those below it."""
    head, cells, group = rows[0], [], ()
    for number, row in enumerate(rows[1:], start=1):
        if len(row) == 1:
            group = (row[0],)
            continue
        for column, text in enumerate(row):
            path = (*group, *(each for each in row[: min(column, labels)] if each))
            above = tuple(part for part in head[column].split(" > ") if part)
            cells.append(Cell(row=number, column=column, text=text, row_path=path, column_path=above))
    return Table(paper_id=paper, index=index, label=f"Table {index + 1}", caption=caption, cells=tuple(cells), page=index + 3)


def make_document(*tables: Table, paper: str = "arxiv:1", title: str = "A study", abstract: str = "", kind: str = "paper") -> Document:
    """A document with these tables and no text."""
    record = Paper.model_validate({"id": paper, "title": title, "abstract": abstract, "kind": kind})
    return Document(paper=record, source_digest="0" * 64, media="pdf", text="", passages=(), tables=tables)
