"""
Fit the stance head and its calibration, measure both, write head.json and calibration.json.

    python -m synth.verifier.recipes.train_stance --bench ../shared/data/bench

Learned from: SciFact, Citation-Integrity and our own contrast pairs, train part. Temperature and pooling are
fitted to readings of SciFact's train part by heads that did not see the document (five folds), the pooling with all abstracts
of the part retrieved at once, as in use (and once more with the cited abstract given, for the figures of that task); the
shipped head then learns from the whole train part. Every figure: the held-out part, whose documents and claims nothing above has seen.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.verifier.passages import Embeds, PassageIndex
from synth.verifier.recipes.contrast import Pair, built, edited
from synth.verifier.recipes.labelled import FOLDS, Case, abstract_results, citation_integrity, document_of, healthver, scifact
from synth.verifier.recipes.measure import figures
from synth.verifier.recipes.open_search import read_open, witness_figures
from synth.verifier.stance.head import PRODUCTS, Head, expand
from synth.verifier.stance.read import features_of, read_stance, signals_of
from synth.verifier.stance.reading import Reading

Array = npt.NDArray[np.float64]
COMMAND = "python -m synth.verifier.recipes.train_stance --bench ../shared/data/bench"
SEED = 0
TOP = 5
"""passages per document that are read, as in the witness."""
WEIGHTS = {"scifact": 1.0, "citation_integrity": 0.3, "edited": 0.15, "built": 0.15}
GATE, DECIDE = 0.1, 0.7
PENALTY = 0.03
"""inverse strength of the quadratic penalty."""


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


@dataclass(frozen=True)
class Table:
    """What the head is fitted to: one row a pair of claim and sentence."""

    names: tuple[str, ...]
    x: Array
    """features with their products, [n, f]."""
    y: npt.NDArray[np.int64]
    fold: npt.NDArray[np.int64]
    """fold of the document; -1 where none is kept apart."""


def table(rows: Sequence[Pair], folds: Sequence[int], embedder: Embeds) -> Table:
    """The features of each pair."""
    cosines = similarities([(claim, text) for claim, text, _ in rows], embedder)
    features = [features_of(signals_of(claim, text), cosine) for (claim, text, _), cosine in zip(rows, cosines, strict=True)]
    names = tuple(features[0])
    return Table(names, np.stack([expand(each, names) for each in features]), np.array([row[2] for row in rows]), np.array(folds))


def table_of(cases: Sequence[Case], embedder: Embeds) -> Table:
    """Rows of what the search finds and of the rationales; a sentence that is no rationale is neutral."""
    rows: list[Pair] = []
    folds: list[int] = []
    for case in cases:
        for i in sorted({i for i, _ in found(case, embedder)} | case.rationale):
            rows.append((case.claim, case.sentences[i], case.label if i in case.rationale else 2))
            folds.append(case.fold)
    return table(rows, folds, embedder)


def fit(tables: dict[str, Table], without: int | None = None) -> Head:
    """The head at temperature 1, without one fold of SciFact if asked; WEIGHTS gives the total weight of each set."""
    from sklearn.linear_model import LogisticRegression

    kept = {name: t.fold != without if name == "scifact" else np.ones(len(t.y), bool) for name, t in tables.items()}
    x = np.concatenate([t.x[kept[name]] for name, t in tables.items()])
    y = np.concatenate([t.y[kept[name]] for name, t in tables.items()])
    size = int(kept["scifact"].sum())
    weight = np.concatenate([np.full(mask.sum(), WEIGHTS[name] * size / mask.sum()) for name, mask in kept.items()])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = LogisticRegression(C=PENALTY, max_iter=5000).fit((x - mean) / scale, y, sample_weight=weight)
    pool, prior = (1.0, 0.0, 0.0), (1 / 3, 1 / 3, 1 / 3)
    return Head(tables["scifact"].names, mean, scale, model.coef_, model.intercept_, 1.0, pool, prior, 0.0, 1.0)


def read_cases(cases: Sequence[Case], head: Head, embedder: Embeds) -> list[list[tuple[int, Reading]]]:
    """(sentence, reading) of what the search finds, per case."""
    return [
        [(i, read_stance(case.claim, case.sentences[i], cosine, weights=head)) for i, cosine in found(case, embedder)] for case in cases
    ]


Apart = list[tuple[Case, list[tuple[int, Reading]]]]
"""cases of the train part, each read by a head that did not see its document."""


def read_apart(cases: Sequence[Case], heads: Sequence[Head], embedder: Embeds) -> Apart:
    """Every case with the readings of the head that was fitted without its fold."""
    read: Apart = []
    for fold, head in enumerate(heads):
        chosen = [case for case in cases if case.fold == fold]
        read += zip(chosen, read_cases(chosen, head, embedder), strict=True)
    return read


def fit_temperature(apart: Apart) -> float:
    """Temperature of least log loss on single passages."""
    from scipy.optimize import minimize

    found = [
        ((r.supports, r.refutes, r.neutral), case.label if i in case.rationale else 2) for case, readings in apart for i, r in readings
    ]
    p, labels = np.array([each for each, _ in found]), np.array([label for _, label in found])

    def loss(free: Array) -> float:
        shares = p ** np.exp(-free[0])
        return float(-np.mean(np.log(shares[np.arange(len(p)), labels] / shares.sum(axis=1))))

    return float(np.exp(minimize(loss, [0.0], method="Nelder-Mead").x[0]))


def fit_pool(head: Head, read: Sequence[tuple[int, list[Reading]]]) -> Head:
    """
    Slope and intercepts of least log loss, the temperature of the head applied.

    read  (label, readings of its passages by a head that saw none of their documents at temperature 1)
    """
    from scipy.optimize import minimize

    stances = [[colder(r, head.temperature) for r in readings] for _, readings in read]
    labels = [label for label, _ in read]

    def loss(free: Array) -> float:
        tried = replace(head, pool=(float(np.exp(free[0])), float(free[1]), float(free[2])))
        return float(-np.mean([np.log(tried.pooled(each)[label]) for each, label in zip(stances, labels, strict=True)]))

    slope, supports, refutes = minimize(loss, [0.0, 1.0, 1.0], method="Nelder-Mead", options={"maxiter": 1000}).x
    share = np.bincount(labels, minlength=3) / len(labels)
    return replace(
        head, pool=(float(np.exp(slope)), float(supports), float(refutes)), prior=(float(share[0]), float(share[1]), float(share[2]))
    )


def colder(reading: Reading, temperature: float) -> tuple[float, float]:
    """Support and refutation of a reading made at temperature 1."""
    shares = np.array([reading.supports, reading.refutes, reading.neutral]) ** (1.0 / temperature)
    return float(shares[0] / shares.sum()), float(shares[1] / shares.sum())


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
        "prior": dict(zip(("supports", "refutes", "neutral"), (round(value, 7) for value in head.prior), strict=True)),
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
    kept = {name: [case for case in cases if case.part == "train"] for name, cases in sets.items()}
    tables = {name: table_of(cases, embedder) for name, cases in kept.items()}
    tables |= {name: table(pairs, [-1] * len(pairs), embedder) for name, pairs in contrast(bench, random.Random(SEED)).items()}
    heads = [fit(tables, without=fold) for fold in range(FOLDS)]
    apart = read_apart(kept["scifact"], heads, embedder)
    head = replace(fit(tables), temperature=fit_temperature(apart), gate=GATE, decide=DECIDE)
    given = fit_pool(head, [(case.label, [reading for _, reading in readings]) for case, readings in apart])
    head = fit_pool(head, read_open(kept["scifact"], lambda case: heads[case.fold], embedder))
    measured: dict[str, Any] = {
        "given_pool": {"pool": [round(value, 7) for value in given.pool], "prior": [round(value, 7) for value in given.prior]}
    }
    for name, cases in ({"healthver": healthver(bench)} | sets).items():
        scored = [case for case in cases if case.part == "held_out"]
        measured[name] = figures(scored, read_cases(scored, given, embedder), given)
    measured["witness_scifact"] = witness_figures([case for case in sets["scifact"] if case.part == "held_out"], head, embedder)
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
    error = measured["witness_scifact"]
    calibration = {
        "combine": {"a": 1.0, "b": 0.0},
        "error": error["ece_holds"],
        "n": error["n_decided"],
        "on": "SciFact, held-out claims with a label for or against, all held-out abstracts retrieved: the text witness's probability "
        "that the claim holds against the label; 15 bins of equal mass",
        "noise_floor": error["ece_noise_floor"],
        "command": COMMAND,
    }
    (verifier / "calibration.json").write_text(json.dumps(calibration, indent=1) + "\n")


if __name__ == "__main__":
    main()
