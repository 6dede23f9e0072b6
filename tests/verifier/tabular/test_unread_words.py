"""A table decides only where it bears out all that the sentence asserts: what was read, and the rest in its caption and rows."""

from __future__ import annotations

import pytest
from table_builders import make_document, make_table

from synth.extractor.parse import parse
from synth.model import Claim, Evidence
from synth.verifier.rules import rule_of
from synth.verifier.tabular import TableWitness
from synth.verifier.unread import unsaid

ROWS = [
    ["Method", "Keep rate", "Target", "Top-1 (%)", "GFLOPs", "Throughput (img/s)"],
    ["DeiT-S", "1.0", "", "79.8", "4.6", "2000"],
    ["EViT", "0.7", "0.6", "79.5", "3.0", "3000"],
    ["DynamicViT", "0.7", "0.5", "79.3", "2.9", "2900"],
]


def claimed(text: str, paper: str = "arxiv:own") -> Claim:
    """A sentence as it is extracted."""
    parsed = parse(text)
    claim = Claim(id="c-1", text=text, passage=None, paper_id=paper, hypothesis=parsed.hypothesis, reason=parsed.reason,
                  notes=parsed.notes, extraction_confidence=1.0)  # fmt: skip
    return claim.model_copy(update={"rule": rule_of(claim)})


def heard(text: str, *, paper: str = "arxiv:own", caption: str = "DeiT-S on ImageNet, throughput on one V100") -> Evidence:
    """The testimony of one table on a sentence of its own paper, or of another one."""
    table = make_table(ROWS, paper="arxiv:own", caption=caption)
    return TableWitness([make_document(table, paper="arxiv:own"), make_document(paper="arxiv:other")]).testify(claimed(text, paper))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The throughput of EViT is 3000 images/s on one V100.", "supported"),
        ("The throughput of EViT is 3000 images/s on one A100.", "inconclusive"),
        ("At target 0.6, EViT reaches 79.5% top-1 accuracy.", "supported"),
        ("At target 0.5, EViT reaches 79.5% top-1 accuracy.", "inconclusive"),
        ("The throughput of EViT is 3000 images/s on one V100 because of its attention.", "inconclusive"),
        ("The throughput of EViT is 3000 images/s, for the first time.", "inconclusive"),
    ],
)
def test_what_was_not_read_must_stand_in_caption_or_row(text: str, outcome: str) -> None:
    """Hardware and settings that the table names are borne out, others are not, and reasons and firsts never are."""
    assert heard(text).outcome == outcome


def test_the_reason_names_the_words() -> None:
    """The testimony quotes what was left unchecked, and its last step holds the decision back."""
    evidence = heard("The throughput of EViT is 3000 images/s on one A100.")
    assert "“A100”" in evidence.reason
    assert evidence.judgement is not None
    assert evidence.judgement.steps[-1].endswith("inconclusive")


def test_a_part_that_was_not_read_keeps_from_refuting() -> None:
    """A wrong number under a condition that nobody read may be right there."""
    assert heard("The throughput of EViT is 4500 images/s.").outcome == "refuted"
    assert heard("The throughput of EViT is 4500 images/s on one A100.").outcome == "inconclusive"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The throughput of EViT is 4500 images/s on one V100.", "refuted"),
        ("EViT reaches 80.6% top-1 accuracy on one RTX 3090.", "refuted"),
        ("EViT needs 5.0 GFLOPs on one RTX 3090.", "refuted"),
        ("EViT reaches 79.5% top-1 accuracy on one RTX 3090.", "inconclusive"),
        ("EViT reaches 80.6% top-1 accuracy with soft targets.", "inconclusive"),
        ("EViT outperforms DynamicViT by 0.2 F1.", "inconclusive"),
        ("DynamicViT outperforms EViT by 0.2 F1.", "refuted"),
    ],
)
def test_words_that_cannot_matter_do_not_keep_from_refuting(text: str, outcome: str) -> None:
    """What the caption says, the machine of an accuracy or a count of operations, and by how much one leads who does not lead."""
    assert heard(text).outcome == outcome


def test_a_caption_that_names_a_condition_does_not_say_which_numbers_are_under_it() -> None:
    """Beside numbers with and without soft targets, one without them refutes nothing of those with them."""
    text = "EViT reaches 80.6% top-1 accuracy with soft targets."
    assert heard(text, caption="DeiT-S on ImageNet, with and without soft targets").outcome == "inconclusive"


def test_there_is_at_home_in_the_own_paper_only() -> None:
    """ "There" points into the claim's own paper, so that its tables may speak of it and those of others may not."""
    text = "The throughput of EViT is 3000 images/s there."
    assert (heard(text).outcome, heard(text, paper="arxiv:other").outcome) == ("supported", "inconclusive")


def test_many_places_need_more_than_one() -> None:
    """One data set bears out neither "every data set" nor "several data sets"."""
    assert heard("EViT outperforms DynamicViT on ImageNet.").outcome == "supported"
    assert heard("EViT outperforms DynamicViT on several data sets.").outcome == "inconclusive"


def test_a_passage_must_state_what_the_claim_asserts() -> None:
    """A passage of another paper supports only with the claim's words of scope and what nobody read of it."""
    claim = claimed("The throughput of EViT is 3000 images/s on one V100, which is the best result ever published.")
    assert "superlative" in unsaid(claim, "On one V100 the throughput of EViT is 3000 images/s.")
    plain = claimed("The throughput of EViT is 3000 images/s on one V100.")
    assert "V100" in unsaid(plain, "The throughput of EViT is 3000 images/s.")
    assert unsaid(plain, "On one V100 the throughput of EViT is 3000 images/s.") == ""
