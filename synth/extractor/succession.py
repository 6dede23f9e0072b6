"""Claims of a document that were extracted again → the earlier claims that they are, so that names and decisions of people survive."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Sequence

from synth.model import Claim, claim_id

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

Mark = Callable[[Claim], Hashable | None]
MARKS: tuple[Mark, ...] = (
    lambda claim: claim.text,
    lambda claim: claim.quote,
    lambda claim: claim.hypothesis.model_dump_json() if claim.hypothesis else None,
    lambda claim: _NUMBER.sub("#", " ".join(claim.quote.casefold().split())),
)
"""what two versions of one claim have in common, surest first: words, quote, hypothesis, or all of the quote but its numbers."""


def succeed(old: Sequence[Claim], new: Sequence[Claim], taken: Collection[str] = ()) -> tuple[Claim, ...]:
    """
    The new claims, each under the name of the old one that it follows, where it follows one.

    taken   names of claims of other documents, which no new claim may bear
    """
    heirs = _heirs(old, new)
    used = {*taken, *(each.id for each in heirs.values())}
    named: list[Claim] = []
    for place, claim in enumerate(new):
        before = heirs.get(place)
        if before is None:
            claim = claim.model_copy(update={"id": _free(claim, used)})
            used.add(claim.id)
        else:
            # A rule that was stored before anything was heard stays as long as it is a rule for the same hypothesis.
            rule = before.rule if claim.hypothesis == before.hypothesis else None
            claim = claim.model_copy(update={"id": before.id, "rule": rule})
        named.append(claim)
    return tuple(named)


def _heirs(old: Sequence[Claim], new: Sequence[Claim]) -> dict[int, Claim]:
    """The old claim of each place among the new ones that has one, no old claim twice."""
    heirs: dict[int, Claim] = {}
    for mark in MARKS:
        for place, claim in enumerate(new):
            left = [each for each in old if each not in heirs.values()]
            match = next((each for each in left if mark(claim) is not None and mark(each) == mark(claim)), None)
            if place not in heirs and match is not None:
                heirs[place] = match
    return heirs


def _free(claim: Claim, used: Collection[str]) -> str:
    """The claim's own name, or another one where an earlier claim that reads otherwise by now has kept it."""
    name, turn = claim.id, 1
    while name in used:
        turn += 1
        name = claim_id(claim.paper_id, f"{claim.text} ({turn})")
    return name
