"""What a cell prints: values, units, deviations, and changes told apart from values."""

from __future__ import annotations

import pytest

from synth.verifier.numbers import number_of, numbers_of


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("79.8", 79.8, ""),
        ("79.8%", 79.8, "%"),
        ("1,234", 1234.0, ""),
        ("1.2K", 1200.0, ""),
        ("4.6G", 4.6, "G"),
        ("86M", 86.0, "M"),
        ("**79.8**", 79.8, ""),
        ("\\textbf{79.8}", 79.8, ""),
        ("79.8†", 79.8, ""),
        ("12.3 ms", 12.3, "ms"),
        ("3e-4", 0.0003, ""),
    ],
)
def test_a_value_keeps_its_unit(text: str, value: float, unit: str) -> None:
    """A value is read with its suffix; thousands are multiplied out, marks of print dropped."""
    number = number_of(text)
    assert number is not None
    assert (number.value, number.unit, number.kind) == (pytest.approx(value), unit, "value")


@pytest.mark.parametrize(
    ("text", "value"), [("(-0.3)", -0.3), ("↑0.5", 0.5), ("↓0.5", -0.5), ("+1.2", 1.2), ("−0.3", -0.3), ("-35%", -35.0)]
)
def test_a_signed_number_is_a_change(text: str, value: float) -> None:
    """A sign or an arrow makes the number a change, with its direction."""
    number = number_of(text)
    assert number is not None
    assert (number.value, number.kind) == (value, "delta")


def test_a_factor_is_not_a_value() -> None:
    """ "2.1×" is a ratio."""
    number = number_of("2.1×")
    assert number is not None
    assert (number.value, number.kind) == (2.1, "ratio")


@pytest.mark.parametrize("text", ["79.8 ± 0.3", "79.8±0.3", "79.8 +/- 0.3", "$79.8_{\\pm 0.3}$"])
def test_a_deviation_stands_beside_the_value(text: str) -> None:
    """What follows ± is the deviation, never the value."""
    number = number_of(text)
    assert number is not None
    assert (number.value, number.deviation, number.decimals) == (79.8, 0.3, 1)


@pytest.mark.parametrize("text", ["79.8 (+0.5)", "79.8 ↑0.5", "79.8 (79.3)", "79.8 (-0.3%)"])
def test_what_follows_the_value_is_not_the_value(text: str) -> None:
    """A change or a baseline beside a value leaves the value alone."""
    number = number_of(text)
    assert number is not None
    assert (number.value, number.kind, number.aside) == (79.8, "value", False)


@pytest.mark.parametrize("text", ["-", "–", "", "N/A", "OOM", "50-90", "79.8 79.3", "224x224", "DeiT-S", "±0.25"])
def test_no_single_value_is_no_value(text: str) -> None:
    """Absent values, ranges, sizes and two numbers run together give nothing rather than a guess."""
    assert number_of(text) is None


def test_a_slash_separates_values() -> None:
    """ "79.8/95.0" holds two values."""
    assert [number.value for number in numbers_of("79.8/95.0")] == [79.8, 95.0]
