"""
The condition exchanged, or dropped.

Exchanged for another data set or backbone of the same paper to which no sentence or cell gives one of the claim's numbers, else for one
that no document names: wrong, or at least nothing that was read can speak for it.
Dropped by claiming it of every data set, backbone or keep rate: what holds under one condition does not follow for all. A mere
omission would still be true of what is meant, so the generality is said.
"""

from __future__ import annotations

import re

from synth.model import Claim, Term, slug, vocabulary
from synth.model.vocabulary import Kind
from synth.verifier.mutants.mutation import replaced
from synth.verifier.mutants.surroundings import Surroundings, values_in
from synth.verifier.stance.numbers import results_of

EVERY: dict[Kind, str] = {"dataset": "every data set", "backbone": "every backbone"}
_RATE = re.compile(r"\bat (?:an? )?keep[- ]?(?:rate|ratio)s? (?:of |= ?)?\d*\.?\d+%?", re.I)
_PLACED = re.compile(r"\b(?:on|with|for|in|of|to|at|using|by) (?:the )?$", re.I)
_DENIED = re.compile(r"\b(?:no|not|never|neither|nor|none|without|cannot|every|all|each|any|some|only)\b|n't\b", re.I)


def exchanged(claim: Claim, around: Surroundings) -> str | None:
    """The claim under another condition; None where it names none, or no other is known to be wrong."""
    if _DENIED.search(claim.text):
        return None
    values = {value for number in results_of(claim.text) for value in values_in(number.text)}
    named = {mention.term.name for mention in vocabulary().mentions(claim.text, *EVERY)}
    for mention in vocabulary().mentions(claim.text, *EVERY):
        kind = mention.term.kind
        near = (term for term in around.rivals(claim.paper_id, kind) if term.name not in named and _is_apart(mention.term, term))
        wrong = (term for term in near if values and not around.are_told_together(term.name, values, kind))
        other = next(wrong, None) or around.foreign(kind)
        if other:
            return replaced(claim.text, mention.start, mention.end, other.label)
    return None


def _is_apart(term: Term, other: Term) -> bool:
    """Whether neither name holds the other: what holds on ImageNet-1k may be told of ImageNet."""
    return not (slug(term.label).startswith(slug(other.label)) or slug(other.label).startswith(slug(term.label)))


def dropped(claim: Claim, around: Surroundings) -> str | None:
    """The claim said of every condition; None where it names none or already says how many."""
    text = claim.text
    if _DENIED.search(text):
        return None
    if rate := _RATE.search(text):
        return replaced(text, *rate.span(), "at every keep rate")
    for mention in vocabulary().mentions(text, *EVERY):
        before = _PLACED.search(text[: mention.start])
        if before:
            start = mention.start - (4 if before.group().endswith("the ") else 0)
            return replaced(text, start, mention.end, EVERY[mention.term.kind])
    return None
