"""
The cross-encoder: MiniLM reads a claim and the sentences beside it as one text, and says how they stand to each other.

The blocks of the packaged model are moved by differences of low rank, which cross_encoder.safetensors holds with the classifier;
synth/verifier/recipes/train_cross_encoder.py makes it. Pairs are read one by one: in a batch, padding would change the last
digits of a probability with what else is read, and a claim must not depend on its neighbours.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from synth.store.embedding import encodable, packaged_transformer

WEIGHTS = Path(__file__).with_name("cross_encoder.safetensors")
LAYERS = 6
LONGEST = 112
"""tokens of claim and sentences together; the longer of both is cut first."""
DIGITS = 4
"""that a probability keeps: those behind depend on the processor."""
LEAST = 1e-3
"""probability below which none is told from another."""
UNASKED = {"cross_supports": 0.0, "cross_refutes": 0.0, "cross_side": 0.0}
"""its features where it has nothing to add."""
REMEMBERED = 16384
"""pairs whose probabilities are kept: a claim is heard again beside the same sentences."""
Probabilities = tuple[float, float, float]
"""(supports, refutes, neutral)."""


class CrossEncoder:
    """The packaged transformer with differences of low rank and a classifier on top."""

    def __init__(self, differences: Mapping[str, Any]) -> None:
        """
        differences   tensors by name: "classifier.weight" [3, d], "classifier.bias" [3], and for each linear layer that was moved
                      its name with ".up" [out, rank] and ".down" [rank, in]
        """
        import torch

        self._tokenizer, model = packaged_transformer(LAYERS)
        self._model = copy.deepcopy(model)  # the store keeps its own for whoever asks next
        with torch.inference_mode():
            for name in sorted(key.removesuffix(".up") for key in differences if key.endswith(".up")):
                weight = self._model.get_submodule(name).weight
                weight += differences[f"{name}.up"].float() @ differences[f"{name}.down"].float()
        self._classifier = (differences["classifier.weight"].float(), differences["classifier.bias"].float())

    def __call__(self, claim: str, text: str) -> Probabilities:
        """(supports, refutes, neutral), sum 1."""
        import torch

        tokens = self._tokenizer([encodable(claim)], [encodable(text)], truncation="longest_first", max_length=LONGEST, return_tensors="pt")
        with torch.inference_mode():
            states = self._model(**tokens).last_hidden_state[0].mean(dim=0)
            weight, bias = self._classifier
            supports, refutes, neutral = torch.softmax((weight @ states + bias).double(), dim=0).tolist()
        return round(supports, DIGITS), round(refutes, DIGITS), round(neutral, DIGITS)


@lru_cache(maxsize=1)
def cross_encoder() -> CrossEncoder:
    """The one that ships with the program, loaded when the first pair is read."""
    from safetensors.torch import load_file

    return CrossEncoder(load_file(str(WEIGHTS)))


@lru_cache(maxsize=REMEMBERED)
def _told(claim: str, text: str) -> Probabilities:
    return cross_encoder()(claim, text)


def cross_features(claim: str, text: str) -> dict[str, float]:
    """Inputs of the head on a document: log-odds of each stance against neither, and of both against each other."""
    supports, refutes, neutral = (math.log(max(each, LEAST)) for each in _told(claim, text))
    return {"cross_supports": supports - neutral, "cross_refutes": refutes - neutral, "cross_side": supports - refutes}
