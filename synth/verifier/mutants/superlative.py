"""
A superlative that the claim does not state: "..., which is the best result ever published".

Not entailed: a value or a comparison with some methods says nothing on all that were ever published. Claims that have a
superlative of their own are left alone.
"""

from __future__ import annotations

import re

from synth.model import Claim
from synth.verifier.mutants.surroundings import Surroundings

ADDED = ", which is the best result ever published"
_SUPERLATIVE = re.compile(
    r"\b(?:best|worst|most|least|highest|lowest|fastest|slowest|largest|smallest|greatest"
    r"|top(?!-[15k]\b)|record|state[- ]of[- ]the[- ]art|sota|first|only)\b",
    re.I,
)


def topped(claim: Claim, around: Surroundings) -> str | None:
    """The claim with a superlative added; None where it has one."""
    return None if _SUPERLATIVE.search(claim.text) else f"{claim.text.rstrip(' .;')}{ADDED}."
