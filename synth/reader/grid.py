"""
A grid of entries with spans → cells that know their headers; shared by PDF, Markdown and LaTeX tables.

Header rows stand above, label columns to the left; a body row with one entry alone is a group row and heads what follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from synth.model import Box, Cell

NUMBER = re.compile(
    r"^[~≈∼<>≤≥±+\-−–↑↓$(]*\s*\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?\s*[)\]]?\s*(?:%|[a-zA-Zμ]{1,3}(?:/[a-z]+)?|×|x|\^\S+)?"
    r"(?:\s*(?:±|\+/-|\+-|\(|\[|/|–|-|→|@|×|x|,|\|)\s*[\d.(±+\-−–%\s,×x/e\])KMGBTkms↑↓↗]*)*[\s†‡*⋆§%)↑↓]*$"
)
"""A value as tables print it: "79.8", "4.6G", "81.99 (+0.3)", "863 ± 98", "1,281,167"."""
MARKS = frozenset("✓✔✗✘×•●○◦")
"""Signs that say yes or no in a cell."""
BLANK = re.compile(r"^[\s\-–—−.·/]*$|^(?:n/?a|none|oom)$", re.IGNORECASE)


@dataclass
class Entry:
    """One entry of the grid, at its first row and column."""

    row: int
    column: int
    text: str
    width: int = 1
    height: int = 1
    bold: bool = False
    box: Box | None = None


def is_number(text: str) -> bool:
    """Whether a cell holds a value."""
    return bool(NUMBER.match(text))


def is_blank(text: str) -> bool:
    """Whether a cell holds nothing, or a dash for it."""
    return bool(BLANK.match(text))


def header_rows(entries: Sequence[Entry], limit: int) -> int:
    """Rows at the top without values to the right of the first column; at least one, at most `limit` and half of all."""
    count = 0
    rows = 1 + max((entry.row for entry in entries), default=0)
    for row in range(min(limit, max(1, rows // 2))):
        texts = [entry.text for entry in entries if entry.row == row and entry.column > 0]
        if row and any(is_number(text) for text in texts):
            break
        count += 1
    return max(count, 1)


def _label_columns(body: Sequence[Entry], columns: int) -> int:
    """Leading columns of which more entries are words than values; at least one where there are two columns."""
    count = 0
    for column in range(columns - 1):
        texts = [entry.text for entry in body if entry.column == column and entry.width == 1 and not is_blank(entry.text)]
        if column and (not texts or 2 * sum(is_number(text) or text in MARKS for text in texts) >= len(texts)):
            break
        count += 1
    values = [entry for entry in body if entry.column >= count and is_number(entry.text)]
    return count if values else min(1, columns - 1)


def _column_paths(head: Sequence[Entry], columns: int) -> list[tuple[str, ...]]:
    """Header texts above each column, outermost first, without repeats."""
    paths: list[tuple[str, ...]] = []
    ordered = sorted(head, key=lambda entry: entry.row)
    for column in range(columns):
        path: list[str] = []
        for entry in ordered:
            if entry.column <= column < entry.column + entry.width and entry.text and entry.text not in path[-1:]:
                path.append(entry.text)
        paths.append(tuple(path))
    return paths


def _is_group(row: Sequence[Entry], columns: int) -> bool:
    """Whether the row's only entry is words: it heads the rows below."""
    filled = [entry for entry in row if entry.text]
    return len(filled) == 1 and columns > 1 and not (is_number(filled[0].text) or is_blank(filled[0].text) or filled[0].text in MARKS)


def cells(entries: Sequence[Entry], head: int, *, group_levels: bool = True) -> tuple[Cell, ...]:
    """
    The body cells with full header paths.

    entries       non-overlapping; an entry of several rows or columns appears once
    head          number of header rows at the top
    group_levels  whether rows with one entry alone head the rows below them
    """
    columns = max((entry.column + entry.width for entry in entries), default=0)
    body = [entry for entry in entries if entry.row >= head]
    labels = _label_columns(body, columns)
    above = _column_paths([entry for entry in entries if entry.row < head], columns)
    found: list[Cell] = []
    group: tuple[str, ...] = ()
    last = max((entry.row + entry.height for entry in body), default=head)
    for row in range(head, last):
        own = sorted((entry for entry in body if entry.row == row), key=lambda entry: entry.column)
        through = [entry for entry in body if entry.row < row < entry.row + entry.height]
        if group_levels and not through and row + 1 < last and _is_group(own, columns):
            group = tuple(entry.text for entry in own if entry.text)
            continue
        around = sorted(own + through, key=lambda entry: entry.column)
        left = [entry for entry in around if entry.column < labels and entry.text]
        for entry in own:
            if not entry.text:
                continue
            path = (*group, *(label.text for label in left if label.column + label.width <= entry.column))
            found.append(
                Cell(
                    row=row,
                    column=entry.column,
                    text=entry.text,
                    row_path=path,
                    column_path=above[entry.column],
                    bold=entry.bold,
                    box=entry.box,
                )
            )
    return tuple(found)
