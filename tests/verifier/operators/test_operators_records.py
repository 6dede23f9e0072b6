"""Statements on records: each kind of program on a made table, the true statement beside its wrong sibling."""

from __future__ import annotations

import pytest
from operator_tables import GAMES, MEDALS

from synth.model import Table
from synth.verifier.operators.grid import grid_of
from synth.verifier.operators.records.features import features, leaders
from synth.verifier.operators.records.programs import programs_of
from synth.verifier.operators.records.vote import Tree, Vote, vote


def said(operator: str, text: str, table: Table = GAMES) -> bool:
    """What the leading program of an operator finds, of a quantifier with what is said last; fails where no such program was read."""
    terms, programs = programs_of(text, grid_of(table))
    chosen = [program for program in programs if operator not in ("every", "most_of") or "last" in program.flags]
    return leaders(terms, chosen)[operator][0].holds


@pytest.mark.parametrize(
    ("operator", "true", "false"),
    [
        ("lookup", "the opponent on october 4 , 1992 be the chicago bear", "the opponent on october 4 , 1992 be the houston oiler"),
        ("lookup", "the game at the silverdome have an attendance of 57519", "the game at the silverdome have an attendance of 60147"),
        ("lookup", "the houston oiler be not the opponent at the metrodome", "the chicago bear be not the opponent at the metrodome"),
        (
            "binding",
            "the venue be the astrodome when the opponent be the houston oiler",
            "the venue be the metrodome when the opponent be the houston oiler",
        ),
        (
            "lookup_each",
            "the chicago bear and the tampa bay buccaneer play at the metrodome",
            "the chicago bear and the houston oiler play at the metrodome",
        ),
        ("count", "there be 3 game at the metrodome", "there be 4 game at the metrodome"),
        ("count", "there be more than 2 game at the metrodome", "there be more than 3 game at the metrodome"),
        ("count_distinct", "there be 4 different opponent in the season", "there be 5 different opponent in the season"),
        ("superlative", "the highest attendance be against the chicago bear", "the highest attendance be against the houston oiler"),
        (
            "superlative",
            "the second highest attendance be against the houston oiler",
            "the second highest attendance be against the chicago bear",
        ),
        ("superlative", "the earliest date be against the houston oiler", "the latest date be against the houston oiler"),
        ("superlative_value", "the lowest attendance be 48113", "the lowest attendance be 52816"),
        ("mode", "the detroit lion be the opponent most often", "the chicago bear be the opponent most often"),
        (
            "comparative",
            "the astrodome have a higher attendance than the silverdome",
            "the astrodome have a lower attendance than the silverdome",
        ),
        (
            "difference",
            "the astrodome have an attendance 2628 higher than the silverdome",
            "the astrodome have an attendance 2728 higher than the silverdome",
        ),
        (
            "every",
            "all game against the detroit lion have an attendance over 50000",
            "all game against the detroit lion have an attendance over 55000",
        ),
        ("most_of", "most of the game be at the metrodome", "most of the game be at the astrodome"),
        ("only_one", "the only game at the silverdome", "the only game at the metrodome"),
    ],
)
def test_a_program_holds_of_the_true_statement_and_fails_of_its_sibling(operator: str, true: str, false: str) -> None:
    """Each operator tells a statement from the same one with one thing wrong."""
    assert said(operator, true) is True
    assert said(operator, false) is False


@pytest.mark.parametrize(
    ("operator", "true", "false"),
    [
        ("sum", "a total of 18 gold medal", "a total of 17 silver medal"),
        ("column_compare", "scotland have more gold than silver", "denmark have more gold than silver"),
        ("superlative", "scotland have the best rank", "norway have the best rank"),
        ("comparative", "norway have more gold than denmark", "norway have more gold than switzerland"),
        ("same", "norway and denmark have the same silver", "norway and scotland have the same silver"),
        ("leading_all", "the top 1 nation be scotland", "the top 2 nation be scotland"),
    ],
)
def test_programs_over_numbers_of_a_league(operator: str, true: str, false: str) -> None:
    """Sums with the total row where a total is spoken of, ranks downwards, and rows or columns against each other."""
    table = (
        MEDALS
        if operator != "sum"
        else MEDALS.model_copy(update={"cells": tuple(cell for cell in MEDALS.cells if cell.row != 5 or cell.column != 2)})
    )
    if operator == "sum":
        assert said("sum", "the total gold of scotland and switzerland be 13", table) is True
        assert said("sum", "the total gold of scotland and switzerland be 14", table) is False
        return
    assert said(operator, true, table) is True
    assert said(operator, false, table) is False


def test_a_limit_in_time_restricts_rows() -> None:
    """Before and after a date are filters, whole dates and years alike."""
    assert said("count", "there be 2 game before september 20 , 1992") is True
    assert said("count", "there be 2 game after september 20 , 1992") is True
    assert said("count", "there be 3 game after september 20 , 1992") is False


def test_a_denied_quantifier_means_none() -> None:
    """ "No game" asks that not one row passes."""
    assert said("every", "no game against the chicago bear be at the silverdome , in any week") is True


def test_steps_can_be_checked_on_the_table() -> None:
    """A program says what it counted."""
    terms, programs = programs_of("there be 3 game at the metrodome", grid_of(GAMES))
    program, covered = leaders(terms, programs)["count"]
    assert program.steps == ("3 rows with venue = metrodome; stated = 3",)
    assert covered == 1.0


def test_features_name_no_word_of_the_statement() -> None:
    """The vote sees operators, coverage and flags; the same table with other names gives the same features."""
    renamed = GAMES.model_copy(
        update={"cells": tuple(cell.model_copy(update={"text": cell.text.replace("metrodome", "wembley")}) for cell in GAMES.cells)}
    )
    first = features(*programs_of("there be 3 game at the metrodome", grid_of(GAMES)))
    second = features(*programs_of("there be 3 game at the wembley", grid_of(renamed)))
    assert first == second and first["count"] == 1.0


def test_a_statement_on_something_else_has_no_features_of_programs() -> None:
    """Where nothing of the table is named, no program runs."""
    _, programs = programs_of("photosynthesis turns light into sugar", grid_of(GAMES))
    assert programs == ()


def test_trees_are_walked_to_their_leaves() -> None:
    """At most the threshold goes left; the leaves add up to log-odds."""
    tree = Tree(feature=(0, -1, -1), threshold=(0.5, 0.0, 0.0), left=(1, 0, 0), right=(2, 0, 0), value=(0.0, -2.0, 2.0))
    chosen = Vote(("lookup",), 0.0, (tree, tree))
    assert chosen({"lookup": 1.0}) > 0.98 and chosen({}) < 0.02


def test_the_shipped_vote_follows_a_plain_look_up() -> None:
    """It knows the features of today's programs, and believes a look-up that reads everything."""
    true = features(*programs_of("the opponent on october 4 , 1992 be the chicago bear", grid_of(GAMES)))
    false = features(*programs_of("the opponent on october 4 , 1992 be the houston oiler", grid_of(GAMES)))
    assert vote()(true) > 0.7 and vote()(false) < 0.3
    assert set(vote().names) & set(true)
