"""
A table as rows of entries under columns, labels included: what statements are read on.

The leading label columns are columns like the others, so that a table of records ("player", "club", "goals") and a table of
results (systems by measures) are read alike. Heads that come in the middle of a table and rows that one text spans are read
as the heads and groups that they are.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from synth.model import Cell, Table
from synth.verifier.headers import clean
from synth.verifier.numbers import is_absent, number_of
from synth.verifier.operators.values import Readings, readings_of
from synth.verifier.operators.words import key

ColumnKind = Literal["number", "date", "time", "aside", "text"]
_TOTAL = frozenset(["total", "overall", "sum", "combin", "averag", "mean"])
"""stems of what a row is called that sums up the others."""
_BOLD = re.compile(r"<(?:bold|b|strong)>|\\textbf", re.IGNORECASE)
_TAGS = re.compile(r"</?[a-z]+>|\r", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One cell of the grid."""

    text: str
    bold: bool = False
    cell: Cell | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The words of the text, as `words.key`."""
        return key(self.text)

    @property
    def read(self) -> Readings:
        """What the text can mean as a quantity."""
        return readings_of(self.text)


@dataclass(frozen=True)
class Column:
    """One column: its header texts and the quantity of each entry."""

    index: int
    path: tuple[str, ...]
    kind: ColumnKind
    values: tuple[float | None, ...]
    is_label: bool = False

    @property
    def header(self) -> str:
        """The header texts in one line."""
        return " ".join(self.path)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The words of the header, as `words.key`."""
        return key(self.header)

    @property
    def ordered(self) -> bool:
        """Whether its entries have quantities that can be compared."""
        return self.kind != "text"

    @cached_property
    def years(self) -> bool:
        """Whether its numbers are years."""
        found = [value for value in self.values if value is not None]
        return self.kind == "number" and bool(found) and all(1600 <= value < 2100 and value == int(value) for value in found)


@dataclass(frozen=True, eq=False)
class Grid:
    """The entries of a table by row and column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]
    caption: str = ""
    name: str = ""
    source: Table | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @cached_property
    def everything(self) -> frozenset[int]:
        """All rows."""
        return frozenset(range(len(self.rows)))

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the entries."""
        return frozenset(word for row in self.rows for entry in row for word in entry.key)

    @cached_property
    def records(self) -> frozenset[int]:
        """The rows that stand for one thing each, not those that sum up the others; all rows where none would be left."""
        return frozenset(row for row in range(self.size) if not self._sums_up(row)) or self.everything

    def _sums_up(self, row: int) -> bool:
        return any(_TOTAL & set(entry.key) and len(entry.key) <= 3 for entry in self.rows[row][:3] if entry.read.number is None)

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """The label columns."""
        return tuple(column.index for column in self.columns if column.is_label)

    def label(self, row: int) -> str:
        """What a reader calls the row: the entries of its label columns."""
        found = [self.rows[row][column].text for column in self.labels]
        return " ".join(text for text in found if text) or f"row {row + 1}"


def _kind(reads: Sequence[Readings]) -> ColumnKind:
    """The reading that most of the entries allow."""
    present = [each for each in reads if not each.absent]
    share = Counter[str]()
    for each in present:
        share["time"] += each.seconds is not None
        share["number"] += each.number is not None
        share["date"] += each.date is not None
        share["aside"] += each.aside is not None
    kinds: tuple[ColumnKind, ...] = ("time", "number", "date", "aside")
    return next((kind for kind in kinds if present and share[kind] >= 0.6 * len(present)), "text")


def _quantity(read: Readings, kind: ColumnKind) -> float | None:
    return {"number": read.number, "date": read.date, "time": read.seconds, "aside": read.aside, "text": None}[kind]


def make_grid(
    paths: Sequence[tuple[str, ...]],
    rows: Sequence[Sequence[Entry]],
    labels: int = 1,
    caption: str = "",
    name: str = "",
    source: Table | None = None,
) -> Grid:
    """
    A grid from header paths and rows of entries.

    labels   leading columns that name their rows
    """
    columns: list[Column] = []
    for index, path in enumerate(paths):
        reads = [row[index].read for row in rows]
        kind = _kind(reads)
        columns.append(Column(index, path, kind, tuple(_quantity(read, kind) for read in reads), index < labels))
    return Grid(tuple(columns), tuple(tuple(row) for row in rows), caption, name, source)


@dataclass(frozen=True)
class _Line:
    """One row of a table on the way to a grid."""

    outer: tuple[str, ...]
    entries: dict[int, Entry]
    heads: Mapping[int, tuple[str, ...]]


def grid_of(table: Table) -> Grid:
    """The grid of a table as a document holds it: cells with their paths, label cells among them or not."""
    columns = sorted({cell.column for cell in table.cells})
    by_row: dict[int, dict[int, Cell]] = {}
    for cell in table.cells:
        by_row.setdefault(cell.row, {})[cell.column] = cell
    paths = {row: max((cell.row_path for cell in cells.values()), key=len) for row, cells in by_row.items()}
    listed = [column for column in columns if _lists_labels(column, by_row, paths, column == columns[0])]
    lines = _lines(columns, by_row, paths, listed)
    hidden = max((len(line.outer) for line in lines), default=0)
    heads = list(dict.fromkeys((column, line.heads[column]) for column in listed or columns[:0] for line in lines[:1]))
    heads += [key for key in dict.fromkeys((column, line.heads[column]) for line in lines for column in columns) if key[0] not in listed]
    rows = [
        [
            *(Entry(text) for text in (*[""] * (hidden - len(line.outer)), *line.outer)),
            *(
                line.entries.get(column, Entry("")) if column in listed or line.heads[column] == head else Entry("")
                for column, head in heads
            ),
        ]
        for line in lines
    ]
    name = table.label or f"table {table.index + 1}"
    above = [("",)] * hidden + [head for _, head in heads]
    return make_grid(above, rows, hidden + len(listed), _TAGS.sub(" ", table.caption), name, table)


def _lists_labels(column: int, by_row: Mapping[int, Mapping[int, Cell]], paths: Mapping[int, tuple[str, ...]], first: bool) -> bool:
    """Whether a column's cells are what the row paths to their right are made of, and no measured values; whole numbers may name rows."""
    own = [(row, cells[column].text) for row, cells in by_row.items() if column in cells]
    if not own or sum(text in paths[row] for row, text in own) <= 0.6 * len(own):
        return False
    measured = sum(number_of(text) is not None and ("." in text or not first) for _, text in own)
    return 2 * measured < len(own)


def _is_value(text: str) -> bool:
    return number_of(text) is not None or is_absent(text)


def _lines(
    columns: Sequence[int], by_row: Mapping[int, dict[int, Cell]], paths: Mapping[int, tuple[str, ...]], listed: Sequence[int]
) -> list[_Line]:
    """Rows of entries with the heads that hold for them; rows of heads and of groups are left out and taken into account."""
    heads = {column: _head(column, by_row) for column in columns}
    group: tuple[str, ...] = ()
    found: list[_Line] = []
    order = sorted(by_row)
    for place, row in enumerate(order):
        texts = [_plain(by_row[row][column].text) if column in by_row[row] else "" for column in columns]
        below = by_row[order[place + 1]] if place + 1 < len(order) else {}
        if _spans(texts):
            group = (next(text for text in texts if text),)
            continue
        if _repeats(texts, [" ".join(heads[column]) for column in columns]):
            group = (texts[0],) if texts[0] else ()
            continue
        corner = " ".join(heads[columns[0]])
        if _heads_below(texts, [below[column].text if column in below else "" for column in columns], corner):
            above = {column: group if found or not texts[0] else heads[column] for column in columns}
            heads = {column: (*above[column], text) if text else heads[column] for column, text in zip(columns, texts, strict=True)}
            group = ()
            continue
        texts_here = {cell.text for cell in by_row[row].values()}
        own = tuple(itertools.takewhile(lambda text: text not in texts_here, paths[row]))  # noqa: B023
        entries = {column: _entry(cell) for column, cell in by_row[row].items()}
        found.append(_Line((*(clean(text) for text in own), *group) if group else tuple(clean(text) for text in own), entries, heads))
    return found


def _head(column: int, by_row: Mapping[int, Mapping[int, Cell]]) -> tuple[str, ...]:
    path = next((cells[column].column_path for cells in by_row.values() if column in cells), ())
    return tuple(_plain(clean(text)) for text in path)


def _plain(text: str) -> str:
    return " ".join(_TAGS.sub(" ", text).split())


def _entry(cell: Cell) -> Entry:
    return Entry(_plain(cell.text), cell.bold or bool(_BOLD.search(cell.text)), cell)


def _spans(texts: Sequence[str]) -> bool:
    """Whether one text stands through the whole row, repeated: it heads the rows below."""
    filled = [text for text in texts if text]
    return len(filled) > 1 and len(filled) >= len(texts) - 1 and len(set(filled)) == 1 and not _is_value(filled[0])


def _repeats(texts: Sequence[str], head: Sequence[str]) -> bool:
    """Whether a row repeats most of the column headers, under another corner: a table stacked below the first."""
    pairs = [(text, above) for text, above in zip(texts[1:], head[1:], strict=True) if text]
    return len(pairs) > 1 and sum(text.lower() == above.lower() for text, above in pairs) > len(pairs) / 2


def _heads_below(texts: Sequence[str], below: Sequence[str], corner: str) -> bool:
    """Whether a row of words under an empty corner, or under the corner said again, heads the rows of numbers below it."""
    filled = [text for text in texts[1:] if text]
    if (texts[0] and texts[0] != corner) or len(filled) < 2 or any(number_of(text) is not None for text in filled):
        return False
    return sum(number_of(text) is not None for text in below[1:]) > 1
