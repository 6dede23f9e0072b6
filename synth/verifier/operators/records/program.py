"""One reading of a statement as a program over rows, executed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synth.verifier.operators.mentions import Span


@dataclass(frozen=True)
class Filter:
    """Words of a statement that restrict the rows of a table."""

    rows: frozenset[int]
    column: int
    used: frozenset[int]
    """places of the words."""
    score: float
    """0..1: how sure it is that the words mean these rows."""
    words: str
    """as a reader would check it, "venue = lake oval"."""
    bounds: bool = False
    """a number as a limit, "over 3000", not as a value."""
    number: bool = False


@dataclass(frozen=True)
class Program:
    """An executed reading."""

    operator: str
    holds: bool
    used: frozenset[int]
    """places of the words that it reads."""
    link: float
    """0..1: how sure it is that the words mean these rows and columns."""
    steps: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    """what speaks for or against this reading, for the vote."""


def span(places: Span) -> frozenset[int]:
    """The places of a span."""
    return frozenset(range(*places))


def used(filters: Iterable[Filter], *places: Iterable[int]) -> frozenset[int]:
    """All places that filters and words take."""
    return frozenset().union(*(each.used for each in filters), *map(frozenset, places))


def conjunction(filters: Iterable[Filter], everything: frozenset[int]) -> frozenset[int]:
    """The rows that pass all filters."""
    rows = everything
    for each in filters:
        rows &= each.rows
    return rows


def link_of(filters: Iterable[Filter], default: float = 1.0) -> float:
    """Mean score of filters."""
    scores = [each.score for each in filters]
    return sum(scores) / len(scores) if scores else default


def merged(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """The filters, those of one column that exclude one another as one that lets either pass: "A and B"."""
    by_column: dict[int, list[Filter]] = {}
    for each in filters:
        by_column.setdefault(each.column, []).append(each)
    found: list[Filter] = []
    for column, own in by_column.items():
        exclusive = len(own) > 1 and not frozenset.intersection(*(each.rows for each in own)) and not any(each.bounds for each in own)
        if not exclusive:
            found += own
            continue
        rows = frozenset().union(*(each.rows for each in own))
        words = " or ".join(each.words for each in own)
        found.append(Filter(rows, column, used(own), min(each.score for each in own), words))
    return tuple(found)
