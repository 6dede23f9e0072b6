"""
Search over all passages of all documents, in two steps.

1. The documents that fit the claim as wholes give all their passages, and so do the best passages by BM25 anywhere.
2. Words, embeddings, neighbours and document of each are summed by the ranker.

So a claim costs about the same among a thousand documents as among fifty; indexing embeds every passage once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth.model import Document, Passage
from synth.verifier.documents import DocumentIndex, Embeds, Floats, is_searched, relative
from synth.verifier.lexical import Bm25, terms_of
from synth.verifier.ranker import weights
from synth.verifier.voices import is_near_copy, keys_of_claim, works_of

__all__ = ["Embeds", "Hit", "PassageIndex", "is_near_copy", "keys_of_claim"]

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
DOCUMENTS = 50
"""documents of which every passage is looked at,"""
POOL = 200
"""and passages that are looked at besides, wherever they are."""
SHORTEST = 3
"""content words a passage needs to say anything."""


@dataclass(frozen=True)
class Hit:
    """A passage that was found."""

    passage: Passage
    similarity: float
    """cosine to the query."""
    score: float
    """of the ranker; orders the hits of one search, and means nothing across searches."""


class PassageIndex:
    """All passages of all documents, indexed once."""

    def __init__(self, documents: Sequence[Document], embedder: Embeds) -> None:
        self.documents = tuple(documents)
        self._embedder = embedder
        seen: set[tuple[str, int, str]] = set()
        passages: list[Passage] = []
        terms: list[list[str]] = []
        homes: list[int] = []
        for home, document in enumerate(self.documents):
            kept = _spoken(document, seen)
            passages += [passage for passage, _ in kept]
            terms += [words for _, words in kept]
            homes += [home] * len(kept)
        self.passages = tuple(passages)
        self._home: Places = np.array(homes, np.int64)
        self._works = works_of(self.documents)
        self._words = Bm25(terms)
        said: list[list[str]] = [[] for _ in self.documents]
        for home, words in zip(homes, terms, strict=True):
            said[home] += words
        self._whole = DocumentIndex(self.documents, embedder, said)
        self.vectors = embedder.embed([passage.text for passage in passages]) if passages else np.zeros((0, 1), np.float32)

    def is_own(self, keys: frozenset[str]) -> Mask:
        """Which passages belong to the work with these names, [n]."""
        return np.array([bool(work & keys) for work in self._works], bool)[self._home]

    def search(self, text: str, among: Mask, top: int) -> tuple[Hit, ...]:
        """The best passages among those marked, best first; ties in the order of the documents."""
        ids, signs = self.signs(text, among)
        scores = np.round((signs @ weights()).astype(np.float64), 6)
        related = np.flatnonzero((signs[:, 0] > 0) | (signs[:, 2] > 0))
        best = related[np.argsort(-scores[related], kind="stable")[:top]]
        return tuple(Hit(self.passages[ids[i]], float(np.clip(signs[i, 2], -1, 1)), float(scores[i])) for i in best)

    def signs(self, text: str, among: Mask) -> tuple[Places, Floats]:
        """Places of the passages that are looked at, in order, and the ranker's features of each, [m, features]."""
        words, covered = self._words.search(terms_of(text))
        fit = self._whole.scores(text)
        ids = self._looked_at(words, fit, among)
        if not len(ids):
            return ids, np.zeros((0, len(weights())), np.float32)
        cosine, around = self._cosines(ids, self._embedder.embed([text])[0])
        return ids, np.column_stack([relative(words[ids]), covered[ids], cosine, around, fit[self._home[ids]]])

    def _looked_at(self, words: Floats, fit: Floats, among: Mask) -> Places:
        open_documents = np.flatnonzero(np.bincount(self._home[among], minlength=len(fit)))
        if len(open_documents) <= DOCUMENTS:
            return np.flatnonzero(among)
        chosen = np.zeros(len(fit), bool)
        chosen[open_documents[np.argsort(-fit[open_documents], kind="stable")[:DOCUMENTS]]] = True
        spoken = np.flatnonzero(among & (words > 0))
        looked = chosen[self._home] & among
        looked[spoken[largest(words[spoken], POOL)]] = True
        return np.flatnonzero(looked)

    def _cosines(self, ids: Places, query: Floats) -> tuple[Floats, Floats]:
        """Cosine of each passage to the query, and the mean of its neighbours' in the same document."""
        last = len(self.passages) - 1
        before, behind = np.maximum(ids - 1, 0), np.minimum(ids + 1, last)
        cosine = np.zeros(last + 1, np.float32)
        needed = np.unique(np.concatenate([before, ids, behind]))
        cosine[needed] = self.vectors[needed] @ query
        sides = [np.where((self._home[side] == self._home[ids]) & (side != ids), cosine[side], 0.0) for side in (before, behind)]
        return cosine[ids], ((sides[0] + sides[1]) / 2).astype(np.float32)


def largest(values: Floats, count: int) -> Places:
    """Places of the largest values in no order; of equal ones the first. Sorting all of them would cost most of a search."""
    if len(values) <= count:
        return np.arange(len(values))
    least = np.partition(values, len(values) - count)[len(values) - count]
    above, level = np.flatnonzero(values > least), np.flatnonzero(values == least)
    return np.concatenate([above, level[: count - len(above)]])


def _spoken(document: Document, seen: set[tuple[str, int, str]]) -> list[tuple[Passage, list[str]]]:
    """The passages of a document that may be evidence with their terms, each once."""
    found = []
    for passage in filter(is_searched, document.passages):
        mark = (passage.paper_id, passage.start, passage.text)
        words = terms_of(passage.text)
        if mark not in seen and len(words) >= SHORTEST:
            seen.add(mark)
            found.append((passage, words))
    return found
