"""
Which passages are likeliest to hold the evidence on a claim: a weighted sum of a few signs, learned on marked evidence.

The weights are in ranker.json; `synth.verifier.recipes.train_ranker` says what they were learned from, and measures them.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
FEATURES = ("words", "covered", "cosine", "around", "document")
"""
words     BM25, as a share of the best passage's
covered   share of the claim's words that it has, each counted by its rarity
cosine    of the embeddings
around    mean cosine of the sentences before and behind it: a sentence alone often does not name its subject
document  how well its document fits as a whole, from 0 to 1

How far down the abstract it stands would add to this on SciFact, where findings come last, and would put a last sentence on
the matter above an earlier one that says the very words; so place does not count.
"""


@cache
def weights() -> Floats:
    """One weight a feature."""
    held: dict[str, float] = json.loads(resources.files(__package__).joinpath("ranker.json").read_text("utf-8"))["weights"]
    return np.array([held[name] for name in FEATURES], np.float32)
