"""Stated values: how a sentence is taken apart, how headers fit its words, and when a value is supported or refuted."""

from __future__ import annotations

import pytest
from operator_tables import make_table

from synth.verifier.operators.stated import alike, fit, is_rival, look_up_stated
from synth.verifier.operators.statement import read_stated
from synth.verifier.operators.words import key

SUMMARIES = make_table(
    [
        ["Method", "RG-1", "RG-2", "RG-L"],
        ["Lead-3", "40.34", "17.70", "36.57"],
        ["Coverage", "39.53", "17.28", "36.38"],
        ["Our model", "41.54", "18.18", "36.47"],
    ],
    caption="Table 1: ROUGE F1 on the CNN / Daily Mail test set.",
)
PERPLEXITY = make_table(
    [["Model", "Params", "PTB", "WT103"], ["AWD-LSTM", "24M", "58.8", "33.0"], ["Ours", "25M", "54.19", "30.35"]],
    caption="Table 2: Test perplexities.",
)


@pytest.mark.parametrize(
    ("text", "measure", "where"),
    [
        ("Our model reaches 41.54 ROUGE-1 on CNN / Daily Mail.", "rouge 1", ["cnn daily mail"]),
        ("On Gigaword, the proposed method achieves ROUGE-1 of 37.27.", "rouge 1", ["gigaword"]),
        ("For summarization, the approach attains 31.15 in terms of ROUGE-L on Gigaword.", "rouge l", ["gigaword"]),
        ("We obtain 27.61 BLEU-4 on NarrativeQA for question answering.", "bleu 4", ["narrativeqa"]),
    ],
)
def test_a_sentence_is_taken_apart_into_value_measure_and_place(text: str, measure: str, where: list[str]) -> None:
    """Whatever stands first, the value is told from the numbers of names."""
    found = read_stated(text)
    assert found is not None
    assert found.measure == key(measure)
    assert found.where == tuple(key(each) for each in where)


@pytest.mark.parametrize(
    "text", ["BERT reaches 91.2 F1 on SQuAD.", "We use 8 GPUs.", "Our model is trained on CNN.", "Cyrille Pouget has 6 goals."]
)
def test_a_sentence_on_another_system_or_without_a_result_states_nothing(text: str) -> None:
    """Only what the authors claim for their own system is looked up this way."""
    assert read_stated(text) is None


@pytest.mark.parametrize(
    ("phrase", "header", "least", "most"),
    [
        ("ROUGE-1", "RG-1", 0.7, 1.0),
        ("ROUGE-1", "RG-2", 0.0, 0.0),
        ("ROUGE-1", "R-1", 0.8, 1.0),
        ("Penn Treebank", "PTB", 0.8, 1.0),
        ("Accuracy", "Dev Acc", 0.9, 1.0),
        ("Accuracy", "Recall", 0.0, 0.0),
        ("Test perplexity", "Validation", 0.0, 0.0),
        ("Validation perplexity", "Valid PPL", 0.7, 1.0),
        ("Kitchen", "K", 0.5, 0.7),
        ("Kitchen", "B", 0.0, 0.0),
    ],
)
def test_headers_fit_phrases_that_they_shorten(phrase: str, header: str, least: float, most: float) -> None:
    """Beginnings, consonants and initials count; another member of the family does not."""
    assert least <= fit(key(phrase), key(header)) <= most


def test_another_member_or_another_measure_is_a_rival() -> None:
    """RG-L speaks against ROUGE-1, and so does EM; a name of a system does not."""
    assert is_rival(key("ROUGE-1"), key("RG-L")) and is_rival(key("ROUGE-1"), key("EM"))
    assert not is_rival(key("ROUGE-1"), key("Lead baseline"))
    assert is_rival(key("Test perplexity"), key("Valid")) and not is_rival(key("Perplexity"), key("Valid"))
    assert is_rival(key("ROUGE-1"), key("R-2")) and not is_rival(key("Top-1 accuracy"), key("ImageNet-A"))
    assert alike("valid", "validation") == 0.9 and alike("valid", "vapid") == 0.0


def outcome(text: str) -> str:
    """What the two tables say."""
    statement = read_stated(text)
    assert statement is not None
    return look_up_stated(statement, [SUMMARIES, PERPLEXITY]).outcome


def test_the_value_in_its_cell_is_supported() -> None:
    """Under the right measure and data, in percent or not."""
    assert outcome("We obtain 41.54 ROUGE-1 on CNN / Daily Mail.") == "supported"
    assert outcome("Our model reaches 54.19 Test perplexity on Penn Treebank.") == "supported"


@pytest.mark.parametrize(
    "text",
    [
        "We obtain 18.18 ROUGE-1 on CNN / Daily Mail.",
        "We obtain 36.47 ROUGE-2 on CNN / Daily Mail.",
        "Our model reaches 30.35 Test perplexity on Penn Treebank.",
        "We obtain 41.94 ROUGE-1 on CNN / Daily Mail.",
    ],
)
def test_the_value_of_another_column_or_of_none_is_refuted(text: str) -> None:
    """Another measure, another data set, another digit."""
    assert outcome(text) == "refuted"


def test_nothing_is_said_where_no_table_names_the_measure() -> None:
    """Ungrounded is not refuted."""
    assert outcome("We obtain 12.1 word error rate on Switchboard.") == "no_evidence"


def test_the_reason_names_the_cells() -> None:
    """A reader is told under which headers the value stands."""
    statement = read_stated("We obtain 41.54 ROUGE-1 on CNN / Daily Mail.")
    assert statement is not None
    found = look_up_stated(statement, [SUMMARIES])
    assert found.reason == "41.54 stands under “Our model / RG-1”"
    assert found.probability is not None and found.probability > 0.8


def test_a_value_of_the_other_split_is_refuted() -> None:
    """The validation figure does not stand for the test figure, although a caption names the measure for both."""
    rows = [["Model", "Validation", "Test"], ["Baseline", "63.10", "60.20"], ["Ours", "42.41", "40.68"]]
    table = make_table(rows, caption="Perplexity on Penn Treebank.")
    said = {value: read_stated(f"We obtain {value} test perplexity on Penn Treebank.") for value in ("40.68", "42.41")}
    outcomes = {value: look_up_stated(statement, [table]).outcome for value, statement in said.items() if statement}
    assert outcomes == {"40.68": "supported", "42.41": "refuted"}
