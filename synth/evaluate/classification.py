"""How often labels were met: confusion, accuracy, precision, recall and F1 of each class, and their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ClassFigures:
    """Precision, recall and F1 of one class; 0 where they divide by nothing."""

    precision: float
    recall: float
    f1: float
    n: int
    """items that have the label."""


def confusion(gold: Integers, said: Integers, classes: int) -> Integers:
    """[classes, classes] counts, what holds in rows, what was said in columns."""
    return np.bincount(gold * classes + said, minlength=classes * classes).reshape(classes, classes)


def class_figures(counts: Integers, label: int) -> ClassFigures:
    """The figures of one class of a confusion matrix."""
    right, n, said = int(counts[label, label]), int(counts[label].sum()), int(counts[:, label].sum())
    return ClassFigures(right / said if said else 0.0, right / n if n else 0.0, 2 * right / (n + said) if n + said else 0.0, n)


def macro_f1(counts: Integers, labels: Sequence[int]) -> float:
    """Unweighted mean F1 of these classes; a class that is said although it never holds still costs the others their recall."""
    return float(np.mean([class_figures(counts, label).f1 for label in labels])) if labels else 0.0


def accuracy(counts: Integers) -> float:
    """Share of all items whose label was met; 0 for none."""
    total = int(counts.sum())
    return float(np.trace(counts)) / total if total else 0.0
