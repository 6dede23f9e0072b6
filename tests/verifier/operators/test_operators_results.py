"""Claims on results: who is compared with whom, in which direction, and what keeps a claim from being judged."""

from __future__ import annotations

import pytest
from operator_tables import PARSERS, make_table

from synth.model import Table
from synth.verifier.operators.grid import grid_of
from synth.verifier.operators.results.claim import Reading, read_claim
from synth.verifier.operators.results.clauses import Clause, clauses_of
from synth.verifier.operators.results.matrix import matrix_of
from synth.verifier.operators.results.naming import named_in, unknown_names
from synth.verifier.operators.verdict import check


def reading(text: str, table: Table = PARSERS) -> Reading:
    """The claim read on a table."""
    return read_claim(text, matrix_of(grid_of(table)))


def holds(text: str, table: Table = PARSERS) -> bool | None:
    """What the strongest reading says; None where there is none."""
    found = reading(text, table).found
    return found.holds if found else None


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("Graph-based outperforms BiLSTM on UAS.", "BiLSTM outperforms Graph-based on UAS."),
        ("BiLSTM performs worse than Graph-based in LAS.", "Graph-based performs worse than BiLSTM in LAS."),
        ("BiLSTM is outperformed by Graph-based on UAS.", "Graph-based is outperformed by BiLSTM on UAS."),
        ("Compared to BiLSTM, Graph-based achieves higher UAS.", "Compared to Graph-based, BiLSTM achieves higher UAS."),
        ("Graph-based does not outperform our model on LAS.", "Our model does not outperform Graph-based on LAS."),
        ("Our model achieves the best LAS.", "Graph-based achieves the best LAS."),
        ("BiLSTM w/o tags achieves the lowest UAS.", "BiLSTM achieves the lowest UAS."),
        ("Our model outperforms all other models on UAS.", "Graph-based outperforms all other models on UAS."),
        ("Adding char to BiLSTM + char improves LAS.", "Adding char to BiLSTM + char reduces LAS."),
        ("Without tags the LAS drops.", "Without tags the LAS improves."),
        ("Our model significantly outperforms BiLSTM w/o tags on LAS.", "BiLSTM w/o tags significantly outperforms our model on LAS."),
        ("BiLSTM and BiLSTM + char are comparable in UAS.", "Graph-based and BiLSTM w/o tags are comparable in Time."),
    ],
)
def test_a_claim_holds_and_its_sibling_fails(true: str, false: str) -> None:
    """Turning the names, the direction or the denial turns the verdict."""
    assert holds(true) is True
    assert holds(false) is False


def test_less_time_is_better_and_more_is_higher() -> None:
    """Merit follows the measure, plain words the numbers."""
    assert holds("Our model performs better than Graph-based in Time.") is True
    assert holds("Graph-based has a higher Time than our model.") is True
    assert holds("Graph-based performs better than our model in Time.") is False


def test_bold_print_tells_which_way_a_measure_is_good() -> None:
    """An unknown measure whose least value is bold is one of which less is better."""
    rows = [["Model", "Gloop"], ["Alpha", "3.1"], ["Beta", "2.2"], ["Gamma", "4.5"]]
    assert holds("Beta outperforms Alpha on Gloop.", make_table(rows, bold=[(2, 1)])) is True
    assert holds("Beta outperforms Alpha on Gloop.", make_table(rows, bold=[(3, 1)])) is False


def test_a_caption_can_explain_a_head() -> None:
    """ "Train: time in seconds" makes the least of the column the best."""
    rows = [["Model", "BLEU", "Train"], ["Alpha", "26.1", "1.34"], ["Beta", "25.9", "0.99"], ["Gamma", "26.3", "1.50"]]
    table = make_table(rows, caption="Table 3: BLEU scores. Train: time in seconds per batch.")
    assert holds("Beta is better than Alpha in Train.", table) is True


def test_a_margin_is_looked_for_among_cells_and_their_differences() -> None:
    """87.1 against 85.3 are cells, 1.8 points their difference; a number that nothing gives fails beside one that is there."""
    rows = [["Model", "F1"], ["Alpha", "87.1"], ["Beta", "85.3"], ["Gamma", "80.2"]]
    assert holds("The F1 of Alpha is 87.1, with 1.8 points to Beta.", make_table(rows)) is True
    assert holds("The F1 of Alpha is 87.1, with 4.4 points to Beta.", make_table(rows)) is False


def test_slight_and_significant_need_a_difference_to_match() -> None:
    """What differs by a third is not slight, what differs by a thousandth is not significant."""
    rows = [["Model", "F1"], ["Alpha", "90.0"], ["Beta", "60.0"], ["Gamma", "89.95"]]
    assert holds("Alpha slightly outperforms Beta.", make_table(rows)) is False
    assert holds("Alpha significantly outperforms Beta.", make_table(rows)) is True
    assert holds("Alpha significantly outperforms Gamma.", make_table(rows)) is False


def test_a_trend_follows_the_numbers_that_columns_are_called_by() -> None:
    """As the length grows the score falls, whatever the order of the columns."""
    table = make_table(
        [["Model", "10", "50", "25"], ["Alpha", "33.1", "20.2", "28.4"], ["Beta", "31.0", "18.2", "25.5"]], caption="Score by length."
    )
    assert holds("The score decreases as the length increases.", table) is True
    assert holds("The score increases as the length increases.", table) is False


def test_columns_can_be_the_things_compared() -> None:
    """Systems across and data sets down are compared along the columns."""
    table = make_table([["Dataset", "GloVe", "SPINE", "Word2Sense"], ["WS-353", "0.61", "0.17", "0.69"], ["MEN", "0.71", "0.29", "0.76"]])
    assert holds("Word2Sense outperforms SPINE.", table) is True
    assert holds("SPINE outperforms GloVe on MEN.", table) is False


def test_counterparts_are_compared_with_one_another() -> None:
    """Rows that differ only in what the claim names are paired, not mixed."""
    rows = [["Data", "System", "BLEU"], ["Clean", "A", "40.1"], ["Clean", "B", "20.3"], ["Noisy", "A", "39.0"], ["Noisy", "B", "18.8"]]
    assert holds("Systems trained on Clean outperform those on Noisy.", make_table(rows, labels=2)) is True


def test_a_claim_on_what_the_table_does_not_name_is_not_judged() -> None:
    """Names that the table lacks keep a claim from being refuted, and the reason says which."""
    found = reading("GPT-4 outperforms LLaMA on MMLU.")
    assert found.found is None and "GPT-4" in found.reason
    assert holds("The learning rate was tuned by hand.") is None


def test_more_of_something_unmeasured_is_not_read() -> None:
    """ "More data" compares no column of the table."""
    assert holds("Graph-based needs more annotated text than BiLSTM.") is None


def test_a_clause_goes_on_speaking_of_the_one_before() -> None:
    """ "But" without a subject keeps the subject, less surely."""
    kept = reading("Graph-based beats BiLSTM on UAS, but trails BiLSTM + char on LAS.").every
    assert [each.holds for each in kept if each.operator == "compare"] == [True, False]
    assert [each.subject.lines for each in kept if each.operator == "compare"] == [frozenset([3]), frozenset([3])]
    assert kept[0].link > kept[-1].link


def test_claims_are_cut_where_a_part_can_fail_on_its_own() -> None:
    """Sentences, subordinate clauses and what somebody shows are parts; a comma in brackets is none."""
    cut = clauses_of("We observe that Alpha beats Beta. It also beats Gamma, while Delta is worse.")
    assert cut == ["Alpha beats Beta", "It also beats Gamma", "while Delta is worse"]
    assert clauses_of("Despite being worse than B (on X, Y), A beats C and D.") == [
        "Despite being worse than B (on X, Y)",
        "A beats C and D",
    ]


def test_names_are_found_by_words_initials_and_numbers_with_their_head() -> None:
    """ "Logistic regression" is LR, "m = 2" the row called 2 under m."""
    table = make_table([["m", "LR F1", "SVM F1"], ["1", "0.62", "0.60"], ["2", "0.66", "0.64"], ["3", "0.63", "0.61"]])
    clause = Clause("with m = 2 logistic regression reaches the best F1", matrix_of(grid_of(table)))
    assert {(name.axis, name.lines) for name in clause.named if name.score > 0.4} >= {("row", frozenset([1])), ("column", frozenset([0]))}
    assert named_in(clause.matrix, ("nothing", "here"), ("nothing", "here")) == ()


def test_names_unknown_to_a_table_are_told_from_those_it_shortens() -> None:
    """Gigaword may be Giga, authors of a citation are no names, the first word of a sentence needs a capital inside."""
    known = frozenset(["giga", "bleu", "pg", "mmr"])
    assert unknown_names("On Gigaword PG-MMR beats DecAtt (Parikh et al., 2016).", known) == (2, ("DecAtt",))
    assert unknown_names("Models improve.", known) == (0, ())


def test_a_label_may_shorten_a_word_of_the_claim() -> None:
    """ "Syn" stands for "syntactic" where no label has the whole word."""
    table = make_table([["Model", "Analg. (sem)", "Analg. (syn)"], ["Alpha", "81.2", "64.1"], ["Beta", "78.9", "66.4"]])
    assert holds("Alpha outperforms Beta in the semantic part.", table) is True
    assert holds("Alpha outperforms Beta in the syntactic part.", table) is False


def test_a_stated_distance_that_no_two_cells_have_fails() -> None:
    """The better one must be better by as much as is said."""
    table = make_table([["Model", "UAS"], ["Alpha", "93.1"], ["Beta", "95.4"], ["Gamma", "90.2"]])
    assert holds("Beta outperforms Alpha by 2.3 points on UAS.", table) is True
    assert holds("Beta outperforms Alpha by 7.7 points on UAS.", table) is False


def test_a_stated_distance_is_that_of_the_two_where_they_are_said_to_be_compared() -> None:
    """The distance in another column, or from another row, is not the one that the claim states."""
    table = make_table(
        [["Model", "En-De", "En-Fr"], ["ConvS2S", "25.2", "40.5"], ["GNMT", "24.6", "39.9"], ["Transformer", "28.4", "43.2"]]
    )
    for by, expected in (("3.8", True), ("3.3", False), ("3.2", False)):
        assert holds(f"Transformer outperforms GNMT by {by} BLEU on En-De.", table) is expected


def test_two_things_between_which_something_drops_are_first_and_second() -> None:
    """ "A drop between A, and B" says that B is lower, whatever stands in brackets behind."""
    table = make_table([["Model", "R-1"], ["Base", "26.8"], ["PG-original", "41.9"], ["PG-MMR", "40.6"]])
    claim = "We notice {} between PG-original, and PG-MMR (which applies MMR on top of it)."
    assert holds(claim.format("a drop in R-1"), table) is True
    assert holds(claim.format("an improvement in R-1"), table) is False


@pytest.mark.parametrize(("bold", "axis"), [([(1, 2), (2, 2), (3, 2)], "column"), ([(2, 1), (2, 2)], "row"), ([], None)])
def test_bold_print_tells_what_is_compared(bold: list[tuple[int, int]], axis: str | None) -> None:
    """Extremes of rows in bold compare the columns, extremes of columns the rows."""
    rows = [["", "Left", "Right", "Far"], ["one", "10.1", "20.2", "9.3"], ["two", "30.1", "40.2", "29.3"], ["three", "20.1", "30.2", "7.3"]]
    assert matrix_of(grid_of(make_table(rows, bold=bold))).compared == axis


def test_the_effect_of_a_thing_speaks_of_the_thing() -> None:
    """Behind a merit stands what has it: "the effectiveness of X"."""
    table = make_table([["Model", "F1"], ["Base", "80.1"], ["Base + gating", "84.2"], ["Base + noise", "70.3"]])
    assert holds("This shows the effectiveness of gating on F1.", table) is True
    assert holds("This shows the effectiveness of noise on F1.", table) is False


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ("With char the parser is strong.", "With char the parser is not strong."),
        ("Graph-based parsing is a strong choice for trees.", "Graph-based parsing is not a strong choice for trees."),
        ("Graph-based outperforms BiLSTM on UAS.", "Graph-based does not outperform BiLSTM on UAS."),
    ],
)
def test_a_statement_and_its_denial_mirror_each_other(said: str, denied: str) -> None:
    """What one holds at p the other holds at 1 - p, whether or not the reading decides."""
    one, other = (check(text, [PARSERS]) for text in (said, denied))
    assert one.probability is not None and other.probability is not None
    assert one.probability > 0.5
    assert one.probability + other.probability == pytest.approx(1.0)


def test_a_loose_reading_leans_and_decides_nothing() -> None:
    """An adjective holds a thing against what is usual among the others; that is no verdict."""
    found = check("Graph-based parsing is a strong choice for trees.", [PARSERS])
    assert found.outcome == "inconclusive" and found.silent > 0.5
    assert found.steps[0].startswith("Graph-based 94.01 > usually")


def test_every_clause_moves_the_probability() -> None:
    """A second clause that fails lowers what the first one gives, and does not overturn it."""
    both = check("Our model achieves the best LAS, while Graph-based has a higher UAS than BiLSTM.", [PARSERS])
    one = check("Our model achieves the best LAS, while Graph-based has a lower UAS than BiLSTM w/o tags.", [PARSERS])
    assert both.probability is not None and one.probability is not None
    assert both.probability > one.probability
