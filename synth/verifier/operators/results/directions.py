"""
What is left to read of a clause that no operator executes as it is said: scope cells, a direction, a polarity.

Every statement on results says that some cells lie on one side of others. Where the clause does not say clearly which, the cells
that it names are held against what is usual among the others, in the direction of its relating word or adjective, and a denial
turns the answer round; so a statement and its denial always lean in opposite ways. This decides nothing: it only leans.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from statistics import median

from synth.verifier.operators.amounts import mean
from synth.verifier.operators.comparison import Contest
from synth.verifier.operators.lexicon import table
from synth.verifier.operators.results.clauses import Clause
from synth.verifier.operators.results.cues import Cue
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.subject import Subject, lines_of, mean_score, short
from synth.verifier.operators.results.view import View

TENTATIVE = 0.5
"""link of a reading whose other side is not said."""


def read_direction(view: View) -> Iterator[Found]:
    """The first directed word of a clause, for the lines that the clause names on this axis."""
    named = view.things or view.conditions
    subjects = lines_of(named) & view.everyone
    others = view.rivals - subjects
    directed = _directed(view.clause)
    if directed is None or not subjects or not others or (view.axis == "column" and not view.comparable):
        return
    place, cue = directed
    contest = _against_usual(view, subjects, others, cue)
    share = contest.share
    if share is None or share == 0.5:
        return
    subject = Subject(subjects, TENTATIVE * mean_score(named))
    holds = (share > 0.5) != view.clause.denied_around(place)
    yield Found("compare", holds, subject.link, 2 * abs(share - 0.5), tuple(contest.steps), "others", subject)


def _directed(clause: Clause) -> tuple[int, Cue] | None:
    """The first word that relates, else the first adjective, each with its place."""
    relating = next(((place, cue) for place, cue in enumerate(clause.cues) if cue), None)
    words = ((place, word) for place, word in enumerate(clause.words) if not clause.is_named(place))
    return relating or next(((place, _gradable()[word]) for place, word in words if word in _gradable()), None)


@cache
def _gradable() -> dict[str, Cue]:
    return {word: Cue("comparative", mode == "better", int(sign)) for word, mode, sign in map(str.split, table("gradable"))}


def _against_usual(view: View, subjects: frozenset[int], others: frozenset[int], cue: Cue) -> Contest:
    """The mean of the subjects against the median of the others, in each line of the scope."""
    found = Contest()
    for across in view.scope:
        own, rest = ([value for line in lines if (value := view.value(line, across)) is not None] for lines in (subjects, others))
        middle = mean(own)
        if middle is None or not rest:
            continue
        upwards = (cue.sign > 0) != (cue.by_merit and view.low_is_good(min(subjects), across))
        label = short(view.lines[min(subjects)].label)
        found.add(middle, median(rest), upwards=upwards, words=(f"{label} {middle:g}", f"usually {median(rest):g}"))
    return found
