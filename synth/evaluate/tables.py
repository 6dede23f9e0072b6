"""Sets in which a claim stands beside tables: scitab, tabfact, and tdms_claims with the tables of tdms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synth.evaluate.files import LabelledFile, lines_of
from synth.evaluate.items import ClaimItem, Malformed, Reading
from synth.evaluate.records import bare, document_of, linked_table, table_of
from synth.evaluate.shapes import GridClaim, GridTable, TableClaim, TablePaper, TaggedClaim
from synth.model import Document


def scitab(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Claims of papers, each beside one table of its own paper."""
    items = []
    for _, number, line in lines_of(files, TableClaim, malformed):
        name = line.table_id or f"{line.paper_id}:{line.caption}"
        table = table_of(line.columns, line.rows, line.caption, reading.cells)
        document = document_of(name, title=line.paper, tables=[table])
        items.append(ClaimItem(line.id or str(number), bare(line.claim), line.label, document, line.paper_id or name, own=True))
    return {"claims": tuple(items)}


def tabfact(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Statements beside the table that they were written on."""
    tables = {
        line.table_id: document_of(
            line.table_id, title=line.caption, tables=[table_of(line.columns, line.rows, line.caption, reading.cells)]
        )
        for _, _, line in lines_of(files, GridTable, malformed)
    }
    items = []
    for file, number, line in lines_of(files, GridClaim, malformed):
        document = tables.get(line.table_id)
        if document is None:
            malformed.append(Malformed(file.path.name, number, f"speaks of table {line.table_id}, which no file holds"))
            continue
        items.append(ClaimItem(line.id or str(number), bare(line.claim), line.label, document, line.table_id, own=True))
    return {"claims": tuple(items)}


def tdms_claims(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Claims on a paper's scores beside all tables of the paper."""
    papers = {line.paper: _with_tables(line) for _, _, line in lines_of(files, TablePaper, malformed)}
    items = []
    for file, number, line in lines_of(files, TaggedClaim, malformed):
        document = papers.get(line.paper)
        if document is None:
            malformed.append(Malformed(file.path.name, number, f"speaks of paper {line.paper}, which no file holds"))
            continue
        items.append(ClaimItem(line.id or str(number), line.claim, line.label, document, line.paper, own=True, kind=line.kind))
    return {"claims": tuple(items)}


def _with_tables(line: TablePaper) -> Document:
    tables = [linked_table([(cell.v, cell.bold, cell.rows, cell.cols) for cell in each.cells], each.caption) for each in line.tables]
    return document_of(line.paper, tables=tables)
