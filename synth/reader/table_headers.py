"""
Headers of a table on a PDF page: how many rows they take, and which columns each of them spans.

A rule across the table parts header and body, a rule across some columns says what the header above it spans; where nothing
is ruled, a header spans the columns that it stands at the centre of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from synth.reader.columns import Chunk, Word, overlapped
from synth.reader.grid import Entry, header_rows, is_number
from synth.reader.layout import Rule
from synth.reader.regions import Region


def header_count(rows: Sequence[Sequence[Chunk]], region: Region) -> int:
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


def header_entries(rows: Sequence[Sequence[Chunk]], ranges: Sequence[tuple[float, float]], region: Region, size: float) -> list[Entry]:
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
