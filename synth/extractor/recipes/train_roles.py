"""
Fit the role model on labelled abstracts, measure it on abstracts that it did not see, write roles.safetensors.

    python -m synth.extractor.recipes.train_roles --bench ../shared/data/bench

Learned from: CSAbstruct, development abstracts (Cohan et al. 2019; Apache-2.0), and the abstracts of SciFact's corpus that head their
own sections (Wadden et al. 2020; ODC-By 1.0). The figures are those of models fitted to four fifths of the abstracts on the other
fifth; the shipped model learns from all of them. Nothing is drawn by chance: abstracts are dealt to the fifths in turn.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from synth.extractor.chain import Chain, Floats, beliefs
from synth.extractor.recipes.abstracts import Abstract, headed, labelled
from synth.extractor.roles import MERGED, ROLES, WEIGHTS, RoleModel, merged
from synth.extractor.traits import SIZE, matrix

COMMAND = "python -m synth.extractor.recipes.train_roles --bench ../shared/data/bench"
DECAY = 0.02
"""weight of the squared weights beside the log-likelihood; of the steps as well."""
ROUNDS = 50
"""steps of L-BFGS, which stop short of fitting the noise of the labels."""
FOLDS = 5
AGREED = 0.7
"""share of annotators above which a label is taken for settled."""


def fit(abstracts: Sequence[Abstract]) -> RoleModel:
    """
    The weights under which the allowed roles of all abstracts are likeliest.

    A conditional random field (Lafferty et al. 2001); a sentence that may have several roles counts with their sum. The gradient
    is what is expected of all sequences less what is expected of the allowed ones.
    """
    from scipy.optimize import minimize

    texts = [abstract.sentences for abstract in abstracts]
    rows = matrix(texts, placed=[True] * len(texts))
    used = np.unique(rows.indices)
    rows = rows[:, used].tocsr()
    back = rows.T.tocsr()
    lengths = np.array([len(text) for text in texts])
    allowed = _allowed(abstracts)
    k, n = len(ROLES), len(used)

    def taken_apart(vector: Floats) -> tuple[Floats, Chain]:
        steps = vector[n * k : n * k + k * k].reshape(k, k)
        return vector[: n * k].reshape(n, k), Chain(steps, vector[-2 * k : -k], vector[-k:])

    def loss(vector: Floats) -> tuple[float, Floats]:
        weights, chain = taken_apart(vector)
        scores = np.asarray(rows @ weights)
        free, bound = beliefs(scores, lengths, chain), beliefs(scores + allowed, lengths, chain)
        slope = [back @ (free.roles - bound.roles), free.steps - bound.steps, free.first - bound.first, free.last - bound.last]
        gradient = np.concatenate([np.asarray(part).ravel() for part in slope])
        return free.log_weight - bound.log_weight + DECAY / 2 * float(vector @ vector), gradient + DECAY * vector

    best = minimize(loss, np.zeros(n * k + k * k + 2 * k), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    found, chain = taken_apart(best.x)
    weights = np.zeros((SIZE, k), dtype=np.float32)
    weights[used] = found
    return RoleModel(weights, chain)


def _allowed(abstracts: Sequence[Abstract]) -> Floats:
    """[sentences, roles]: 0 where a sentence may have the role, -inf where not."""
    return np.array([[0.0 if role in each else -np.inf for role in ROLES] for abstract in abstracts for each in abstract.roles])


def measure(marked: Sequence[Abstract], by_heading: Sequence[Abstract]) -> None:
    """Print F1 of the five roles on CSAbstruct and of conclusions on headed abstracts, each on abstracts not learned from."""
    plain: list[tuple[str, str]] = []
    agreed: list[tuple[str, str]] = []
    concluding: list[tuple[str, str]] = []
    for fold in range(FOLDS):
        model = fit([one for part in (marked, by_heading) for i, one in enumerate(part) if i % FOLDS != fold])
        for abstract in marked[fold::FOLDS]:
            said = [merged(row) for row in model.probabilities([abstract.sentences], placed=[True])]
            pairs = list(zip((next(iter(roles - {"conclusion"})) for roles in abstract.roles), said, strict=True))
            plain += pairs
            agreed += [pair for pair, sure in zip(pairs, abstract.sure, strict=True) if sure > AGREED]
        for abstract in by_heading[fold::FOLDS]:
            rows = model.probabilities([abstract.sentences], placed=[True])
            concluding += zip((next(iter(roles)) for roles in abstract.roles), (ROLES[row.argmax()] for row in rows), strict=True)
    _print("CSAbstruct, five roles", plain, MERGED)
    _print(f"of which more than {AGREED:.0%} of the annotators agree", agreed, MERGED)
    _print("headed abstracts", concluding, ROLES[:5])


def _print(name: str, pairs: Sequence[tuple[str, str]], roles: Sequence[str]) -> None:
    from sklearn.metrics import f1_score

    gold, said = zip(*pairs, strict=True)
    each = 100 * f1_score(gold, said, average=None, labels=list(roles))
    told = ", ".join(f"{role} {value:.1f}" for role, value in zip(roles, each, strict=True))
    print(f"{name}: {len(gold)} sentences, F1 {told}; mean {each.mean():.1f}")  # noqa: T201


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, fit to everything, write."""
    from safetensors.numpy import save_file

    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--unmeasured", action="store_true", help="fit and write only")
    asked = parser.parse_args(arguments)
    marked, by_heading = labelled(asked.bench), headed(asked.bench)
    if not asked.unmeasured:
        measure(marked, by_heading)
    model = fit([*marked, *by_heading])
    tensors: dict[str, Floats] = {
        "weights": model.weights.astype(float),
        "step": model.chain.step,
        "first": model.chain.first,
        "last": model.chain.last,
    }
    read = hashlib.sha256("\n".join(one.id for one in (*marked, *by_heading)).encode()).hexdigest()
    about = {"command": COMMAND, "learned_from": f"{len(marked)} abstracts of CSAbstruct, {len(by_heading)} of SciFact", "ids_sha256": read}
    save_file({name: values.astype(np.float16) for name, values in tensors.items()}, str(asked.out), about)


if __name__ == "__main__":
    main()
