"""
The learned part: multinomial logistic regression over what the rules saw, with a temperature, in plain numpy.

Weights, calibration and measured figures lie in head.json; synth/verifier/recipes/train_stance.py makes it.
"""

from __future__ import annotations

import json
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


def expand(features: dict[str, float], names: tuple[str, ...]) -> Array:
    """The features by name, then the products, [len(names) + len(PRODUCTS)]."""
    return np.array([features[name] for name in names] + [features[a] * features[b] for a, b in PRODUCTS])


@dataclass(frozen=True)
class Head:
    """Weights of the three stances (supports, refutes, neutral) and of the pooling of passages."""

    names: tuple[str, ...]
    mean: Array
    scale: Array
    coefficients: Array
    """[3, features]."""
    intercepts: Array
    temperature: float
    pool: tuple[float, float, float]
    """slope > 0 and the intercepts of support and refutation, neutral being 0."""
    prior: tuple[float, float, float]
    """shares of the labels among the documents that the pooling was fitted to."""
    gate: float
    """a passage whose probability of a stance stays below is not relevant."""
    decide: float
    """probability of a stance from which one passage decides."""

    def logits(self, features: dict[str, float]) -> Array:
        """Uncalibrated scores, [3]."""
        return np.asarray(self.coefficients @ ((expand(features, self.names) - self.mean) / self.scale) + self.intercepts)

    def probabilities(self, features: dict[str, float]) -> tuple[float, float, float]:
        """(supports, refutes, neutral), calibrated, sum 1."""
        supports, refutes, neutral = softmax(self.logits(features) / self.temperature)
        return float(supports), float(refutes), float(neutral)

    def pooled(self, stances: list[tuple[float, float]]) -> tuple[float, float, float]:
        """
        (supports, refutes, neutral) of several passages together, from the best of each stance; sum 1.

        stances  (probability of support, of refutation) of each passage; rises in the first, falls in the second.
        """
        slope, support, refute = self.pool
        best = [np.log(max((pair[i] for pair in stances), default=0.0) + 1e-3) for i in (0, 1)]
        found = softmax(np.array([slope * best[0] + support, slope * best[1] + refute, 0.0]))
        return float(found[0]), float(found[1]), float(found[2])


def softmax(logits: Array) -> Array:
    """Shares that sum to 1 along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def head_from(data: dict[str, Any]) -> Head:
    """The head that a JSON object describes."""
    return Head(
        names=tuple(data["features"]),
        mean=np.array(data["mean"]),
        scale=np.array(data["scale"]),
        coefficients=np.array(data["coefficients"]),
        intercepts=np.array(data["intercepts"]),
        temperature=float(data["temperature"]),
        pool=(float(data["pool"]["slope"]), float(data["pool"]["supports"]), float(data["pool"]["refutes"])),
        prior=(float(data["prior"]["supports"]), float(data["prior"]["refutes"]), float(data["prior"]["neutral"])),
        gate=float(data["gate"]),
        decide=float(data["decide"]),
    )


@cache
def head() -> Head:
    """The head that ships with the program."""
    return head_from(json.loads(resources.files(__package__).joinpath("head.json").read_text("utf-8")))
