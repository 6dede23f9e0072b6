"""
Papers in the order in which they are worth reading: words that they share with the question, nearness of meaning, and no twice the same.

The score is a sum on the scale of a cosine: nearness by sentence embeddings, and a share for the words by BM25. Then papers
are taken one by one, each time the one whose score, less its likeness to those taken before, is highest (Carbonell and
Goldstein 1998, maximal marginal relevance).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from synth.model import Question
from synth.retriever.coverage import speaks_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from synth.store.embedding import Embedder

WEIGHT_OF_NAMES = 0.2
"""
What a text gains that names every facet of the question, on the scale of a cosine.

The question as one sentence is drawn to its most particular words ("MBPP"), and its facets one by one know their other names;
so half of the nearness is the question's, half the mean of its facets, and a text that names a facet outright gains a share.
"""
NAMES_A_FACET = 8
WEIGHT_OF_WORDS = 0.15
"""what the text with the most telling words gains over one with none of them."""
WEIGHT_OF_LIKENESS = 0.1
"""what a text loses that says the same as one taken before; small, since two papers on one subject are both wanted."""
SATURATION, LENGTH = 1.2, 0.75
"""k1 and b of BM25, as Robertson and Zaragoza 2009 advise."""
_ENDING = re.compile(r"(?<=\w{4})(?:ations?|tions?|ions?|ings?|ities|ity|ies|ments?|ed|es|e|s)$")


def order(question: Question, texts: Sequence[str], names: Sequence[str], embedder: Embedder) -> list[int]:
    """
    Places of the texts, the one to read first first.

    names   of the texts, which settle ties
    """
    if not texts:
        return []
    rows = embedder.embed(list(texts))
    near, words = nearness(question, texts, embedder), bm25(question, texts)
    best = max(words) or 1.0
    scores = [a + WEIGHT_OF_WORDS * b / best for a, b in zip(near, words, strict=True)]
    return spread(scores, rows, sorted(range(len(texts)), key=lambda place: names[place]))


def nearness(question: Question, texts: Sequence[str], embedder: Embedder) -> list[float]:
    """One number a text, higher is nearer; rounded so that the last bits of a cosine never decide an order."""
    if not texts:
        return []
    facets = [", ".join(facet.terms[:NAMES_A_FACET]) for facet in question.facets]
    rows = embedder.embed([question.text, *facets, *texts])
    asked, named, given = rows[0], rows[1 : 1 + len(facets)], rows[1 + len(facets) :]
    scores: list[float] = []
    for text, row in zip(texts, given, strict=True):
        whole = float(row @ asked)
        if facets:
            share = sum(speaks_of(text, facet) for facet in question.facets) / len(facets)
            whole = 0.5 * whole + 0.5 * float((named @ row).mean()) + WEIGHT_OF_NAMES * share
        scores.append(round(whole, 5))
    return scores


def bm25(question: Question, texts: Sequence[str]) -> list[float]:
    """How telling the words are that each text shares with the question's facets; 0 for none."""
    asked = {stem for facet in question.facets for term in (facet.text, *facet.terms[:NAMES_A_FACET]) for stem in _stems(term)}
    counts = [Counter(_stems(text)) for text in texts]
    lengths = [sum(count.values()) for count in counts]
    mean = sum(lengths) / max(1, len(lengths)) or 1.0
    holding = {stem: sum(stem in count for count in counts) for stem in asked}
    rarity = {stem: math.log(1 + (len(texts) - held + 0.5) / (held + 0.5)) for stem, held in holding.items()}
    return [
        sum(
            rarity[stem] * count[stem] * (SATURATION + 1) / (count[stem] + SATURATION * (1 - LENGTH + LENGTH * length / mean))
            for stem in sorted(asked & count.keys())
        )
        for count, length in zip(counts, lengths, strict=True)
    ]


def spread(scores: Sequence[float], rows: NDArray[np.float32], places: Sequence[int]) -> list[int]:
    """Places, each time the one with the highest score less its likeness to those taken before; the first named of equals."""
    import numpy as np

    left = list(places)
    likeness = np.zeros(len(scores))
    chosen: list[int] = []
    while left:
        best = max(left, key=lambda place: round(scores[place] - WEIGHT_OF_LIKENESS * max(0.0, float(likeness[place])), 5))
        left.remove(best)
        chosen.append(best)
        likeness = np.maximum(likeness, rows @ rows[best])
    return chosen


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in re.findall(r"[^\W_]{2,}", text.lower())]


@cache
def _stem(word: str) -> str:
    return _ENDING.sub("", word)
