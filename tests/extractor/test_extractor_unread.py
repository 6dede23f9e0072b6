"""What a sentence asserts beyond its reading is listed on the claim; what only joins, praises or dates is not."""

from __future__ import annotations

import pytest

from synth.extractor.parse import parse
from synth.model import UNREAD

REACHES = "EViT reaches 79.5% top-1 accuracy on ImageNet-1k with DeiT-S at keep rate 0.7"


def unread(text: str) -> list[str]:
    """The stretches that the notes of a parse quote as unread."""
    found = parse(text)
    assert found.hypothesis is not None
    return [note.removeprefix("“").partition("”")[0] for note in found.notes if UNREAD in note]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("EViT needs 3.0 GFLOPs with DeiT-S, which is the best result ever published.", "ever published"),
        ("EViT needs 3.0 GFLOPs with DeiT-S because of its attention.", "because"),
        ("EViT needs 3.0 GFLOPs on one V100.", "V100"),
        ("EViT needs 3.0 GFLOPs on one A100.", "A100"),
        ("Its teacher LV-ViT-L reaches 85.3% top-1 accuracy.", "teacher"),
        ("EViT lowers the top-1 accuracy by 0.3 points on every data set.", "every"),
        ("EViT is the first method that needs 3.0 GFLOPs with DeiT-S.", "first"),
        ("According to “A survey of the winter”, EViT needs 3.0 GFLOPs.", "survey of the winter"),
        ("The throughput of EViT is 930 thousand images/s.", "thousand"),
    ],
)
def test_words_that_no_reader_takes_are_listed(text: str, words: str) -> None:
    """Superlatives, reasons, hardware, roles, scopes of an effect, firsts, attributions and multipliers are quoted in a note."""
    assert any(words in stretch for stretch in unread(text))


@pytest.mark.parametrize(
    "text",
    [
        f"{REACHES}.",
        "Interestingly, the popular EViT clearly outperforms the well-known ToMe on the challenging NUS-WIDE dataset.",
        "FooViT consistently outperforms all other methods.",
        "EViT and ToMe are the best performing methods.",
        "TCFormer reaches 82.3% top-1 accuracy on ImageNet-1k at 224 px with 25.6M parameters.",
        "PiToMe decreases FLOPs by 40 to 60%.",
        "BoT50 has 1.2x fewer parameters than R50.",
        "EViT doubles the throughput of DeiT-S and loses 0.3 points.",
    ],
)
def test_a_sentence_that_was_read_leaves_nothing(text: str) -> None:
    """Words that praise or join, and scope that the statement expresses, are no losses."""
    assert unread(text) == []


def test_a_number_that_no_statement_holds_is_unread() -> None:
    """A clause whose number nobody took is not passed over: its number is listed."""
    assert any("12.5" in stretch for stretch in unread("EViT reaches 79.5% top-1 accuracy with DeiT-S (12.5 in a former version)."))


def test_a_number_with_a_letter_behind_is_no_name() -> None:
    """ "25.6M" is a number: its end is not taken for a method."""
    assert "6m" not in str(parse("TCFormer reaches 82.3% top-1 accuracy with 25.6M parameters.").hypothesis)


def test_a_named_method_is_not_the_papers_own() -> None:
    """ "The proposed A-ViT model" is A-ViT, whatever the paper's own method is called."""
    found = parse("The proposed A-ViT model outperforms ToMe.", subject="rebased").hypothesis
    assert found is not None
    assert getattr(found, "subject").members == ("avit",)  # noqa: B009


def test_a_denied_comparison_leaves_no_room_for_a_small_lead() -> None:
    """ "Does not outperform" allows to trail or to be level, which is no more than print can tell."""
    parts = getattr(parse("ToMe does not outperform EViT.").hypothesis, "parts")  # noqa: B009
    assert [(part.relation, part.margin and part.margin.high) for part in parts] == [("trails", None), ("equals", 0.0)]
