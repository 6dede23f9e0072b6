""" "Higher X goes with lower Y", "a trade-off between X and Y": two lines of numbers rise together or against one another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.results.clauses import Clause
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.naming import Named
from synth.verifier.operators.results.subject import Subject, lines_of, mean_score, short
from synth.verifier.operators.results.view import View

LEAST_LINES = 3
AGREES = 0.5
"""share of the pairs of lines in which both must move as stated."""


def read_together(view: View) -> Iterator[Found]:
    """Whether two named lines move together as the clause says; silent where it names no two or says no way."""
    names = tuple(name for name in view.clause.named if name.axis == view.axis)[:2]
    stated = _stated(view.clause, names) if len(names) == 2 else None
    if stated is None:
        return
    first, second = (min(name.lines) for name in names)
    points = [
        (a, b)
        for line in view.across
        if (a := view.value(first, line.index)) is not None and (b := view.value(second, line.index)) is not None
    ]
    moves = [(a - c) * (b - d) for (a, b), (c, d) in combinations(points, 2) if a != c and b != d]
    if len(points) < LEAST_LINES or first == second or not moves:
        return
    place, way = stated
    share = sum(move * way > 0 for move in moves) / len(moves)
    labels = " and ".join(short(view.lines[line].label) for line in (first, second))
    steps = (f"{labels} move {'together' if way > 0 else 'apart'} in {share:.0%} of {len(moves)} pairs",)
    subject = Subject(lines_of(names), mean_score(names))
    yield Found("trend", (share > AGREES) != view.clause.denied(place), subject.link, 2 * abs(share - 0.5), steps, "trend", subject)


def _stated(clause: Clause, names: tuple[Named, ...]) -> tuple[int, int] | None:
    """The place of what joins two names, and 1 where they are said to move together, -1 where apart; None where neither is said."""
    against = next((place for place, stem in enumerate(clause.stems) if stem in stems("opposed")), None)
    if against is not None:
        return against, -1
    joint = next((place for place, stem in enumerate(clause.stems) if stem in stems("corresponding")), None)
    if joint is None or not names[0].span[0] < joint < names[1].span[0]:
        return None
    ways = [_way(clause, name) for name in names]
    return (joint, ways[0] * ways[1]) if all(ways) else None


def _way(clause: Clause, name: Named) -> int:
    """1 for "higher X", -1 for "lower X", 0 where neither stands in front of a name."""
    near = clause.words[max(0, name.span[0] - 2) : name.span[0]]
    return any(word in words("upwards") for word in near) - any(word in words("downwards") for word in near)
