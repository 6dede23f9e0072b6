"""What a way of being wrong is: a pure function from a claim and its surroundings to the text of one wrong sibling."""

from __future__ import annotations

from typing import Protocol

from synth.model import Claim
from synth.verifier.mutants.surroundings import Surroundings


class Mutation(Protocol):
    """One way to be wrong."""

    def __call__(self, claim: Claim, around: Surroundings) -> str | None:
        """The claim's text made wrong in this way; None where it cannot be made, or might hold by chance. Deterministic."""
        ...


def replaced(text: str, start: int, end: int, new: str) -> str:
    """The text with one part exchanged; where that is its beginning, it stays a capital."""
    made = text[:start] + new + text[end:]
    return made if start else made[:1].upper() + made[1:]
