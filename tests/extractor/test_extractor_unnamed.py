"""What a sentence speaks of without naming it: named where the paper tells, refused where it does not."""

from __future__ import annotations

import pytest

from synth.extractor.extract import extract
from synth.extractor.unnamed import named
from synth.model import Cell, Document, Paper, Passage, Table


def paper(*sentences: str, rows: tuple[str, ...] = (), title: str = "A gated reader") -> Document:
    """A paper of these sentences in its results, with a table of these rows."""
    passages, at = [], 0
    for text in sentences:
        passages.append(Passage(paper_id="file:a", text=text, start=at, end=at + len(text), role="results", section="Results"))
        at += len(text) + 1
    cells = tuple(Cell(row=i, column=1, text="1.0", row_path=(row,), column_path=("BLEU",)) for i, row in enumerate(rows, 1))
    table = Table(paper_id="file:a", index=0, caption="", cells=cells)
    text = " ".join(sentences)
    return Document(
        paper=Paper(id="file:a", title=title), source_digest="", media="markdown", text=text, passages=tuple(passages), tables=(table,)
    )


REFUSED = [
    ("GateNet outperforms the baseline by 2 points.", "“the baseline” is named neither here nor in a table of the paper"),
    ("The best model reaches 81.2% accuracy on ImageNet.", "“The best model” is not named"),
    ("GateNet trails the best-performing system by 2 points.", "“the best-performing system” is not named"),
    ("The score rises by 2 points (Runs 2 and 5).", "“(Runs 2 and 5)” points at a list that is not part of the claim"),
    ("GateNet is better than ResNet-50 on this task.", "“this task” is not named"),
    ("GateNet is better than ResNet-50 on both datasets.", "“both datasets” is not named"),
]


@pytest.mark.parametrize(("sentence", "reason"), REFUSED)
def test_what_is_named_nowhere_is_refused(sentence: str, reason: str) -> None:
    """The reason holds the very words that stand for nothing."""
    assert named(sentence, paper(sentence)) == (sentence, reason)


WHOLE = [
    "GateNet is the best model on ImageNet.",
    "The best model, GateNet, reaches 81.2% accuracy on ImageNet.",
    "GateNet outperforms the baseline ResNet-50 by 2 points.",
    "GateNet outperforms the R50 baseline by 2 points.",
    "GateNet outperforms the baselines by 2 points.",
    "GateNet is better than ResNet-50 on both ImageNet and COCO.",
]


@pytest.mark.parametrize("sentence", WHOLE)
def test_what_is_named_stays_as_it_is(sentence: str) -> None:
    """A name beside the word, a rank that is asserted, and a population are none of it."""
    assert named(sentence, paper(sentence)) == (sentence, "")


def test_row_of_a_table_names_the_baseline() -> None:
    """A table with such a row says what the baseline is, and the claim can be checked against it."""
    sentence = "GateNet outperforms the baseline by 2 points."
    assert named(sentence, paper(sentence, rows=("Baseline", "GateNet"))) == (sentence, "")


def test_baseline_of_token_reduction_is_the_whole_model() -> None:
    """In papers on token pruning and merging the baseline is the model that reduces nothing."""
    sentence = "ToMe trails the baseline by 0.3 points."
    assert named(sentence, paper(sentence, title="Token merging and token pruning methods compared")) == (sentence, "")


def test_data_sets_of_the_sentence_before_are_put_in() -> None:
    """ "This data set" and "both data sets" take the names that the sentence before gives, if it gives as many."""
    both = "We train on ImageNet and COCO."
    assert named("GateNet is the best on both datasets.", paper(), both) == ("GateNet is the best on ImageNet and COCO.", "")
    assert named("GateNet is the best on this dataset.", paper(), "We train on COCO.") == ("GateNet is the best on COCO.", "")
    assert named("GateNet is the best on this dataset.", paper(), both)[1] == "“this dataset” is not named"


def test_numbered_runs_behind_a_name_are_dropped() -> None:
    """Numbers of rows are no part of a claim whose subject has a name."""
    assert named("GateNet is faster than ResNet-50 (rows 2 and 5).", paper()) == ("GateNet is faster than ResNet-50.", "")


def test_unnamed_things_make_no_claim() -> None:
    """Of two findings the one whose subject is unnamed is left out."""
    whole = "GateNet achieves 2.1% higher accuracy than ResNet-50 on ImageNet."
    found = extract(paper(whole, "The best model achieves 2.1% higher accuracy on the task."))
    assert [claim.quote for claim in found] == [whole]
