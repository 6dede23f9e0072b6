""" "The opponent on august 2 be the white sox": one row passes every filter of the statement, or the row of each thing listed does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from synth.verifier.operators.records.program import Filter, Program, conjunction, link_of, merged, span, used
from synth.verifier.operators.records.terms import Group, Terms

HEADER = 0.4
"""what a header beside an entry adds to the score of a reading in its column."""
AGAINST = 0.5
"""share of it that is lost where another column's header stands there."""
NEAR = 0.12
"""readings within this score of the best one may be what is meant."""


def bind(each: Filter, beside: Sequence[tuple[int, float]]) -> float:
    """How well the header beside an entry agrees with the column in which it is read; negative where it is another's."""
    if not beside:
        return 0.0
    own = max((score for column, score in beside if column == each.column), default=0.0)
    return own or -AGAINST * max(score for _, score in beside)


def scored(groups: Sequence[Group], limit: int = 40) -> list[tuple[float, tuple[Filter, ...]]]:
    """Combinations of readings with their scores, best first."""
    found = []
    for filters in itertools.islice(itertools.product(*(group[0] for group in groups)), 300):
        scores = [each.score + HEADER * bind(each, beside) for each, (_, beside) in zip(filters, groups, strict=True)]
        found.append((sum(scores) / len(scores), filters))
    return sorted(found, key=lambda each: -each[0])[:limit]


def lookups(terms: Terms) -> Iterator[Program]:
    """Look-ups of the best reading: all filters in one row, each member of a list, one record after another."""
    groups = terms.bound_groups
    if not groups:
        return
    ranked = scored(groups)
    near = [filters for score, filters in ranked if score >= ranked[0][0] - NEAR]
    chosen = next((filters for filters in near if conjunction(filters, terms.everything)), near[0])
    rows = conjunction(chosen, terms.everything)
    columns = {each.column for each in chosen}
    conflicts = sum(bind(each, beside) < 0 for each, (_, beside) in zip(chosen, groups, strict=True))
    heads = [span(head.span) for head in terms.headers if head.column in columns]
    places = used(chosen, terms.denials, *heads)
    link = max(0.05, min(1.0, link_of(chosen)))
    words = tuple(each.words for each in chosen)
    flags = _flags(terms, chosen, conflicts)
    yield Program("lookup", bool(rows) != terms.denied, places, link, words, flags)
    if conflicts:
        count = frozenset([f"conflicts_{min(conflicts, 2)}", f"filters_{min(len(chosen), 4)}"])
        yield Program("conflict", terms.denied, places, link, words, count)
    if not rows and any(conjunction(filters, terms.everything) for _, filters in ranked):
        yield Program("lookup_loose", not terms.denied, places, link, words, flags)
    yield from _lists(terms, chosen, places, link, flags)
    if len(chosen) > 1:
        most = max(sum(row in each.rows for each in chosen) for row in terms.everything)
        missed = frozenset(["one_missed"] if most == len(chosen) - 1 else [])
        yield Program("lookup_share", (most == len(chosen)) != terms.denied, places, most / len(chosen), words, missed)


def _flags(terms: Terms, chosen: Sequence[Filter], conflicts: int) -> frozenset[str]:
    columns = {each.column for each in chosen}
    missing = sum(head.score > 0.5 and head.column not in columns for head in terms.headers)
    found = {f"filters_{min(len(chosen), 4)}", f"headers_missed_{min(2, missing)}"}
    found |= {"shared_column"} if len(columns) < len(chosen) else set()
    found |= {"numeric"} if any(each.number for each in chosen) else set()
    found |= {"denied"} if terms.denied else set()
    found |= {"conflict"} if conflicts else set()
    return frozenset(found)


def _lists(terms: Terms, chosen: Sequence[Filter], places: frozenset[int], link: float, flags: frozenset[str]) -> Iterator[Program]:
    """Where several filters of one column exclude one another: each with the rest, or records told one after another."""
    parts = merged(chosen)
    if not 1 < len(parts) < len(chosen):
        return
    listed = {each.column for each in parts if each not in chosen}
    rest = conjunction((each for each in parts if each.column not in listed), terms.everything)
    words = tuple(each.words for each in chosen)
    each_holds = all(each.rows & rest for each in chosen if each.column in listed)
    yield Program("lookup_each", each_holds != terms.denied, places, link, words, flags)
    records = _records(chosen)
    if len(records) < 2:
        return
    first = min(chosen, key=lambda each: min(each.used))
    whole = [conjunction([*record.values(), *([first] if first.column not in record else [])], terms.everything) for record in records]
    sizes = {len(record) for record in records}
    even = frozenset(["even"] if len(sizes) == 1 and sizes != {1} else [])
    yield Program("lookup_sequence", all(whole) != terms.denied, places, link, words, even)


def _records(chosen: Sequence[Filter]) -> list[dict[int, Filter]]:
    """The filters in the order of their words, a new record where a column comes again."""
    records: list[dict[int, Filter]] = [{}]
    for each in sorted(chosen, key=lambda each: min(each.used)):
        if each.column in records[-1]:
            records.append({})
        records[-1][each.column] = each
    return records
