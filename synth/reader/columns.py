"""Words of a table → rows, chunks and columns by their places on the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from synth.model import Box
from synth.reader.assemble import union
from synth.reader.grid import is_number
from synth.reader.layout import Rule


@dataclass(eq=False)
class Word:
    """A word on a page."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    size: float
    bold: bool
    turned: bool = False
    """whether it runs upwards, as in a narrow header."""

    base: float = 0.0
    """height of its base line; 0 where unknown."""

    @property
    def middle(self) -> float:
        """Height of the centre of its small letters: fonts differ in their boxes, but stand on one base line."""
        return self.base - 0.3 * self.size if self.base else (self.y0 + self.y1) / 2


class Chunk:
    """Words that stand together in one row."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = list(words)

    @cached_property
    def box(self) -> Box:
        """Around its words."""
        return union([(word.x0, word.y0, word.x1, word.y1) for word in self.words])

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.box[0]

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.box[2]

    @property
    def centre(self) -> float:
        """Middle of its width."""
        return (self.box[0] + self.box[2]) / 2

    @cached_property
    def middle(self) -> float:
        """Height of its centre; of its largest words."""
        largest = max(word.size for word in self.words)
        heights = [word.middle for word in self.words if word.size > 0.85 * largest]
        return sum(heights) / len(heights)

    @cached_property
    def text(self) -> str:
        """Its words, joined without a blank where they touch."""
        text = self.words[0].text
        for before, word in zip(self.words, self.words[1:], strict=False):
            touch = abs(word.x0 - before.x1) < 0.12 * max(word.size, before.size) and word.y0 < before.y1 and before.y0 < word.y1
            text += word.text if touch else f" {word.text}"
        return text

    @property
    def bold(self) -> bool:
        """Whether most of its characters are bold."""
        return 2 * sum(len(word.text) for word in self.words if word.bold) > sum(len(word.text) for word in self.words)

    def parted(self, ranges: Sequence[tuple[float, float]]) -> list[Chunk]:
        """The chunk cut at the columns' edges where that sets values apart; itself otherwise."""
        first, last = overlapped(self, ranges)
        if first == last or len(self.words) < 2:
            return [self]
        parts: dict[int, list[Word]] = {}
        for word in self.words:
            centre = (word.x0 + word.x1) / 2
            column = min(range(len(ranges)), key=lambda n: max(ranges[n][0] - centre, centre - ranges[n][1], 0.0))
            parts.setdefault(column, []).append(word)
        chunks = [Chunk(words) for words in parts.values()]
        values = sum(is_number(chunk.text) for chunk in chunks)
        if len(chunks) < 2 or values < len(chunks) - 1 or (values < len(chunks) and is_number(self.text)):
            return [self]
        return chunks


def rows_of(words: Sequence[Word], size: float) -> list[list[Word]]:
    """Words in rows from top to bottom; small ones (indices, exponents) go to the row that they stand beside."""
    rows: list[list[Word]] = []
    for word in sorted((word for word in words if word.size > 0.82 * size), key=lambda word: word.middle):
        if rows and word.middle - sum(other.middle for other in rows[-1]) / len(rows[-1]) < 0.4 * size:
            rows[-1].append(word)
        else:
            rows.append([word])
    for word in (word for word in words if word.size <= 0.82 * size):
        near = min(rows, key=lambda row: abs(row[0].middle - word.middle), default=None)
        if near is not None and abs(near[0].middle - word.middle) < 0.75 * size:
            near.append(word)
        else:
            rows.append([word])
    return sorted((sorted(row, key=lambda word: word.x0) for row in rows), key=lambda row: row[0].middle)


def chunks_of(row: Sequence[Word], size: float, down: Sequence[Rule]) -> list[Chunk]:
    """Words of a row that no wide gap and no vertical rule parts."""
    found: list[list[Word]] = []
    for word in row:
        last = found[-1][-1] if found else None
        if last is None or word.x0 - last.x1 > 0.55 * size or _parted(last, word, down):
            found.append([word])
        else:
            found[-1].append(word)
    return [Chunk(words) for words in found]


def _parted(left: Word, right: Word, down: Sequence[Rule]) -> bool:
    """Whether a vertical rule stands between two words."""
    return any(left.x1 - 1 < rule.x0 < right.x0 + 1 and rule.y0 - 1 < left.middle < rule.y1 + 1 for rule in down)


def overlapped(chunk: Chunk, ranges: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """First and last column that a chunk covers in part; the nearest one where it covers none."""
    touched = [
        n
        for n, (left, right) in enumerate(ranges)
        if min(right, chunk.x1) - max(left, chunk.x0) > 0.25 * min(right - left, chunk.x1 - chunk.x0)
    ]
    if touched:
        return touched[0], touched[-1]
    nearest = min(range(len(ranges)), key=lambda n: max(ranges[n][0] - chunk.centre, chunk.centre - ranges[n][1], 0.0))
    return nearest, nearest


def column_ranges(rows: Sequence[Sequence[Chunk]], head: int) -> list[tuple[float, float]]:
    """(left, right) of every column, from the body rows' chunks without those that span several columns."""
    body = [row for row in rows[head:] if len(row) > 1]
    ranges = _separated([(n, chunk) for n, row in enumerate(body) for chunk in row])
    # A header over no body entry at all is an empty column, or one of words only.
    for row in rows[:head][-1:]:
        for chunk in row:
            if ranges and not any(left < chunk.x1 and chunk.x0 < right for left, right in ranges):
                ranges = sorted([*ranges, (chunk.x0, chunk.x1)])
    return ranges


def _separated(chunks: Sequence[tuple[int, Chunk]], depth: int = 0) -> list[tuple[float, float]]:
    """Columns of (row, chunk) pairs; where two in five rows have several chunks in one column, the single ones there span it."""
    found: list[tuple[float, float]] = []
    for left, right in _merged([(chunk.x0, chunk.x1) for _, chunk in chunks]):
        inside = [(row, chunk) for row, chunk in chunks if left <= chunk.centre <= right]
        per_row = Counter(row for row, _ in inside)
        several = [(row, chunk) for row, chunk in inside if per_row[row] > 1]
        crowded = len({row for row, _ in several})
        if depth < 6 and crowded > 0.4 * len(per_row) and len(several) < len(inside):
            found.extend(_separated(several, depth + 1))
        else:
            found.append((left, right))
    return found


def _merged(intervals: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for left, right in sorted(intervals):
        if found and left < found[-1][1] - 0.5:
            found[-1] = (found[-1][0], max(found[-1][1], right))
        else:
            found.append((left, right))
    return found
