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

from synth.model import Document, Passage

Floats = npt.NDArray[np.float32]
FEATURES = ("words", "covered", "cosine", "around", "document", "length", "closing", "opening")
"""
words     BM25, as a share of the best passage's
covered   share of the claim's words that it has, each counted by its rarity
cosine    of the embeddings
around    mean cosine of the sentences before and behind it: a sentence alone often does not name its subject
document  how well its document fits as a whole, from 0 to 1
length    logarithm of its words
closing   how far down the abstract it stands, 0 elsewhere: findings close an abstract
opening   1 / place in the document, 0 in an abstract: the first sentences say what is done and found
"""


@cache
def weights() -> Floats:
    """One weight a feature."""
    held: dict[str, float] = json.loads(resources.files(__package__).joinpath("ranker.json").read_text("utf-8"))["weights"]
    return np.array([held[name] for name in FEATURES], np.float32)


def standing(document: Document, passages: list[Passage], lengths: list[int]) -> Floats:
    """What is known of passages of one document before any claim: length, closing and opening, [n, 3]."""
    abstract = [passage.start for passage in document.passages if passage.role == "abstract"]
    first, span = min(abstract, default=0), max(max(abstract, default=0) - min(abstract, default=0), 1)
    rows = [
        (np.log1p(length), (passage.start - first) / span, 0.0)
        if passage.role == "abstract"
        else (np.log1p(length), 0.0, 1.0 / (1 + place))
        for place, (passage, length) in enumerate(zip(passages, lengths, strict=True))
    ]
    return np.array(rows, np.float32).reshape(-1, 3)
