"""The slope of the printed probability: found where it is known, the least of what sets ask for, never at one half."""

from __future__ import annotations

import numpy as np
import pytest

from synth.calibrating import Told, error_at, fitted, slope_of
from synth.verifier.combine import Calibration


def drawn(slope: float, n: int = 4000, seed: int = 0) -> Told:
    """Claims that come true with the probability that this slope gives."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(size=n)
    return odds, (rng.random(n) < 1 / (1 + np.exp(-slope * odds))).astype(float)


@pytest.mark.parametrize("slope", [0.5, 1.0, 3.0])
def test_the_slope_is_found_where_it_is_known(slope: float) -> None:
    """Of claims drawn with a slope, that slope is likeliest, and it leaves no error beyond chance."""
    said = drawn(slope)
    assert slope_of(said) == pytest.approx(slope, rel=0.1)
    assert error_at(slope_of(said), said) < 0.03
    assert error_at(3 * slope, said) > error_at(slope, said)


def test_the_less_sure_set_is_believed() -> None:
    """The slope that ships is the least that any set asks for, and each set's error is told with the slope of the others."""
    sets = {"a": drawn(1.5, seed=1), "b": drawn(3.0, seed=2)}
    entry = fitted(sets)
    assert entry["slope"] == pytest.approx(1.5, abs=0.2)
    errors = entry["ece_by_the_slope_of_the_others"]
    assert isinstance(errors, dict)
    assert errors["a"] == pytest.approx(error_at(slope_of(sets["b"]), sets["a"]), abs=1e-3)


def test_the_map_is_even() -> None:
    """What speaks for a claim and the same against it give probabilities that sum to one."""
    chart = Calibration(2.5)
    assert chart(0.0) == 0.5
    assert all(chart(x) + chart(-x) == pytest.approx(1) for x in (0.1, 1.0, 9.0))
