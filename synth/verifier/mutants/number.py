"""
A number changed by a fifth or more: "79.8%" becomes "63.8%".

Wrong because the new value lies outside of what rounding, "about" or a stated bound allows: "at least 2x" only grows, "at
most 0.5 points" only shrinks. No value is taken that the documents print anywhere, as it might be true of something near.
"""

from __future__ import annotations

import math
import re

from synth.model import Claim
from synth.verifier.mutants.mutation import replaced
from synth.verifier.mutants.surroundings import Surroundings
from synth.verifier.stance.numbers import Number, results_of

FACTORS = (0.8, 1.25, 0.6, 1.6, 2.5, 0.4, 4.0)
"""tried in this order: plausible values before absurd ones."""


def renumbered(claim: Claim, around: Surroundings) -> str | None:
    """The claim with the first number that it asserts exchanged for a wrong one; None where no such value is to be had."""
    for number in results_of(claim.text):
        match = re.match(r"\d+(?:\.(\d+))?(?![\d,]|\s?[-–]\s?\d| to \d)", claim.text[number.start :])
        if match is None:
            continue
        for factor in FACTORS:
            value = float(match.group()) * factor
            new = f"{value:.{len(match[1] or '')}f}"
            if (
                _is_wrong(number, float(new) / float(match.group()), value)
                and not around.is_printed(new)
                and not _is_a_change(number, new, around)
            ):
                return replaced(claim.text, number.start, number.start + match.end(), new)
    return None


def _is_a_change(number: Number, new: str, around: Surroundings) -> bool:
    """Whether a changed difference is a difference all the same, of two other rows."""
    return number.unit == "point" and around.is_difference(new)


def _is_wrong(number: Number, ratio: float, value: float) -> bool:
    """Whether the changed number lies where the words of the claim cannot reach."""
    if not 0 < ratio < math.inf or (number.unit == "percent" and value > 100) or 0.85 < ratio < 1.15:
        return False
    return not (math.isinf(number.high) and ratio < 1.5) and not (math.isinf(number.low) and ratio > 0.65)
