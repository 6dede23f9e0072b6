"""Columns with several numbers a cell, parted into one column a number."""

from __future__ import annotations

from collections.abc import Sequence

from synth.verifier.numbers import numbers_of
from synth.verifier.operators.grid import Entry, Grid, make_grid


def parted(grid: Grid) -> Grid:
    """The grid with columns of several numbers a cell, "70.5/79.0" under "EM/F1", parted into one column a number."""
    parts = [1 if column.is_label else _numbers_a_cell([row[column.index] for row in grid.rows]) for column in grid.columns]
    if max(parts, default=1) == 1:
        return grid
    paths: list[tuple[str, ...]] = []
    rows: list[list[Entry]] = [[] for _ in grid.rows]
    for column, count in zip(grid.columns, parts, strict=True):
        paths += _part_names(column.path, count)
        for row, entries in zip(rows, grid.rows, strict=True):
            row += _part_entries(entries[column.index], count)
    return make_grid(paths, rows, len(grid.labels), grid.caption, grid.name, grid.source)


def _numbers_a_cell(entries: Sequence[Entry]) -> int:
    """How many numbers most entries hold, where that is more than one; else 1."""
    counts = [len(numbers_of(entry.text)) for entry in entries if entry.text and not entry.read.absent]
    count = max(counts, default=1)
    return count if count > 1 and sum(each == count for each in counts) >= 0.6 * len(counts) else 1


def _part_names(path: tuple[str, ...], count: int) -> list[tuple[str, ...]]:
    names = [part.strip() for part in " ".join(path).split("/")]
    if count == 1:
        return [path]
    return [(name,) for name in names] if len(names) == count else [(*path, f"part {place + 1}") for place in range(count)]


def _part_entries(entry: Entry, count: int) -> list[Entry]:
    if count == 1:
        return [entry]
    numbers = numbers_of(entry.text)
    if len(numbers) != count:
        return [Entry("")] * count
    return [Entry(f"{number.value:.{number.decimals}f}", entry.bold, entry.cell) for number in numbers]
