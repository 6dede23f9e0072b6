"""
The condition exchanged, or dropped.

Exchanged for a data set or backbone that no document names: wrong, or at least nothing that was read can speak for it.
Dropped by claiming it of every data set, backbone or keep rate: what holds under one condition does not follow for all. A mere
omission would still be true of what is meant, so the generality is said.
"""

from __future__ import annotations

import re

from synth.model import Claim, vocabulary
from synth.model.vocabulary import Kind
from synth.verifier.mutants.mutation import replaced
from synth.verifier.mutants.surroundings import Surroundings

EVERY: dict[Kind, str] = {"dataset": "every data set", "backbone": "every backbone"}
_RATE = re.compile(r"\bat (?:an? )?keep[- ]?(?:rate|ratio)s? (?:of |= ?)?\d*\.?\d+%?", re.I)
_PLACED = re.compile(r"\b(?:on|with|for|in|of|to|at|using|by) (?:the )?$", re.I)
_DENIED = re.compile(r"\b(?:no|not|never|neither|nor|none|without|cannot|every|all|each|any|some|only)\b|n't\b", re.I)


def exchanged(claim: Claim, around: Surroundings) -> str | None:
    """The claim under another condition; None where it names none, or every data set and backbone is named somewhere."""
    for mention in vocabulary().mentions(claim.text, *EVERY):
        other = around.foreign(mention.term.kind)
        if other and not _DENIED.search(claim.text):
            return replaced(claim.text, mention.start, mention.end, other.label)
    return None


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
