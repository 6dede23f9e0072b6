""" "All games be in june", "most of the awards", "the only away win": which rows of a scope have a property."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synth.verifier.operators.counts import share
from synth.verifier.operators.records.program import Filter, Program, conjunction, link_of, merged, used
from synth.verifier.operators.records.terms import Terms, combinations


def quantified(terms: Terms) -> Iterator[Program]:
    """For each quantifier, every mention in turn as the property and the others as the scope."""
    groups = (*terms.cells, *terms.number_groups())
    for name in ("every", "most_of", "only"):
        cues = terms.statement.cues(name)
        for chosen in combinations(groups, 2) if cues else ():
            parts = merged(chosen)
            last = max(range(len(parts)), key=lambda place: min(parts[place].used), default=0)
            for place, each in enumerate(parts):
                scope = tuple(other for other in parts if other is not each)
                flags = _flags(each, scope, cues[0], last=place == last)
                program = _program(terms, name, each, scope, flags, cues[0])
                if program:
                    yield program


def _flags(each: Filter, scope: Sequence[Filter], cue: int, *, last: bool) -> frozenset[str]:
    found = {
        "behind" if min(each.used) > cue else "before",
        "scoped" if scope else "unscoped",
        "last" if last else "inner",
    }
    return frozenset(found | ({"numeric"} if each.number else set()))


def _program(terms: Terms, name: str, each: Filter, scope: Sequence[Filter], flags: frozenset[str], cue: int) -> Program | None:
    within = conjunction(scope, terms.everything)
    part = share(each.rows, within)
    if part is None:
        return None
    inside = len(each.rows & within)
    taken, link = used([each, *scope], [cue], terms.denials), link_of([each, *scope])
    step = (f"{inside} of {len(within)} rows have {each.words}",)
    if name == "every":
        return Program("every", inside == 0 if terms.denied else part == 1, taken, link, step, flags)
    if name == "most_of":
        return Program("most_of", (part > 0.5) != terms.denied, taken, link, step, flags)
    if not scope:
        return Program("only_one", (len(each.rows) == 1) != terms.denied, taken, link, step, flags)
    if not inside:
        return None
    near = min(abs(min(each.used) - cue), abs(cue - max(each.used))) <= 2
    flags |= frozenset(["adjacent"] if near else [])
    return Program("only", (within <= each.rows) != terms.denied, taken, link, (f"{len(within - each.rows)} further rows",), flags)
