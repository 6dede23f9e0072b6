""" "The coach be john cartwright": what stands beside a header is an entry of its column, in the row of the other mentions."""

from __future__ import annotations

from collections.abc import Iterator

from synth.verifier.operators.lexicon import words
from synth.verifier.operators.records.program import Program, conjunction, link_of, merged, span, used
from synth.verifier.operators.records.terms import BESIDE, Terms, combinations


def bindings(terms: Terms) -> Iterator[Program]:
    """One program for each header that stands beside a mentioned entry."""
    for number, (filters, group) in enumerate(zip(terms.cells, terms.mentions, strict=True)):
        places = group[0].span
        for head in terms.headers:
            if head.score < 0.5 or span(head.span) & span(places):
                continue
            between = terms.words[head.span[1] : places[0]] if head.span[1] <= places[0] else terms.words[places[1] : head.span[0]]
            if len(between) > BESIDE or any(word not in words("links") for word in between):
                continue
            strength = "adjacent" if len(between) <= 2 else "near"
            header = terms.grid.columns[head.column].header
            own = next((each for each in filters if each.column == head.column), None)
            if own is None:
                said = " ".join(terms.words[slice(*places)])
                step = f"{header} is never {said}"
                yield Program(
                    "binding",
                    terms.denied,
                    span(places) | span(head.span),
                    head.score * filters[0].score,
                    (step,),
                    frozenset([strength, "absent"]),
                )
                continue
            others = [each for place, each in enumerate(terms.cells) if place != number]
            rest = next(iter(combinations(others, 4)), ())
            rows = conjunction(merged(rest), terms.everything) & own.rows
            link = head.score * link_of([*rest, own])
            flags = frozenset([strength, f"others_{min(len(rest), 2)}"])
            yield Program(
                "binding",
                bool(rows) != terms.denied,
                used([own, *rest], span(head.span)),
                link,
                (own.words, *(each.words for each in rest)),
                flags,
            )
