"""
Search by words: BM25 over stems, with the share of the query that each text covers.

Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", section 3.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth.verifier.stance.words import words_of

Floats = npt.NDArray[np.float32]
K1, B = 1.2, 0.75
"""usual constants (section 3.1): how soon a repeated word stops counting, and how far long texts are held back."""


def terms_of(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [word.stem for word in words_of(text) if word.is_content]


class Bm25:
    """Texts as lists of terms, posted once; cost is linear in the terms."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._size = len(texts)
        lists: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for i, terms in enumerate(texts):
            for term, count in Counter(terms).items():
                lists[term].append((i, count))
        length = np.array([len(terms) for terms in texts], np.float32)
        norm = K1 * (1 - B + B * length / max(float(length.mean()) if len(length) else 1.0, 1.0))
        self._postings: dict[str, tuple[npt.NDArray[np.int64], Floats]] = {}
        for term, pairs in lists.items():
            ids, counts = np.array([i for i, _ in pairs]), np.array([count for _, count in pairs], np.float32)
            weights = self._rarity(len(pairs)) * counts * (K1 + 1) / (counts + norm[ids])
            self._postings[term] = (ids, weights.astype(np.float32))

    def _rarity(self, texts: int) -> float:
        return float(np.log(1 + (self._size - texts + 0.5) / (texts + 0.5)))

    def search(self, terms: Sequence[str]) -> tuple[Floats, Floats]:
        """
        What every text is worth for a query.

        returns  score [n], and the share of the query's terms that the text holds [n], each term counted by its rarity
        """
        scores, covered, total = np.zeros(self._size, np.float32), np.zeros(self._size, np.float32), 0.0
        for term in sorted(set(terms)):
            ids, weights = self._postings.get(term, (np.zeros(0, np.int64), np.zeros(0, np.float32)))
            rarity = self._rarity(len(ids))
            total += rarity
            scores[ids] += weights
            covered[ids] += rarity
        return scores, covered / total if total else covered
