"""
Fit the stance head and its calibration, measure both, write head.json and calibration.json.

    python -m synth.verifier.recipes.train_stance --bench ../shared/data/bench

Learned from: SciFact, Citation-Integrity and our own contrast pairs, train part. Temperature, pooling and thresholds: the
calibration part. Every figure: the held-out part, whose documents and claims the other parts never saw.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.model import Document, Paper, Passage
from synth.verifier.passages import Embeds, PassageIndex
from synth.verifier.recipes.contrast import Pair, built, edited
from synth.verifier.recipes.labelled import Case, abstract_results, citation_integrity, healthver, scifact
from synth.verifier.recipes.measure import figures
from synth.verifier.stance.head import PRODUCTS, Head, expand
from synth.verifier.stance.read import Reading, features_of, read_stance, signals_of

Array = npt.NDArray[np.float64]
COMMAND = "python -m synth.verifier.recipes.train_stance --bench ../shared/data/bench"
SEED = 0
TOP = 5
"""passages per document that are read, as in the witness."""
WEIGHTS = {"scifact": 1.0, "citation_integrity": 0.3, "edited": 0.25, "built": 0.25}
PENALTY = 0.3
"""inverse strength of the quadratic penalty."""


def document_of(name: str, sentences: Sequence[str]) -> Document:
    """A document that consists of these sentences."""
    paper, passages, at = Paper(id=f"file:{name}", title=name), [], 0
    for text in sentences:
        passages.append(Passage(paper_id=paper.id, text=text, start=at, end=at + len(text)))
        at += len(text) + 1
    return Document(paper=paper, source_digest="", media="markdown", text=" ".join(sentences), passages=tuple(passages))


def found(case: Case, embedder: Embeds) -> list[tuple[int, float]]:
    """(sentence, similarity) of the passages that the search finds for a case, best first."""
    index = PassageIndex([document_of("case", case.sentences)], embedder)
    hits = index.search(case.claim, np.ones(len(index.passages), bool), TOP)
    starts = {passage.start: i for i, passage in enumerate(document_of("case", case.sentences).passages)}
    return [(starts[hit.passage.start], hit.similarity) for hit in hits]


def similarities(pairs: Sequence[tuple[str, str]], embedder: Embeds) -> Array:
    """Cosine of both texts of each pair, [n]."""
    texts = sorted({text for pair in pairs for text in pair})
    place, vectors = {text: i for i, text in enumerate(texts)}, embedder.embed(texts)
    return np.array([float(vectors[place[a]] @ vectors[place[b]]) for a, b in pairs])


def rows_of(cases: Sequence[Case], embedder: Embeds) -> list[Pair]:
    """(claim, sentence, label) of what the search finds and of the rationales."""
    rows: list[Pair] = []
    for case in cases:
        for i in sorted({i for i, _ in found(case, embedder)} | case.rationale):
            rows.append((case.claim, case.sentences[i], case.label if i in case.rationale else 2))
    return rows


def table(rows: Sequence[Pair], embedder: Embeds) -> tuple[tuple[str, ...], Array, npt.NDArray[np.int64]]:
    """Names of the features, their products included [n, f], labels [n]."""
    cosines = similarities([(claim, text) for claim, text, _ in rows], embedder)
    features = [features_of(signals_of(claim, text), cosine) for (claim, text, _), cosine in zip(rows, cosines, strict=True)]
    names = tuple(features[0])
    return names, np.stack([expand(each, names) for each in features]), np.array([label for _, _, label in rows])


def fit(parts: dict[str, list[Pair]], embedder: Embeds) -> Head:
    """The head, uncalibrated; every set has the total weight that WEIGHTS gives it relative to SciFact."""
    from sklearn.linear_model import LogisticRegression

    tables = {name: table(rows, embedder) for name, rows in parts.items()}
    names = next(iter(tables.values()))[0]
    x, y = np.concatenate([t[1] for t in tables.values()]), np.concatenate([t[2] for t in tables.values()])
    size = len(parts["scifact"])
    weight = np.concatenate([np.full(len(t[2]), WEIGHTS[name] * size / len(t[2])) for name, t in tables.items()])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = LogisticRegression(C=PENALTY, max_iter=5000).fit((x - mean) / scale, y, sample_weight=weight)
    return Head(names, mean, scale, model.coef_, model.intercept_, 1.0, (1.0, 0.0, 0.0), 0.0, 1.0)


def read_cases(cases: Sequence[Case], head: Head, embedder: Embeds) -> list[list[tuple[int, Reading]]]:
    """(sentence, reading) of what the search finds, per case."""
    return [
        [(i, read_stance(case.claim, case.sentences[i], cosine, weights=head)) for i, cosine in found(case, embedder)] for case in cases
    ]


def calibrate(head: Head, cases: Sequence[Case], embedder: Embeds) -> Head:
    """Temperature on passages, then slope and intercepts of the pooling on documents, both by least log loss."""
    from scipy.optimize import minimize

    read = read_cases(cases, head, embedder)
    chosen = [
        (reading, case.label if i in case.rationale else 2) for case, readings in zip(cases, read, strict=True) for i, reading in readings
    ]

    def passage_loss(log_temperature: Array) -> float:
        hotter = [np.array([r.supports, r.refutes, r.neutral]) ** (1 / np.exp(log_temperature[0])) for r, _ in chosen]
        return float(-np.mean([np.log(p[label] / p.sum()) for p, (_, label) in zip(hotter, chosen, strict=True)]))

    temperature = float(np.exp(minimize(passage_loss, [0.0], method="Nelder-Mead").x[0]))
    head = replace(head, temperature=temperature)
    read = read_cases(cases, head, embedder)

    def pooled_loss(free: Array) -> float:
        tried = replace(head, pool=(float(np.exp(free[0])), float(free[1]), float(free[2])))
        loss = [
            np.log(tried.pooled([(r.supports, r.refutes) for _, r in readings])[case.label])
            for case, readings in zip(cases, read, strict=True)
        ]
        return float(-np.mean(loss)) + 0.01 * float(free[0] ** 2)

    slope, supports, refutes = minimize(pooled_loss, [0.0, 1.0, 1.0], method="Nelder-Mead", options={"maxiter": 2000}).x
    return replace(head, pool=(float(np.exp(slope)), float(supports), float(refutes)))


def describe(head: Head) -> dict[str, Any]:
    """The head as JSON, rounded to seven digits."""

    def plain(values: Array) -> Any:
        return np.round(values, 7).tolist()

    return {
        "features": list(head.names),
        "products": [list(pair) for pair in PRODUCTS],
        "stances": ["supports", "refutes", "neutral"],
        "mean": plain(head.mean),
        "scale": plain(head.scale),
        "coefficients": plain(head.coefficients),
        "intercepts": plain(head.intercepts),
        "temperature": round(head.temperature, 7),
        "pool": dict(zip(("slope", "supports", "refutes"), (round(value, 7) for value in head.pool), strict=True)),
        "gate": head.gate,
        "decide": head.decide,
    }


def contrast(bench: Path, rng: random.Random) -> dict[str, list[Pair]]:
    """Our own pairs, by source."""
    sentences = abstract_results(bench)
    rng.shuffle(sentences)
    chosen = sentences[:1500]
    return {"edited": edited([text for text, _ in chosen], [other for _, other in chosen], rng), "built": built(1200, rng)}


def train(bench: Path, embedder: Embeds) -> tuple[Head, dict[str, Any]]:
    """The calibrated head and every measured figure."""
    sets = {"scifact": scifact(bench), "citation_integrity": citation_integrity(bench)}
    rows = {name: rows_of([case for case in cases if case.part == "train"], embedder) for name, cases in sets.items()}
    head = fit({**rows, **contrast(bench, random.Random(SEED))}, embedder)
    head = calibrate(head, [case for case in sets["scifact"] if case.part == "calibrate"], embedder)
    head = replace(head, gate=0.1, decide=0.7)
    measured = {}
    for name, cases in ({"healthver": healthver(bench)} | sets).items():
        kept = [case for case in cases if case.part == "held_out"]
        measured[name] = figures(kept, read_cases(kept, head, embedder), head)
    return head, measured


def main() -> None:
    """Train, measure, write."""
    from synth.store.embedding import Embedder

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True, help="folder with scifact, citation_integrity, csabstruct, healthver")
    head, measured = train(parser.parse_args().bench, Embedder())
    save(head, measured)


def save(head: Head, measured: dict[str, Any]) -> None:
    """Write head.json beside the rules and calibration.json beside the witness."""
    verifier = Path(__file__).parents[1]
    (verifier / "stance" / "head.json").write_text(
        json.dumps({**describe(head), "measured": measured, "command": COMMAND}, indent=1) + "\n"
    )
    error = measured["scifact"]
    calibration = {
        "combine": {"a": 1.0, "b": 0.0},
        "error": error["ece_holds"],
        "n": error["n_decided"],
        "on": "SciFact, held-out documents whose label is support or refutation: the text witness's probability that the claim "
        "holds against the label; 15 bins of equal mass",
        "command": COMMAND,
    }
    (verifier / "calibration.json").write_text(json.dumps(calibration, indent=1) + "\n")


if __name__ == "__main__":
    main()
