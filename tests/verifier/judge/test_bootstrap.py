"""The arithmetic of uncertainty against worked examples and reference values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from synth.verifier.bootstrap import generator, holm, hypergeometric, ranks, signed_rank_p, spearman, student, tail, widening


def test_ranks_share_the_mean_on_ties() -> None:
    """80, 79, 79, 70 are ranked 1, 2.5, 2.5, 4; a missing value has no rank and takes none."""
    placed = ranks(np.array([79.0, 80.0, np.nan, 79.0, 70.0]))
    assert placed.tolist()[:2] + placed.tolist()[3:] == [2.5, 1.0, 2.5, 4.0]
    assert math.isnan(placed[2])


@given(st.lists(st.integers(-5, 5), min_size=4, max_size=9), st.randoms())
def test_spearman_agrees_with_scipy(x: list[int], random: object) -> None:
    """Ties included, the same figure as scipy's; NaN where a side is constant."""
    y = x[:]
    random.shuffle(y)  # type: ignore[attr-defined]
    mine = float(spearman(np.array(x, dtype=float), np.array(y, dtype=float)))
    if len(set(x)) == 1:
        assert math.isnan(mine)
    else:
        assert mine == pytest.approx(float(stats.spearmanr(x, y).statistic), abs=1e-9)


def test_student_agrees_with_scipy() -> None:
    """Within 1 % for every number of seeds that is judged."""
    for degrees in (1, 2, 3, 4, 9, 30):
        assert student(0.95, degrees) == pytest.approx(float(stats.t.ppf(0.975, degrees)), rel=0.01)


@pytest.mark.parametrize("seeds", [3, 5, 8])
def test_stretched_bootstrap_covers_at_its_level(seeds: int) -> None:
    """Means of a few normal values: stretched intervals miss the truth in 4 to 7.5 % of samples, plain ones more often."""
    rng = np.random.default_rng(1)
    weights = rng.exponential(size=(seeds, 1000))
    weights /= weights.sum(0)
    sample = rng.normal(size=(4000, seeds))
    centre = sample.mean(1, keepdims=True)
    moves = (sample @ weights - centre) * np.sqrt((seeds + 1) / seeds)

    def misses(factor: float) -> float:
        low, high = np.quantile(centre + factor * moves, [0.025, 0.975], axis=1)
        return float(((low > 0) | (high < 0)).mean())

    assert 0.04 <= misses(widening(0.95, seeds)) <= 0.075
    assert misses(1.0) > 0.075


def test_chance_of_the_top_three() -> None:
    """Of 4 among 13 at least one is in the top 3 with 1 - C(9,3)/C(13,3) = 0.706; all 3 of 3 in the bottom with 1/286."""
    assert 1 - hypergeometric(13, 4, 3)[0] == pytest.approx(1 - math.comb(9, 3) / math.comb(13, 3))
    assert hypergeometric(13, 3, 3)[3] == pytest.approx(1 / 286)
    assert float(hypergeometric(13, 4, 3) @ np.arange(4)) == pytest.approx(12 / 13)
    assert hypergeometric(5, 4, 3).sum() == pytest.approx(1.0)


@given(st.integers(1, 30), st.floats(0.01, 0.99), st.integers(0, 30))
def test_tail_is_the_binomials(n: int, p: float, at_least: int) -> None:
    """P(at least k of n) as scipy gives it."""
    assert tail([(1 - p, p)] * n, at_least) == pytest.approx(float(stats.binom.sf(at_least - 1, n, p)), abs=1e-9)


def test_signed_rank_test_agrees_with_scipy() -> None:
    """Random flips come within 0.02 of the exact p-value; nothing but zeros gives 1."""
    rng = np.random.default_rng(3)
    differences = rng.normal(0.5, 1.0, size=14)
    exact = float(stats.wilcoxon(differences, alternative="greater").pvalue)
    assert signed_rank_p(differences, generator("a")) == pytest.approx(exact, abs=0.02)
    assert signed_rank_p(np.zeros(5), generator("a")) == 1.0


def test_holm_worked_example() -> None:
    """0.01, 0.04, 0.03 become 0.03, 0.06, 0.06."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
