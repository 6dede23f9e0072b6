"""Body of a table on a PDF page: chunks of words → entries of the grid, wrapped labels joined, shared labels and entries spread."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from statistics import median

from synth.reader.columns import Chunk, overlapped
from synth.reader.grid import Entry
from synth.reader.regions import Region
from synth.reader.row_labels import Placed, shared_labels


def body_entries(
    rows: Sequence[Sequence[Chunk]], ranges: Sequence[tuple[float, float]], region: Region, size: float, head: int
) -> list[Entry]:
    """Body entries, section by section between the rules."""
    found: list[Entry] = []
    edges = [y for y in region.rules if rows and y > rows[0][0].middle] or [region.box[3]]
    start = 0
    number = head
    for edge in edges:
        section = [row for row in rows[start:] if row[0].middle < edge]
        start += len(section)
        placed = [(row, _placed(row, ranges)) for row in section]
        entries, number = _section(placed, number, size)
        found.extend(entries)
    return found


def _placed(row: Sequence[Chunk], ranges: Sequence[tuple[float, float]]) -> Placed:
    """Chunks with their columns; chunks in one column are joined."""
    found: Placed = []
    for chunk in row:
        for part in chunk.parted(ranges):
            first, last = overlapped(part, ranges)
            if found and found[-1][1] + found[-1][2] - 1 >= first:
                before, column, width = found[-1]
                found[-1] = (Chunk([*before.words, *part.words]), column, max(width, last - column + 1))
            else:
                found.append((part, first, last - first + 1))
    return found


def _section(rows: Sequence[tuple[Sequence[Chunk], Placed]], number: int, size: float) -> tuple[list[Entry], int]:
    """Entries of the rows between two rules, and the number of the next row."""
    placed, tall = _levelled([entry for _, entry in rows], size)
    full = [row for row in placed if len(row) > 1 or row[0][1] > 0]
    lone = [row for row in placed if row not in full]
    pitches = [abs(b[0][0].middle - a[0][0].middle) for a, b in itertools.pairwise(full)]
    pitch = median(pitches) if pitches else 1.3 * size
    unlabelled = [row for row in full if row[0][1] > 0]
    near = [row for row in lone if any(abs(row[0][0].middle - other[0][0].middle) < 0.8 * pitch for other in full)]
    if unlabelled and len(unlabelled) < len(full) + len(near) and (near or len(unlabelled) < len(full)):
        shared = shared_labels(full, near, size)
        rest = [row for row in placed if row in full or row not in near]
    else:
        shared = {}
        rest = _unwrapped(placed, near)
    entries: list[Entry] = []
    for row in rest:
        owners = shared.get(id(row))
        if owners is not None:
            label, count = owners
            entries.append(Entry(number, 0, label.text, height=count, bold=label.bold, box=label.box))
        for chunk, column, width in row:
            if shared and column == 0 and row in full:
                continue
            height = 2 if id(chunk) in tall else 1
            entries.append(Entry(number, column, chunk.text, width=width, height=height, bold=chunk.bold, box=chunk.box))
        number += 1
    return entries, number


def _levelled(rows: Sequence[Placed], size: float) -> tuple[list[Placed], set[int]]:
    """
    Rows without those that stand between two others, and the ids of the chunks that came from them.

    An entry that two rows share stands between them; it goes to the upper one. What such a row has in the first column
    stays as a row of its own, a line of a label.
    """
    found: list[Placed] = []
    tall: set[int] = set()
    for number, row in enumerate(rows):
        above, below = rows[number - 1] if number else [], rows[number + 1] if number + 1 < len(rows) else []
        between = (
            (len(row) > 1 or row[0][1] > 0)
            and len(row) < 0.6 * min(len(above), len(below))
            and below[-1][0].middle - above[-1][0].middle < 2.4 * size
        )
        taken = {column for _, column, _ in [*above, *below]}
        if not between or any(column and column in taken for _, column, _ in row) or not found:
            found.append(list(row))
            continue
        for entry in row:
            if entry[1]:
                found[-1] = sorted([*found[-1], entry], key=lambda known: known[1])
                tall.add(id(entry[0]))
        found.extend([[entry] for entry in row if not entry[1]])
    return found, tall


def _unwrapped(rows: Sequence[Placed], near: Sequence[Placed]) -> list[Placed]:
    """Rows with the further lines of a wrapped label joined to the row that they stand beside."""
    found: list[Placed] = []
    for row in rows:
        before = found[-1] if found else None
        if row in near and before is not None and (before[0][1] == 0) and len(before) > 1:
            (chunk, column, width), *others = before
            found[-1] = [(Chunk([*chunk.words, *row[0][0].words]), column, width), *others]
        else:
            found.append(row)
    return found
