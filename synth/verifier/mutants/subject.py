"""
Another method in the place of the claim's own.

Where two methods are compared they change places: wrong because a strict comparison excludes its converse. Elsewhere the
subject becomes another method of the same paper that no sentence or cell gives one of the claim's numbers; where the claim
has no number, or no such method is there, one that no document names: nothing that was read can speak for it. Costs follow
from the keep rate whatever the method, so claims on them get such a stranger as well.
"""

from __future__ import annotations

import re

from synth.model import Claim, Compare, Mention, Term, leaves, vocabulary
from synth.verifier.mutants.mutation import replaced
from synth.verifier.mutants.surroundings import Surroundings, values_in
from synth.verifier.stance.numbers import results_of


def swapped(claim: Claim, around: Surroundings) -> str | None:
    """The claim said of another method; None where its subject is not found in its words."""
    named = list(vocabulary().mentions(claim.text, "method"))
    if any(mention.term.name == "keep_all" for mention in named[:1]) or "keep_all" in _subjects(claim):
        return None  # the plain model is told apart by its backbone, which is a condition
    sides = _sides(claim, named)
    if sides is not None:
        return _exchanged(claim.text, *sides)
    span = _subject(claim, named)
    other = _other(claim, named, around)
    return replaced(claim.text, *span, other.label) if span and other else None


COSTS = {"gmacs", "tokens", "images_per_second", "latency_ms", "memory_gib"}


def _subjects(claim: Claim) -> set[str]:
    """The methods that the hypothesis is about."""
    groups = (getattr(statement, "subject", None) for statement in (leaves(claim.hypothesis) if claim.hypothesis else ()))
    return {name for group in groups if group for name in group.members}


def _sides(claim: Claim, named: list[Mention]) -> tuple[Mention, Mention] | None:
    """The two methods of a strict comparison, in the order of the text."""
    statements = leaves(claim.hypothesis) if claim.hypothesis else ()
    for statement in statements:
        if isinstance(statement, Compare) and statement.relation != "equals":
            sides = ({*statement.subject.members}, {*statement.other.members})
            found = [next((each for each in named if each.term.name in side), None) for side in sides]
            if found[0] and found[1] and found[0].term != found[1].term:
                first, second = sorted((found[0], found[1]), key=lambda mention: mention.start)
                return first, second
    return None


def _exchanged(text: str, first: Mention, second: Mention) -> str:
    a, b = text[first.start : first.end], text[second.start : second.end]
    return replaced(text, first.start, second.end, b + text[first.end : second.start] + a)


def _subject(claim: Claim, named: list[Mention]) -> tuple[int, int] | None:
    """Where the text names its subject: the first method of the vocabulary, else the words of the hypothesis."""
    if named:
        tail = re.match(r"(?:-\w+)*", claim.text[named[0].end :])  # "MCTF-Fast" is one name
        return named[0].start, named[0].end + (tail.end() if tail else 0)
    for statement in leaves(claim.hypothesis) if claim.hypothesis else ():
        group = getattr(statement, "subject", None)
        label = group.label if group else ""
        if label and (found := re.search(rf"\b{re.escape(label)}\b", claim.text)):
            return found.span()
    return None


def _other(claim: Claim, named: list[Mention], around: Surroundings) -> Term | None:
    values = {value for number in results_of(claim.text) for value in values_in(number.text)}
    own = {mention.term.name for mention in named}
    metrics = {getattr(statement, "metric", "") for statement in (leaves(claim.hypothesis) if claim.hypothesis else ())}
    rivals = around.rivals(claim.paper_id) if values and not metrics & COSTS else []
    near = (
        term
        for term in rivals
        if term.name not in own and not _is_kin(claim.text, term) and not around.are_told_together(term.name, values)
    )
    return next(near, None) or around.foreign("method")


def _is_kin(text: str, term: Term) -> bool:
    """Whether the text names something that may be a model of this family: BoT50 is a BoTNet."""
    return len(term.label) > 3 and re.search(rf"\b{re.escape(term.label[:3])}", text) is not None
