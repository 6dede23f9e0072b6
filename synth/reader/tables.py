"""
Tables of a PDF page from words and rules, without layout analysis: columns from the gaps between words, headers from rules.

A rule across the table parts header and body, a rule across some columns says what a header spans, and a label that stands
between rows belongs to all rows that it is the centre of.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from synth.model import Box, Cell
from synth.reader.assemble import union
from synth.reader.captions import Caption
from synth.reader.clean import plain
from synth.reader.columns import Chunk, Word, chunks_of, column_ranges, overlapped, rows_of
from synth.reader.grid import Entry, cells, header_rows, is_number
from synth.reader.layout import Page, Rule, is_bold, is_sign, shown
from synth.reader.regions import Region, find_regions, unruled


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
    words = _words(page.text_page)
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


def _words(text_page: Any) -> list[Word]:
    """Words of the page with size and weight, footnote marks taken off; a line that runs upwards is one word."""
    lines: dict[tuple[int, int], list[dict[str, Any]]] = {}
    found: list[Word] = []
    for block in text_page.extractDICT()["blocks"]:
        for number, line in enumerate(block.get("lines", ())):
            spans = line["spans"]
            if abs(line["dir"][0] - 1) < 0.02:
                lines[block["number"], number] = spans
                # MuPDF takes signs without Unicode meaning for blanks.
                found.extend(_word(span["bbox"], shown(span).strip(), span) for span in spans if is_sign(span))
            elif abs(line["dir"][0]) < 0.02 and any(span["text"].strip() for span in spans):
                found.append(_word(line["bbox"], " ".join(_turned(spans).split()), spans[0], turned=True))
    for x0, y0, x1, y1, text, block, line, _ in text_page.extractWORDS():
        spans = [span for span in lines.get((block, line), ()) if _covers(span, x0, x1)]
        if not spans:
            continue
        main = max(spans, key=lambda span: (span["size"], min(x1, span["bbox"][2]) - max(x0, span["bbox"][0])))
        word = _unmarked(plain(text), spans, main).strip()
        if word and not is_sign(main):
            found.append(_word((x0, y0, x1, y1), word, main))
    return found


def _word(box: Box, text: str, span: dict[str, Any], *, turned: bool = False) -> Word:
    base = 0.0 if turned else span["origin"][1]
    return Word(box[0], box[1], box[2], box[3], text, span["size"], is_bold(span), turned, base)


def _turned(spans: Sequence[dict[str, Any]]) -> str:
    """The text of a line that runs upwards, a smaller number behind a number shown as its exponent."""
    text = ""
    for before, span in zip([spans[0], *spans], spans, strict=False):
        power = span["size"] < 0.85 * before["size"] and text[-1:].isdigit() and span["text"].strip().isdigit()
        text += ("^" if power else "") + shown(span)
    return text


def _covers(span: dict[str, Any], x0: float, x1: float) -> bool:
    """Whether a span has text between two places of its line."""
    return bool(span["bbox"][0] < x1 - 0.1 and x0 < span["bbox"][2] - 0.1 and span["text"].strip())


def _unmarked(text: str, spans: Sequence[dict[str, Any]], main: dict[str, Any]) -> str:
    """The word with a raised footnote mark dropped and a raised exponent shown as ^."""
    raised = ""
    for span in reversed(spans):
        if not span["flags"] & 1 or span["size"] > 0.85 * main["size"]:
            break
        raised = plain(span["text"]).strip() + raised
    base = text.removesuffix(raised)
    if not raised or base in (text, ""):
        return text
    power = re.search(r"(?:^|[^\d.])10$", base) or (re.search(r"(?:^|\D)\d{1,3}$", base) and "." not in base)
    if power and re.match(r"[\d+\-−]+$", raised):
        return f"{base}^{raised}"
    return base if re.match(r"^(?:[\d,]+|[*∗⋆†‡§¶]+|[a-e])$", raised) else text


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
    head = sum(row[0].middle < edge + 1 for row in rows) if turned else _header_count(rows, region)
    ranges = column_ranges(rows, head)
    if len(ranges) < 2:
        return ()
    top = _header_entries(rows[:head], ranges, region, size)
    upright = [Chunk([word]) for word in turned]
    top += [Entry(head, overlapped(chunk, ranges)[0], chunk.text, bold=chunk.bold, box=chunk.box) for chunk in upright]
    head += bool(turned)
    body = _body_entries(rows[head - bool(turned) :], ranges, region, size, head)
    return cells(top + body, head)


def _header_count(rows: Sequence[Sequence[Chunk]], region: Region) -> int:
    """How many rows stand above the rule that parts header and body; judged by the values where no rule does."""
    inner = region.rules[1:-1]
    for number, rule in enumerate(inner):
        above = sum(row[0].middle < rule for row in rows)
        if not above:
            continue
        until = inner[number + 1] if number + 1 < len(inner) else region.rules[-1]
        following = [row for row in rows if rule < row[0].middle < until]
        # A second ruled-off row of several names without a value is a second level of the header.
        if (
            len(following) == 1
            and len(following[0]) > 2
            and not any(is_number(chunk.text) for chunk in following[0])
            and above + 1 < len(rows)
            and number + 1 < len(inner)
        ):
            return above + 1
        if above <= max(1, len(rows) // 2):
            values = [row for row in rows[1:above] if sum(is_number(chunk.text) for chunk in row[1:]) > 0.5 * len(row[1:]) > 0]
            return above if above <= 3 or not values else 1
        break
    entries = [Entry(n, k, chunk.text) for n, row in enumerate(rows) for k, chunk in enumerate(row)]
    return header_rows(entries, 4) if len(rows) > 1 else 0


def _header_entries(rows: Sequence[Sequence[Chunk]], ranges: Sequence[tuple[float, float]], region: Region, size: float) -> list[Entry]:
    """Header entries with the columns that they span; a header of several lines is one entry."""
    found: list[Entry] = []
    open_entries: dict[tuple[int, int], tuple[Entry, float]] = {}
    below = [*rows[1:], []]
    rows = [[part for chunk in row for part in _cut(chunk, below[n], ranges, region, size)] for n, row in enumerate(rows)]
    for number, row in enumerate(rows):
        for chunk, (first, last) in zip(row, _spans(row, rows[number + 1 :], ranges, region, size), strict=True):
            key = (first, last)
            above = open_entries.get(key)
            if above and not _ruled(above[1], chunk, region):
                above[0].text = (
                    f"{above[0].text[:-1]}{chunk.text}" if re.search(r"[a-z]-$", above[0].text) else f"{above[0].text} {chunk.text}"
                )
                open_entries[key] = (above[0], chunk.middle)
                continue
            entry = Entry(number, first, chunk.text, width=last - first + 1, bold=chunk.bold, box=chunk.box)
            found.append(entry)
            open_entries[key] = (entry, chunk.middle)
    return found


def _ruled(upper: float, chunk: Chunk, region: Region) -> bool:
    """Whether a rule runs between the height of a header line and the chunk below it."""
    return any(upper < y < chunk.middle for y in region.rules) or any(
        upper < rule.y0 < chunk.middle and rule.x0 < chunk.x1 and chunk.x0 < rule.x1 for rule in region.partial
    )


def _underlined(chunk: Chunk, region: Region, size: float) -> list[Rule]:
    """The rules across some columns directly below a header."""
    return [rule for rule in region.partial if 0 < rule.y0 - chunk.middle < 2.2 * size and rule.x0 - 3 < chunk.centre < rule.x1 + 3]


def _cut(chunk: Chunk, below: Sequence[Chunk], ranges: Sequence[tuple[float, float]], region: Region, size: float) -> list[Chunk]:
    """Neighbouring headers that stand close together, cut where the gap falls between two columns; `below` is the next row."""
    first, last = overlapped(chunk, ranges)
    if first == last or _underlined(chunk, region, size):
        return [chunk]
    if not below and len(chunk.words) == last - first + 1:
        return [Chunk([word]) for word in chunk.words]
    for at in range(1, len(chunk.words)):
        # Two headers of two lines each: both halves stand centred over what is below them.
        halves = [Chunk(chunk.words[:at]), Chunk(chunk.words[at:])]
        if all(any(abs(half.centre - piece.centre) < 0.04 * size for piece in below) for half in halves):
            return halves
    usual = min(after.x0 - before.x1 for before, after in pairwise(chunk.words)) if len(chunk.words) > 2 else 0.3 * size
    parts: list[list[Word]] = [[chunk.words[0]]]
    for before, word in pairwise(chunk.words):
        gap, middle = word.x0 - before.x1, (word.x0 + before.x1) / 2
        between = not any(left + 0.2 * size < middle < right - 0.2 * size for left, right in ranges)
        if between and gap > max(1.35 * usual, 0.38 * size):
            parts.append([word])
        else:
            parts[-1].append(word)
    return [Chunk(words) for words in parts]


def _spans(
    row: Sequence[Chunk], below: Sequence[Sequence[Chunk]], ranges: Sequence[tuple[float, float]], region: Region, size: float
) -> list[tuple[int, int]]:
    """First and last column of each header chunk of a row: by the rule below it, else by what it is the centre of."""
    own = [overlapped(chunk, ranges) for chunk in row]
    found: list[list[tuple[int, int]]] = []
    for number, chunk in enumerate(row):
        first, last = own[number]
        ruled = _underlined(chunk, region, size)
        if ruled:
            under = [n for n, (left, right) in enumerate(ranges) if ruled[0].x0 - 2 < (left + right) / 2 < ruled[0].x1 + 2]
            found.append([(min([*under, first]), max([*under, last]))])
            continue
        lowest = own[number - 1][1] + 1 if number else 0
        highest = own[number + 1][0] - 1 if number + 1 < len(row) else len(ranges) - 1
        leaves = next((other for other in below if any(_over(chunk, piece) for piece in other)), [])
        headed = {column for piece in leaves for column in range(overlapped(piece, ranges)[0], overlapped(piece, ranges)[1] + 1)}
        while lowest < first and not set(range(lowest, first)) <= headed:
            lowest += 1
        while highest > last and not set(range(last + 1, highest + 1)) <= headed:
            highest -= 1
        found.append(_centred(chunk, (first, last), (min(lowest, first), max(highest, last)), ranges, size))
    return _agreed(found)


def _over(chunk: Chunk, piece: Chunk) -> bool:
    return chunk.x0 < piece.x1 and piece.x0 < chunk.x1


def _centred(
    chunk: Chunk, own: tuple[int, int], limits: tuple[int, int], ranges: Sequence[tuple[float, float]], size: float
) -> list[tuple[int, int]]:
    """
    The columns around a header whose common centre it stands at, the likeliest last.

    A header over one column keeps to it unless it is clearly off its centre; one over several takes the widest range
    that it is the centre of.
    """
    options = []
    for first in range(limits[0], own[0] + 1):
        for last in range(own[1], limits[1] + 1):
            error = abs((ranges[first][0] + ranges[last][1]) / 2 - chunk.centre)
            options.append((last - first, -error, (first, last)))
    own_error = abs((ranges[own[0]][0] + ranges[own[1]][1]) / 2 - chunk.centre)
    least = min(-error for _, error, _ in options)
    if own[0] == own[1] and own_error < least + 0.8 * size:
        return [own]
    return [span for _, error, span in sorted(options) if -error < least + 0.7 * size]


def _agreed(options: Sequence[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """One span for each header: of equal width where the headers over several columns can all have it, else the widest."""
    open_options = [spans for spans in options if len(spans) > 1]
    widths = [{last - first for first, last in spans} for spans in options if spans[-1][0] < spans[-1][1]]
    common = set.intersection(*widths) if len(widths) > 1 and open_options else set()
    wanted = max(common, default=-1)
    return [next((span for span in reversed(spans) if span[1] - span[0] == wanted), spans[-1]) for spans in options]


def _body_entries(
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


Placed = list[tuple[Chunk, int, int]]
"""chunks of a row with first column and width."""


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
        shared = _shared_labels(full, near, size)
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


def _shared_labels(full: Sequence[Placed], near: Sequence[Placed], size: float) -> dict[int, tuple[Chunk, int]]:
    """For the first row of each group the label and the number of rows that share it."""
    lines = sorted([row[0][0] for row in full if row[0][1] == 0] + [row[0][0] for row in near], key=lambda chunk: chunk.middle)
    aligned = {id(row[0][0]) for row in full if row[0][1] == 0}
    heights = [row[-1][0].middle for row in full]
    alone = _clustered(lines, aligned, size, mixed=False)
    mixed = _clustered(lines, aligned, size, mixed=True)
    centred = [(*_centred_counts(heights, some, size), some) for some in (alone, mixed)]
    possible = [option for option in centred if option[1]]
    _, counts, labels = min(possible, key=lambda option: option[0]) if possible else (0.0, _filled_counts(full, alone), alone)
    found: dict[int, tuple[Chunk, int]] = {}
    start = 0
    for label, count in zip(labels, counts, strict=True):
        if count:
            found[id(full[start])] = (label, count)
        start += count
    return found


def _clustered(lines: Sequence[Chunk], aligned: set[int], size: float, *, mixed: bool) -> list[Chunk]:
    """Lines of labels directly below one another joined: those that stand in no row, with `mixed` also to one that does."""
    found: list[Chunk] = []
    last: Chunk | None = None
    for chunk in lines:
        in_rows = (id(chunk) in aligned) + (id(last) in aligned)
        if last is not None and chunk.box[1] - last.box[3] < 0.45 * size and in_rows <= mixed:
            found[-1] = Chunk([*found[-1].words, *chunk.words])
        else:
            found.append(chunk)
        last = chunk
    return found


def _centred_counts(heights: Sequence[float], labels: Sequence[Chunk], size: float) -> tuple[float, list[int]]:
    """Mean distance of the labels from the centres of their rows, and how many rows each has; no counts if that fails."""
    counts: list[int] = []
    total, start = 0.0, 0
    for label in labels:
        errors = [(abs((heights[start] + heights[end]) / 2 - label.middle), end) for end in range(start, len(heights))]
        if len(labels) > 1 and (not errors or min(errors)[0] > 0.6 * size):
            return 0.0, []
        error, end = min(errors) if len(labels) > 1 else (0.0, len(heights) - 1)
        total += error
        counts.append(end - start + 1)
        start += counts[-1]
    return (total / len(labels), counts) if labels and start == len(heights) else (0.0, [])


def _filled_counts(full: Sequence[Placed], labels: Sequence[Chunk]) -> list[int]:
    """How many rows each label heads if it stands in or before its first row; rows above the first label go to it."""
    starts = [next((n for n, row in enumerate(full) if row[-1][0].middle > label.middle - 3), len(full)) for label in labels]
    if starts:
        starts[0] = 0
    ends = [*starts[1:], len(full)]
    return [max(end - start, 0) for start, end in zip(starts, ends, strict=True)]
