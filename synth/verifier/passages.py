"""
Search over all passages of all documents: BM25 and sentence embeddings, fused by reciprocal rank.

Also answers which passages are the claim's own: those of the same work (a preprint, its article and a reading note
about it are one work), and near copies of its words anywhere.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from synth.model import Claim, Document, Paper, Passage, slug, split_arxiv_id
from synth.verifier.stance.side import Side
from synth.verifier.stance.words import words_of

Floats = npt.NDArray[np.float32]
K1, B = 1.2, 0.75
"""BM25's usual constants (Robertson and Zaragoza 2009, section 3.1)."""
FUSION = 60
"""constant of reciprocal rank fusion (Cormack, Clarke and Buettcher 2009)."""
POOL = 100
"""ranks per list that are fused."""
SHORTEST = 3
"""content words a passage needs to say anything."""


class Embeds(Protocol):
    """What is asked of an embedder."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """One unit row per text, [n, d]."""
        ...


@dataclass(frozen=True)
class Hit:
    """A passage that was found."""

    passage: Passage
    similarity: float
    """cosine to the query."""
    score: float
    """sum of reciprocal ranks; orders the hits."""


def keys_of(paper: Paper) -> frozenset[str]:
    """Names under which a work is the same work: id, arXiv id without version, DOI, title."""
    arxiv = split_arxiv_id(paper.arxiv_id or "") or split_arxiv_id(paper.id.removeprefix("arxiv:"))
    title = slug(paper.title)
    named = [
        paper.id,
        f"arxiv:{arxiv[0]}" if arxiv else "",
        f"doi:{paper.doi.lower()}" if paper.doi else "",
        f"title:{title}" if len(title) > 12 else "",
    ]
    return frozenset(name for name in named if name)


def keys_of_claim(claim: Claim, documents: Sequence[Document]) -> frozenset[str]:
    """The names of the claim's own work, whatever copies of it were read."""
    ids = {claim.paper_id, claim.passage.paper_id if claim.passage else claim.paper_id}
    arxiv = [split_arxiv_id(name.removeprefix("arxiv:")) for name in ids]
    keys = ids | {f"arxiv:{found[0]}" for found in arxiv if found}
    works = [keys_of(document.paper) for document in documents]
    while more := [work for work in works if work & keys and not work <= keys]:
        keys = keys.union(*more)
    return frozenset(keys)


def is_near_copy(claim: Side, passage: Side) -> bool:
    """Whether the passage repeats the claim's words in their order, names, numbers and negations included: a changed number is no copy."""
    mine, theirs = _order(claim), _order(passage)
    shared = len(mine & theirs)
    same_numbers = [number.text for number in claim.numbers] == [number.text for number in passage.numbers]
    same_negations = sorted(word.stem for word in claim.words if word.negated and word.is_content) == sorted(
        word.stem for word in passage.words if word.negated and word.is_content
    )
    same_names = [named.name for named in claim.names] == [named.name for named in passage.names]
    alike = len(claim.content & passage.content) >= 0.85 * max(len(claim.content), 1)
    return bool(mine) and alike and shared >= 0.75 * len(mine) and same_numbers and same_negations and same_names


def _order(side: Side) -> frozenset[tuple[str, str]]:
    stems = [word.stem for word in side.words if word.is_content]
    return frozenset(itertools.pairwise(stems)) or frozenset((stem, "") for stem in stems)


class PassageIndex:
    """All passages of all documents, indexed once."""

    def __init__(self, documents: Sequence[Document], embedder: Embeds) -> None:
        self.documents = tuple(documents)
        self._embedder = embedder
        seen: set[tuple[str, int, str]] = set()
        kept: list[tuple[Passage, frozenset[str]]] = []
        for document in self.documents:
            keys = keys_of(document.paper)
            for passage in document.passages:
                mark = (passage.paper_id, passage.start, passage.text)
                if passage.role != "references" and mark not in seen:
                    seen.add(mark)
                    kept.append((passage, keys))
        terms = [[word.stem for word in words_of(passage.text) if word.is_content] for passage, _ in kept]
        spoken = [i for i, words in enumerate(terms) if len(words) >= SHORTEST]
        self.passages = tuple(kept[i][0] for i in spoken)
        self._works = tuple(kept[i][1] for i in spoken)
        self._post([terms[i] for i in spoken])
        self.vectors = embedder.embed([passage.text for passage in self.passages]) if spoken else np.zeros((0, 1), np.float32)

    def _post(self, terms: list[list[str]]) -> None:
        lists: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for i, words in enumerate(terms):
            for word, count in Counter(words).items():
                lists[word].append((i, count))
        length = np.array([len(words) for words in terms], np.float32)
        norm = K1 * (1 - B + B * length / max(float(length.mean()) if len(length) else 1.0, 1.0))
        self._postings: dict[str, tuple[npt.NDArray[np.int64], Floats]] = {}
        for word, pairs in lists.items():
            ids, counts = np.array([i for i, _ in pairs]), np.array([count for _, count in pairs], np.float32)
            idf = np.log(1 + (len(terms) - len(pairs) + 0.5) / (len(pairs) + 0.5))
            self._postings[word] = (ids, (idf * counts * (K1 + 1) / (counts + norm[ids])).astype(np.float32))

    def bm25(self, text: str) -> Floats:
        """Score of every passage, [n]."""
        scores = np.zeros(len(self.passages), np.float32)
        for word in sorted({word.stem for word in words_of(text) if word.is_content} & self._postings.keys()):
            ids, weights = self._postings[word]
            scores[ids] += weights
        return scores

    def is_own(self, keys: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Which passages belong to the work with these names, [n]."""
        return np.array([bool(work & keys) for work in self._works], bool)

    def search(self, text: str, among: npt.NDArray[np.bool_], top: int) -> tuple[Hit, ...]:
        """The best passages among those marked, best first; ties in the order of the documents."""
        ids = np.flatnonzero(among)
        if not len(ids):
            return ()
        cosine = (self.vectors[ids] @ self._embedder.embed([text])[0]).astype(np.float64)
        lexical = self.bm25(text)[ids].astype(np.float64)
        fused = np.zeros(len(ids))
        for scores, floor in ((np.round(lexical, 6), 0.0), (np.round(cosine, 6), -1.0)):
            order = np.argsort(-scores, kind="stable")[:POOL]
            ranks = np.arange(len(order))
            spoken = scores[order] > floor
            fused[order[spoken]] += 1.0 / (FUSION + 1 + ranks[spoken])
        best = [i for i in np.argsort(-fused, kind="stable")[:top] if fused[i] > 0]
        return tuple(Hit(self.passages[ids[i]], float(np.clip(cosine[i], -1, 1)), float(fused[i])) for i in best)
