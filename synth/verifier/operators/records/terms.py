"""
What a statement says of a table of records in terms of its columns: filters of rows, numbers with their roles, nearby headers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from synth.verifier.operators.comparison import Relation, holds
from synth.verifier.operators.grid import Column
from synth.verifier.operators.lexicon import stems, table, words
from synth.verifier.operators.mentions import CellMention, HeaderMention, NumberMention, Span, Statement
from synth.verifier.operators.records.program import Filter, span
from synth.verifier.operators.words import weight

Bound = Relation | str
"""how a number is bounded; besides relations "after", "before" and "since", which speak of time."""
TIMES = {"after": ">", "before": "<", "since": ">="}
YEAR = 372.0
"""a year in the units of dates, see values.py."""
READINGS = 4
"""readings of one mention that are followed."""
BESIDE = 3
"""words between a header and an entry that stand beside one another, all of them links such as "of" or "be"."""

Group = tuple[tuple[Filter, ...], tuple[tuple[int, float], ...]]
"""readings of one mention, and the columns whose header stands beside it with how surely."""


class Terms:
    """A statement in terms of the columns of its table."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.grid = statement.grid
        self.words = tuple(token.text for token in statement.tokens)
        self.everything = self.grid.everything if statement.has("total") else self.grid.records
        self.headers = statement.headers
        self.numbers = tuple(number for number in statement.numbers if number.place not in statement.titled)
        self.denials = statement.cues("negation")

    @property
    def denied(self) -> bool:
        """Whether the statement as a whole is denied."""
        return len(self.denials) % 2 == 1

    @cached_property
    def mentions(self) -> tuple[tuple[CellMention, ...], ...]:
        """Mentions of entries; what only repeats the title of the table names no row."""
        return tuple(group for group in self.statement.readings if not span(group[0].span) <= self.statement.titled)

    @cached_property
    def content(self) -> frozenset[int]:
        """Places of the words that mean something beyond the title."""
        keys = self.statement.keys
        return frozenset(place for place, word in enumerate(keys) if weight(word) == 1.0 and place not in self.statement.titled)

    @cached_property
    def inside(self) -> frozenset[int]:
        """Places inside of longer entries and headers, where a word such as "first" is no cue."""
        cells = (span(group[0].span) for group in self.mentions if group[0].span[1] - group[0].span[0] > 1)
        heads = (span(head.span) for head in self.headers if head.span[1] - head.span[0] > 1 and head.score > 0.8)
        return frozenset().union(*cells, *heads)

    @cached_property
    def cells(self) -> tuple[tuple[Filter, ...], ...]:
        """The filters of each mention of an entry, by reading."""
        return tuple(tuple(self._filter(mention) for mention in group[:READINGS]) for group in self.mentions)

    def _filter(self, mention: CellMention) -> Filter:
        column = self.grid.columns[mention.column]
        value = " ".join(self.words[slice(*mention.span)])
        timed = self._timed(mention, column)
        if timed:
            return timed
        return Filter(mention.rows, mention.column, span(mention.span), mention.score, f"{column.header or 'row'} = {value}")

    def _timed(self, mention: CellMention, column: Column) -> Filter | None:
        """ "Before december 4": the rows on one side of the date that is mentioned; None where none is, or no side is said."""
        relation, places = self.bound(mention.span[0])
        limits = [value for row in mention.rows if (value := column.values[row]) is not None]
        if relation not in TIMES or not limits or not (column.kind == "date" or column.years):
            return None
        limit = max(limits) if relation == "after" else min(limits)
        plain: Relation = TIMES[relation]  # type: ignore[assignment]
        rows = frozenset(row for row, value in enumerate(column.values) if value is not None and holds(value, plain, limit))
        words = f"{column.header} {relation} {' '.join(self.words[slice(*mention.span)])}"
        return Filter(rows, column.index, span(mention.span) | places, mention.score, words, bounds=True)

    def number_groups(self, skip: Iterable[int] = (), readings: int = READINGS - 1) -> tuple[tuple[Filter, ...], ...]:
        """The filters of each number that is no ordinal, by reading."""
        left_out = frozenset(skip)
        found = (self.number_filters(number) for number in self.numbers if number.place not in left_out and not number.ordinal)
        return tuple(filters[:readings] for filters in found if filters)

    @cached_property
    def bound_groups(self) -> tuple[Group, ...]:
        """Every mention of an entry and every number as filters, with the headers that stand beside them."""
        found: list[Group] = [(filters, self.beside(group[0].span)) for filters, group in zip(self.cells, self.mentions, strict=True)]
        for number in self.numbers:
            filters = self._ordinal_filters(number) if number.ordinal else self.number_filters(number)
            if filters:
                found.append((filters[:READINGS], self.beside((number.place, number.place + 1))))
        return tuple(found)

    def beside(self, places: Span) -> tuple[tuple[int, float], ...]:
        """Columns whose header stands right beside a span, "the venue be X", with how surely."""
        found = []
        for head in self.headers:
            if span(head.span) & span(places):
                continue
            between = self.words[head.span[1] : places[0]] if head.span[1] <= places[0] else self.words[places[1] : head.span[0]]
            if len(between) <= BESIDE and all(word in words("links") for word in between):
                found.append((head.column, head.score * (1.0 if len(between) <= 1 else 0.8)))
        return tuple(found)

    def near_headers(self, place: int, reach: int = 6, *, ordered: bool = True) -> list[HeaderMention]:
        """Headers by closeness to a place, those behind it first; by default only of columns with an order."""
        found: list[tuple[float, int, HeaderMention]] = []
        for number, head in enumerate(self.headers):
            if ordered and not self.grid.columns[head.column].ordered:
                continue
            distance = head.span[0] - place if head.span[0] > place else place - head.span[1] + 2.5
            if 0 <= distance <= reach or head.span[0] <= place < head.span[1]:
                found.append((max(distance, 0) - 2 * head.score, number, head))
        return [head for *_, head in sorted(found)]

    def bound(self, place: int) -> tuple[Bound, frozenset[int]]:
        """How the number at a place is bounded, with the places of the words that say so."""
        for relation, phrase in _phrases():
            for gap in (0, 1):
                start, stop = place - len(phrase) - gap, place - gap
                fits = start >= 0 and self.words[start:stop] == phrase
                if fits and (gap == 0 or self.words[place - 1] in ("a", "the", "$", "of", "about")):
                    return relation, frozenset(range(start, stop))
        behind = self.words[place + 1 : place + 3]
        if behind[:1] == ("or",) and behind[1:]:
            if behind[1] in words("more"):
                return ">=", frozenset([place + 1, place + 2])
            if behind[1] in words("less"):
                return "<=", frozenset([place + 1, place + 2])
        return "=", frozenset()

    def number_filters(self, number: NumberMention) -> tuple[Filter, ...]:
        """Ways in which a number can restrict rows: by the columns whose headers stand near, then by those that hold it."""
        relation, places = self.bound(number.place)
        if relation in TIMES:
            return self._time_filters(number, str(relation), places)
        test = self._test(number, relation)
        found: dict[int, Filter] = {}
        for head in self.near_headers(number.place, 5, ordered=False)[:3]:
            if head.column in found:
                continue
            distance = min(abs(head.span[0] - number.place), abs(number.place - head.span[1] + 1))
            score = head.score * (1.0 if distance <= 2 else 0.8)
            taken = places | span(head.span) | {number.place}
            found[head.column] = self._numeric(self.grid.columns[head.column], number, relation, test, taken, score)
        if relation == "=" or not found:
            for column in self.grid.columns:
                each = self._numeric(column, number, relation, test, places | {number.place}, 0.5)
                telling = relation == "=" or (column.ordered and not column.years and len(each.rows) < self.grid.size)
                if column.index not in found and each.rows and telling:
                    found[column.index] = each
        return tuple(found.values())

    def _test(self, number: NumberMention, relation: Bound) -> Callable[[float], bool]:
        """Whether a value stands in the relation; "- 6" may be minus six."""
        before = self.statement.tokens[number.place - 2] if number.place > 1 else None
        minus = number.place > 0 and self.words[number.place - 1] == "-" and (before is None or before.value is None)

        def test(value: float) -> bool:
            plain = holds(value, relation, number.value)  # type: ignore[arg-type]
            return plain or (minus and relation == "=" and abs(value + number.value) < 1e-9)

        return test

    def _numeric(
        self, column: Column, number: NumberMention, relation: Bound, test: Callable[[float], bool], places: frozenset[int], score: float
    ) -> Filter:
        rows = frozenset(row for row in range(self.grid.size) if self._has(row, column, number, relation, test))
        words = f"{column.header or 'row'} {relation} {number.value:g}"
        return Filter(rows, column.index, places, score, words, bounds=relation != "=", number=True)

    def _has(self, row: int, column: Column, number: NumberMention, relation: Bound, test: Callable[[float], bool]) -> bool:
        value = column.values[row]
        if relation == "=" and column.kind not in ("number", "aside"):
            return number.value in self.grid.rows[row][column.index].read.numbers
        return value is not None and test(value)

    def _time_filters(self, number: NumberMention, relation: str, places: frozenset[int]) -> tuple[Filter, ...]:
        year = 1600 <= number.value < 2100 and number.value == int(number.value)
        heads = {head.column for head in self.near_headers(number.place, 5, ordered=False)}
        plain: Relation = TIMES[relation]  # type: ignore[assignment]
        found = []
        for column in self.grid.columns:
            if column.kind == "date" and year:
                limit = (number.value + (relation == "after")) * YEAR
                dated: Relation = "<" if relation == "before" else ">="
                rows = frozenset(row for row, value in enumerate(column.values) if value is not None and holds(value, dated, limit))
            elif column.kind == "number" and ((year and column.years) or column.index in heads):
                rows = frozenset(row for row, value in enumerate(column.values) if value is not None and holds(value, plain, number.value))
            else:
                continue
            said = f"{column.header} {relation} {number.value:g}"
            found.append(Filter(rows, column.index, places | {number.place}, 0.9, said, bounds=True, number=True))
        return tuple(found)

    def _ordinal_filters(self, number: NumberMention) -> tuple[Filter, ...]:
        test = self._test(number, "=")
        found = (self._numeric(column, number, "=", test, frozenset([number.place]), 0.6) for column in self.grid.columns)
        return tuple(each for each in found if each.rows)

    def implied(self, word: str) -> list[int]:
        """Columns that a word orders by its own meaning: "earliest" those with dates, "fastest" those with times."""
        found = []
        for column in self.grid.columns:
            keys = set(column.key)
            if (
                (word in words("of_time") and (column.kind == "date" or column.years))
                or (word in words("of_speed") and (column.kind == "time" or "speed" in keys))
                or (word in words("of_length") and keys & stems("lengths"))
                or (word in words("of_age") and "age" in keys)
                or (word in words("of_place") and keys & stems("places"))
            ):
                found.append(column.index)
        return found

    def orderable(self, place: int, cue: str) -> list[tuple[int, float, frozenset[int], str]]:
        """
        Columns that a superlative or comparative at a place can be about: (column, score, places of its header, how it was found).

        By nearby headers first, then by the meaning of the cue, else the only column of measured numbers.
        """
        found = [(head.column, head.score, span(head.span), "named") for head in self.near_headers(place)[:3]]
        found += [(column, 0.8, frozenset[int](), "implied") for column in self.implied(cue) if column not in [each[0] for each in found]][
            :2
        ]
        if not found:
            measured = [
                each.index
                for each in self.grid.columns
                if each.kind in ("number", "time", "aside") and not each.is_label and not each.years
            ]
            found = [(measured[0], 0.5, frozenset[int](), "single")] if len(measured) == 1 else []
        return found


def combinations(groups: Sequence[Sequence[Filter]], limit: int) -> list[tuple[Filter, ...]]:
    """One reading of each mention, the surest combinations first."""
    found = list(itertools.islice(itertools.product(*groups), 200))
    return sorted(found, key=lambda filters: -sum(each.score for each in filters))[:limit]


def _phrases() -> list[tuple[Bound, tuple[str, ...]]]:
    """Phrases in front of a number that make it a limit, in the order in which they are tried."""
    return [(line.split()[0], tuple(line.split()[1:])) for line in table("bounds")]
