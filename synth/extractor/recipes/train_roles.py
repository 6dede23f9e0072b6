"""
Fit the role models on labelled abstracts, write roles.safetensors, measure both on abstracts that they did not see.

    python -m synth.extractor.recipes.train_roles --bench ../shared/data/bench

Learned from: CSAbstruct, development abstracts (Cohan et al. 2019; Apache-2.0), and, by words alone, the abstracts of SciFact's corpus
that head their own sections (Wadden et al. 2020; ODC-By 1.0). The figures are those of models fitted to four fifths of the abstracts on
the other fifth; the shipped models learn from all of them. Nothing is drawn by chance: abstracts are dealt to the fifths in turn.

Vectors of MiniLM's layers 2, 4 and 6 and of 4 and 6 together were tried on CSAbstruct's own development part: the fourth told most.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.extractor.chain import Chain, Floats, beliefs
from synth.extractor.encoding import encoded
from synth.extractor.recipes.abstracts import Abstract, headed, labelled
from synth.extractor.roles import MERGED, ROLES, WEIGHTS, RoleModel, merged
from synth.extractor.traits import SIZE, matrix

COMMAND = "python -m synth.extractor.recipes.train_roles --bench ../shared/data/bench"
DECAY = 0.02
"""weight of the squared weights beside the log-likelihood; of the steps as well."""
ROUNDS = 50
"""steps of L-BFGS, which stop short of fitting the noise of the labels;"""
ROUNDS_IN_CONTEXT = 100
"""where vectors tell more, a longer way is none too long."""
SCALE = 0.05
"""of the standardised numbers of a vector beside the traits, of which a sentence's squares sum to 1."""
SUREST = 0.97
"""share of annotators that no label is believed beyond."""
FOLDS = 5
AGREED = 0.7
"""share of annotators above which a label is taken for settled."""


def fit(abstracts: Sequence[Abstract]) -> RoleModel:
    """The model of all roles by words; a sentence that may have several roles counts with their sum."""
    allowed = [[0.0 if role in each else -np.inf for role in ROLES] for abstract in abstracts for each in abstract.roles]
    return _fitted([abstract.sentences for abstract in abstracts], np.array(allowed), rounds=ROUNDS)


def fit_in_context(abstracts: Sequence[Abstract], vectors: Floats) -> RoleModel:
    """
    The model of the merged roles by words and vectors.

    Annotators disagree about two labels in five: a label counts with the share who gave it, every other role with its part of the rest.

    vectors  [sentences of all abstracts, WIDTH]
    """
    mean, spread = vectors.mean(0), vectors.std(0) + 1e-6
    texts = [abstract.sentences for abstract in abstracts]
    told = _fitted(texts, _as_sure(abstracts), SCALE * (vectors - mean) / spread, rounds=ROUNDS_IN_CONTEXT)
    assert told.of_vectors is not None
    of_vectors = SCALE * told.of_vectors[1:] / spread[:, None]
    return RoleModel(told.weights, told.chain, np.concatenate([-(mean @ of_vectors)[None], of_vectors]).astype(np.float32))


def _as_sure(abstracts: Sequence[Abstract]) -> Floats:
    """[sentences, merged roles]: logarithm of the share of annotators for each."""
    rows = []
    for abstract in abstracts:
        for roles, share in zip(abstract.roles, abstract.sure, strict=True):
            sure = min(share, SUREST)
            rows.append([np.log(sure if role in roles else (1 - sure) / (len(MERGED) - 1)) for role in MERGED])
    return np.array(rows)


def _fitted(texts: Sequence[Sequence[str]], allowed: Floats, vectors: Floats | None = None, *, rounds: int) -> RoleModel:
    """
    The weights under which the allowed roles of all texts are likeliest.

    A conditional random field (Lafferty et al. 2001). The gradient is what is expected of all sequences less what is expected of the
    allowed ones.

    allowed  [sentences, roles], log-weight with which a sentence's labels allow a role
    """
    from scipy.optimize import minimize

    rows = matrix(texts, placed=[True] * len(texts))
    used = np.unique(rows.indices)
    rows = rows[:, used].tocsr()
    back = rows.T.tocsr()
    dense = np.zeros((len(allowed), 0)) if vectors is None else vectors
    lengths = np.array([len(text) for text in texts])
    k, n, d = allowed.shape[1], len(used), dense.shape[1]

    def taken_apart(vector: Floats) -> tuple[Floats, Floats, Chain]:
        of_words, of_vectors, steps, first, last = np.split(vector, np.cumsum([n * k, d * k, k * k, k]))
        return of_words.reshape(n, k), of_vectors.reshape(d, k), Chain(steps.reshape(k, k), first, last)

    def loss(vector: Floats) -> tuple[float, Floats]:
        of_words, of_vectors, chain = taken_apart(vector)
        scores = np.asarray(rows @ of_words) + dense @ of_vectors
        free, bound = beliefs(scores, lengths, chain), beliefs(scores + allowed, lengths, chain)
        excess = free.roles - bound.roles
        slope = [back @ excess, dense.T @ excess, free.steps - bound.steps, free.first - bound.first, free.last - bound.last]
        gradient = np.concatenate([np.asarray(part).ravel() for part in slope])
        return free.log_weight - bound.log_weight + DECAY / 2 * float(vector @ vector), gradient + DECAY * vector

    best = minimize(loss, np.zeros((n + d) * k + k * k + 2 * k), jac=True, method="L-BFGS-B", options={"maxiter": rounds})
    of_words, of_vectors, chain = taken_apart(best.x)
    weights = np.zeros((SIZE, k), dtype=np.float32)
    weights[used] = of_words
    return RoleModel(weights, chain, None if vectors is None else np.concatenate([np.zeros((1, k)), of_vectors]).astype(np.float32))


def measure(marked: Sequence[Abstract], by_heading: Sequence[Abstract], vectors: Floats) -> None:
    """Print F1 of the five roles on CSAbstruct by both models and of conclusions on headed abstracts, on abstracts not learned from."""
    told: dict[str, list[tuple[str, str]]] = {"by words": [], "in context": [], "by heading": []}
    sure: list[float] = []
    owner = np.repeat(np.arange(len(marked)), [len(abstract.sentences) for abstract in marked]) % FOLDS
    for fold in range(FOLDS):
        words = fit([one for part in (marked, by_heading) for i, one in enumerate(part) if i % FOLDS != fold])
        context = fit_in_context([one for i, one in enumerate(marked) if i % FOLDS != fold], vectors[owner != fold])
        texts = [abstract.sentences for abstract in marked[fold::FOLDS]]
        gold = [next(iter(roles - {"conclusion"})) for abstract in marked[fold::FOLDS] for roles in abstract.roles]
        sure += [share for abstract in marked[fold::FOLDS] for share in abstract.sure]
        placed = [True] * len(texts)
        told["by words"] += zip(gold, map(merged, words.probabilities(texts, placed=placed)), strict=True)
        rows = context.probabilities(texts, placed=placed, vectors=vectors[owner == fold].astype(np.float32))
        told["in context"] += zip(gold, (MERGED[row.argmax()] for row in rows), strict=True)
        for abstract in by_heading[fold::FOLDS]:
            rows = words.probabilities([abstract.sentences], placed=[True])
            told["by heading"] += zip((next(iter(roles)) for roles in abstract.roles), (ROLES[row.argmax()] for row in rows), strict=True)
    for name in ("by words", "in context"):
        _print(f"CSAbstruct, five roles {name}", told[name], MERGED)
        agreed = [pair for pair, share in zip(told[name], sure, strict=True) if share > AGREED]
        _print(f"of which more than {AGREED:.0%} of the annotators agree", agreed, MERGED)
    _print("headed abstracts by words", told["by heading"], ROLES[:5])


def _print(name: str, pairs: Sequence[tuple[str, str]], roles: Sequence[str]) -> None:
    from sklearn.metrics import f1_score

    gold, said = zip(*pairs, strict=True)
    each = 100 * f1_score(gold, said, average=None, labels=list(roles))
    told = ", ".join(f"{role} {value:.1f}" for role, value in zip(roles, each, strict=True))
    print(f"{name}: {len(gold)} sentences, F1 {told}; mean {each.mean():.1f}")  # noqa: T201


def _save(out: Path, models: dict[str, RoleModel], about: dict[str, str]) -> None:
    from safetensors.numpy import save_file

    tensors: dict[str, NDArray[Any]] = {}
    for name, model in models.items():
        tensors |= {f"{name}.weights": model.weights, f"{name}.step": model.chain.step}
        tensors |= {f"{name}.first": model.chain.first, f"{name}.last": model.chain.last}
        if model.of_vectors is not None:
            tensors[f"{name}.of_vectors"] = model.of_vectors
    save_file({name: values.astype(np.float16) for name, values in tensors.items()}, str(out), about)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit to everything, write, measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--unmeasured", action="store_true", help="fit and write only")
    asked = parser.parse_args(arguments)
    marked, by_heading = labelled(asked.bench), headed(asked.bench)
    vectors = encoded([one.sentences for one in marked]).astype(float)
    read = hashlib.sha256("\n".join(one.id for one in (*marked, *by_heading)).encode()).hexdigest()
    about = {"command": COMMAND, "learned_from": f"{len(marked)} abstracts of CSAbstruct, {len(by_heading)} of SciFact", "ids_sha256": read}
    _save(asked.out, {"words": fit([*marked, *by_heading]), "context": fit_in_context(marked, vectors)}, about)
    if not asked.unmeasured:
        measure(marked, by_heading, vectors)


if __name__ == "__main__":
    main()
