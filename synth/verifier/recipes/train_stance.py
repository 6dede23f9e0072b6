"""
Fit the stance head, measure it, write head.json and the head's entry of calibration.json.

    python -m synth.verifier.recipes.train_stance --bench ../shared/data/bench --workspace .

Two regressions. That on sentences learns from rationales (SciFact, Citation-Integrity, our own contrast pairs; train part only;
`--sentences` fits it anew, otherwise the one in head.json stays). That on documents learns from all cases of both sets and from
contrast pairs as documents of one sentence. Figures of the second are cross-validated by document in five parts, so nobody's
document was seen by the head that read it, and told apart for the held-out part, whose documents the first has not seen either.
HealthVer is measured, never learned from. Sets weigh alike; within a set labels count half way between as often as they occur
and alike, so that the head carries little of a set's own mixture.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.verifier.passages import Embeds
from synth.verifier.recipes.contrast import Pair, built, edited
from synth.verifier.recipes.labelled import FOLDS, Case, abstract_results, citation_integrity, document_of, healthver, scifact
from synth.verifier.recipes.measure import Scored, calibrated, figures, save, thresholds
from synth.verifier.stance.backend import Excerpt
from synth.verifier.stance.head import Head, Weights, head
from synth.verifier.stance.pool import Pool
from synth.verifier.stance.read import features_of, signals_of
from synth.verifier.stance.rules_and_head import LOOKED, HeadBackend, document_features, read_singly
from synth.verifier.stance.side import side_of

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
SEED = 0
CITATIONS, OTHERS = 700, 300
"""cases of Citation-Integrity that are learned from, whole articles by digest, and of HealthVer that are measured."""
SENTENCE_WEIGHTS = {"scifact": 1.0, "citation_integrity": 0.3, "ours": 0.3}
DOCUMENT_WEIGHTS = {"scifact": 1.0, "citation_integrity": 1.0, "ours": 0.3}
"""total weight of each set."""
SENTENCE_PENALTY, DOCUMENT_PENALTY = 0.03, 0.02
"""inverse strength of the quadratic penalty."""
EVEN = 0.5
"""0: labels weigh as they occur in their set; 1: alike."""
GATE = 0.1
PURE = 0.9
"""share of ticks (crosses) that are to be right on documents not seen: the thresholds follow from it."""


@dataclass(frozen=True)
class Item:
    """A case with what the search finds in its document."""

    case: Case
    excerpts: tuple[Excerpt, ...]
    """best first."""
    places: tuple[int, ...]
    """their numbers in the document."""


def items(cases: Sequence[Case], embedder: Embeds) -> list[Item]:
    """Each case with its sentences by reciprocal ranks of cosine and of shared words, as the search ranks within a document."""
    embedder.embed(sorted({text for case in cases for text in (case.claim, *case.sentences)}))
    return [_item(case, embedder) for case in cases]


def _item(case: Case, embedder: Embeds) -> Item:
    vectors = embedder.embed([case.claim, *case.sentences])
    cosine = vectors[1:] @ vectors[0]
    mine = side_of(case.claim).content
    shared = np.array([len(mine & side_of(text).content) for text in case.sentences])
    fused = sum(1.0 / (60 + np.argsort(np.argsort(-scores, kind="stable"), kind="stable")) for scores in (cosine, shared))
    order = [int(i) for i in np.argsort(-np.asarray(fused), kind="stable")[:LOOKED]]
    passages = document_of(case.document, case.sentences).passages
    return Item(case, tuple(Excerpt(passages[i], float(cosine[i])) for i in order), tuple(order))


def our_cases(bench: Path) -> list[Case]:
    """Contrast pairs as documents of one sentence."""
    rng = random.Random(SEED)
    sentences = abstract_results(bench)
    rng.shuffle(sentences)
    chosen = sentences[:300]
    pairs: list[Pair] = edited([text for text, _ in chosen], [other for _, other in chosen], rng) + built(450, rng)
    return [
        Case(claim, f"pair {i}", (text,), label, frozenset([0] if label < 2 else []), "train", -1)
        for i, (claim, text, label) in enumerate(pairs)
    ]


def fit(rows: Sequence[dict[str, float]], labels: Labels, weights: Array, penalty: float) -> Weights:
    """The regression of least weighted loss."""
    from sklearn.linear_model import LogisticRegression

    names = tuple(rows[0])
    x = np.array([[row[name] for name in names] for row in rows])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = LogisticRegression(C=penalty, max_iter=5000).fit((x - mean) / scale, labels, sample_weight=weights / weights.mean())
    return Weights(names, mean, scale, model.coef_, model.intercept_)


def fit_sentences(sets: dict[str, list[Item]]) -> Weights:
    """On single sentences of the train part: the label where they are rationales, neutral elsewhere."""
    rows, labels, weights = [], [], []
    for name, found in sets.items():
        kept = [item for item in found if item.case.part == "train"]
        pairs = [(item, i, each) for item in kept for i, each in zip(item.places, item.excerpts, strict=True)]
        for item, i, each in pairs:
            rows.append(features_of(signals_of(item.case.claim, each.passage.text), each.similarity))
            labels.append(item.case.label if i in item.case.rationale else 2)
            weights.append(SENTENCE_WEIGHTS[name] / len(pairs))
    return fit(rows, np.array(labels), np.array(weights), SENTENCE_PENALTY)


class Documents:
    """The features of all documents of all sets, read once by one head on sentences."""

    def __init__(self, sets: dict[str, list[Item]], sentence: Weights) -> None:
        self.rows: list[dict[str, float]] = []
        names: list[str] = []
        for name, found in sets.items():
            self.rows += [_document_row(item, sentence) for item in found]
            names += [name] * len(found)
        cases = [item.case for found in sets.values() for item in found]
        self.labels = np.array([case.label for case in cases])
        self.folds = np.array([case.fold for case in cases])
        self.weights = _weights(names, self.labels)

    def without(self, fold: int | None) -> Weights:
        """The head on documents that saw none of this part."""
        kept = np.flatnonzero(self.folds != fold) if fold is not None else np.arange(len(self.rows))
        return fit([self.rows[i] for i in kept], self.labels[kept], self.weights[kept], DOCUMENT_PENALTY)


def _document_row(item: Item, sentence: Weights) -> dict[str, float]:
    signals = [signals_of(item.case.claim, each.passage.text) for each in item.excerpts]
    single = read_singly(signals, [each.similarity for each in item.excerpts], sentence)
    return document_features(item.case.claim, item.excerpts, single)


def _weights(names: Sequence[str], labels: Labels) -> Array:
    weights = np.zeros(len(names))
    for name in dict.fromkeys(names):
        ids = np.array([i for i, each in enumerate(names) if each == name])
        share = np.bincount(labels[ids], minlength=3) / len(ids)
        even = (1 / 3 / share[labels[ids]]) ** EVEN
        weights[ids] = DOCUMENT_WEIGHTS[name] * even / even.sum()
    return weights


def scored(found: Sequence[Item], reader: Head) -> list[Scored]:
    """What the backend with this head says of each case: its stances, and the surest reading that a rule explains."""
    backend, pool, said = HeadBackend(reader), Pool("head", calibrated=True), []
    for item in found:
        readings = backend.read(item.case.claim, item.excerpts)
        stances = pool.joined(readings)
        explained = [reading for reading in readings if any(signal.leans == reading.stance for signal in reading.signals)]
        surest = max(explained, key=lambda reading: max(reading.supports, reading.refutes), default=None)
        row = np.array([stances.supports, stances.refutes, stances.neutral])
        said.append(Scored(item.case, row, surest))
    return said


def train(bench: Path, embedder: Embeds, *, sentences: bool) -> tuple[Head, dict[str, Any]]:
    """The head and every measured figure."""
    sets = {
        "scifact": items(scifact(bench), embedder),
        "citation_integrity": items(drawn(citation_integrity(bench)), embedder),
        "ours": items(our_cases(bench), embedder),
    }
    sentence = fit_sentences(sets) if sentences else head().sentence
    documents = Documents(sets, sentence)
    plain = Head(sentence, documents.without(None), GATE, 1.0, 1.0)
    apart = {name: _apart(sets[name], documents, plain) for name in ("scifact", "citation_integrity")}
    tick, cross = thresholds([each for found in apart.values() for each in found], PURE)
    others = healthver(bench)
    random.Random(SEED).shuffle(others)
    measured = {name: figures(found) for name, found in apart.items()}
    measured |= {f"{name}_held_out": figures([each for each in found if each.case.part == "held_out"]) for name, found in apart.items()}
    transfer = scored(items(others[:OTHERS], embedder), plain)
    measured["healthver"] = figures(transfer)
    both = [each for found in apart.values() for each in found]
    return replace(plain, tick=tick, cross=cross), {"head": measured, "calibration": calibrated(both, transfer)}


def _apart(found: Sequence[Item], documents: Documents, plain: Head) -> list[Scored]:
    """Every case read by the head that saw no document of its part."""
    parts = [replace(plain, document=documents.without(fold)) for fold in range(FOLDS)]
    return [each for fold in range(FOLDS) for each in scored([item for item in found if item.case.fold == fold], parts[fold])]


def drawn(cases: Sequence[Case]) -> list[Case]:
    """CITATIONS cases, whole articles as far as they go."""
    import hashlib

    @cache
    def lot(article: int) -> str:
        return hashlib.md5(str(article).encode(), usedforsecurity=False).hexdigest()

    return sorted(cases, key=lambda case: lot(int(case.document) // 1000))[:CITATIONS]


def main() -> None:
    """Train, measure, write."""
    from synth.store.cache import Cache
    from synth.store.embedding import Embedder

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True, help="folder with scifact, citation_integrity, csabstruct, healthver")
    parser.add_argument("--workspace", type=Path, default=Path(), help="folder whose .synth keeps the embeddings")
    parser.add_argument("--sentences", action="store_true", help="fit the regression on sentences too")
    given = parser.parse_args()
    save(*train(given.bench, Embedder(cache=Cache(given.workspace / ".synth")), sentences=given.sentences))


if __name__ == "__main__":
    main()
