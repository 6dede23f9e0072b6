""" "A total of 12 gold medal", "on average 13.4 rebound": sums and means of a column over the rows that pass."""

from __future__ import annotations

from collections.abc import Iterator

from synth.verifier.operators.amounts import agrees, mean
from synth.verifier.operators.counts import satisfies
from synth.verifier.operators.records.program import Program, conjunction, link_of, merged, span, used
from synth.verifier.operators.records.terms import Terms, combinations

REACH = 10


def aggregates(terms: Terms) -> Iterator[Program]:
    """Sum and mean of each column near the word that asks for them, against each number."""
    for name, operator in (("total", "sum"), ("average", "mean")):
        cues = terms.statement.cues(name)
        if not cues:
            continue
        heads = terms.near_headers(cues[0], REACH)[:3]
        for number in terms.numbers:
            relation, places = terms.bound(number.place)
            if number.ordinal:
                continue
            for rank, head in enumerate(heads):
                column = terms.grid.columns[head.column]
                for chosen in combinations(terms.cells, 2):
                    rows = conjunction(merged(chosen), terms.everything)
                    values = [value for row in sorted(rows) if (value := column.values[row]) is not None]
                    total = sum(values) if operator == "sum" else mean(values)
                    if not values or total is None:
                        continue
                    exact = (
                        agrees(total, number.value, number.decimals, share=False)
                        if operator == "mean"
                        else abs(total - number.value) < 1e-6
                    )
                    holds = exact if relation == "=" else satisfies(round(total), relation, number.value)
                    link = head.score * link_of(chosen, 0.9)
                    flags = frozenset([f"choice_{rank}", "several" if len(values) > 1 else "one_value"])
                    taken = used(chosen, [number.place], places, cues, span(head.span))
                    step = f"{operator} of {column.header} over {len(values)} rows is {total:g}; stated {relation} {number.value:g}"
                    yield Program(operator, holds, taken, link, (step,), flags)
