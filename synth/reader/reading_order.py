"""
Lines of a page in the order in which they are read.

Columns are found by the gutter that most lines respect, and lines that cross it cut the page into bands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synth.reader.layout import Line, Page


def find_gutter(page: Page) -> float | None:
    """x of the gap between two columns of text; None where most lines run across the middle or few lines are there."""
    width = page.width
    long = [line for line in page.lines if line.x1 - line.x0 > 0.17 * width and len(line.text) > 18]
    left = [line for line in long if line.x1 < 0.56 * width and line.x0 < 0.4 * width]
    right = [line for line in long if line.x0 > 0.44 * width]
    across = [line for line in long if line.x0 < 0.42 * width and line.x1 > 0.58 * width]
    if len(left) < 4 or len(right) < 4 or len(left) + len(right) < 1.2 * len(across):
        return None
    edge = sorted(line.x1 for line in left)[int(0.9 * (len(left) - 1))]
    start = sorted(line.x0 for line in right)[int(0.1 * (len(right) - 1))]
    return (edge + start) / 2 if start > edge - 4 else None


def ordered(lines: Iterable[Line], page: Page) -> list[Line]:
    """The lines in reading order: bands from top to bottom, in each the left column before the right one."""
    gutter = page.gutter
    rows = sorted(lines, key=lambda line: (line.middle, line.x0))
    if gutter is None:
        return _by_rows(rows)
    for line in rows:
        line.column = -1 if line.x0 < gutter - 6 and line.x1 > gutter + 6 else int((line.x0 + line.x1) / 2 > gutter)
    found: list[Line] = []
    band: list[Line] = []
    for line in rows:
        if line.column == -1:
            found.extend(_columns(band))
            found.append(line)
            band = []
        else:
            band.append(line)
    return found + _columns(band)


def _columns(band: Sequence[Line]) -> list[Line]:
    return _by_rows([line for line in band if line.column == 0]) + _by_rows([line for line in band if line.column == 1])


def _by_rows(lines: Sequence[Line]) -> list[Line]:
    """Lines sorted by height, those at the same height from left to right."""
    found: list[Line] = []
    row: list[Line] = []
    for line in lines:
        if row and line.middle - row[0].middle > 0.45 * max(row[0].size, 1):
            found.extend(sorted(row, key=lambda item: item.x0))
            row = []
        row.append(line)
    return found + sorted(row, key=lambda item: item.x0)
