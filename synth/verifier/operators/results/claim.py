"""
A claim on a table of results to what its clauses come to, and these to one reading.

A claim whose names are not in the table is about something else: it is not judged, and never refuted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.verifier.operators.lexicon import stems
from synth.verifier.operators.results.clauses import Clause, clauses_of
from synth.verifier.operators.results.comparisons import read_comparison
from synth.verifier.operators.results.directions import read_direction
from synth.verifier.operators.results.equality import read_equality
from synth.verifier.operators.results.extremes import read_extreme
from synth.verifier.operators.results.figures import read_figures
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.gaps import read_gap
from synth.verifier.operators.results.matrix import Axis, Matrix, other
from synth.verifier.operators.results.naming import unknown_names
from synth.verifier.operators.results.subject import NOBODY, Subject
from synth.verifier.operators.results.together import read_together
from synth.verifier.operators.results.trend import read_trend
from synth.verifier.operators.results.variation import read_variation
from synth.verifier.operators.results.view import View
from synth.verifier.operators.words import key, weight

AXES: tuple[Axis, ...] = ("row", "column")
MEASURES = 0.3
"""share of the columns that name measures from which they are not taken for the things compared where rows are named."""
SURE_NAME = 0.5
ACROSS_MEASURES = 0.2
"""what is left of the link where lines of different measures are held against each other."""
UNMARKED = 0.5
"""the same where bold print or "ours" marks the lines across as the things compared, and the claim names but one of these."""
COMPARABLE = 1.01
"""share of the strongest reading's strength from which a clause that fails decides."""
COVERED = 0.1
"""least share of a claim's telling words that the table has."""


@dataclass(frozen=True)
class Reading:
    """What a claim on a table of results comes to."""

    found: Found | None
    """the strongest reading; None where nothing could be executed."""
    every: tuple[Found, ...]
    reason: str = ""
    """why there is none."""
    beside: tuple[Found, ...] = ()
    """what else the claim says, which must hold too."""
    lean: Found | None = None
    """where no reading decides: what the strongest of the doubtful ones comes to."""


def read_claim(text: str, matrix: Matrix) -> Reading:
    """The strongest executed reading of a claim; none where the table does not have what the claim names."""
    by_clause: list[list[Found]] = []
    spoken_of: dict[Axis, Subject] = {}
    for part in clauses_of(text):
        clause = Clause(part, matrix)
        found = _read_clause(clause, spoken_of)
        by_clause.append(found)
        _remember(spoken_of, clause, found)
    every = tuple(each for found in by_clause for each in found)
    reason = _not_meant(text, matrix) or ("" if every else "no operator reads the claim")
    if not every:
        return Reading(None, every, reason, lean=_leaning(text, matrix))
    deciding = _deciding(by_clause)
    beside = tuple(_beside(by_clause, deciding))
    return Reading(None, every, reason, beside, lean=deciding) if reason else Reading(deciding, every, beside=beside)


def _beside(by_clause: Sequence[Sequence[Found]], deciding: Found) -> list[Found]:
    """The strongest reading of each operator in each clause, without what the deciding one says in its own clause already."""
    best: dict[tuple[int, str], Found] = {}
    for number, found in enumerate(by_clause):
        own = deciding in found
        for each in found:
            if not (own and each.operator in (deciding.operator, "compare", "extreme")) and each.strength > _strength(
                best.get((number, each.operator))
            ):
                best[number, each.operator] = each
    return list(best.values())


def _strength(found: Found | None) -> float:
    return found.strength if found else 0.0


def _leaning(text: str, matrix: Matrix) -> Found | None:
    """The strongest of the weak readings of a claim that no operator reads as it is said."""
    clauses = [Clause(part, matrix) for part in clauses_of(text)]
    views = (View(clause, axis) for clause in clauses for axis in AXES)
    found = [each.on(view.axis, _sense(matrix, view.axis)) for view in views if view.scope for each in read_direction(view)]
    return max(found, key=lambda each: each.strength, default=None)


def _not_meant(text: str, matrix: Matrix) -> str:
    """Why the claim is likely about something else than the table; empty where it is not."""
    names, unknown = unknown_names(text, matrix.vocabulary)
    if unknown and 2 * len(unknown) >= names:
        return f"the table names nothing like {', '.join(unknown[:3])}"
    return "the table has next to none of the claim's words" if _covered(text, matrix) < COVERED else ""


def _deciding(by_clause: Sequence[Sequence[Found]]) -> Found:
    """The strongest reading; one that fails before one that holds and is not much stronger, as every clause must hold."""
    best = [max(found, key=lambda each: each.strength) for found in by_clause if found]
    strongest = max(best, key=lambda each: each.strength)
    failing = max((each for each in best if not each.holds), key=lambda each: each.strength, default=None)
    return failing if failing and failing.strength >= COMPARABLE * strongest.strength else strongest


def _read_clause(clause: Clause, spoken_of: dict[Axis, Subject]) -> list[Found]:
    found: list[Found] = []
    for axis in AXES:
        view = View(clause, axis, spoken_of.get(axis, NOBODY))
        if len(view.everyone) < 2 or not view.scope or _names_rows_only(view):
            continue
        own = [*read_gap(view), *read_together(view)]
        own = own or [*read_comparison(view), *read_extreme(view), *read_trend(view), *read_variation(view)]
        own += read_figures(view) if axis == "row" else ()
        if not any(each.operator in ("compare", "extreme") for each in own):
            own += read_equality(view)
        if any(each.rests_on == "named" for each in own):
            own = [each for each in own if each.operator != "extreme"]
        share = _sense(clause.matrix, axis)
        found += [each.on(axis, share if each.rests_on == "named" else share * _marked(clause.matrix, axis)) for each in own]
    return found


def _names_rows_only(view: View) -> bool:
    """Whether the columns are measures and the clause names rows: then rows are compared."""
    named = any(name.axis == "row" and name.score >= SURE_NAME for name in view.clause.named)
    return view.axis == "column" and named and view.matrix.names_measures("column") > MEASURES


def _sense(matrix: Matrix, axis: Axis) -> float:
    """1, or less where the lines of an axis are of different measures and those across are not."""
    own, across = matrix.names_measures(axis), matrix.names_measures(other(axis))
    return ACROSS_MEASURES if own > 0.5 and matrix.several_measures(axis) and across <= own else 1.0


def _marked(matrix: Matrix, axis: Axis) -> float:
    """1, or less where the table marks the lines across as the things compared."""
    return 1.0 if matrix.compared in (axis, None) else UNMARKED


def _remember(spoken_of: dict[Axis, Subject], clause: Clause, found: list[Found]) -> None:
    """What the next clause may go on speaking of."""
    best = max((each for each in found if each.subject.lines), key=lambda each: each.strength, default=None)
    if best:
        spoken_of.clear()
        spoken_of[best.axis] = best.subject
        return
    first = next((name for name in clause.named if name.axis == "row"), None)
    if first and not found:
        spoken_of.clear()
        spoken_of["row"] = Subject(first.lines, first.score)


def _covered(text: str, matrix: Matrix) -> float:
    """Share of the telling words of a claim that labels or caption have."""
    said = [word for word in key(text) if weight(word) == 1 and word not in stems("generic") and not word[0].isdigit()]
    return sum(word in matrix.vocabulary for word in said) / max(1, len(said))
