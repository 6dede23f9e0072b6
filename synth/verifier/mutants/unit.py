"""
The unit changed: "4.6 GFLOPs" becomes "4.6 MFLOPs", "2 times faster" becomes "2% faster".

Wrong because the number stays: a thousand times more or less, or a count of operations in the place of a time. Points of a percentage and
per cent of it are left alone, as papers write one for the other.
"""

from __future__ import annotations

import re

from synth.model import Claim
from synth.verifier.mutants.mutation import replaced
from synth.verifier.mutants.surroundings import Surroundings

UNITS: tuple[tuple[str, str], ...] = (
    (r"GFLOPs", "ms"),
    (r"GMACs", "ms"),
    (r"MFLOPs", "GFLOPs"),
    (r"ms(?= latency|\b)", "GFLOPs"),
    (r"(?:images|frames|tokens)(?=/s\b| per second\b)", "thousand images"),
    (r"M(?= param)", "B"),
    (r"million(?= param)", "billion"),
    (r"GB|GiB", "MB"),
    (r"times(?= (?:as|faster|slower|higher|lower|more|fewer|less|smaller|larger)\b)", "percent"),
    (r"x(?= (?:faster|slower|higher|lower|more|fewer|less|smaller|larger|speed)\b)", "%"),
)


def exchanged_unit(claim: Claim, around: Surroundings) -> str | None:
    """The claim with the unit of its first result in another's place; None where it has no unit that excludes the other."""
    for unit, other in UNITS:
        if found := re.search(rf"\d\s?(?P<unit>{unit})(?!\w)", claim.text):
            return replaced(claim.text, *found.span("unit"), other)
    return None
