"""The small operators on numbers: places in an order, sums and differences, counts, trends, meetings of two numbers."""

from __future__ import annotations

import pytest

from synth.verifier.operators.amounts import agrees, difference_agrees, mean, percent_agrees, ratio_agrees
from synth.verifier.operators.comparison import Contest, Relation, gap, holds, outcome
from synth.verifier.operators.counts import distinct, most_frequent, satisfies, share
from synth.verifier.operators.extremes import among_first, at_place
from synth.verifier.operators.trends import steps_along


@pytest.mark.parametrize(
    ("place", "upwards", "value", "rows"),
    [(1, True, 9.0, {0, 3}), (2, True, 4.0, {1}), (1, False, 2.0, {2}), (3, True, 2.0, {2})],
)
def test_a_place_of_an_order_has_its_value_and_everyone_who_ties(place: int, upwards: bool, value: float, rows: set[int]) -> None:
    """The k-th different value counts from either end, and ties share it."""
    assert at_place({0: 9.0, 1: 4.0, 2: 2.0, 3: 9.0}, place, upwards=upwards) == (value, frozenset(rows))


def test_a_place_beyond_the_order_is_nobodys() -> None:
    """There is no fourth of three different values, and none of nothing."""
    assert at_place({0: 1.0, 1: 2.0, 2: 3.0}, 4, upwards=True) is None
    assert at_place({}, 1, upwards=True) is None


def test_the_first_few_include_those_that_tie_with_the_last_of_them() -> None:
    """Two share the second place of the first two."""
    assert among_first({0: 5.0, 1: 4.0, 2: 4.0, 3: 1.0}, 2, upwards=True) == {0, 1, 2}
    assert among_first({0: 5.0, 1: 4.0, 2: 4.0, 3: 1.0}, 1, upwards=False) == {3}
    assert among_first({}, 2, upwards=True) == frozenset()


@pytest.mark.parametrize(
    ("value", "stated", "decimals", "expected"),
    [
        (87.14, 87.1, 1, True),
        (87.16, 87.1, 1, False),
        (0.871, 87.1, 1, True),
        (3000.0, 3000.0, 0, True),
        (0.0, 0.4, 0, True),
        (86.4, 87.0, 0, False),
    ],
)
def test_a_number_agrees_within_the_printed_precision_and_as_a_share(value: float, stated: float, decimals: int, expected: bool) -> None:
    """Half a unit of the last printed digit is the tolerance, and a fraction may be stated in percent."""
    assert agrees(value, stated, decimals) is expected


def test_a_fraction_is_no_percentage_where_shares_are_not_meant() -> None:
    """Half is not fifty where the numbers are counts."""
    assert not agrees(0.5, 50.0, 0, share=False)


def test_differences_percentages_and_ratios_agree_with_what_is_stated() -> None:
    """83.9 is 8.6 points above 75.3; 200 is 25 percent above 160; 90 is three times 30; equal numbers do not differ by 0.0."""
    assert difference_agrees(83.9, 75.3, 8.6, 1)
    assert not difference_agrees(83.9, 75.3, 8.9, 1)
    assert not difference_agrees(75.3, 75.3, 0.0, 1)
    assert percent_agrees(200.0, 160.0, 25.0, 0)
    assert not percent_agrees(200.0, 160.0, 40.0, 0)
    assert ratio_agrees(90.0, 30.0, 3.0, 0)
    assert not ratio_agrees(90.0, 0.0, 3.0, 0)


def test_the_mean_of_nothing_is_none() -> None:
    """Nothing has no mean; two numbers have the middle."""
    assert mean([]) is None
    assert mean([1.0, 4.0]) == 2.5


@pytest.mark.parametrize(
    ("value", "relation", "stated", "expected"),
    [(3, "=", 3, True), (3, ">=", 3, True), (3, ">", 3, False), (2, "<", 3, True), (4, "<=", 3, False), (3, "<=", 3, True)],
)
def test_a_number_stands_in_a_relation(value: float, relation: Relation, stated: float, expected: bool) -> None:
    """Equality belongs to the wide relations and not to the strict ones."""
    assert holds(value, relation, stated) is expected


def test_a_meeting_is_won_lost_or_tied() -> None:
    """Downwards the smaller number is ahead; equal numbers share the meeting."""
    assert (outcome(2, 1, upwards=True), outcome(2, 1, upwards=False), outcome(1, 1, upwards=True)) == (1.0, 0.0, 0.5)
    assert gap(90.0, 100.0) == pytest.approx(0.1)


def test_a_contest_tallies_meetings_and_says_them() -> None:
    """One of two meetings won is a share of one half, and each meeting reads as an inequality."""
    contest = Contest()
    assert contest.share is None and contest.typical_gap is None
    contest.add(87.1, 85.3, upwards=True, words=("BERT 87.1", "ELMo 85.3 in F1"))
    contest.add(3.0, 3.5, upwards=True, words=("BERT 3", "ELMo 3.5 in {BLEU}"))
    assert contest.share == 0.5
    assert contest.steps == ["BERT 87.1 > ELMo 85.3 in F1", "BERT 3 < ELMo 3.5 in {BLEU}"]


def test_counts_satisfy_what_is_said_of_them() -> None:
    """Four is at least three and not exactly three."""
    assert satisfies(4, ">=", 3) and not satisfies(4, "=", 3) and satisfies(2, "<", 3)


def test_entries_are_counted_by_what_they_are() -> None:
    """Three different of four; the most frequent comes twice; nothing comes no time."""
    assert distinct(["a", "b", "a", "c"]) == 3
    assert most_frequent(["a", "b", "a", "c"]) == (2, frozenset(["a"]))
    assert most_frequent([]) == (0, frozenset())


def test_a_share_of_nothing_is_none() -> None:
    """Two of three rows pass; of no rows no share can be told."""
    assert share(frozenset([1, 2, 9]), frozenset([1, 2, 3])) == pytest.approx(2 / 3)
    assert share(frozenset([1]), frozenset()) is None


def test_steps_along_a_scale_are_counted_in_its_order() -> None:
    """Sorted by the scale two of three steps rise; a step without change is none."""
    assert steps_along([(8, 3.0), (1, 1.0), (32, 2.0), (4, 2.0)], rises=True) == (2, 3)
    assert steps_along([(1, 5.0), (2, 5.0), (3, 4.0)], rises=False) == (1, 1)
