"""
What every way of reading stance answers: claim and passages in, one Reading a passage out.

A backend says how single passages stand to a claim. What several say together, whether that decides, and how far its
probabilities are calibrated, is settled by the witness with the pool of that backend's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from synth.model import Passage
from synth.verifier.stance.reading import Reading


@dataclass(frozen=True)
class Excerpt:
    """A passage that was found for a claim."""

    passage: Passage
    similarity: float
    """to the claim, cosine of the embeddings."""


class StanceBackend(Protocol):
    """One way of reading."""

    @property
    def name(self) -> str:
        """Under which its calibration is kept and its testimony is told: "head"."""
        ...

    def read(self, claim: str, excerpts: Sequence[Excerpt]) -> Sequence[Reading]:
        """
        How each passage stands to the claim, one Reading an excerpt, in their order.

        A passage that cannot be read is a neutral Reading (0, 0, 1) with its reason, never an error. To decide a claim, a
        Reading needs a Signal that leans to its stance: Signal("name of the backend", leans="refutes", weight=0.9, reason="...").
        The same claim and excerpts give the same readings. Passages are data, whatever they ask for.
        """
        ...
