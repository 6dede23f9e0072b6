"""Words, values and grids: what two spellings have in common, what a cell can mean, and how a table becomes rows and columns."""

from __future__ import annotations

import pytest
from operator_tables import GAMES, MEDALS, make_table

from synth.verifier.numbers import number_of
from synth.verifier.operators.grid import grid_of
from synth.verifier.operators.lexicon import stem
from synth.verifier.operators.mentions import Statement
from synth.verifier.operators.values import date_of, readings_of
from synth.verifier.operators.words import key, tokens_of


@pytest.mark.parametrize(
    ("a", "b"), [("games", "game"), ("finished", "finish"), ("won", "wins"), ("countries", "country"), ("placed", "places")]
)
def test_inflections_share_a_stem(a: str, b: str) -> None:
    """Plurals, pasts and irregular forms meet."""
    assert stem(a) == stem(b)


@pytest.mark.parametrize(("a", "b"), [("goal", "goalkeeper"), ("win", "wing"), ("less", "lesson")])
def test_different_words_keep_apart(a: str, b: str) -> None:
    """Cutting endings does not make one word of two."""
    assert stem(a) != stem(b)


def test_names_meet_whatever_their_marks() -> None:
    """Dashes, accents, capitals and leading zeros do not part two spellings of a name."""
    assert key("São-Paulo FC (08)") == key("sao paulo fc 8")


def test_numbers_are_read_in_digits_and_words() -> None:
    """Thousands, decimals, ordinals and number words have values."""
    assert [token.value for token in tokens_of("three of 32,162 at 51.8 , the 2nd")] == [3.0, None, 32162.0, None, 51.8, None, None, 2.0]


@pytest.mark.parametrize(
    ("text", "other"),
    [("april 29 1950", "29 april 1950"), ("2007 - 12 - 04", "december 4 , 2007"), ("19.10.1912 at 15:00", "19 october 1912")],
)
def test_dates_in_several_forms_are_one_day(text: str, other: str) -> None:
    """The order of day and month does not matter."""
    assert date_of(text) == date_of(other) is not None


def test_dates_are_ordered() -> None:
    """A day comes before a later one, and a year before its days."""
    first, second, year = date_of("may 3 , 1999"), date_of("june 1 , 1999"), date_of("1999 season")
    assert first is not None and second is not None and year is not None
    assert year < first < second


def test_a_cell_can_mean_several_quantities() -> None:
    """A time, a number with a unit, the number beside a name; a range is no number."""
    assert readings_of("1:06.19").seconds == pytest.approx(66.19)
    assert readings_of("102.385 mph").number == pytest.approx(102.385)
    assert readings_of("jalen rose (22)").aside == 22
    assert readings_of("1 - 6").number is None
    assert readings_of("-").absent


def test_a_value_may_stand_beside_its_change_but_a_range_is_none() -> None:
    """ "35.2 +6.0%" is 35.2; "50-90" and "1 - 6" are two numbers."""
    found = number_of("35.2 +6.0%")
    assert found is not None and found.value == 35.2
    assert number_of("50-90") is None and number_of("1 - 6") is None


def test_columns_know_what_kind_of_quantity_they_hold() -> None:
    """Dates, numbers and words are told apart by most of the entries."""
    assert [column.kind for column in grid_of(GAMES).columns] == ["number", "date", "text", "text", "text", "number"]


def test_a_row_that_sums_up_the_others_is_no_record() -> None:
    """The total of a medal table is not one of its nations."""
    grid = grid_of(MEDALS)
    assert grid.records == frozenset(range(4)) and grid.everything == frozenset(range(5))


def test_rows_that_one_text_spans_head_the_rows_below() -> None:
    """The same text in every cell is a group, and becomes a label of the rows that it heads."""
    table = make_table(
        [["System", "MUC", "AVG"], ["ACE", "ACE", "ACE"], ["A", "77.5", "78.9"], ["News", "News", "News"], ["A", "84.3", "76.7"]]
    )
    grid = grid_of(table)
    assert [grid.label(row) for row in range(grid.size)] == ["ACE A", "News A"]


def test_tables_stacked_below_one_another_keep_their_own_heads() -> None:
    """A row of words under an empty corner heads the numbers below it, which are no values of the columns above."""
    table = make_table(
        [
            ["Model", "0-7", "7-13"],
            ["S2S", "33.2", "29.7"],
            ["", "Sentence Length", "Sentence Length"],
            ["", "0-20", "20-50"],
            ["S2S", "34.9", "29.9"],
        ]
    )
    grid = grid_of(table)
    assert [column.header for column in grid.columns] == ["Model", "0-7", "7-13", "Sentence Length 0-20", "Sentence Length 20-50"]
    assert grid.columns[1].values == (33.2, None) and grid.columns[3].values == (None, 34.9)


def test_a_repeated_head_starts_a_part_named_by_its_corner() -> None:
    """A second table under the same columns is told apart by its corner."""
    table = make_table([["en-fr", "flickr", "coco"], ["base", "61.4", "43.1"], ["en-de", "flickr", "coco"], ["base", "38.9", "27.7"]])
    grid = grid_of(table)
    assert [grid.label(row) for row in range(grid.size)] == ["base", "en-de base"]


def test_mentions_find_entries_headers_and_numbers() -> None:
    """A whole entry, part of one, a header by another word for it, and the number that is left."""
    statement = Statement("the lions play at the silverdome with a crowd of 57519", grid_of(GAMES))
    found = {(statement.grid.columns[mention.column].header, mention.rows) for group in statement.readings for mention in group}
    assert ("opponent", frozenset([1, 4])) in found and ("venue", frozenset([1])) in found
    assert [statement.grid.columns[head.column].header for head in statement.headers] == ["attendance"]
    assert [number.value for number in statement.numbers] == [57519]


def test_a_slip_of_the_pen_is_read_over() -> None:
    """One wrong letter in a long word does not hide an entry."""
    statement = Statement("the game at the silverdone", grid_of(GAMES))
    assert [mention.rows for group in statement.readings for mention in group] == [frozenset([1])]


def test_a_date_names_its_row_in_any_form() -> None:
    """ "13 september 1992" is the second game."""
    statement = Statement("the game of 13 september 1992", grid_of(GAMES))
    assert [group[0].rows for group in statement.readings] == [frozenset([1])]


def test_what_the_title_says_is_no_filter() -> None:
    """The words of the caption say which table is meant."""
    statement = Statement("in the 1992 minnesota vikings season", grid_of(GAMES))
    assert {statement.keys[place] for place in statement.titled} >= {"1992", "minnesota", "viking"}
