""" "X is comparable to Y": the typical difference is small; "competitive with Y": small, or in favour of X."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from synth.verifier.operators.amounts import mean
from synth.verifier.operators.comparison import gap
from synth.verifier.operators.lexicon import words
from synth.verifier.operators.results.clauses import Clause
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.subject import lines_of, short
from synth.verifier.operators.results.view import View

CLOSE = 0.04
"""relative difference up to which results are called comparable."""


def read_equality(view: View) -> Iterator[Found]:
    """The first word of likeness of the clause, executed."""
    clause = view.clause
    for place, word in enumerate(clause.words):
        if word not in words("equality") or clause.is_named(place) or _says_where(clause, place):
            continue
        before = [name for name in view.things if name.span[1] <= place]
        behind = [name for name in view.things if name.span[0] > place]
        if len(before) > 1 and not behind:
            before, behind = before[:1], before[1:]
        subject = view.subject(before, besides=lines_of(behind))
        named = lines_of(behind) - subject.lines
        others = named or view.rivals - subject.lines
        if not named and not clause.has("all_others") and len({view.inner(line) or line for line in others}) != 1:
            continue
        pairs = [(across, *_means(view, across, subject.lines, others)) for across in view.scope]
        behind_only = word in words("at_least") and subject.lines
        gaps = [
            (0.0 if behind_only and _ahead(view, across, min(subject.lines), a - b) else gap(a, b), across, a, b)
            for across, a, b in pairs
            if a is not None and b is not None
        ]
        if not subject.lines or not gaps:
            continue
        typical = median(each for each, *_ in gaps)
        steps = tuple(f"{short(view.across[across].label)}: {a:g} and {b:g}, {100 * each:.1f} % apart" for each, across, a, b in gaps)
        margin = min(1.0, abs(typical - CLOSE) / CLOSE)
        yield Found(
            "equal", (typical <= CLOSE) != clause.denied(place), subject.link, margin, steps, "equal" if named else "others", subject
        )
        return


def _says_where(clause: Clause, place: int) -> bool:
    """Whether "same" only says where something holds: "on the same data"."""
    return (
        clause.words[place] == "same"
        and "as" not in clause.words[place : place + 4]
        and bool(words("conditions") & set(clause.words[max(0, place - 2) : place]))
    )


def _ahead(view: View, across: int, line: int, lead: float) -> bool:
    """Whether a lead, in the numbers as printed, is one of the line."""
    return lead < 0 if view.low_is_good(line, across) else lead > 0


def _means(view: View, across: int, subjects: frozenset[int], others: frozenset[int]) -> tuple[float | None, float | None]:
    own, theirs = ([value for line in sorted(lines) if (value := view.value(line, across)) is not None] for lines in (subjects, others))
    return mean(own), mean(theirs)
