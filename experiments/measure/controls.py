"""
The controls of every performance run; a rerun whose control fails says nothing.

1. keep_all equals the plain model.  2. Random pruning ranks low.  3. Shuffled labels give chance.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.measure.scores import performance

Array = npt.NDArray[Any]
SAME = 1e-4
"""largest difference of logits that rounding explains."""
SHUFFLES = 20


class Control(NamedTuple):
    """What a control found."""

    value: float
    passed: bool
    reason: str


def keep_all(plain: Array, kept: Array) -> Control:
    """Largest difference between the logits of the plain model and of the keep-all reducer."""
    difference = float(np.abs(plain - kept).max())
    return Control(difference, difference < SAME, f"keep-all equals the plain model: largest difference of logits {difference:.1e}")


def random_low(random: float, others: list[float], unreduced: tuple[float, float]) -> Control:
    """
    Random pruning below the median of the other methods, or below no reduction by more than noise.

    random     performance in percent at the control keep rate
    others     of the methods with an idea, at the same rate
    unreduced  (performance, standard error of its difference to random pruning)
    """
    full, error = unreduced
    below = bool(others) and random < float(np.median(others))
    worse = random < full - 2 * error
    median = f"median of {len(others)} other methods {np.median(others):.2f}" if others else "no other method asked for"
    words = f"random pruning ranks low: {random:.2f} against {full:.2f} unreduced (standard error {error:.2f}), {median}"
    return Control(random - full, below or worse, words)


def shuffled_labels(logits: Array, labels: Array, seed: int) -> Control:
    """Mean performance on labels dealt out at random, which must be chance within 3 points or 4 standard errors."""
    rng = np.random.default_rng(seed)
    none = np.zeros((0, len(labels)), np.int64)
    values = [performance(logits, labels[rng.permutation(len(labels))], none)[0] for _ in range(SHUFFLES)]
    chance, mean = _chance(logits, labels), float(np.mean(values))
    tolerance = max(3.0, 4 * float(np.std(values)) / SHUFFLES**0.5)
    return Control(mean, abs(mean - chance) <= tolerance, f"shuffled labels give chance: {mean:.2f} against {chance:.2f} percent")


def _chance(logits: Array, labels: Array) -> float:
    """Expected top-1 when labels are independent of predictions, or mean share of positives, in percent."""
    if labels.ndim == 1:
        classes = logits.shape[1]
        shares = [np.bincount(values, minlength=classes) / len(labels) for values in (logits.argmax(1), labels)]
        return float(100 * (shares[0] * shares[1]).sum())
    present = labels.mean(0)
    return float(100 * present[present > 0].mean())
