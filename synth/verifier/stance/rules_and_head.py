"""
The backend that needs nothing but this program: the rules of stance, weighed by the learned head.

1. Every sentence that was found is read by itself.
2. The sentences of one document are read together: what the best of them say, what the rules and the cross-encoder see in the
   nearest three side by side, how much of the claim they cover, and how much the claim says at once. This gives the stance of the
   document.
3. Each sentence is told with that stance as far as it carries it: the best sentence in full, the others in proportion. Where
   sentences of one document contradict each other, each is told by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth.verifier.stance.backend import Excerpt
from synth.verifier.stance.cross_encoder import UNASKED, Probabilities, cross_features
from synth.verifier.stance.extent import extent
from synth.verifier.stance.head import Head, Weights, head
from synth.verifier.stance.read import features_of, signals_of, told
from synth.verifier.stance.reading import Reading
from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import side_of

LOOKED = 5
"""sentences of a document, best first, that its stance is read from."""
TOGETHER = 3
"""sentences of a document that are read side by side."""
BOTH = 0.5
"""probability from which one sentence supports and another refutes: a document that contradicts itself has no stance of its own."""
PREFIX = 5
"""letters that tell one family of words from another: "inhibition", "inhibitor", "inhibits"."""


class HeadBackend:
    """Rules and head, one document at a time."""

    name = "head"

    def __init__(self, weights: Head | None = None) -> None:
        self.weights = weights or head()

    def read(self, claim: str, excerpts: Sequence[Excerpt]) -> tuple[Reading, ...]:
        """How each passage stands to the claim, in the light of what else its document says."""
        found: dict[int, Reading] = {}
        for paper in dict.fromkeys(each.passage.paper_id for each in excerpts):
            places = [i for i, each in enumerate(excerpts) if each.passage.paper_id == paper]
            found.update(zip(places, self._document(claim, [excerpts[i] for i in places]), strict=True))
        return tuple(found[i] for i in range(len(excerpts)))

    def _document(self, claim: str, excerpts: Sequence[Excerpt]) -> list[Reading]:
        signals = [signals_of(claim, each.passage.text) for each in excerpts]
        single = read_singly(signals, [each.similarity for each in excerpts], self.weights.sentence)
        most = [max(each[i] for each in single) for i in (0, 1)]
        if min(most) >= BOTH:
            return [told(alone[0], alone[1], seen) for alone, seen in zip(single, signals, strict=True)]
        supports, refutes, _ = self.weights.document(document_features(claim, excerpts[:LOOKED], single[:LOOKED]))
        return [
            told(supports * alone[0] / most[0], refutes * alone[1] / most[1], seen) for alone, seen in zip(single, signals, strict=True)
        ]


def read_singly(signals: Sequence[tuple[Signal, ...]], similarities: Sequence[float], weights: Weights) -> list[Probabilities]:
    """What each sentence says by itself."""
    return [weights(features_of(seen, similarity)) for seen, similarity in zip(signals, similarities, strict=True)]


def document_features(claim: str, excerpts: Sequence[Excerpt], single: Sequence[Probabilities]) -> dict[str, float]:
    """
    Inputs of the head on a document.

    excerpts  what the search found in it, best first
    single    what each of them says by itself
    """
    return {**matter_of(claim, excerpts), **voices_of(single)}


def matter_of(claim: str, excerpts: Sequence[Excerpt]) -> dict[str, float]:
    """
    What rules and cross-encoder see in the nearest sentences of a document, how near they are, and how much the claim says.

    Where a rule reads which of two named things is ahead, the cross-encoder is not asked: it takes an exchange of names lightly.
    """
    together = " ".join(each.passage.text for each in sorted(excerpts[:TOGETHER], key=lambda each: each.passage.start))
    similar = sorted((each.similarity for each in excerpts), reverse=True)
    mine = _families(claim)
    seen = features_of(signals_of(claim, together), max(each.similarity for each in excerpts[:TOGETHER]))
    return {
        **seen,
        **(UNASKED if seen["comp_agree"] or seen["comp_oppose"] else cross_features(claim, together)),
        "families_covered": len(mine & _families(together)) / max(len(mine), 1),
        "nearest": similar[0],
        "near": float(np.mean(similar[:TOGETHER])),
        "apart": similar[0] - similar[min(TOGETHER, len(similar)) - 1],
        "long": min(len(mine), 40) / 20,
        **extent(side_of(claim)),
    }


def voices_of(single: Sequence[Probabilities]) -> dict[str, float]:
    """What the sentences of a document say one by one, summed up; in the order in which the search found them."""
    logs = np.log(np.array(single) + 1e-3)
    return {
        "best_supports": float(logs[:, 0].max()),
        "best_refutes": float(logs[:, 1].max()),
        "least_neutral": float(logs[:, 2].min()),
        "mean_supports": float(np.mean([each[0] for each in single])),
        "mean_refutes": float(np.mean([each[1] for each in single])),
        "first_supports": float(logs[0, 0]),
        "first_refutes": float(logs[0, 1]),
        "first_neutral": float(logs[0, 2]),
    }


def _families(text: str) -> frozenset[str]:
    return frozenset(word[:PREFIX] for word in side_of(text).content)
