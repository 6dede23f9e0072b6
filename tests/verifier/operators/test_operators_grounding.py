"""What a claim speaks of in a table of results: blocks, ticks, settings, counterparts, captions; each beside a rewrite that fails."""

from __future__ import annotations

import itertools

import pytest
from operator_tables import PARSERS, make_table

from synth.model import Table
from synth.verifier.operators.grid import grid_of
from synth.verifier.operators.results.claim import read_claim
from synth.verifier.operators.results.matrix import matrix_of
from synth.verifier.operators.verdict import check

TICKS = make_table(
    [
        ["Model", "Depth maps", "Edge maps", "mIoU"],
        ["UNet", "✓", "", "61.2"],
        ["Swin", "✓", "", "60.9"],
        ["UNet", "", "✓", "63.5"],
        ["Swin", "", "✓", "66.1"],
    ],
    caption="Segmentation accuracy by input.",
)
BLOCKS = make_table(
    [
        ["Corpus", "System", "BLEU"],
        ["News", "Pointer", "21.5"],
        ["News", "Copy", "24.0"],
        ["Law", "Pointer", "35.1"],
        ["Law", "Copy", "31.3"],
    ],
    labels=2,
    caption="BLEU by corpus.",
)
SIZES = make_table(
    [
        ["Setting", "Rouge", "Accuracy"],
        ["(B1) Plain", "30.1", "71.2"],
        ["(B2) Beam width (bw) = 4", "33.4", "74.9"],
        ["(B3) Beam width (bw) = 12", "32.0", "74.1"],
    ],
)
ABLATION = make_table(
    [
        ["Model", "F1", "Accuracy"],
        ["Tagger", "80.1", "70.2"],
        ["Tagger q", "80.6", "70.7"],
        ["Parser", "75.0", "60.3"],
        ["Parser q", "84.2", "69.9"],
    ],
    caption="Table 4: F1 and accuracy. q denotes quantile pooling of the states.",
)
HALVES = make_table(
    [["Model", "Clean", "Noisy"], ["LSTM", "90.1", "60.3"], ["CNN", "88.2", "85.1"]], caption="Table 1: accuracy on both halves."
)
LENGTHS = make_table(
    [
        ["Model", "Length 0-9", "Length 10-19", "Length 20-40", "Whole"],
        ["LSTM", "40.2", "33.1", "20.5", "30.3"],
        ["CNN", "38.8", "31.9", "25.0", "31.2"],
    ],
    caption="BLEU by length of the input.",
)
PAIRS: tuple[tuple[Table, str, str], ...] = (
    (TICKS, "With edge maps, Swin outperforms UNet.", "With depth maps, Swin outperforms UNet."),
    (BLOCKS, "On the law corpus Pointer beats Copy.", "On the news corpus Pointer beats Copy."),
    (SIZES, "Increasing the beam width to 12 reduces Rouge.", "Increasing the beam width to 12 improves Rouge."),
    (SIZES, "Rouge is the best when the beam width is set to 4.", "Rouge is the best when the beam width is set to 12."),
    (ABLATION, "Quantile pooling improves F1.", "Quantile pooling does not improve F1."),
    (
        ABLATION,
        "When quantile pooling was applied to Parser, it brings a significant gain.",
        "When quantile pooling was applied to Parser, it brings no gain.",
    ),
    (
        HALVES,
        "The gap between Clean and Noisy is larger for LSTM than for CNN.",
        "The gap between Clean and Noisy is larger for CNN than for LSTM.",
    ),
    (LENGTHS, "Inputs of greater length are harder for both models.", "Inputs of greater length are easier for both models."),
    (PARSERS, "BiLSTM is not as accurate as Graph-based in UAS.", "Graph-based is not as accurate as BiLSTM in UAS."),
    (PARSERS, "Ours is faster than Graph-based.", "Graph-based is faster than Ours."),
    (PARSERS, "We note an improvement of Graph-based over BiLSTM in UAS.", "We note no improvement of Graph-based over BiLSTM in UAS."),
)


@pytest.mark.parametrize(("table", "true", "false"), PAIRS)
def test_what_is_meant_is_found(table: Table, true: str, false: str) -> None:
    """The claim that the cells bear out is held likelier than its rewrite, the one above and the other below one half."""
    held, failed = (check(text, [table]).probability for text in (true, false))
    assert held is not None and failed is not None
    assert held > 0.5 > failed


def test_measures_that_move_apart_are_told_from_those_that_move_together() -> None:
    """Where one column rises as the other falls, higher goes with lower, and saying otherwise fails."""
    table = make_table([["Model", "Recall", "Precision"], ["A1", "10.1", "90.3"], ["B1", "40.2", "60.2"], ["C1", "80.5", "20.9"]])
    held = check("Higher recall corresponds to lower precision.", [table])
    failed = check("Higher recall corresponds to higher precision.", [table])
    assert (held.outcome, failed.outcome) == ("supported", "refuted")


def test_numbers_vary_or_do_not() -> None:
    """A measure that doubles from task to task varies across tasks; one that moves by a hundredth is consistent."""
    table = make_table([["Task", "Recall", "Time"], ["one", "80.1", "10.2"], ["two", "80.9", "30.5"], ["three", "80.4", "21.7"]])
    assert check("Recall is consistent across the tasks.", [table]).outcome == "supported"
    assert check("Recall varies across the tasks.", [table]).outcome == "refuted"
    assert check("Time varies across the tasks.", [table]).outcome == "supported"


def test_a_second_row_of_heads_names_the_columns_below_the_first() -> None:
    """A row of names under the corner said again is no row of results: its names stand under those above."""
    rows = [
        ["Size", "Speed test", "Speed train"],
        ["Size", "Iterative", "Folded"],
        ["1", "19.2", "9.0"],
        ["10", "49.3", "37.5"],
        ["25", "72.1", "54.7"],
    ]
    matrix = matrix_of(grid_of(make_table(rows, caption="Speed by size.")))
    assert [line.label for line in matrix.lines["column"]] == ["Speed test Iterative", "Speed train Folded"]
    assert len(matrix.lines["row"]) == 3


def test_a_claim_on_other_names_leans_but_does_not_decide() -> None:
    """Where half of the names are not in the table, the reading is told as a leaning, and most likely the table is silent."""
    found = check("Graph-based outperforms BiLSTM on MMLU and on HellaSwag.", [PARSERS])
    assert found.outcome == "inconclusive" and found.silent > 0.5
    assert found.probability is not None and found.probability > 0.5


def test_a_difference_fits_its_degree_more_or_less() -> None:
    """What is but two hundredths ahead is likelier slightly than significantly ahead; what is far ahead the other way round."""
    table = make_table([["Model", "F1"], ["Alpha", "82.0"], ["Beta", "80.4"], ["Gamma", "40.0"]])
    slight, strong = (check(f"Alpha {word} outperforms Beta.", [table]).probability or 0.5 for word in ("slightly", "significantly"))
    assert slight > strong
    slight, strong = (check(f"Alpha {word} outperforms Gamma.", [table]).probability or 0.5 for word in ("slightly", "significantly"))
    assert strong > slight


@pytest.mark.parametrize(
    "template", ["{} outperforms {} on {}.", "Compared to {1}, {0} reaches a higher {2}.", "{1} is outperformed by {0} on {2}."]
)
def test_statements_made_from_a_table_are_told_from_their_opposites(template: str) -> None:
    """Every pair of systems on every measure, in three forms: true by the cells, false the other way round."""
    matrix = matrix_of(grid_of(PARSERS))
    systems, measures = (matrix.lines[axis] for axis in ("row", "column"))
    wrong = []
    for a, b, measure in itertools.product(systems, systems, measures):
        left, right = a.values[measure.index], b.values[measure.index]
        if measure.label not in ("UAS", "LAS") or left is None or right is None or left == right:
            continue
        found = read_claim(template.format(a.label, b.label, measure.label), matrix).found
        if found is None or found.holds != (left > right):
            wrong.append(template.format(a.label, b.label, measure.label))
    assert wrong == []
