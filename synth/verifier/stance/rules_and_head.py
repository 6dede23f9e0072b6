"""The backend that needs nothing but this program: the rules of stance, weighed by the learned head."""

from __future__ import annotations

from collections.abc import Sequence

from synth.verifier.stance.backend import Excerpt
from synth.verifier.stance.head import Head, head
from synth.verifier.stance.read import read_stance
from synth.verifier.stance.reading import Reading


class HeadBackend:
    """Rules and head, one passage at a time."""

    name = "head"

    def __init__(self, weights: Head | None = None) -> None:
        self.weights = weights or head()

    def read(self, claim: str, excerpts: Sequence[Excerpt]) -> tuple[Reading, ...]:
        """How each passage stands to the claim."""
        return tuple(read_stance(claim, each.passage.text, each.similarity, weights=self.weights) for each in excerpts)
