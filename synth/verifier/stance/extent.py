"""How much a claim says at once: the more it says, the more of it may differ from what a passage says."""

from __future__ import annotations

import math
import re

from synth.verifier.stance.side import Side

LONGEST = 60
"""words from which a claim counts as no longer."""
MOST = 6
"""clauses, numbers and names that are counted."""


def extent(claim: Side) -> dict[str, float]:
    """Its words, sentences, marks between clauses, numbers and names, as inputs of the head on a document."""
    words = max(len(claim.text.split()), 1)
    return {
        "said_words": math.log(words),
        "said_words_squared": (min(words, LONGEST) / 30) ** 2,
        "said_sentences": float(min(len(re.findall(r"[.!?]\s", claim.text)), MOST)),
        "said_clauses": float(min(len(re.findall(r"[,;]", claim.text)), MOST)),
        "said_numbers": float(min(len(claim.numbers), MOST)),
        "said_names": float(min(len(claim.names), MOST)),
    }
