""" "There be 3 game in august", "2 different coach": how many rows, or how many different entries, pass the filters."""

from __future__ import annotations

from collections.abc import Iterator

from synth.verifier.operators.counts import distinct, satisfies
from synth.verifier.operators.lexicon import words
from synth.verifier.operators.mentions import HeaderMention, NumberMention
from synth.verifier.operators.records.program import Program, conjunction, link_of, merged, span, used
from synth.verifier.operators.records.terms import TIMES, Terms, combinations

LARGEST = 200
"""numbers above count nothing in a table."""


def counts(terms: Terms) -> Iterator[Program]:
    """For each number that can be a count: the rows that pass the rest of the statement, and their different entries."""
    for number in terms.numbers:
        relation, places = terms.bound(number.place)
        if number.ordinal or number.decimals or number.value > LARGEST or relation in TIMES:
            continue
        behind = [head for head in terms.headers if head.span[0] in (number.place + 1, number.place + 2)]
        flags = _flags(terms, number, behind)
        chosen = next(iter(combinations((*terms.cells, *terms.number_groups([number.place])), 6)), ())
        if not chosen:
            flags |= {"unfiltered"}
        filters = merged(chosen)
        rows = conjunction(filters, terms.everything)
        link = link_of(chosen, 0.7)
        counted = [number.place + 1] if flags & {"counts", "repeated"} else []
        said = ", ".join(each.words for each in filters) or "no filter"
        step = f"{len(rows)} rows with {said}; stated {relation} {number.value:g}"
        taken = used(chosen, [number.place], places, counted)
        yield Program("count", satisfies(len(rows), relation, number.value), taken, link, (step,), flags)
        for head in behind or [head for head in terms.headers if not terms.grid.columns[head.column].ordered][:1]:
            column = terms.grid.columns[head.column]
            found = distinct(terms.grid.rows[row][head.column].key for row in rows)
            step = f"{found} different {column.header} among {len(rows)} rows; stated {relation} {number.value:g}"
            taken = used(chosen, [number.place], places, span(head.span))
            yield Program("count_distinct", satisfies(found, relation, number.value), taken, link * head.score, (step,), flags)


def _flags(terms: Terms, number: NumberMention, behind: list[HeaderMention]) -> frozenset[str]:
    place = number.place
    following = terms.words[place + 1] if place + 1 < len(terms.words) else ""
    kinds = [terms.grid.columns[head.column] for head in behind]
    found = {
        "counts": following in words("counting") or any(not column.ordered for column in kinds),
        "quantity_behind": any(column.kind == "number" for column in kinds),
        "starts": "there" in terms.words[max(0, place - 4) : place]
        or place == 0
        or (place == 1 and terms.words[0] in ("only", "the", "just")),
        "repeated": following in words("repeated"),
        "distinct_said": terms.statement.has("distinct"),
        "superlative_said": terms.statement.has("highest") or terms.statement.has("lowest"),
    }
    return frozenset(name for name, there in found.items() if there)
