"""
Fit the stance head, measure it, write head.json and the head's entry of calibration.json.

    python -m synth.verifier.recipes.train_stance --bench ../shared/data/bench --workspace .

1. What is read of a document is what the text witness finds in it: its own search, with as many passages.
2. The regression on sentences learns from rationales (SciFact, Citation-Integrity, contrast pairs of our own): the label where
   a sentence carries it, neutral elsewhere.
3. The regression on documents learns from all cases, and from their claims altered to say otherwise, each read by a regression
   on sentences that had not seen its fold.
4. Both are cross-validated by document together, in five folds: a case is told by the text witness with a head of which no
   part has seen its document, nor a document that shares a claim with it. The thresholds for ✓ and × by which its fold is
   decided are chosen on the other folds.
5. How far calibration carries: a head that learned from one set alone is measured on the other. The temperature of stances on
   few passages is the one that makes the worse of both errors of calibration least.
6. HealthVer, whose passages are few, is never learned from and nothing is chosen on it: it measures how far that carries.
7. What ships is fitted to everything.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.model import Claim, Document
from synth.verifier.passages import Embeds, PassageIndex
from synth.verifier.recipes.contrast import Pair, altered, built, edited
from synth.verifier.recipes.labelled import FOLDS, LEARNED, Case, abstract_results, document_of, healthver
from synth.verifier.recipes.measure import Scored, calibrated, decisions, figures, save, temperature, thresholds
from synth.verifier.stance.backend import Excerpt
from synth.verifier.stance.head import Head, Weights
from synth.verifier.stance.read import features_of, signals_of
from synth.verifier.stance.rule import Stance
from synth.verifier.stance.rules_and_head import LOOKED, HeadBackend, matter_of, voices_of
from synth.verifier.textual import READ_OTHERS, Heard, TextWitness

Array = npt.NDArray[np.float64]
SEED = 0
OTHERS = 600
"""cases of HealthVer that are measured."""
ALTERED = "altered_"
"""begins the name of a set's own claims made to say otherwise."""
SENTENCE_WEIGHTS = {"scifact": 1.0, "citation_integrity": 0.3, "ours": 0.3}
DOCUMENT_WEIGHTS = {
    "scifact": 1.0,
    "citation_integrity": 1.0,
    f"{ALTERED}scifact": 0.1,
    f"{ALTERED}citation_integrity": 0.1,
    "ours": 0.3,
}
"""total weight of each set."""
TURNS = frozenset({"scifact"})
"""sets whose refuted claims say the opposite of their evidence; a citation may be inaccurate in many other ways."""
SENTENCE_PENALTY, DOCUMENT_PENALTY = 0.03, 0.3
"""inverse strength of the quadratic penalty."""
EVEN = 0.5
"""0: labels weigh as they occur in their set; 1: alike."""
GATE = 0.1
CONVERGED = 1e-8
"""gradient at which a regression has come to its end: the default stops so early that the last digit of a cosine shows in the weights."""
PURE = 0.9
"""share of ticks (crosses) that are to be right on documents not seen: the thresholds follow from it."""


class Sentences:
    """
    The vectors of known sentences and claims, zeros for other texts.

    Other texts are the summaries of documents: in a search of one document they add the same to all its sentences.
    """

    def __init__(self, embedder: Embeds, texts: Sequence[str]) -> None:
        self._rows = dict(zip(texts, embedder.embed(texts), strict=True))
        self._none = np.zeros_like(next(iter(self._rows.values())))

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One row per text, [n, d]."""
        return np.stack([self._rows.get(text, self._none) for text in texts])


@dataclass(frozen=True)
class Item:
    """A case with what the search finds in its document, and what the rules see there."""

    case: Case
    origin: str
    """its set, one of DOCUMENT_WEIGHTS; "healthver" where nothing is learned from it."""
    document: Document
    embedder: Sentences
    sentences: tuple[dict[str, float], ...]
    """features of each sentence, best first."""
    labels: tuple[int, ...]
    """of each sentence."""
    matter: dict[str, float]
    """features of the document as far as no head is asked."""


def items(origin: str, cases: Sequence[Case], embedder: Embeds) -> list[Item]:
    """Each case with what the witness's search finds; cases in whose document nothing is found are left out."""
    known = Sentences(embedder, sorted({text for case in cases for text in (case.claim, *case.sentences)}))
    return [item for case in cases if (item := _item(origin, case, known))]


def _item(origin: str, case: Case, embedder: Sentences) -> Item | None:
    document = document_of(case.document, case.sentences)
    index = PassageIndex((document,), embedder)
    hits = index.search(case.claim, np.ones(len(index.passages), bool), READ_OTHERS)[:LOOKED]
    if not hits:
        return None
    excerpts = [Excerpt(hit.passage, hit.similarity) for hit in hits]
    marked = {document.passages[i].start for i in case.rationale}
    return Item(
        case,
        origin,
        document,
        embedder,
        tuple(features_of(signals_of(case.claim, each.passage.text), each.similarity) for each in excerpts),
        tuple(case.label if each.passage.start in marked else 2 for each in excerpts),
        matter_of(case.claim, excerpts),
    )


def our_cases(bench: Path) -> list[Case]:
    """Contrast pairs as documents of one sentence, of no fold."""
    rng = random.Random(SEED)
    sentences = abstract_results(bench)
    rng.shuffle(sentences)
    chosen = sentences[:300]
    pairs: list[Pair] = edited([text for text, _ in chosen], [other for _, other in chosen], rng) + built(450, rng)
    return [
        Case(claim, f"pair {i}", (text,), label, frozenset([0] if label < 2 else []), -1) for i, (claim, text, label) in enumerate(pairs)
    ]


def altered_cases(origin: str, cases: Sequence[Case]) -> list[Case]:
    """Cases of a set with their claims made to say otherwise, in the folds that they were in; they only teach."""
    rng = random.Random(SEED)
    return [
        replace(case, claim=claim, label=label)
        for case in cases
        for claim, label in altered(case.claim, case.label, rng, turns=origin in TURNS)
    ]


def found_in(bench: Path, embedder: Embeds) -> dict[str, list[Item]]:
    """All that the head learns from, by the names of DOCUMENT_WEIGHTS."""
    cases = {name: load(bench) for name, load in LEARNED.items()}
    cases |= {f"{ALTERED}{name}": altered_cases(name, each) for name, each in cases.items()}
    return {name: items(name, each, embedder) for name, each in (cases | {"ours": our_cases(bench)}).items()}


def fit(rows: Sequence[dict[str, float]], labels: Sequence[int], weights: Array, penalty: float) -> Weights:
    """The regression of least weighted loss."""
    from sklearn.linear_model import LogisticRegression

    names = tuple(rows[0])
    x = np.array([[row[name] for name in names] for row in rows])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = LogisticRegression(C=penalty, max_iter=5000, tol=CONVERGED).fit(
        (x - mean) / scale, labels, sample_weight=weights / weights.mean()
    )
    return Weights(names, mean, scale, model.coef_, model.intercept_)


def fit_sentences(found: Sequence[Item]) -> Weights:
    """On single sentences of the sets that mark them."""
    found = [item for item in found if item.origin in SENTENCE_WEIGHTS]
    count = {name: sum(len(item.labels) for item in found if item.origin == name) for name in SENTENCE_WEIGHTS}
    rows = [row for item in found for row in item.sentences]
    labels = [label for item in found for label in item.labels]
    weights = np.array([SENTENCE_WEIGHTS[item.origin] / count[item.origin] for item in found for _ in item.labels])
    return fit(rows, labels, weights, SENTENCE_PENALTY)


def fitted(found: Sequence[Item]) -> Head:
    """Both regressions; the second sees what the first says of folds that it was not fitted to."""
    apart = {fold: fit_sentences([item for item in found if item.case.fold != fold]) for fold in {item.case.fold for item in found}}
    rows = [{**item.matter, **voices_of([apart[item.case.fold](row) for row in item.sentences])} for item in found]
    document = fit(rows, [item.case.label for item in found], _weights(found), DOCUMENT_PENALTY)
    return Head(fit_sentences(found), document, GATE, 1.0, 1.0)


def _weights(found: Sequence[Item]) -> Array:
    weights = np.zeros(len(found))
    for name, whole in DOCUMENT_WEIGHTS.items():
        ids = np.array([i for i, item in enumerate(found) if item.origin == name], int)
        labels = np.array([found[i].case.label for i in ids], int)
        even = (len(ids) / np.maximum(np.bincount(labels, minlength=3), 1)[labels]) ** EVEN
        weights[ids] = whole * even / max(even.sum(), 1e-9)
    return weights


def scored(found: Sequence[Item], reader: Head) -> list[Scored]:
    """What the text witness with this head says of each case that it has something to say of."""
    said = []
    for item in found:
        witness = TextWitness((item.document,), item.embedder, backend=HeadBackend(reader))
        heard = witness.heard(Claim(id="c", text=item.case.claim, passage=None, paper_id="claim:c", extraction_confidence=1.0))
        stances = witness.joined(heard)
        if stances is None:
            continue
        row = np.array([stances.supports, stances.refutes, stances.neutral])
        said.append(Scored(item.case, item.origin, row, (_best(heard, "supports"), _best(heard, "refutes"))))
    return said


def _best(heard: Sequence[Heard], stance: Stance) -> float:
    """Probability of this stance where an independent passage takes it and a rule explains it; 0 where none does."""
    return max((getattr(each.reading, stance) for each in heard if each.is_independent and each.decides(stance, 0.0)), default=0.0)


def heads_of_folds(found: Sequence[Item]) -> dict[int, Head]:
    """For each fold the head that saw nothing of it; whatever belongs to no fold teaches all of them."""
    return {fold: fitted([item for item in found if item.case.fold != fold]) for fold in range(FOLDS)}


def cross_validated(found: Sequence[Item], heads: Mapping[int, Head]) -> list[Scored]:
    """Every labelled case, told by the head of its fold; contrast pairs and altered claims only teach."""
    told = [item for item in found if item.origin in LEARNED]
    return [each for fold, reader in heads.items() for each in scored([item for item in told if item.case.fold == fold], reader)]


def heads_apart(found: Sequence[Item]) -> dict[int, Head]:
    """For each fold a whole head that saw nothing of it, its thresholds those of the other folds."""
    heads = heads_of_folds(found)
    told = cross_validated(found, heads)
    limits = {fold: thresholds([each for each in told if each.case.fold != fold], PURE) for fold in heads}
    return {fold: replace(reader, tick=limits[fold][0], cross=limits[fold][1]) for fold, reader in heads.items()}


def transfers(sets: Mapping[str, Sequence[Item]]) -> dict[str, list[Scored]]:
    """Each set that has labels of others as it is told by a head that learned from every set but this one."""
    return {
        name: scored(sets[name], fitted([item for other, found in sets.items() if not other.endswith(name) for item in found]))
        for name in LEARNED
    }


def train(bench: Path, embedder: Embeds) -> tuple[Head, dict[str, Any]]:
    """The head and every measured figure."""
    sets = found_in(bench, embedder)
    found = [item for each in sets.values() for item in each]
    apart = cross_validated(found, heads_of_folds(found))
    measured: dict[str, Any] = {name: figures([each for each in apart if each.origin == name]) for name in LEARNED}
    measured["decided"] = decisions(apart, PURE)
    carried = transfers(sets)
    measured |= {f"{name}_by_a_head_of_other_sets": figures(said) for name, said in carried.items()}
    tick, cross = thresholds(apart, PURE)
    reader = replace(fitted(found), tick=tick, cross=cross, temperature=temperature(list(carried.values())))
    others = healthver(bench)
    random.Random(SEED).shuffle(others)
    few = items("healthver", others[:OTHERS], embedder)
    transfer = scored(few, reader)
    measured["healthver"] = figures(transfer)
    measured["healthver_without_temperature"] = figures(scored(few, replace(reader, temperature=1.0)))
    return reader, {"head": measured, "calibration": calibrated(apart, transfer)}


def main() -> None:
    """Train, measure, write."""
    from synth.store.cache import Cache
    from synth.store.embedding import Embedder

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True, help="folder with scifact, citation_integrity, csabstruct, healthver")
    parser.add_argument("--workspace", type=Path, default=Path(), help="folder whose .synth keeps the embeddings")
    given = parser.parse_args()
    save(*train(given.bench, Embedder(cache=Cache(given.workspace / ".synth"))))


if __name__ == "__main__":
    main()
