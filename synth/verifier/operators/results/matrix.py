"""
A table of results as two sets of lines of numbers, its rows and its columns, and which way each measure is good.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Literal

from synth.verifier.operators.grid import Column, Entry, Grid
from synth.verifier.operators.lexicon import stems
from synth.verifier.operators.results.parting import parted
from synth.verifier.operators.words import key, letters_in, weight

Axis = Literal["row", "column"]
_TICKS, _CROSSES = frozenset("✓✔√"), frozenset("✗✘×")
"""marks of what a row has and has not: a tick stands for the header above it."""
_LESS_IS_BETTER = re.compile(r"↓|(?:lower|smaller) (?:is|the) better|less is better", re.IGNORECASE)
_GLOSSES = (
    re.compile(
        r"(?P<short>[\w+−-]{1,12})[”\"'’)]?\s+(?:indicates?|denotes?|stands? for|is short for|refers? to|represents?|means)\s+"
        r"(?P<long>[^.,;:()]{3,60})"
    ),
    re.compile(r"(?P<short>[A-Z][\w-]{0,7}) \((?P<long>[a-z][^()]{4,40})\)"),
)
_ASIDE = re.compile(r"\([^()]*\)")
_OWN = frozenset(["our", "propos"])
SHORTENED, ABBREVIATED = 3, 5
"""letters of the shortest and the longest word of a label that may be the beginning of a longer one."""
MISSPELLED, LIKE = 8, 0.9
"""letters and likeness of two words from which one is a misspelling of the other."""
_RANKS = frozenset(["ranking", "position", "pos", "plac", "finish"])
"""words for a place in a league, which no measure of a system is."""


@dataclass(frozen=True)
class Line:
    """A row or a column of numbers with its label."""

    axis: Axis
    index: int
    label: str
    keys: tuple[str, ...]
    values: tuple[float | None, ...]
    """by the lines of the other axis."""
    core: float
    """weight of the words that name it, without attributes that only some tables put beside the name."""

    @cached_property
    def measures(self) -> frozenset[str]:
        """The words of the label that name a measure."""
        return frozenset(self.keys) & stems("measures")

    @cached_property
    def setting(self) -> tuple[str, ...]:
        """The words of a label that gives something a number, "(A4) Window size (ws) = 10", without asides; empty for other labels."""
        words = key(_ASIDE.sub(" ", self.label))
        spelled = [word for word in words if not word[0].isdigit()]
        return words if len(spelled) < len(words) and all(len(word) > 1 for word in spelled) else ()

    @cached_property
    def only_measures(self) -> bool:
        """Whether the label is the name of a measure and nothing else."""
        return bool(self.measures) and all(word in self.measures or word[0].isdigit() or len(word) == 1 for word in self.keys)


def has_part(label: str, part: str) -> bool:
    """Whether a label has a part as a word of its own, capitals included."""
    return bool(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", label))


def _shortens(label: str, word: str) -> bool:
    """Whether a label is the beginning of a word, or its beginning and further letters of it: "attn" of "attention"."""
    if len(label) > ABBREVIATED or len(word) < len(label) + 2 or label in stems("generic"):
        return False
    return word.startswith(label) or (len(label) > SHORTENED and word.startswith(label[:SHORTENED]) and letters_in(label, word))


def _misspells(label: str, word: str) -> bool:
    return min(len(label), len(word)) >= MISSPELLED and label[0] == word[0] and SequenceMatcher(None, label, word).ratio() >= LIKE


def _lengthens(label: str, word: str) -> bool:
    return len(word) > ABBREVIATED and len(label) <= len(word) + 2 and label.startswith(word)


def other(axis: Axis) -> Axis:
    """The axis across."""
    return "column" if axis == "row" else "row"


class Matrix:
    """The rows and columns of numbers of a grid."""

    def __init__(self, grid: Grid) -> None:
        self.grid = parted(grid)
        self.places = _numeric(self.grid)
        self.lines: dict[Axis, tuple[Line, ...]] = {"row": self._rows(), "column": self._columns()}
        self.caption = key(self.grid.caption)
        self.corner = frozenset(key(" ".join(self.grid.columns[place].header for place in self.grid.labels)))

    def _rows(self) -> tuple[Line, ...]:
        named = [column for column in self.grid.columns if column.index not in self.places and not self._is_constant(column)]
        found = []
        for index, row in enumerate(self.grid.rows):
            parts = (column.header if row[column.index].text in _TICKS else row[column.index].text for column in named)
            label = " ".join(part for part in parts if part and part not in _CROSSES)
            core = sum(weight(word) for place in self.grid.labels for word in row[place].key)
            values = tuple(row[place].read.number for place in self.places)
            found.append(Line("row", index, label, key(label), values, core or sum(map(weight, key(label)))))
        return tuple(found)

    def _is_constant(self, column: Column) -> bool:
        """Whether a column says the same of every row, and so names none."""
        texts = {row[column.index].text for row in self.grid.rows}
        return len(texts) == 1 < len(self.grid.rows)

    def _columns(self) -> tuple[Line, ...]:
        found = []
        for index, place in enumerate(self.places):
            column = self.grid.columns[place]
            values = tuple(row[place].read.number for row in self.grid.rows)
            found.append(Line("column", index, column.header, column.key, values, sum(map(weight, column.key))))
        return tuple(found)

    def path(self, column: int) -> tuple[str, ...]:
        """The header texts above a column of numbers, from the outermost to its own."""
        return self.grid.columns[self.places[column]].path

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of labels and caption."""
        return self._in_labels | frozenset(self.caption) | frozenset(self._constant) | self.corner

    @cached_property
    def shared(self) -> frozenset[str]:
        """Words that all lines of an axis have: what the whole table is about."""
        sets = [[frozenset(line.keys) for line in lines] for lines in self.lines.values() if lines]
        return frozenset(self._constant).union(*(frozenset.intersection(*each) for each in sets))

    @cached_property
    def _constant(self) -> tuple[str, ...]:
        first = self.grid.rows[0] if self.grid.rows else ()
        return tuple(word for column in self.grid.columns if self._is_constant(column) for word in first[column.index].key)

    @cached_property
    def _in_labels(self) -> frozenset[str]:
        return frozenset(word for lines in self.lines.values() for line in lines for word in line.keys)

    @cached_property
    def _long_enough(self) -> tuple[str, ...]:
        """Words of labels that may be shortened forms of what a claim says, or longer ones."""
        return tuple(sorted(word for word in self._in_labels if len(word) >= SHORTENED and word.isalpha() and weight(word) == 1))

    def called(self, word: str) -> str:
        """The label's word for a word of a claim: itself, or the only one that shortens or lengthens it, "syn" for "syntactic"."""
        if word in self._in_labels or not word.isalpha() or weight(word) < 1:
            return word
        found = [each for each in self._long_enough if _shortens(each, word) or _lengthens(each, word) or _misspells(each, word)]
        return found[0] if len(found) == 1 else word

    @cached_property
    def glosses(self) -> dict[str, tuple[str, ...]]:
        """What the caption says that parts of labels stand for, by the part as printed: "r indicates a redundancy removal step"."""
        found = (match for pattern in _GLOSSES for match in pattern.finditer(self.grid.caption))
        pairs = ((match["short"], key(match["long"])) for match in found)
        labels = [line.label for lines in self.lines.values() for line in lines]
        telling = ((short, tuple(w for w in long if weight(w) == 1 and w not in stems("generic"))) for short, long in pairs)
        return {short: long for short, long in telling if long and any(has_part(label, short) for label in labels)}

    def glossed(self, label: str) -> tuple[tuple[str, ...], ...]:
        """The words that the parts of a label stand for."""
        return tuple(long for short, long in self.glosses.items() if has_part(label, short))

    @cached_property
    def short_forms(self) -> frozenset[str]:
        """Words of labels that may be initials."""
        return frozenset(
            word for lines in self.lines.values() for line in lines for word in line.keys if word.isalpha() and 2 <= len(word) <= 4
        )

    def names_measures(self, axis: Axis) -> float:
        """Share of the lines of an axis that name a measure."""
        lines = self.lines[axis]
        return sum(bool(line.measures) for line in lines) / max(1, len(lines))

    def several_measures(self, axis: Axis) -> bool:
        """Whether the lines of an axis are of different measures."""
        return len({line.measures for line in self.lines[axis]}) > 1

    @cached_property
    def compared(self) -> Axis | None:
        """The axis of the things compared, where the table tells: one that has "ours", or along which bold print marks extremes."""
        own: list[Axis] = [axis for axis, lines in self.lines.items() if any(_OWN & set(line.keys) for line in lines)]
        if len(own) == 1:
            return own[0]
        marked = {axis: sum(self._marked_low(line) is not None for line in self.lines[other(axis)]) for axis in self.lines}
        if marked["row"] == marked["column"]:
            return None
        return "row" if marked["row"] > marked["column"] else "column"

    def low_is_good(self, line: Line, across: Line) -> bool:
        """
        Whether less is better where two lines meet.

        1. What bold print marks, if it marks an end of the line across.  2. Arrows and words in either label.
        3. What the caption says a label stands for.  4. What the caption says of the table.
        """
        bold = self._marked_low(across)
        if bold is not None:
            return bold
        words = frozenset(line.keys) | frozenset(across.keys)
        if any(_LESS_IS_BETTER.search(each.label) for each in (line, across)):
            return True
        if "↑" in line.label + across.label:
            return False
        if _low() & words or self._explained_low(line.label) or self._explained_low(across.label):
            return True
        if _high() & words:
            return False
        return bool(_LESS_IS_BETTER.search(self.grid.caption)) or (bool(_low() & set(self.caption)) and not _high() & set(self.caption))

    @lru_cache(maxsize=4_096)  # noqa: B019
    def _marked_low(self, line: Line) -> bool | None:
        """Whether bold print marks the least of a line's numbers; None where it marks neither end or too many."""
        entries = [row[self.places[line.index]] for row in self.grid.rows] if line.axis == "column" else self._entries(line)
        values = [entry.read.number for entry in entries if entry.read.number is not None]
        bold = [entry.read.number for entry in entries if entry.bold and entry.read.number is not None]
        if not bold or len(values) < 3 or 3 * len(bold) > len(values):
            return None
        low = sum(value == min(values) for value in bold) - sum(value == max(values) for value in bold)
        return None if low == 0 else low > 0

    def _entries(self, line: Line) -> list[Entry]:
        return [self.grid.rows[line.index][place] for place in self.places]

    @lru_cache(maxsize=4_096)  # noqa: B019
    def _explained_low(self, label: str) -> bool:
        """Whether the caption explains a label as something of which less is better, "Train: time in seconds"."""
        for word in label.replace("(", " ").split():
            mark = rf"(?<!\w){re.escape(word)}[”\"']?\s*(?::|=|is|denotes|stands for|means)\s*([^.;:]{{3,60}})"
            found = re.search(mark, self.grid.caption)
            if found and _low() & set(key(found.group(1))[:4]):
                return True
        return False


@lru_cache(maxsize=1)
def _low() -> frozenset[str]:
    return stems("lower_is_better") - _RANKS


@lru_cache(maxsize=1)
def _high() -> frozenset[str]:
    return stems("higher_is_better")


def _numeric(grid: Grid) -> tuple[int, ...]:
    """The columns that hold measured values."""
    found = []
    for column in grid.columns:
        reads = [row[column.index].read for row in grid.rows if row[column.index].text]
        numbers = sum(read.number is not None for read in reads)
        present = sum(not read.absent for read in reads)
        if not column.is_label and numbers and numbers >= 0.4 * present and (numbers > 1 or numbers == present):
            found.append(column.index)
    return tuple(found)


@lru_cache(maxsize=1_024)
def matrix_of(grid: Grid) -> Matrix:
    """The matrix of a grid, made once."""
    return Matrix(grid)
