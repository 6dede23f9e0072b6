"""
Tables of a PDF page from words and rules, without layout analysis: columns from the gaps between words, headers from rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from synth.model import Box, Cell
from synth.reader.assemble import union
from synth.reader.captions import Caption
from synth.reader.columns import Chunk, Word, chunks_of, column_ranges, overlapped, rows_of
from synth.reader.grid import Entry, cells
from synth.reader.layout import Page
from synth.reader.regions import Region, find_regions, unruled
from synth.reader.table_body import body_entries
from synth.reader.table_headers import header_count, header_entries
from synth.reader.table_words import words_of


@dataclass
class PageTable:
    """A table found on a page."""

    caption: Caption
    cells: tuple[Cell, ...]
    page: int
    box: Box


def page_tables(sheet: Any, page: Page, captions: Sequence[Caption], body_size: float) -> list[PageTable]:
    """The tables of a page that has table captions; `sheet` is the PyMuPDF page."""
    found: list[PageTable] = []
    regions = find_regions(page, captions)
    if not regions:
        return found
    words = words_of(page.text_page)
    for region in regions:
        _raise(region, [word for word in words if word.turned])
        inside = [word for word in words if _within(word, region.box)]
        table = read_table(inside, region, page)
        if table:
            found.append(PageTable(region.caption, table, page.number, union([region.box])))
    for caption in captions:
        if caption.kind == "Table" and not any(table.caption is caption for table in found):
            for region in unruled(page, caption, [union([table.box]) for table in found], captions):
                table = read_table([word for word in words if _within(word, region.box)], region, page)
                found.extend([PageTable(caption, table, page.number, union([region.box]))] if table else [])
    return found


def _raise(region: Region, turned: Sequence[Word]) -> None:
    """Take upright headers that stand on the first rule of a table into its region."""
    left, top, right, bottom = region.box
    on_top = [word for word in turned if left < (word.x0 + word.x1) / 2 < right and -1 < top - word.y1 < 10]
    if len(on_top) > 1:
        region.box = (left, min(word.y0 for word in on_top) - 1, right, bottom)
        region.rules.insert(0, region.box[1])


def _within(word: Word, box: Box) -> bool:
    return box[0] < (word.x0 + word.x1) / 2 < box[2] and box[1] < word.middle < box[3]


def read_table(words: Sequence[Word], region: Region, page: Page) -> tuple[Cell, ...]:
    """The body cells of the table that the words in a region form; empty if they form none."""
    if len(words) < 4:
        return ()
    size = median(word.size for word in words)
    turned = [word for word in words if word.turned]
    words = [word for word in words if not word.turned]
    down = [rule for rule in page.down if region.box[0] < rule.x0 < region.box[2] and rule.y0 < region.box[3] and region.box[1] < rule.y1]
    rows = [chunks_of(row, size, down) for row in rows_of(words, size)]
    edge = max((word.y1 for word in turned), default=0.0)
    head = sum(row[0].middle < edge + 1 for row in rows) if turned else header_count(rows, region)
    ranges = column_ranges(rows, head)
    if len(ranges) < 2:
        return ()
    top = header_entries(rows[:head], ranges, region, size)
    upright = [Chunk([word]) for word in turned]
    top += [Entry(head, overlapped(chunk, ranges)[0], chunk.text, bold=chunk.bold, box=chunk.box) for chunk in upright]
    head += bool(turned)
    body = body_entries(rows[head - bool(turned) :], ranges, region, size, head)
    return cells(top + body, head)
