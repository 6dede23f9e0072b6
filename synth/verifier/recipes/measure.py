"""The figures by which the stance head is judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.verifier.recipes.labelled import Case
from synth.verifier.stance.head import Head
from synth.verifier.stance.reading import Reading

Array = npt.NDArray[np.float64]
BINS = 15


def holds(pooled: tuple[float, float, float]) -> float:
    """Probability that the claim holds: support, and half of what stays undecided."""
    return pooled[0] + 0.5 * pooled[2]


def calibration_error(probability: Array, outcome: Array) -> float:
    """Expected calibration error over 15 bins of equal mass."""
    bins = np.array_split(np.argsort(probability, kind="stable"), BINS)
    gaps = [len(ids) * abs(probability[ids].mean() - outcome[ids].mean()) for ids in bins if len(ids)]
    return float(sum(gaps) / len(probability))


def macro_f1(predicted: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> float:
    """Mean over the three labels of the harmonic mean of precision and recall."""
    scores = []
    for label in range(3):
        right = int(np.sum((predicted == label) & (labels == label)))
        scores.append(2 * right / max(int(np.sum(predicted == label)) + int(np.sum(labels == label)), 1))
    return float(np.mean(scores))


def figures(cases: Sequence[Case], read: Sequence[list[tuple[int, Reading]]], head: Head) -> dict[str, Any]:
    """
    Macro-F1, calibration errors and Brier scores of the pooled stances of each case, and the precision of decisions.

    macro_f1 weighs the labels alike (probability over prior), macro_f1_most_probable takes the most probable label.
    """
    pooled = np.array([head.pooled([(r.supports, r.refutes) for _, r in readings]) for readings in read])
    labels = np.array([case.label for case in cases])
    predicted = pooled.argmax(axis=1)
    decided = labels < 2
    p = np.array([holds((row[0], row[1], row[2])) for row in pooled])
    best = [max((max(r.supports, r.refutes), r.stance) for _, r in readings) if readings else (0.0, "neutral") for readings in read]
    sure = np.array([probability >= head.decide for probability, _ in best])
    right = np.array([stance == ("supports", "refutes", "neutral")[label] for (_, stance), label in zip(best, labels, strict=True)])
    return {
        "n": len(cases),
        "n_decided": int(decided.sum()),
        "macro_f1": round(macro_f1((pooled / np.array(head.prior)).argmax(axis=1), labels), 4),
        "macro_f1_most_probable": round(macro_f1(predicted, labels), 4),
        "ece_label": round(calibration_error(pooled.max(axis=1), (predicted == labels).astype(float)), 4),
        "ece_holds": round(calibration_error(p[decided], (labels[decided] == 0).astype(float)), 4),
        "brier_holds": round(float(np.mean((p[decided] - (labels[decided] == 0)) ** 2)), 4),
        "brier_three_way": round(float(np.mean(np.sum((pooled - np.eye(3)[labels]) ** 2, axis=1))), 4),
        "decisions": int(sure.sum()),
        "decisions_right": round(float(right[sure].mean()), 4) if sure.any() else None,
    }
