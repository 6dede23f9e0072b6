"""Sentences that assert nothing which the grammar can express: no hypothesis, and the reason in words."""

from __future__ import annotations

import importlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.extractor.cut import cut_short
from synth.extractor.parse import parse
from synth.extractor.words import word_set

parse_module = importlib.import_module("synth.extractor.parse")

REFUSED = [
    ("ToMe may outperform EViT.", "hedged: may"),
    ("ToMe could possibly reduce latency by 40%.", "hedged: could"),
    ("ToMe seems to outperform EViT.", "hedged: seems"),
    ("We expect ToMe to outperform EViT.", "hedged: expect"),
    ("Does ToMe outperform EViT?", "asks a question"),
    ("If ToMe outperforms EViT, merging wins.", "conditional: it asserts nothing on its own"),
    ("ToMe outperforms EViT except on COCO.", "states an exception, which the grammar cannot express"),
    ("Our method outperforms EViT.", "names no method: “Our method” is not resolved"),
    ("It outperforms EViT.", "names no method: “It” stays ambiguous"),
    ("A random seed of 3 was used.", "names no method"),
    ("L2 regularisation helps.", "names no method"),
    ("Top-K is a strong baseline.", "compares nothing measurable"),
    ("Token Merging is a simple method to increase throughput.", "compares nothing measurable"),
    ("ToMe is more efficient than EViT.", "compares nothing measurable: “efficient” names no metric"),
    ("ToMe achieves the best accuracy-speed trade-off.", "ranks by a trade-off, which is no single metric"),
    ("ToMe offers better trade-offs between FLOPs and accuracy than EViT.", "compares by a trade-off, which is no single metric"),
    (
        "At least three of the top five methods are pruning methods.",
        "counts how many of the places a group takes, which the grammar cannot express",
    ),
    ("ToMe is in the top half of the methods.", "ranks in a share of a population whose size is not stated"),
    ("DynamicViT is not among the top three methods.", "denies a place in a ranking, which the grammar cannot express"),
    ("DynamicViT is not the most unstable method.", "denies an extreme of stability, which the grammar cannot express"),
    ("EViT does not reduce FLOPs by 40%.", "denies a change, which the grammar cannot express"),
    ("The throughput of EViT is not 4639 images/s.", "denies an exact value, which says too little of what it is"),
    ("ToMe outperforms EViT on ImageNet, but not on NABirds.", "denies something that the grammar cannot express, “not”"),
    ("ToMe consistently outperforms", "cut short before its object: what ToMe is compared with is lost"),
    ("There is no evidence that ToMe outperforms EViT.", "asserts nothing: “no evidence”"),
    ("We study whether ToMe outperforms EViT.", "asserts nothing: “whether”"),
    (
        "ToMe at keep rate 0.5 matches EViT at keep rate 0.7.",
        "compares the two sides under different settings, which the grammar cannot express",
    ),
    ("", "empty"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_sentence_is_refused_for_its_reason(text: str, reason: str) -> None:
    """What cannot be expressed has no hypothesis, and says precisely why."""
    found = parse(text)
    assert found.hypothesis is None
    assert found.reason == reason
    assert found.confidence == 0.0


@pytest.mark.parametrize(
    "word", ["not", "never", "hardly", "cannot", "rarely", "no longer", "fails to", "does not", "doesn't", "by no means", "is unable to"]
)
def test_negation_is_never_ignored(word: str) -> None:
    """However a comparison is denied, it is not read as the comparison."""
    positive = parse("ToMe outperforms EViT on NABirds.").hypothesis
    assert positive is not None
    assert parse(f"ToMe {word} outperform EViT on NABirds.").hypothesis != positive
    assert parse(f"ToMe {word} outperforms EViT on NABirds.").hypothesis != positive


CUT = [
    ("ToMe outperforms all other methods, espe", "cut short in the middle of a word, “espe”"),
    ("At lower keep rates the performance drops sign", "cut short in the middle of a word, “sign”"),
    ("ToMe uses fewer toke", "cut short in the middle of a word, “toke”"),
    ("SiT is among the worst methods when the keep rate", "cut short in an open clause, “when the keep rate”"),
    ("SiT is worse than", "cut short before its object, behind “than”"),
    ("SiT is worse than ToMe and", "cut short before its object, behind “and”"),
    ("SiT is worse than ToMe (on", "cut short before its object, behind “(on”"),
    ("SiT is worse than ToMe (NABirds", "cut short inside a bracket"),
    ("SiT is worse than ToMe...", "cut short: it ends in dots"),
]


@pytest.mark.parametrize(("text", "how"), CUT)
def test_broken_off_sentence_is_noticed(text: str, how: str) -> None:
    """A sentence that breaks off says how it does."""
    assert cut_short(text)[0] == how
    assert how in parse(text).notes


@pytest.mark.parametrize(
    "text",
    [
        "ToMe outperforms EViT",
        "Pruning methods outperform even the hard-merging methods",
        "The accuracy drops when the keep rate is lowered",
        "EViT is the best method at keep rate 0.7",
        "ToMe outperforms EViT on NABirds.",
        "The results change sign.",
    ],
)
def test_whole_sentence_without_full_stop_is_not_cut(text: str) -> None:
    """A missing full stop alone does not make a sentence cut short."""
    assert cut_short(text) == ("", "")


LOST = [
    ("ToMe outperforms EViT when trained from scratch.", "the condition “when trained from scratch” is not part of the reading"),
    ("With larger backbones, ToMe outperforms EViT.", "the condition “With larger backbones” is not part of the reading"),
    ("ToMe doubles throughput with negligible accuracy loss.", "“negligible accuracy loss” gives no number"),
    ("EViT, unlike ToMe, outperforms SiT.", "“unlike ToMe” is not part of the reading"),
    ("Only Top-K outperforms random pruning.", "that it is the only one is not part of the reading"),
]


@pytest.mark.parametrize(("text", "note"), LOST)
def test_what_a_reading_loses_is_noted(text: str, note: str) -> None:
    """A condition or remark that the grammar cannot hold is dropped in the open, and costs confidence."""
    found = parse(text)
    assert found.hypothesis is not None
    assert found.notes == (note,)
    assert found.confidence <= 0.83


def test_cut_condition_is_an_assumption() -> None:
    """A keep-rate condition whose value was cut off is read as low, and says so; the whole sibling is not."""
    cut = parse("SiT is among the bottom three methods when the keep rate").hypothesis
    whole = parse("SiT is among the bottom three methods.").hypothesis
    assert cut is not None and whole is not None
    assert cut.where.settings[0].range.high == 0.5  # type: ignore[union-attr]
    assert any("cut off" in one for one in cut.assumptions)
    assert whole.where.settings == ()  # type: ignore[union-attr]


WORDS = st.sampled_from(
    sorted(
        word_set(
            """
            ToMe EViT our method we it outperforms does not than is the best most stable 40% 1.8x points - ( ) , ; . when keep rate 0.7 on
            ImageNet either or neither nor fewer tokens reduces by and but while as lower top three per correlated with IoU NMI drops from
            to between FooViT İ ∞ ﬁ \ue001 x 1,000 .5
            """
        )
    )
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(WORDS, max_size=25).map(" ".join)))
def test_parse_never_raises_and_is_deterministic(text: str) -> None:
    """Arbitrary text gives a hypothesis or a reason, the same one every time."""
    found = parse(text)
    assert (found.hypothesis is None) == bool(found.reason)
    assert 0.0 <= found.confidence <= 1.0
    parse_module._parse.cache_clear()
    assert parse(text) == found
