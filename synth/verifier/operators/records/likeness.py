""" "A and B have the same score", "2 clubs tie": whether rows agree in a column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from synth.verifier.operators.counts import distinct
from synth.verifier.operators.records.program import Program, conjunction, link_of, merged, span, used
from synth.verifier.operators.records.terms import Terms, combinations

REACH = 8
MANY = 30


def likenesses(terms: Terms) -> Iterator[Program]:
    """Whether the rows of the statement have one entry in the column near "same", or different ones near "different"."""
    cues = (*terms.statement.cues("same"), *terms.statement.cues("distinct"))
    if not cues:
        return
    apart = terms.statement.has("distinct") and not terms.statement.has("same")
    for head in terms.near_headers(cues[0], REACH, ordered=False)[:2]:
        column = terms.grid.columns[head.column]
        for chosen in combinations(terms.cells, 2):
            rows = conjunction(merged(chosen), terms.everything)
            if not chosen or len(rows) < 2 or head.column in {each.column for each in chosen}:
                continue
            found = distinct(terms.grid.rows[row][head.column].key for row in rows)
            holds = ((found == 1) != apart) != terms.denied
            taken = used(chosen, [cues[0]], span(head.span))
            step = f"{found} different {column.header} in {len(rows)} rows"
            yield Program("same", holds, taken, head.score * link_of(chosen), (step,), frozenset(["apart"] if apart else []))
        for number in terms.numbers:
            if number.ordinal or number.value > MANY:
                continue
            sizes = Counter(terms.grid.rows[row][head.column].key for row in terms.everything).values()
            taken = used((), [cues[0], number.place], span(head.span))
            step = f"entries of {column.header} come {', '.join(map(str, sorted(set(sizes))))} times"
            yield Program("same_count", (number.value in sizes) != terms.denied, taken, head.score, (step,))
