""" "The error falls as the depth increases": a measure rises or falls along lines that are called by numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synth.verifier.operators.lexicon import words
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.subject import Subject, lines_of, mean_score, short
from synth.verifier.operators.results.view import View
from synth.verifier.operators.trends import steps_along

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OPENERS = ("as", "with", "when", "while", "by")
NEAR = 9
"""words behind one of these among which the direction of the scale is said."""
LEAST_POINTS = 3
MOSTLY = 0.6
"""share of the steps that must go the stated way."""


def read_trend(view: View) -> Iterator[Found]:
    """The change of a measure with a scale, executed, where the lines across are a scale and the clause speaks of both directions."""
    scale = _scale(view)
    directions = _directions(view)
    if not scale or directions is None:
        return
    along, of_measure, place = directions
    named = view.things or tuple(name for name in view.clause.named if name.axis == view.axis)
    names = lines_of(named)
    lines = names or view.everyone
    counts = [steps_along(_points(view, line, scale), rises=along * of_measure > 0) for line in sorted(lines)]
    moves = sum(every for _, every in counts)
    if not moves:
        return
    share = sum(good for good, _ in counts) / moves
    steps = tuple(
        f"{short(view.lines[line].label)}: " + ", ".join(f"{y:g}" for _, y in sorted(_points(view, line, scale))) for line in sorted(lines)
    )
    subject = Subject(lines, mean_score(named) if names else 0.8)
    yield Found("trend", (share > MOSTLY) != view.clause.denied(place), 0.8, abs(share - 0.5) * 2, steps, "trend", subject)


def _scale(view: View) -> dict[int, float]:
    """The numbers that the lines across are called by; empty where they are no scale."""
    named = lines_of(view.scopes)
    along = [line for line in view.across if line.index in named] if len(named) >= LEAST_POINTS else view.across
    found = {line.index: float(match.group()) for line in along if (match := _NUMBER.search(line.label))}
    enough = len(set(found.values())) >= LEAST_POINTS and len(found) >= 0.7 * len(along)
    return found if enough else {}


def _points(view: View, line: int, scale: dict[int, float]) -> list[tuple[float, float]]:
    return [(x, value) for across, x in scale.items() if (value := view.value(line, across)) is not None]


def _directions(view: View) -> tuple[int, int, int] | None:
    """(direction of the scale, direction of the measure, place of the word for the latter); None where one is not said."""
    spoken = view.clause.words

    def direction(place: int) -> int:
        return (spoken[place] in words("upwards")) - (spoken[place] in words("downwards"))

    for start in (place for place, word in enumerate(spoken) if word in _OPENERS):
        comma = next((place for place in range(start, len(spoken)) if spoken[place] == ","), len(spoken))
        stop = comma if start < 3 else len(spoken)
        scale = (place for place in range(start, min(stop, start + NEAR)) if spoken[place + 1 : place + 2] != ("than",))
        along = next((direction(place) for place in scale if direction(place)), 0)
        rest = [place for place in (*range(start), *range(stop, len(spoken))) if direction(place)]
        if along and rest:
            return along, direction(rest[0]), rest[0]
    return _of_sizes(view)


def _of_sizes(view: View) -> tuple[int, int, int] | None:
    """The same of "longer inputs are harder": what is said of one end of a scale that the clause names."""
    spoken, cues = view.clause.words, view.clause.cues
    if not view.scopes:
        return None
    for place, cue in enumerate(cues):
        if cue and cue.kind == "comparative" and not cue.by_merit and spoken[place] in words("sizes"):
            said = next(((each, other) for each, other in enumerate(cues) if each > place and other and other.by_merit), None)
            return (cue.sign, said[1].sign, said[0]) if said else None
    return None
