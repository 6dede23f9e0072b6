"""
Measure the tables of PDFs against the LaTeX that they were set from, paper by paper.

    python -m synth.reader.recipes.table_headers --pdfs ../shared/data/pdfs --tex ../shared/data/tex

Prints for each paper the values of its source's tables, how many of them the PDF's table of the same place has, and of these how
many stand under the same headers on both sides, in the same weight, and with the same deviation.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from synth.model import Cell, Document, Paper, Table
from synth.reader.grid import is_number
from synth.reader.read import read

_QUOTES = str.maketrans("’‘−–”“", "''--\"\"")


@dataclass(frozen=True)
class Agreement:
    """What a paper's PDF has of the values of its source; sums add up over tables."""

    values: int = 0
    """cells of the source that hold a number."""
    found: int = 0
    """of them, those whose number a cell of the PDF's table has."""
    row_path: int = 0
    """of the found, those with the same headers to the left, all levels of them."""
    column_path: int = 0
    """the same above."""
    header_path: int = 0
    """the same on both sides."""
    bold: int = 0
    """of the found, those of the same weight."""
    deviations: int = 0
    """of the values, those with a ±."""
    deviation: int = 0
    """of the found, those with a ± and the same number behind it."""

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def even(text: str) -> str:
    """The text without what only typesetting changes: spaces, kinds of quotes and dashes."""
    return re.sub(r"\s+", "", text.translate(_QUOTES))


def _number(cell: Cell) -> str:
    return even(cell.text).partition("±")[0]


def _path(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(even, texts))


def compared(written: Table, drawn: Table) -> Agreement:
    """The values of a source's table met by cells of the PDF's, each cell once, those under the same headers first."""
    left = list(drawn.cells)
    total = Agreement()
    for cell in (each for each in written.cells if is_number(each.text)):
        alike = [each for each in left if _number(each) == _number(cell)]
        meant = max(alike, key=lambda each: sum(_shared(cell, each)), default=None)
        total += _agreement(cell, meant)
        left = [each for each in left if each is not meant]
    return total


def _shared(cell: Cell, other: Cell) -> tuple[bool, bool]:
    return _path(cell.row_path) == _path(other.row_path), _path(cell.column_path) == _path(other.column_path)


def _agreement(cell: Cell, other: Cell | None) -> Agreement:
    varies = "±" in cell.text
    if other is None:
        return Agreement(values=1, deviations=varies)
    row, column = _shared(cell, other)
    same = varies and even(cell.text) == even(other.text)
    return Agreement(1, 1, row, column, row and column, cell.bold == other.bold, varies, same)


def agreement(source: Sequence[Table], pdf: Sequence[Table]) -> Agreement:
    """The sum over a paper's tables, met in order; the values of a table that the PDF lacks are not found."""
    blank = Table(paper_id="", index=0, cells=())
    drawn = [*pdf, *[blank] * max(0, len(source) - len(pdf))]
    return sum((compared(one, other) for one, other in zip(source, drawn, strict=False)), Agreement())


def _tables(path: Path) -> tuple[Table, ...]:
    document = read(path.read_bytes(), Paper(id=f"file:{path.stem}", title=path.stem), name=path.name)
    return document.tables if isinstance(document, Document) else ()


def _line(name: str, found: Agreement) -> str:
    return f"{name:34}" + "".join(f"{getattr(found, each.name):>13}" for each in fields(found))


def main() -> None:
    """Print a line for each source that has a PDF of its name, and one for all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pdfs", type=Path, required=True, help="folder of the PDFs")
    parser.add_argument("--tex", type=Path, required=True, help="folder of the sources, named as the PDFs")
    given = parser.parse_args()
    lines, total = [f"{'paper':34}" + "".join(f"{each.name:>13}" for each in fields(Agreement))], Agreement()
    for path in sorted(given.tex.glob("*.tex")):
        pdf = given.pdfs / f"{path.stem}.pdf"
        if pdf.is_file():
            found = agreement(_tables(path), _tables(pdf))
            lines.append(_line(path.stem, found))
            total += found
    print("\n".join([*lines, _line("all", total)]))  # noqa: T201


if __name__ == "__main__":
    main()
