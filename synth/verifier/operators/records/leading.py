""" "The top 3 be all american": the first or last rows and a property."""

from __future__ import annotations

from collections.abc import Iterator

from synth.verifier.operators.lexicon import words
from synth.verifier.operators.records.program import Program, conjunction, link_of, merged, used
from synth.verifier.operators.records.terms import Terms, combinations


def leading(terms: Terms) -> Iterator[Program]:
    """For "top 3", "last 2": whether these rows, any of them or so many of them pass the rest of the statement."""
    for place, word in enumerate(terms.words[:-1]):
        token = terms.statement.tokens[place + 1]
        if word not in words("leading") | words("trailing") or token.value is None or token.ordinal:
            continue
        count = int(token.value)
        if not 0 < count < terms.grid.size:
            continue
        rows = frozenset(range(count)) if word in words("leading") else frozenset(range(terms.grid.size - count, terms.grid.size))
        for chosen in combinations(terms.cells, 2):
            if not chosen:
                continue
            passing = conjunction(merged(chosen), terms.everything)
            taken, link = used(chosen, [place, place + 1]), link_of(chosen)
            step = (f"{len(passing & rows)} of the {word} {count} rows pass",)
            yield Program("leading_all", (rows <= passing) != terms.denied, taken, link, step)
            yield Program("leading_only", (bool(passing) and passing <= rows) != terms.denied, taken, link, step)
            for number in terms.numbers:
                if number.place != place + 1 and not number.ordinal:
                    yield Program("leading_count", len(passing & rows) == number.value, taken | {number.place}, link, step)
