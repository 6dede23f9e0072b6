""" "(83.9 % against 75.3 %)", "by 8.6 points": the numbers of a clause are cells of what it names, or differences of them."""

from __future__ import annotations

from collections.abc import Iterator

from synth.verifier.operators.amounts import agrees, difference_agrees, percent_agrees
from synth.verifier.operators.results.clauses import Clause
from synth.verifier.operators.results.cues import CUES
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.subject import Subject, lines_of, mean_score
from synth.verifier.operators.results.view import View
from synth.verifier.operators.words import Token

_POINTERS = ("table", "tables", "figure", "figures", "section", "eq", "task", "tab", "fig", "top", "@")
_UNITS = ("%", "points", "point", "percent", "pp", "percentage")
SMALL = 20
"""below which a bare whole number is more likely a count than a result."""
UNNAMED = 0.4
"""link of numbers of a clause that names no line."""
UNREAD = 0.5
"""what is left of it where the clause also relates results to one another: the numbers can be right and the relation wrong."""
DENIAL = 12


def stated_numbers(clause: Clause) -> list[tuple[Token, str]]:
    """The numbers that a clause gives as results, each with the word behind it; no years, no numbers of tables, no small counts."""
    found = []
    for place, token in enumerate(clause.tokens):
        if token.value is None or token.ordinal or not token.text[0].isdigit() or clause.is_named(place):
            continue
        before = clause.words[place - 1] if place else ""
        behind = clause.words[place + 1] if place + 1 < len(clause.words) else ""
        whole = "." not in token.text
        year = whole and 1900 <= token.value <= 2100
        if before in _POINTERS or year or (whole and token.value < SMALL and behind not in _UNITS):
            continue
        found.append((token, behind))
    return found


def read_figures(view: View) -> Iterator[Found]:
    """Whether the stated numbers are there; silent where none of them is, because they may be of something else."""
    numbers = stated_numbers(view.clause)
    named = lines_of(view.things)
    if not numbers:
        return
    places = [_place_of(view, token, behind, named or view.everyone) for token, behind in numbers]
    there = sum(bool(place) for place in places)
    if not there:
        return
    steps = tuple(f"{token.text} is {place or 'not found'}" for (token, _), place in zip(numbers, places, strict=True))
    holds = (there == len(numbers)) != view.clause.denied(view.clause.tokens.index(numbers[0][0]), DENIAL)
    link = mean_score(view.things) if named else UNNAMED
    link *= UNREAD if any(stem in CUES for stem in view.clause.stems) else 1.0
    yield Found("numbers", holds, link, 1.0 if there == len(numbers) else 0.6, steps, "numbers", Subject(named, link))


def _place_of(view: View, token: Token, behind: str, lines: frozenset[int]) -> str:
    """Where a number comes from, in words; empty where from nowhere."""
    stated, decimals = token.value or 0.0, len(token.text.partition(".")[2])
    for across in view.scope:
        own = [value for line in sorted(lines) if (value := view.value(line, across)) is not None]
        if any(agrees(value, stated, decimals) for value in own):
            return "a cell"
    for across in view.scope:
        own = [value for line in sorted(lines) if (value := view.value(line, across)) is not None]
        every = [value for line in sorted(view.everyone) if (value := view.value(line, across)) is not None]
        for a in own:
            for b in every:
                if difference_agrees(a, b, stated, decimals) or (behind == "%" and percent_agrees(a, b, stated, decimals)):
                    return f"the difference of {a:g} and {b:g}"
    return ""
