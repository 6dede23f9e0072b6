"""
Train the cross-encoder on pairs made of abstracts that nobody labelled, and write cross_encoder.safetensors.

    python -m synth.verifier.recipes.train_cross_encoder --bench ../shared/data/bench --workspace . --state FOLDER

1. Each round makes its own pairs (abstract_pairs.py), the seed being its number, and keeps some aside.
2. Differences of low rank and a classifier learn from them, beginning where the round before ended; the rate falls to nothing.
3. The share of pairs kept aside that is told rightly is printed; what the cross-encoder is worth on labelled claims is measured
   with the head that reads its features (train_stance.py), as no labelled document and no label is seen here.

Two cores take about half an hour a round. A training that was interrupted goes on from the state in its folder.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from synth.progress import Progress
from synth.store.embedding import Embedder, packaged_transformer
from synth.verifier.recipes.abstract_pairs import abstracts, pairs_of
from synth.verifier.recipes.contrast import Pair
from synth.verifier.recipes.low_rank import Adapted, Plan, learn
from synth.verifier.stance.cross_encoder import LAYERS, LONGEST, WEIGHTS

RANK = 16
ROUNDS, PAIRS, ASIDE = 2, 36_000, 1_200
PLAN = Plan(rate=1e-3, epochs=1)
SEED = 0


def train(bench: Path, embedder: Embedder, state: Path, progress: Progress) -> Adapted:
    """The model after all rounds; those that the folder holds are not run again."""
    torch.manual_seed(SEED)
    tokenizer, transformer = packaged_transformer(LAYERS)
    model = Adapted(transformer, RANK)
    found = None

    def tokenize(pairs: Sequence[Pair]) -> Any:
        claims, texts = [claim for claim, _, _ in pairs], [text for _, text, _ in pairs]
        return tokenizer(claims, texts, padding=True, truncation="longest_first", max_length=LONGEST, return_tensors="pt")

    for number in range(ROUNDS):
        done = state / f"round{number}.pt"
        if done.exists():
            model.load_state_dict(torch.load(done, weights_only=True), strict=False)
            continue
        found = found or abstracts(bench, embedder)
        pairs = list(pairs_of(found, random.Random(number)))
        random.Random(number + 1).shuffle(pairs)
        aside, taught = pairs[:ASIDE], pairs[ASIDE : ASIDE + PAIRS]
        learn(model, tokenize, taught, PLAN, number, state / f"round{number}.state", progress)
        progress(f"round {number}: {right(model, tokenize, aside):.3f} of {len(aside)} pairs kept aside are told rightly")
        torch.save(model.learned(), done)
    return model


def right(model: Adapted, tokenize: Any, pairs: Sequence[Pair]) -> float:
    """Share of the pairs whose label is the likeliest."""
    hits = 0
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for at in range(0, len(pairs), PLAN.batch):
            part = pairs[at : at + PLAN.batch]
            hits += sum(int(told) == label for told, (_, _, label) in zip(model(**tokenize(part)).argmax(dim=1), part, strict=True))
    return hits / len(pairs)


def save(model: Adapted, path: Path = WEIGHTS) -> None:
    """The differences and the classifier in half precision, by the names of the layers that they move."""
    from safetensors.torch import save_file

    tensors = {name.removeprefix("transformer."): value.half().contiguous() for name, value in model.learned().items()}
    save_file(tensors, str(path))


def main() -> None:
    """Train, write."""
    from synth.store.cache import Cache

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True, help="folder with scifact and csabstruct")
    parser.add_argument("--workspace", type=Path, default=Path(), help="folder whose .synth keeps the embeddings")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps what an interrupted training goes on from")
    given = parser.parse_args()
    given.state.mkdir(parents=True, exist_ok=True)
    embedder = Embedder(cache=Cache(given.workspace / ".synth"))
    save(train(given.bench, embedder, given.state, lambda line: print(line, file=sys.stderr)))  # noqa: T201


if __name__ == "__main__":
    main()
