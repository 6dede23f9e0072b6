"""
The learned part: two multinomial logistic regressions, one on single sentences and one on a document, in plain numpy.

Weights and measured figures lie in head.json; synth/verifier/recipes/train_stance.py makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
PRODUCTS = (
    ("dir_net", "covered"),
    ("dir_oppose", "covered"),
    ("neg_apart", "covered"),
    ("neg_parity", "covered"),
    ("num_clash", "covered"),
    ("num_match", "covered"),
    ("cosine", "covered"),
    ("names_covered", "covered"),
)
"""pairs of features that enter as products too: an opposition counts where much is shared."""


def with_products(features: Mapping[str, float]) -> dict[str, float]:
    """The features, then PRODUCTS as "a*b"."""
    return {**features, **{f"{a}*{b}": features[a] * features[b] for a, b in PRODUCTS}}


@dataclass(frozen=True)
class Weights:
    """One regression on named features, three outcomes: supports, refutes, neutral."""

    names: tuple[str, ...]
    mean: Array
    scale: Array
    coefficients: Array
    """[3, features]."""
    intercepts: Array

    def __call__(self, features: Mapping[str, float]) -> tuple[float, float, float]:
        """(supports, refutes, neutral), sum 1."""
        x = np.array([features[name] for name in self.names])
        supports, refutes, neutral = softmax(self.coefficients @ ((x - self.mean) / self.scale) + self.intercepts)
        return float(supports), float(refutes), float(neutral)


@dataclass(frozen=True)
class Head:
    """What reads a sentence, what reads a document, and what their probabilities must reach."""

    sentence: Weights
    document: Weights
    gate: float
    """a passage whose probability of a stance stays below is not relevant."""
    tick: float
    cross: float
    """probability of its stance from which one passage supports (refutes) a claim."""
    temperature: float = 1.0
    """what flattens the stances of fewer passages than it learned from, see Pool."""


def softmax(logits: Array) -> Array:
    """Shares that sum to 1."""
    shifted = np.exp(logits - logits.max())
    return np.asarray(shifted / shifted.sum())


def head_from(data: Mapping[str, Any]) -> Head:
    """The head that a JSON object describes."""
    return Head(
        _weights(data["sentence"]), _weights(data["document"]), *(float(data[name]) for name in ("gate", "tick", "cross", "temperature"))
    )


def _weights(data: Mapping[str, Any]) -> Weights:
    return Weights(tuple(data["features"]), *(np.array(data[name]) for name in ("mean", "scale", "coefficients", "intercepts")))


@cache
def head() -> Head:
    """The head that ships with the program."""
    return head_from(json.loads(resources.files(__package__).joinpath("head.json").read_text("utf-8")))
