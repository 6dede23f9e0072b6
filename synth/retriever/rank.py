"""How near texts are to a question, by sentence embeddings of the whole question and of each of its facets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synth.model import Question
from synth.retriever.coverage import speaks_of

if TYPE_CHECKING:
    from synth.store.embedding import Embedder

WEIGHT_OF_NAMES = 0.2
"""
What a text gains that names every facet of the question, on the scale of a cosine.

The question as one sentence is drawn to its most particular words ("MBPP"), and its facets one by one know their other names;
so half of the nearness is the question's, half the mean of its facets, and a text that names a facet outright gains a share.
"""
NAMES_A_FACET = 8


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
