"""What confidences are worth: expected calibration error, its noise floor, Brier score, and the bins behind a reliability diagram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BINS = 15
"""bins of equal mass, as issue and literature report it (Nguyen and O'Connor 2015, arXiv:1508.05154, for equal mass)."""
FLOOR_DRAWS = 200


@dataclass(frozen=True)
class Bin:
    """Items of like confidence."""

    confidence: float
    """mean of what was said."""
    share: float
    """of them that came true."""
    n: int


def reliability(confidence: Floats, right: Floats, bins: int = BINS) -> tuple[Bin, ...]:
    """
    Bins of equal mass by rising confidence; fewer where there are fewer items.

    Items of equal confidence share their mean outcome, so that the bins do not depend on the order of the items.
    """
    if not len(confidence):
        return ()
    _, group = np.unique(confidence, return_inverse=True)
    smooth = (np.bincount(group, right) / np.bincount(group))[group]
    parts = np.array_split(np.argsort(confidence, kind="stable"), min(bins, len(confidence)))
    return tuple(Bin(float(confidence[ids].mean()), float(smooth[ids].mean()), len(ids)) for ids in parts)


def calibration_error(confidence: Floats, right: Floats, bins: int = BINS) -> float:
    """Expected calibration error: mean distance of said and observed over bins of equal mass; 0 for no items."""
    found = reliability(confidence, right, bins)
    return sum(each.n * abs(each.confidence - each.share) for each in found) / max(len(confidence), 1)


def brier(confidence: Floats, right: Floats) -> float:
    """Mean squared distance of said and observed; 0 for no items."""
    return float(np.mean((confidence - right) ** 2)) if len(confidence) else 0.0


def noise_floor(confidence: Floats, seed: int) -> float:
    """Mean calibration error that perfectly calibrated confidences of these sizes show by chance alone."""
    rng = np.random.default_rng(seed)
    draws = ((rng.random(len(confidence)) < confidence).astype(np.float64) for _ in range(FLOOR_DRAWS))
    return float(np.mean([calibration_error(confidence, drawn) for drawn in draws]))
