"""Figures against answers known by hand, and against scikit-learn where it has the same figure."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics
from sklearn.calibration import calibration_curve

from synth.evaluate import calibration, classification, ranking
from synth.evaluate.resampling import interval
from synth.evaluate.selective import selective_accuracy


def counts(gold: list[int], said: list[int]) -> np.ndarray:
    """The confusion matrix of three classes."""
    return classification.confusion(np.array(gold, dtype=np.int64), np.array(said, dtype=np.int64), 3)


def test_confusion_has_what_holds_in_rows() -> None:
    """Two of class 0 said to be 1 stand in row 0, column 1."""
    assert counts([0, 0, 1], [1, 1, 1]).tolist() == [[0, 2, 0], [0, 1, 0], [0, 0, 0]]


def test_class_figures_of_a_known_matrix() -> None:
    """Of 4 items of class 0 three are met, and 5 were said: precision 3/5, recall 3/4, F1 2/3."""
    figures = classification.class_figures(counts([0, 0, 0, 0, 1, 1, 2], [0, 0, 0, 1, 0, 0, 2]), 0)
    assert (figures.precision, figures.recall, figures.n) == (0.6, 0.75, 4)
    assert figures.f1 == pytest.approx(2 / 3)


def test_nothing_said_and_nothing_there_is_no_division() -> None:
    """A class that neither holds nor is said has F1 0, and no items have accuracy 0."""
    assert classification.class_figures(counts([0], [0]), 2) == classification.ClassFigures(0.0, 0.0, 0.0, 0)
    assert classification.accuracy(counts([], [])) == 0.0
    assert classification.macro_f1(counts([], []), ()) == 0.0


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_f1_agrees_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """Macro-F1 over given classes and accuracy are scikit-learn's, whatever the labels."""
    gold, said = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = counts(gold, said)
    for classes in ((0, 1, 2), (0, 1)):
        oracle = metrics.f1_score(gold, said, labels=list(classes), average="macro", zero_division=0)
        assert classification.macro_f1(found, classes) == pytest.approx(oracle)
    assert classification.accuracy(found) == pytest.approx(metrics.accuracy_score(gold, said))


def test_calibration_error_of_two_bins_by_hand() -> None:
    """Ten at 0.2 of which four come true and ten at 0.9 of which nine do: half of 0.2, half of 0.0."""
    said = np.array([0.2] * 10 + [0.9] * 10)
    came = np.array([1.0] * 4 + [0.0] * 6 + [1.0] * 9 + [0.0])
    assert calibration.calibration_error(said, came, bins=2) == pytest.approx(0.1)


def test_bins_have_equal_mass_and_as_many_as_there_are_items() -> None:
    """45 items make 15 bins of 3; four items make four bins, no items none."""
    said = np.linspace(0, 1, 45)
    assert [each.n for each in calibration.reliability(said, said)] == [3] * 15
    assert len(calibration.reliability(said[:4], said[:4])) == 4
    assert calibration.reliability(said[:0], said[:0]) == ()


def test_bins_agree_with_scikit_learn() -> None:
    """For distinct confidences, the means of the bins are those of its quantile curve."""
    rng = np.random.default_rng(3)
    said = rng.permutation(np.linspace(0.01, 0.99, 150))
    came = (rng.random(150) < said).astype(float)
    share, mean = calibration_curve(came, said, n_bins=15, strategy="quantile")
    found = calibration.reliability(said, came)
    assert [each.confidence for each in found] == pytest.approx(list(mean))
    assert [each.share for each in found] == pytest.approx(list(share))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), min_size=1, max_size=60), st.randoms())
def test_the_order_of_items_does_not_change_the_error(pairs: list[tuple[float, bool]], random: object) -> None:
    """Items of equal confidence fall into different bins by chance, and the error stays."""
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (
        calibration.calibration_error(np.array([a for a, _ in each]), np.array([float(b) for _, b in each])) for each in (pairs, shuffled)
    )
    assert first == pytest.approx(second)


def test_certain_and_wrong_is_the_worst_there_is() -> None:
    """Confidence 1 on what never comes true: error 1, Brier 1; nothing said: both 0."""
    said, came = np.ones(20), np.zeros(20)
    assert calibration.calibration_error(said, came) == 1.0
    assert calibration.brier(said, came) == 1.0
    assert (calibration.calibration_error(said[:0], came[:0]), calibration.brier(said[:0], came[:0])) == (0.0, 0.0)


def test_the_noise_floor_falls_with_the_number_of_items() -> None:
    """Chance alone shows a larger error on 30 items than on 3000, and none where nothing is in doubt."""
    small, large = (calibration.noise_floor(np.full(n, 0.5), seed=1) for n in (30, 3000))
    assert small > 3 * large > 0
    assert calibration.noise_floor(np.ones(50), seed=1) == 0.0


def test_selective_accuracy_keeps_the_surest() -> None:
    """The surest half of four is right, all four are right in half of the cases."""
    sure, right = np.array([0.9, 0.8, 0.4, 0.3]), np.array([1.0, 1.0, 0.0, 0.0])
    assert selective_accuracy(sure, right, 0.5) == 1.0
    assert selective_accuracy(sure, right, 1.0) == 0.5
    assert selective_accuracy(sure[:0], right[:0], 0.5) == 0.0


def test_equally_sure_items_count_with_their_mean() -> None:
    """One sure and right item, then four equal ones of which one is right: the surest three have 1 + 2/4 right."""
    sure, right = np.array([0.9, 0.5, 0.5, 0.5, 0.5]), np.array([1.0, 0.0, 0.0, 0.0, 1.0])
    assert selective_accuracy(sure, right, 0.6) == pytest.approx(1.5 / 3)
    assert selective_accuracy(sure[::-1], right[::-1], 0.6) == pytest.approx(1.5 / 3)


def test_ranks_by_hand() -> None:
    """The first wanted thing stands third; among none of two rankings' first and in one of two's first three; MRR (1/3 + 0) / 2."""
    ranks = [ranking.first_rank("abcd", {"c", "d"}), ranking.first_rank("abcd", {"z"})]
    assert ranks == [3, None]
    assert [ranking.hits_at(ranks, k) for k in (1, 3)] == [0.0, 0.5]
    assert ranking.mean_reciprocal_rank(ranks) == pytest.approx(1 / 6)


def test_recall_at_k_is_a_mean_of_shares() -> None:
    """Half of two wanted in the first two places, all of one: 0.75; what wants nothing does not count."""
    assert ranking.recall_at(["abcd", "wxyz", "mn"], [{"b", "d"}, {"w"}, set()], 2) == pytest.approx(0.75)
    assert ranking.recall_at([], [], 5) == 0.0


scores = arrays(np.float64, 30, elements=st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]))
marks = arrays(np.float64, 30, elements=st.sampled_from([0.0, 1.0]))


@settings(deadline=None)
@given(scores, marks)
def test_average_precision_agrees_with_scikit_learn(score: np.ndarray, marked: np.ndarray) -> None:
    """Ties included."""
    oracle = metrics.average_precision_score(marked, score) if marked.any() else 0.0
    assert ranking.average_precision(score, marked) == pytest.approx(oracle)


def test_an_interval_draws_whole_groups() -> None:
    """Two groups of equal items: a draw has the mean 0, one half or 1, so the interval is wide; one group has no width."""
    values = np.array([0.0] * 50 + [1.0] * 50)
    two = ["a"] * 50 + ["b"] * 50
    assert interval(two, lambda ids: float(values[ids].mean()), seed=0) == (0.0, 1.0)
    assert interval(["a"] * 100, lambda ids: float(values[ids].mean()), seed=0) == (0.5, 0.5)


def test_an_interval_covers_as_often_as_it_says() -> None:
    """Of 200 samples of 60 coins, the interval of the mean holds one half in nine of ten at least."""
    rng = np.random.default_rng(0)
    covered = 0
    for trial in range(200):
        coins = rng.integers(0, 2, 60).astype(float)
        low, high = interval([str(i) for i in range(60)], lambda ids, coins=coins: float(coins[ids].mean()), seed=trial, draws=100)
        covered += low <= 0.5 <= high
    assert covered >= 175


def test_the_interval_of_a_calibration_error_holds_the_error() -> None:
    """Perfectly calibrated confidences of 60 items: draws with repeats show larger errors throughout, and the interval is moved back."""
    rng = np.random.default_rng(1)
    said = rng.random(60)
    came = (rng.random(60) < said).astype(float)
    names = [str(i) for i in range(60)]
    error = calibration.calibration_error(said, came)
    low, high = interval(names, lambda ids: calibration.calibration_error(said[ids], came[ids]), seed=0, centred=True)
    assert 0 <= low < error < high
    assert interval(names, lambda ids: calibration.calibration_error(said[ids], came[ids]), seed=0)[1] > high


def test_no_items_have_no_interval() -> None:
    """Nothing to draw from is not a number, not a crash."""
    assert all(math.isnan(end) for end in interval([], lambda ids: 0.0, seed=0))
