""" "X achieves the best F1 on Y": the subject has the extreme of the lines in scope."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from synth.verifier.operators.extremes import among_first, at_place
from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.results.cues import Cue
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.subject import Subject, short
from synth.verifier.operators.results.view import View

SCOPE = 0.5
"""what is left of the link of a subject that reads as the scope: behind the superlative, while a line across stands in front."""
_COORDINATED = 3
"""words between two names that are subjects together, "A, B and C"."""


def read_extreme(view: View) -> Iterator[Found]:
    """The first superlative of the clause, executed."""
    clause = view.clause
    for place, cue in enumerate(clause.cues):
        if cue is None or cue.kind != "superlative" or (view.axis == "column" and not view.comparable) or not _orders(view, place, cue):
            continue
        subject = _subject(view, place)
        found = _executed(view, place, cue, subject) if subject.lines and subject.lines != view.everyone else None
        if found:
            yield found
            return


def _orders(view: View, place: int, cue: Cue) -> bool:
    """Whether the superlative orders what the table measures: not "most of", "at least", "most models" or "the most data"."""
    spoken = view.clause.words
    if place and spoken[place - 1] == "on":
        return False
    if spoken[place] in ("most", "least"):
        behind = spoken[place + 1] if place + 1 < len(spoken) else ""
        if place == 0 or spoken[place - 1] == "at" or behind in ("of", "relation", "cases", "tasks", "domains", "datasets"):
            return False
    return cue.by_merit or is_measured(view, place)


def is_measured(view: View, place: int) -> bool:
    """Whether what is called higher or most is a measure of the table, or performance at large."""
    if view.scopes:
        return True
    clause = view.clause
    if set(clause.keys[place + 1 : place + 3]) & set(view.matrix.caption) - stems("stop") - stems("generic"):
        return True
    if clause.has("in_general", place - 5, place + 7):
        return True
    near = {key for each, key in enumerate(clause.keys[: place + 8]) if each >= place - 6 and each != place}
    return bool(near & (view.matrix.shared | (stems("measures") & set(view.matrix.caption))) - stems("stop"))


def _subject(view: View, place: int) -> Subject:
    """The names right in front of the superlative, else the first behind it, else what the claim speaks of."""
    before = [name for name in view.things if name.span[1] <= place]
    if before:
        return view.subject(name for name in before if name.span[1] >= before[-1].span[0] - _COORDINATED)
    found = view.subject([name for name in view.things if name.span[0] > place][:1])
    return Subject(found.lines, found.link * SCOPE) if _has_other_subject(view, place) else found


def _has_other_subject(view: View, place: int) -> bool:
    """Whether a line across is what the clause is about: "Cat is the hardest class for X", not "on Cat the best is X"."""
    front = [name for name in view.scopes if name.span[1] <= place]
    return bool(front) and not words("conditions") & set(view.clause.words[max(0, front[0].span[0] - 2) : front[0].span[0]])


def _executed(view: View, place: int, cue: Cue, subject: Subject) -> Found | None:
    said = view.clause.words[max(0, place - 6) : place + 1]
    among = "among" in said or "amongst" in said or ("one", "of") in pairwise(said)
    won: list[bool] = []
    steps: list[str] = []
    for across in view.scope:
        rivals = {each for line in subject.lines for each in view.partners(line, view.rivals - subject.lines)}
        values = {line: value for line in rivals | subject.lines if (value := view.value(line, across)) is not None}
        mine = [line for line in subject.lines if line in values]
        if not mine or len(mine) == len(values):
            continue
        upwards = (cue.sign > 0) != (cue.by_merit and view.low_is_good(mine[0], across))
        place_one = at_place(values, upwards=upwards)
        first = among_first(values, max(2, len(values) // 3), upwards=upwards) if among else place_one[1] if place_one else frozenset()
        own = (max if upwards else min)(mine, key=lambda line: values[line])
        won.append(bool(first & set(mine)))
        best = place_one[0] if place_one else values[own]
        word = "highest" if upwards else "lowest"
        steps.append(f"the {word} of {short(view.across[across].label)} is {best:g}; {short(view.lines[own].label)} has {values[own]:g}")
    if not won:
        return None
    share = sum(won) / len(won)
    holds = (share >= 0.5) != view.clause.denied_around(place)
    return Found("extreme", holds, subject.link, abs(share - 0.49) * 2, tuple(steps), "extreme", subject)
