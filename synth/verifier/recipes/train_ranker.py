"""
The ranker's weights, from sentences that were marked as evidence, and what they are worth on documents apart.

    python -m synth.verifier.recipes.train_ranker --bench BENCH

Learns from SciFact (Wadden et al. 2020; claims CC BY 4.0, abstracts ODC-By 1.0), each claim once in its abstract alone and once
among all cited abstracts, and from CL-SciSumm 2018 (CC BY 4.0), each citing sentence in the paper that it cites. Every figure is
cross-validated: the documents that a claim is scored on taught nothing. Seed 0.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synth.model import Document, Paper, Passage, SectionRole
from synth.verifier.documents import Embeds
from synth.verifier.passages import PassageIndex
from synth.verifier.ranker import FEATURES, Floats
from synth.verifier.recipes.labelled import FOLDS, components, fold_of, lines, scifact

COMMAND = "python -m synth.verifier.recipes.train_ranker --bench BENCH"
OTHERS = 40
"""unmarked sentences that each marked one is held against; a full paper has hundreds."""
WITHIN = (1, 2, 3, 5, 10)
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ranked:
    """A claim and the sentences that the search looks at for it."""

    kind: str
    """"abstract", "open" or "paper"."""
    fold: int
    signs: Floats
    """features of each sentence, [n, features]."""
    marked: npt.NDArray[np.bool_]
    """[n]; those that hold the evidence."""


def document_of(name: str, title: str, sentences: Sequence[str], role: SectionRole) -> Document:
    """A document of these sentences; the offset of each is its place among them."""
    paper = Paper(id=f"file:{name}", title=title)
    passages = tuple(Passage(paper_id=paper.id, text=text, start=i, end=i + 1, role=role) for i, text in enumerate(sentences))
    return Document(paper=paper, source_digest="", media="markdown", text="", passages=passages)


def looked_at(index: PassageIndex, kind: str, fold: int, claim: str, document: str, marked: frozenset[int]) -> Ranked:
    """What the index looks at for a claim whose evidence is marked in one of its documents."""
    ids, signs = index.signs(claim, np.ones(len(index.passages), bool))
    found = [index.passages[i].paper_id == f"file:{document}" and index.passages[i].start in marked for i in ids]
    return Ranked(kind, fold, signs, np.array(found, bool))


def ranked_scifact(bench: Path, embedder: Embeds) -> list[Ranked]:
    """Each claim with evidence, in its abstract and among the abstracts that any claim cites."""
    cases = scifact(bench)
    titles = {str(each["doc_id"]): each["title"] for each in lines(bench / "scifact" / "corpus.jsonl")}
    abstracts = {each.document: document_of(each.document, titles[each.document], each.sentences, "abstract") for each in cases}
    everything = PassageIndex(list(abstracts.values()), embedder)
    alone = {name: PassageIndex([document], embedder) for name, document in abstracts.items()}
    told = [case for case in cases if case.rationale]
    return [looked_at(alone[c.document], "abstract", c.fold, c.claim, c.document, c.rationale) for c in told] + [
        looked_at(everything, "open", c.fold, c.claim, c.document, c.rationale) for c in told
    ]


def ranked_papers(bench: Path, embedder: Embeds) -> list[Ranked]:
    """Each citing sentence of CL-SciSumm in the paper that it cites."""
    papers = {paper["doc_id"]: paper["sentences"] for paper in lines(bench / "cl_scisumm" / "dev_docs.jsonl")}
    citing = lines(bench / "cl_scisumm" / "dev.jsonl")
    group = components((item["claim"], item["doc_id"]) for item in citing)
    found = []
    for name, sentences in papers.items():
        index = PassageIndex([document_of(name, "", [each["text"] for each in sentences], "other")], embedder)
        place = {each["sid"]: i for i, each in enumerate(sentences)}
        for item in (item for item in citing if item["doc_id"] == name):
            marked = frozenset(place[sid] for sid in item["evidence"] if sid in place)
            found.append(looked_at(index, "paper", fold_of(group[name]), item["claim"], name, marked))
    return found


def fit(claims: Sequence[Ranked]) -> Weights:
    """
    One weight a feature, so that marked sentences stand above unmarked ones.

    A logistic regression on differences of features (Joachims 2002, with logistic loss); each kind of search counts alike.
    """
    from sklearn.linear_model import LogisticRegression

    rng, rows, shares = np.random.default_rng(0), [], []
    counts = {kind: sum(each.kind == kind for each in claims) for kind in {each.kind for each in claims}}
    for each in claims:
        good, bad = each.signs[each.marked].astype(float), each.signs[~each.marked].astype(float)
        if len(good) and len(bad):
            drawn = [bad[rng.permutation(len(bad))[:OTHERS]] for _ in good]
            rows += [row - others for row, others in zip(good, drawn, strict=True)]
            shares += [np.full(len(others), 1000 / (counts[each.kind] * len(good) * len(others))) for others in drawn]
    differences, share = np.concatenate(rows), np.concatenate(shares)
    scale = differences.std(axis=0) + 1e-9
    both = np.concatenate([differences, -differences]) / scale
    truth = np.repeat([1, 0], len(differences))
    model = LogisticRegression(fit_intercept=False, max_iter=1000).fit(both, truth, sample_weight=np.tile(share, 2))
    return np.asarray(model.coef_[0] / scale, float)


def first_ranks(claims: Sequence[Ranked], weights: Weights) -> list[float]:
    """1-based place of the first marked sentence of each claim; infinite where it was not looked at."""
    found = []
    for each in claims:
        order = np.argsort(-np.round(each.signs @ weights, 6), kind="stable")
        places = np.flatnonzero(each.marked[order])
        found.append(float(places[0] + 1) if len(places) else float("inf"))
    return found


def figures(ranks: Sequence[float]) -> dict[str, float]:
    """Share of claims with a marked sentence among the first k, and the mean reciprocal rank."""
    found = np.array(ranks)
    hits = {f"in_top_{k}": round(float(np.mean(found <= k)), 4) for k in WITHIN}
    return {"n": len(ranks), **hits, "mrr": round(float(np.mean(1 / found)), 4)}


def measured(claims: Sequence[Ranked]) -> dict[str, dict[str, float]]:
    """Figures of every kind of search, each claim ranked by weights that its fold did not teach."""
    by_fold = [fit([each for each in claims if each.fold != fold]) for fold in range(FOLDS)]
    found = {}
    for kind in sorted({each.kind for each in claims}):
        own = [[each for each in claims if each.kind == kind and each.fold == fold] for fold in range(FOLDS)]
        found[kind] = figures([rank for part, weights in zip(own, by_fold, strict=True) for rank in first_ranks(part, weights)])
    return found


def main() -> None:
    """Fit, measure, write."""
    from synth.store.embedding import Embedder

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True, help="folder with scifact and cl_scisumm")
    bench, embedder = parser.parse_args().bench, Embedder()
    save(ranked_scifact(bench, embedder) + ranked_papers(bench, embedder))


def save(claims: Sequence[Ranked]) -> None:
    """Write ranker.json beside the ranker."""
    learned = dict(zip(FEATURES, [round(float(weight), 4) for weight in fit(claims)], strict=True))
    told = {"weights": learned, "measured": measured(claims), "command": COMMAND, "seed": 0}
    (Path(__file__).parents[1] / "ranker.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
