"""
What a statement names of a table: entries, headers and numbers, found by the words that they share.

A mention is a run of words; where several columns hold the run, each stays as a reading of its own and the programs decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from synth.verifier.operators.grid import Column, Grid
from synth.verifier.operators.lexicon import stem, table, words
from synth.verifier.operators.values import MONTHS, date_of
from synth.verifier.operators.words import Token, key, number_key, runs, tokens_of, weight

Span = tuple[int, int]
"""first token and the one behind the last."""
LEAST = 0.34
"""share of an entry's words from which a run of them names it."""
LIKE = 0.84
"""likeness of two long words from which one is a misspelling of the other."""
LONG = 5
"""letters of a long word."""
WHOLE = 0.999
MOST_ROWS = 0.7
"""share of the rows above which a part of an entry names nothing."""
YEAR = 372
"""a year in the units of dates, see values.py."""


@dataclass(frozen=True)
class CellMention:
    """A run of words that entries of one column hold."""

    span: Span
    column: int
    rows: frozenset[int]
    score: float
    """share of the entry's words that the statement has, 1 for the whole entry."""


@dataclass(frozen=True)
class HeaderMention:
    """A run of words that a column's header holds."""

    span: Span
    column: int
    score: float


@dataclass(frozen=True)
class NumberMention:
    """A number of the statement."""

    place: int
    value: float
    decimals: int
    ordinal: bool = False


@dataclass(frozen=True)
class Day:
    """A date that is written out in the statement."""

    span: Span
    value: float
    """as `values.date_of`."""
    with_year: bool


class Statement:
    """A statement read against one grid."""

    def __init__(self, text: str, grid: Grid) -> None:
        self.text = text
        self.grid = grid
        self.tokens: tuple[Token, ...] = tokens_of(text)
        self.keys = _spelled(tuple(number_key(token) for token in self.tokens), grid)

    @cached_property
    def plain(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The keys that are words or numbers, and their places."""
        places = tuple(place for place, word in enumerate(self.keys) if weight(word) > 0)
        return tuple(self.keys[place] for place in places), places

    @cached_property
    def readings(self) -> tuple[tuple[CellMention, ...], ...]:
        """Mentions of entries by span, in order; the members of one group are readings of the same words."""
        found: dict[Span, list[CellMention]] = {}
        for column in self.grid.columns:
            for mention in (*_cells_of(self, column), *_dates_of(self, column)):
                found.setdefault(mention.span, []).append(mention)
        return tuple(tuple(sorted(found[each], key=lambda mention: -mention.score)) for each in sorted(_apart(found, self.keys)))

    @cached_property
    def titled(self) -> frozenset[int]:
        """Places of words that the caption has too, in runs of two or more or as a year: they say which table is meant."""
        said, places = self.plain
        found: set[int] = set()
        for _, start, length in runs(key(self.grid.caption), said):
            run = said[start : start + length]
            if sum(weight(word) == 1 for word in run) > 1 or is_year(run[0]):
                found.update(range(places[start], places[start + length - 1] + 1))
        return frozenset(found)

    @cached_property
    def headers(self) -> tuple[HeaderMention, ...]:
        """Mentions of headers, the best for each run of words."""
        found: dict[Span, list[HeaderMention]] = {}
        for column in self.grid.columns:
            for mention in _headers_of(self, column):
                found.setdefault(mention.span, []).append(mention)
        best = {each: max(mention.score for mention in mentions) for each, mentions in found.items()}
        chosen = sorted(_apart(found, self.keys))
        return tuple(mention for each in chosen for mention in found[each] if mention.score >= best[each] - 0.01)

    @cached_property
    def numbers(self) -> tuple[NumberMention, ...]:
        """The numbers that stand outside of mentions of entries."""
        taken = {place for group in self.readings for place in range(*group[0].span)}
        return tuple(
            NumberMention(place, token.value, len(token.text.partition(".")[2]), token.ordinal)
            for place, token in enumerate(self.tokens)
            if token.value is not None and place not in taken
        )

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The dates that are written out with a day and a month."""
        found: list[Day] = []
        for start in range(len(self.tokens)):
            if found and found[-1].span[1] > start:
                continue
            parts = (self.tokens[start : start + length] for length in (4, 3, 2))
            day = next((value for part in parts if (value := _day(part, start))), None)
            found += [day] if day else []
        return tuple(found)

    @cached_property
    def _long_entries(self) -> frozenset[int]:
        spans = (group[0].span for group in self.readings)
        return frozenset(place for start, stop in spans if stop - start > 1 for place in range(start, stop))

    def has(self, name: str) -> bool:
        """Whether a word of a list of the lexicon stands in the statement outside of longer entries."""
        return bool(self.cues(name))

    def cues(self, name: str) -> tuple[int, ...]:
        """Places of the words of a list."""
        wanted = words(name)
        return tuple(place for place, token in enumerate(self.tokens) if token.text in wanted and place not in self._long_entries)


def is_year(word: str) -> bool:
    """Whether a number is likely a year."""
    return len(word) == 4 and word.isdigit() and 1600 <= int(word) < 2100


def _day(part: Sequence[Token], start: int) -> Day | None:
    """The date that tokens are, all of them; the last one is no comma."""
    months = [token.text[:3] in MONTHS and token.value is None for token in part]
    others = all(month or token.value is not None or token.text in (",", "of") for month, token in zip(months, part, strict=True))
    if not others or sum(months) != 1 or part[-1].text in (",", "of") or not (months[0] or part[0].value is not None):
        return None
    value = date_of(" ".join(token.text for token in part))
    return Day((start, start + len(part)), value, value >= YEAR) if value is not None and value % 31 else None


def _spelled(keys: tuple[str, ...], grid: Grid) -> tuple[str, ...]:
    """The keys, with long words that the table does not have written as the one that it has and that differs by a slip."""
    known = _vocabulary(grid)
    long = [word for word in known if len(word) >= LONG and word.isalpha()]
    found = list(keys)
    for place, word in enumerate(keys):
        if len(word) < LONG or not word.isalpha() or word in known:
            continue
        near = [(_likeness(word, other), other) for other in long if other[0] == word[0] and abs(len(other) - len(word)) <= 2]
        best = max(near, default=(0.0, ""))
        if best[0] >= LIKE:
            found[place] = best[1]
    return tuple(found)


@lru_cache(maxsize=100_000)
def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b).ratio()


@lru_cache(maxsize=512)
def _vocabulary(grid: Grid) -> frozenset[str]:
    entries = {word for row in grid.rows for entry in row for word in entry.key}
    return frozenset(entries | {word for column in grid.columns for word in column.key} | set(key(grid.caption)))


@lru_cache(maxsize=8_192)
def _entry_keys(grid: Grid, index: int) -> tuple[tuple[str, ...], ...]:
    """The keys of a column's entries; letters that stand for words ("w", "l") are written out where the whole column has them."""
    keys = [_without_aside(row[index].key) if grid.columns[index].kind == "aside" else row[index].key for row in grid.rows]
    letters = {line.split()[0]: stem(line.split()[1]) for line in table("letters")}
    first = {each[0] for each in keys if each}
    if len(first) > 1 and first <= set(letters):
        keys = [(letters[each[0]], *each[1:]) if each else each for each in keys]
    return tuple(keys)


def _without_aside(words: tuple[str, ...]) -> tuple[str, ...]:
    """ "jalen rose (22)" is called "jalen rose"."""
    return words[:-1] if len(words) > 1 and words[-1][0].isdigit() else words


def _cells_of(statement: Statement, column: Column) -> list[CellMention]:
    """The runs of a statement that entries of a column hold: whole entries before parts of them."""
    said, places = statement.plain
    by_key: dict[tuple[str, ...], set[int]] = {}
    for row, each in enumerate(_entry_keys(statement.grid, column.index)):
        by_key.setdefault(each, set()).add(row)
    best: dict[Span, tuple[float, set[int]]] = {}
    for wanted, rows in by_key.items():
        whole = sum(map(weight, wanted))
        for inside, start, length in runs(wanted, said):
            share = sum(map(weight, wanted[inside : inside + length])) / whole if whole else 0.0
            if not _names(wanted, inside, length, share, column):
                continue
            score, before = best.get((start, start + length), (0.0, set()))
            if share >= WHOLE > score:
                best[start, start + length] = (share, set(rows))
            elif share >= WHOLE or score < WHOLE:
                best[start, start + length] = (max(share, score), before | rows)
    few = max(1, MOST_ROWS * statement.grid.size)
    return [
        CellMention((places[start], places[stop - 1] + 1), column.index, frozenset(rows), score)
        for (start, stop), (score, rows) in best.items()
        if score >= WHOLE or stop - start > 1 or len(rows) <= few
    ]


def _names(wanted: Sequence[str], start: int, length: int, share: float, column: Column) -> bool:
    """Whether a run of an entry's words names it: no bare number but a year, no words without meaning, enough of the entry."""
    run = wanted[start : start + length]
    if all(weight(word) < 1 for word in run):
        return False
    numeric = [word for word in run if word[0].isdigit()]
    if len(numeric) == len(run) == 1:
        return is_year(run[0]) and (len(wanted) == 1 or share >= 0.2)
    if len(numeric) == len(run) and share < WHOLE:
        return column.kind == "text" and share > 0.5
    return share >= LEAST or column.kind == "date"


def _dates_of(statement: Statement, column: Column) -> list[CellMention]:
    """Dates of the statement that are entries of the column in another form: "april 29 1950" and "29 april 1950"."""
    found: list[CellMention] = []
    for day in statement.days if column.kind == "date" else ():
        rows = frozenset(row for row, value in enumerate(column.values) if value is not None and _same_day(value, day))
        found += [CellMention(day.span, column.index, rows, 1.0)] if rows else []
    return found


def _same_day(value: float, day: Day) -> bool:
    return value == day.value if day.with_year and value >= YEAR else value % YEAR == day.value % YEAR


@lru_cache(maxsize=1)
def _short() -> dict[str, tuple[str, ...]]:
    return {stem(line.split()[0]): tuple(stem(word) for word in line.split()[1:]) for line in table("shortened")}


def _headers_of(statement: Statement, column: Column) -> list[HeaderMention]:
    """The runs of a statement that a header holds, word by word, shortened or as another word for it."""
    said, places = statement.plain
    wanted = column.key
    whole = sum(weight(word) for word in wanted) or 1.0
    best: dict[Span, HeaderMention] = {}
    for start in range(len(wanted)):
        for place in range(len(said)):
            length = 0
            while start + length < len(wanted) and place + length < len(said) and _means(wanted[start + length], said[place + length]):
                length += 1
            run = wanted[start : start + length]
            if any(weight(word) == 1 for word in run):
                mention = HeaderMention((places[place], places[place + length - 1] + 1), column.index, sum(map(weight, run)) / whole)
                if mention.span not in best or mention.score > best[mention.span].score:
                    best[mention.span] = mention
    return list(best.values())


def _means(header: str, word: str) -> bool:
    """Whether a word of a statement stands for a word of a header: "position" for "pos", "crowd" for "attendance"."""
    return word == header or word in _short().get(header, ()) or _opens(header, word)


def _opens(short: str, long: str) -> bool:
    return 3 <= len(short) < len(long) and short.isalpha() and long.startswith(short) and weight(long) == 1


def _apart(found: Mapping[Span, Sequence[CellMention | HeaderMention]], keys: Sequence[str]) -> list[Span]:
    """Spans that do not overlap, the ones that say most first."""

    def value(span: Span) -> tuple[float, float, int]:
        return sum(weight(keys[place]) for place in range(*span)), max(each.score for each in found[span]), -span[0]

    chosen: list[Span] = []
    for each in sorted(found, key=value, reverse=True):
        if all(each[1] <= other[0] or each[0] >= other[1] for other in chosen):
            chosen.append(each)
    return chosen
