"""
A superlative that the claim does not state: "..., which is the best result ever published", in one of several wordings.

Not entailed: a value or a comparison with some methods says nothing on all that were ever published. Claims that have a
superlative of their own are left alone.
"""

from __future__ import annotations

import re

from synth.model import Claim
from synth.model.claim import claim_id
from synth.verifier.mutants.surroundings import Surroundings

ADDED = (
    ", which is the best result ever published",
    ", the first method to do so",
    ", as no other method does",
    ", which sets a new state of the art",
    ", the best of all published methods",
    ", which only this method achieves",
)
_SUPERLATIVE = re.compile(
    r"\b(?:best|worst|most|least|highest|lowest|fastest|slowest|largest|smallest|greatest"
    r"|top(?!-[15k]\b)|record|state[- ]of[- ]the[- ]art|sota|first|only)\b",
    re.I,
)


def topped(claim: Claim, around: Surroundings) -> str | None:
    """The claim with a superlative added; None where it has one."""
    if _SUPERLATIVE.search(claim.text):
        return None
    added = ADDED[int(claim_id(claim.paper_id, claim.text).removeprefix("c-"), 16) % len(ADDED)]
    return f"{claim.text.rstrip(' .;')}{added}."
