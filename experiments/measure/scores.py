"""Top-1 accuracy and macro mAP in percent, on all images and on bootstrap resamples of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def resamples(n_images: int, replicates: int, seed: int, dataset: str) -> Array:
    """Image indices [replicates, n_images] drawn with replacement: the same for all methods, backbones and seeds of one data set."""
    rng = np.random.default_rng([seed, n_images, *dataset.encode()])
    return rng.integers(0, n_images, (replicates, n_images))


def average_precision(scores: Array, targets: Array, weights: Array) -> Array:
    """
    Average precision of every class under every weighting of the images, in 0..1.

    scores   [n, c]; ties keep the order of the images
    targets  [n, c] of zeros and ones
    weights  [r, n] how often each image counts (all ones: the plain value)
    returns  [r, c]; NaN for a class without positives

    AP is the mean over the positives of the precision at their rank, as in the reference code of arXiv:2308.04657.
    """
    order = np.argsort(-scores, axis=0, kind="stable")
    hits = np.take_along_axis(targets, order, 0).T[None]
    counts = weights[:, order.T].astype(np.float64)
    positives = counts * hits
    precision = np.cumsum(positives, 2) / np.maximum(np.cumsum(counts, 2), 1)
    totals = positives.sum(2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((precision * positives).sum(2) / totals)


def mean_average_precision(scores: Array, targets: Array, weights: Array) -> Array:
    """Macro mAP in percent for every weighting [r]; classes without positives are left out."""
    return np.asarray(100 * np.nanmean(average_precision(scores, targets, weights), axis=1))


def performance(logits: Array, labels: Array, draws: Array) -> tuple[float, tuple[float, ...]]:
    """The data set's own metric in percent (top-1, or macro mAP where labels are [n, c]) on all images, and on each resample."""
    n = len(logits)
    if labels.ndim == 1:
        correct = (logits.argmax(1) == labels) * 100.0
        return float(correct.mean()), _kept(correct[draws].mean(1))
    weights = np.stack([np.ones(n, np.int64), *(np.bincount(draw, minlength=n) for draw in draws)])
    values = mean_average_precision(logits, labels, weights)
    return float(values[0]), _kept(values[1:])


def _kept(values: Array) -> tuple[float, ...]:
    """Resampled values to four decimals: far below what one image of a thousand changes, and a third of the room."""
    return tuple(round(float(value), 4) for value in values)
