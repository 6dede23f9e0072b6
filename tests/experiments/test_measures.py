"""Scores, resamples, patterns and controls."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, normalized_mutual_info_score

from experiments.measure import controls, patterns
from experiments.measure.scores import average_precision, performance, resamples


def test_resamples_are_the_same_for_every_method_of_a_data_set() -> None:
    """Draws depend on data set, number of images and seed only."""
    assert np.array_equal(resamples(50, 4, 1, "a"), resamples(50, 4, 1, "a"))
    assert not np.array_equal(resamples(50, 4, 1, "a"), resamples(50, 4, 1, "b"))


def test_a_weighted_precision_equals_that_of_the_drawn_images() -> None:
    """mAP on a resample is mAP of the images that were drawn."""
    rng = np.random.default_rng(0)
    scores, targets = rng.normal(size=(40, 3)), (rng.random((40, 3)) < 0.4).astype(float)
    draw = rng.integers(0, 40, 40)
    weighted = average_precision(scores, targets, np.bincount(draw, minlength=40)[None])[0]
    order = np.sort(draw)
    # Repeated images tie; scikit-learn treats a tie as one step, as the weights do.
    expected = [average_precision_score(targets[order, c], scores[order, c]) for c in range(3)]
    np.testing.assert_allclose(weighted, expected, atol=1e-9)


def test_top1_and_its_resamples_are_in_percent() -> None:
    """Three of four right is 75, and a resample of the wrong image alone is 0."""
    logits, labels = np.eye(4)[[0, 1, 2, 0]], np.array([0, 1, 2, 3])
    assert performance(logits, labels, np.array([[3, 3, 3, 3], [0, 1, 2, 0]])) == (75.0, (0.0, 100.0))


def test_nmi_equals_scikit_learns() -> None:
    """On random labels every image's value agrees."""
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 6, (5, 64)), rng.integers(0, 9, (5, 64))
    expected = [normalized_mutual_info_score(x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(patterns.nmi(a, b), expected, atol=1e-6)


def test_distances_vanish_for_rotations() -> None:
    """Procrustes and CKA distances do not see a rotation, and see other features."""
    rng = np.random.default_rng(2)
    features = rng.normal(size=(50, 6))
    rotation, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    one, same, other = (patterns.normalised(x) for x in (features, features @ rotation, rng.normal(size=(50, 6))))
    assert patterns.procrustes(one, same) == pytest.approx(0, abs=1e-9)
    assert patterns.cka_distance(one, same) == pytest.approx(0, abs=1e-9)
    assert patterns.procrustes(one, other) > 0.5


def test_expected_iou_is_that_of_random_sets() -> None:
    """Random sets of the sizes of rate 0.9 at 196 patches agree by 0.81, the figure of the chance correction."""
    kept = np.zeros((1, 196), bool)
    kept[0, :176] = True
    assert patterns.expected_iou(kept, kept) == pytest.approx(0.815, abs=0.005)


def test_a_keep_all_that_drops_something_fails_its_control() -> None:
    """A difference of logits beyond rounding does not pass."""
    logits = np.zeros((2, 3))
    assert controls.keep_all(logits, logits + 1e-6).passed
    assert not controls.keep_all(logits, logits + 1e-2).passed


def test_random_pruning_that_ranks_high_fails_its_control() -> None:
    """Random pruning above the median and level with no reduction does not pass."""
    assert controls.random_low(70, [80, 90], (95, 1)).passed
    assert not controls.random_low(94, [80, 90], (95, 1)).passed


def test_a_label_leak_fails_the_shuffled_labels() -> None:
    """Predictions that know the shuffled labels cannot pass; honest ones do."""
    labels = np.repeat(np.arange(10), 30)
    honest = controls.shuffled_labels(np.eye(10)[labels], labels, 0)
    assert honest.passed
    assert honest.value == pytest.approx(10, abs=2)
