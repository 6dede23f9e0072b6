"""Neighbours with like headers: the number that the claim's own words point to speaks, not the one that resembles them too."""

from __future__ import annotations

import pytest
from operator_tables import make_table

from synth.model import UNREAD, Claim, Document, Paper, Table
from synth.verifier.operators.stated import look_up_stated
from synth.verifier.operators.statement import read_stated
from synth.verifier.tabular import TableWitness

TRANSLATION = make_table(
    [["Model", "WMT 2014 En-De", "WMT 2014 En-Fr"], ["ConvS2S", "25.2", "40.5"], ["GNMT", "24.6", "39.9"], ["Ours", "28.4", "43.2"]],
    caption="Table 1: BLEU on newstest2014.",
)
DIRECTIONS = make_table(
    [["Model", "En-De", "De-En"], ["GNMT", "24.6", "29.9"], ["Ours", "28.4", "33.2"]], caption="Table 12: BLEU scores on WMT 2014."
)
IMAGES = make_table(
    [["Model", "ImageNet-1k", "ImageNet-21k", "ImageNet-V2"], ["DeiT", "79.8", "81.0", "68.5"], ["Ours", "81.3", "83.1", "70.2"]],
    caption="Table 2: Top-1 accuracy.",
)
BACKBONES = make_table(
    [["Backbone", "Accuracy"], ["ViT-B/16", "81.3"], ["ViT-L/16", "85.1"]], caption="Table 2: Accuracy of our method on ImageNet."
)
KEEP_RATES = make_table(
    [["Method", "Keep rate 0.5", "Keep rate 0.7"], ["EViT", "76.2", "79.1"], ["Ours", "77.8", "80.3"]],
    caption="Table 5: Top-1 accuracy on ImageNet.",
)
RETRIEVAL = make_table([["Model", "R@1", "R@5"], ["DSSL", "59.9", "80.4"], ["Ours", "65.1", "85.4"]], caption="Table 3: CUHK-PEDES.")
READING = make_table(
    [["Model", "SQuAD dev F1", "SQuAD test F1"], ["BiDAF", "77.3", "77.5"], ["Ours", "80.2", "81.4"]], caption="Table 4: Comprehension."
)
ENSEMBLES = make_table([["Model", "EM"], ["Ours (single)", "72.3"], ["Ours (ensemble)", "75.0"]], caption="Table 4: SQuAD.")


def outcome(tables: list[Table], text: str) -> str:
    """What the tables say on a sentence that states a value."""
    statement = read_stated(text)
    assert statement is not None
    return look_up_stated(statement, tables).outcome


@pytest.mark.parametrize(
    ("table", "sentence", "right", "wrong"),
    [
        (TRANSLATION, "We obtain {} BLEU on WMT 2014 En-De.", "28.4", "43.2"),
        (TRANSLATION, "We obtain {} BLEU on WMT 2014 En-Fr.", "43.2", "28.4"),
        (TRANSLATION, "We achieve a BLEU score of {} on the WMT 2014 English-to-German task.", "28.4", "43.2"),
        (DIRECTIONS, "We obtain {} BLEU on WMT 2014 En-De.", "28.4", "33.2"),
        (DIRECTIONS, "We obtain {} BLEU on WMT 2014 German-English.", "33.2", "28.4"),
        (IMAGES, "We obtain {} top-1 accuracy on ImageNet-1k.", "81.3", "83.1"),
        (IMAGES, "We obtain {} top-1 accuracy on ImageNet-21k.", "83.1", "81.3"),
        (IMAGES, "We obtain {} top-1 accuracy on ImageNet-V2.", "70.2", "83.1"),
        (IMAGES, "We obtain {} top-1 accuracy on ImageNet.", "81.3", "83.1"),
        (BACKBONES, "Our method reaches {} accuracy on ImageNet with ViT-B/16.", "81.3", "85.1"),
        (KEEP_RATES, "Our method reaches {} top-1 accuracy on ImageNet at a keep rate of 0.5.", "77.8", "80.3"),
        (RETRIEVAL, "We obtain {} R@1 on CUHK-PEDES.", "65.1", "85.4"),
        (READING, "We obtain {} F1 on the SQuAD test set.", "81.4", "80.2"),
        (ENSEMBLES, "Our single model obtains {} EM on SQuAD.", "72.3", "75.0"),
    ],
)
def test_the_number_of_a_neighbour_is_not_the_claims(table: Table, sentence: str, right: str, wrong: str) -> None:
    """Of two headers of one family the claim means the one whose words it has: language, release, size, rate, rank, split."""
    assert outcome([table], sentence.format(right)) == "supported"
    assert outcome([table], sentence.format(wrong)) == "refuted"


def test_a_neighbour_in_another_table_is_told_by_its_caption() -> None:
    """Two tables with the same headers differ in what their captions say."""
    numbers = {"En-De": ("24.6", "28.4"), "En-Fr": ("39.9", "43.2")}
    tables = [
        make_table([["Model", "BLEU"], ["GNMT", others], ["Ours", own]], caption=f"Results on WMT 2014 {pair}.")
        for pair, (others, own) in numbers.items()
    ]
    assert outcome(tables, "We obtain 43.2 BLEU on WMT 2014 En-De.") == "refuted"
    assert outcome(tables, "We obtain 43.2 BLEU on WMT 2014 En-Fr.") == "supported"


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (TRANSLATION, "We obtain 28.4 BLEU on WMT 2014 En-De, where ConvS2S has 25.2."),
        (TRANSLATION, "We obtain 28.4 BLEU on WMT 2014 En-De, better than GNMT."),
        (
            make_table([["Model", "ROUGE-1"], ["CNN-LSTM", "37.1"], ["Lead", "40.1"], ["Ours", "41.5"]], caption="CNN / Daily Mail"),
            "We reach 41.5 ROUGE-1 on CNN / Daily Mail.",
        ),
    ],
)
def test_a_system_that_is_only_mentioned_is_no_rival(table: Table, text: str) -> None:
    """What the result is held against, and rows of others with a word of the data in their names, leave the value its place."""
    assert outcome([table], text) == "supported"


@pytest.mark.parametrize(
    ("rows", "value", "expected"),
    [
        ([["RotatE", "0.34"], ["Ours", "0.36"]], "0.34", "inconclusive"),
        ([["RotatE", "0.34"], ["Ours", "0.36"]], "0.36", "supported"),
        ([["RotatE", "0.36"], ["Ours", "0.36"]], "0.36", "supported"),
        ([["Tucker", "0.34"], ["Tucker + rules (ours)", "0.36"]], "0.34", "supported"),
        ([["RotatE", "0.34"], ["Ours", "0.36"], ["without rules", "0.31"]], "0.31", "supported"),
        ([["RotatE", "0.34"], ["Tucker", "0.36"]], "0.34", "supported"),
    ],
)
def test_the_value_of_another_system_is_not_the_authors_own(rows: list[list[str]], value: str, expected: str) -> None:
    """Above a row that is marked as theirs, and with no word of its name, stand those that they compare with."""
    table = make_table([["Model", "MRR"], *rows], caption="Link prediction on FB15k-237.")
    assert outcome([table], f"Our model achieves an MRR of {value} on FB15k-237.") == expected


def test_rows_are_told_apart_by_the_header_that_names_the_system() -> None:
    """A backbone in front of the name is shared by systems and says nothing of whose the row is."""
    rows = [["R-101", "DeepLab", "78.5"], ["R-101", "Ours", "80.1"]]
    table = make_table([["Backbone", "Method", "mIoU"], *rows], caption="Cityscapes.", labels=2)
    assert outcome([table], "Our method achieves 78.5 mIoU on Cityscapes.") == "inconclusive"


def test_a_column_may_be_the_authors_own_and_a_block_has_one_of_its_own() -> None:
    """Tasks may stand down and systems across; and each block of rows marks its own."""
    tasks = make_table([["Task", "Baseline", "Ours"], ["CoLA", "52.1", "60.6"], ["SST-2", "93.5", "94.9"]], caption="Accuracy on GLUE.")
    assert outcome([tasks], "We obtain 52.1 accuracy on CoLA.") == "inconclusive"
    assert outcome([tasks], "We obtain 60.6 accuracy on CoLA.") == "supported"
    rows = [["base", "Luong", "31.2"], ["base", "Ours", "32.0"], ["big", "Luong", "33.0"], ["big", "Ours", "33.9"]]
    blocks = make_table([["Size", "Model", "De-En"], *rows], caption="BLEU.", labels=2)
    assert outcome([blocks], "We achieve 33.0 BLEU on De-En.") == "inconclusive"
    assert outcome([blocks], "We achieve 33.9 BLEU on De-En.") == "supported"


def test_a_rival_of_which_no_header_names_the_measure_refutes_nothing() -> None:
    """The value is not the claim's, and what the better place holds may be of another measure: the statement stays open."""
    table = make_table([["Model", "WMT 2014 En-De", "WMT 2014 En-Fr"], ["GNMT", "24.6", "39.9"], ["Ours", "28.4", "43.2"]])
    assert outcome([table], "We obtain 43.2 chrF on WMT 2014 En-De.") == "inconclusive"
    assert outcome([table], "We obtain 43.2 chrF on WMT 2014 En-Fr.") == "supported"


@pytest.mark.parametrize(("value", "expected"), [("83.1", "refuted"), ("81.3", "supported")])
def test_the_witness_hears_the_rival(value: str, expected: str) -> None:
    """The verdict on a claim follows, with the cells that a reader can check."""
    document = Document(paper=Paper(id="arxiv:own", title="A study"), source_digest="", media="pdf", text="", passages=(), tables=(IMAGES,))
    text = f"We obtain {value}% top-1 accuracy on ImageNet-1k."
    claim = Claim(id="c-1", text=text, passage=None, paper_id="arxiv:own", hypothesis=None, reason="", extraction_confidence=1.0)
    evidence = TableWitness([document]).testify(claim)
    assert evidence.outcome == expected and "Ours / ImageNet-1k" in evidence.reason


@pytest.mark.parametrize(("unread", "expected"), [("2014 En-De", "refuted"), ("2014 En-De with beam search", "inconclusive")])
def test_words_that_the_headers_bear_out_do_not_shield_a_wrong_value(unread: str, expected: str) -> None:
    """What the grammar did not read keeps a statement open only where the better place does not have it either."""
    document = Document(
        paper=Paper(id="arxiv:own", title="A study"), source_digest="", media="pdf", text="", passages=(), tables=(TRANSLATION,)
    )
    claim = Claim(
        id="c-1",
        text=f"We obtain 43.2 BLEU on WMT {unread}.",
        passage=None,
        paper_id="arxiv:own",
        hypothesis=None,
        extraction_confidence=1.0,
        notes=(f"“{unread}” {UNREAD}",),
    )
    assert TableWitness([document]).testify(claim).outcome == expected
