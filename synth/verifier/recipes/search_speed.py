"""
What indexing and searching cost as the corpus grows, on documents drawn from real sentences.

    python -m synth.verifier.recipes.search_speed --bench BENCH

Prints seconds and milliseconds of processor time. Sentences of the documents get vectors drawn at random, because embedding
costs the same for each and is told apart; a claim is embedded by the real model, as in every search.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synth.model import Document, Paper, Passage
from synth.store.embedding import Embedder
from synth.verifier.passages import PassageIndex
from synth.verifier.recipes.labelled import lines

SIZES = (100, 300, 1000)
SENTENCES = 200
"""sentences a document, as in a full paper."""
CLAIMS, TIMED = 20, 256
"""claims that are searched for, and sentences that are embedded for the time of one."""


class Drawn:
    """Unit rows drawn at random for all texts but those that the model shall read."""

    def __init__(self, model: Embedder, read: Sequence[str]) -> None:
        self._model, self._read = model, frozenset(read)
        self._rng = np.random.default_rng(0)

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One row per text, [n, 384]."""
        if self._read.issuperset(texts):
            return self._model.embed(texts)
        rows = self._rng.standard_normal((len(texts), self._model.dimension), np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def document_of(number: int, sentences: Sequence[str]) -> Document:
    """A paper of these sentences, the first seven its abstract."""
    paper = Paper(id=f"file:{number}", title=sentences[0])
    passages = tuple(
        Passage(paper_id=paper.id, text=text, start=i, end=i + 1, role="abstract" if i < 7 else "other") for i, text in enumerate(sentences)
    )
    return Document(paper=paper, source_digest="", media="markdown", text="", passages=passages)


def row(documents: Sequence[Document], claims: Sequence[str], embedder: Drawn) -> tuple[float, float, float]:
    """Seconds of indexing, and mean and largest milliseconds of a search."""
    began = time.process_time()
    index = PassageIndex(documents, embedder)
    indexing, taken = time.process_time() - began, []
    everything = np.ones(len(index.passages), bool)
    for claim in claims:
        began = time.process_time()
        index.search(claim, everything, 12)
        taken.append(1000 * (time.process_time() - began))
    return indexing, float(np.mean(taken)), max(taken)


def main() -> None:
    """Measure and print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True, help="folder with scifact")
    bench, rng = parser.parse_args().bench / "scifact", random.Random(0)
    said = [text for abstract in lines(bench / "corpus.jsonl") for text in abstract["sentences"]]
    claims = [item["claim"] for item in lines(bench / "dev.jsonl")][:CLAIMS]
    model = Embedder()
    model.embed(claims[:1])
    began = time.process_time()
    model.embed(rng.sample(said, TIMED))
    each = 1000 * (time.process_time() - began) / TIMED
    print(f"embedding a sentence: {each:.1f} ms")  # noqa: T201
    print("documents  sentences  indexing, s  of it a sentence, ms  search, ms  slowest, ms")  # noqa: T201
    for size in SIZES:
        documents = [document_of(n, rng.sample(said, SENTENCES)) for n in range(size)]
        indexing, mean, slowest = row(documents, claims, Drawn(model, claims))
        share = 1000 * indexing / (size * SENTENCES)
        print(f"{size:9}  {size * SENTENCES:9}  {indexing:11.1f}  {share:20.3f}  {mean:10.1f}  {slowest:11.1f}")  # noqa: T201


if __name__ == "__main__":
    main()
