""" "X varies between the types", "is consistent across the domains": how far the numbers of a line lie apart."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from synth.verifier.operators.lexicon import stems
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.subject import Subject, lines_of, mean_score, short
from synth.verifier.operators.results.view import View

VARIES = 0.15
"""range of a line's numbers over their median from which they vary."""
WEAK = 0.6
"""link where the line is not named."""
_OPENS = ("across", "between", "among", "over", "for", "with", "depending", "by")


def read_variation(view: View) -> Iterator[Found]:
    """Whether the numbers of the named lines, else of every column along what rows are, vary as the clause says."""
    clause = view.clause
    place = next((each for each, stem in enumerate(clause.stems) if stem in stems("varying") | stems("steady")), None)
    if place is None or not any(word in _OPENS for word in clause.words[place : place + 4]):
        return
    named = tuple(name for name in clause.named if name.axis == view.axis and name.span[1] <= place)
    lines = lines_of(named) or (view.everyone if _along_labels(view, place) else frozenset())
    spreads = {line: spread for line in sorted(lines) if (spread := _spread(view, line)) is not None}
    if not spreads:
        return
    typical = median(spreads.values())
    varies = clause.stems[place] in stems("varying")
    steps = tuple(f"the numbers of {short(view.lines[line].label)} span {spread:.0%} of their median" for line, spread in spreads.items())
    margin = min(1.0, abs(typical - VARIES) / VARIES)
    subject = Subject(lines, mean_score(named) if named else WEAK)
    yield Found("equal", ((typical > VARIES) == varies) != clause.denied(place), subject.link, margin, steps, "equal", subject)


def _along_labels(view: View, place: int) -> bool:
    """Whether the clause speaks of what the rows are, by the words of the corner: "across domains"."""
    return view.axis == "column" and bool(set(view.clause.keys[place:]) & view.matrix.corner - stems("stop"))


def _spread(view: View, line: int) -> float | None:
    values = [value for across in view.scope if (value := view.value(line, across)) is not None]
    middle = abs(median(values)) if len(values) > 1 else 0.0
    return (max(values) - min(values)) / middle if middle else None
