"""What is no claim of its paper, and readings that no author would have meant."""

from __future__ import annotations

import pytest

from synth.extractor.extract import extract
from synth.extractor.parse import parse
from synth.extractor.select import FLOOR, content_words, same_claim
from synth.extractor.sentences import extraction_confidence
from synth.extractor.standing import standing
from synth.extractor.text import standalone
from synth.model import Amount, Compare, Document, Effect, Paper, Passage

FALLS = [
    ("Table 6 shows the latency of all models on a V100.", "pointer"),
    ("The results in Table 4 are obtained from three runs.", "pointer"),
    ("The accuracy of every variant is reported in Appendix B.", "pointer"),
    ("First, we pre-train FooViT models on datasets of increasing size.", "described"),
    ("The correlations are calculated over 500 images of the validation set.", "described"),
    ("We benchmark the memory of both models on a 16GB card.", "described"),
    ("FooBench is a data set that holds images of 20 classes.", "described"),
    ("To create faster backbones, several changes of architecture have been proposed.", "motivation"),
    ("Most works report a pruned model with 3.0 GFLOPs.", "motivation"),
    ("To further validate the gain of 2%, we repeat the experiment.", "motivation"),
    ("These results are a major improvement of 6.3% over earlier models.", "dangling"),
    ("In this setting, EViT loses 2 points of accuracy.", "dangling"),
    ("They also have 30% fewer parameters.", "dangling"),
    ("EViT reaches 79% accuracy, 12.8 Our main contributions are many.", "pieced"),
    ("2The library already contained a model that improved the accuracy to 79%.", "pieced"),
    ("Circle: 2.5% reduction (from 0.354 to 0.345)", "verbless"),
]


@pytest.mark.parametrize(("text", "way"), FALLS)
def test_sentence_that_is_no_claim_says_how(text: str, way: str) -> None:
    """Pointers, set-up, definitions, others' work, open references and text in pieces are known, and cost the sentence its place."""
    assert way in standing(text)
    assert extraction_confidence(text, "results")[0] < extraction_confidence("EViT outperforms ToMe by 2 points.", "results")[0]


STANDS = [
    "EViT outperforms ToMe by 1.2 points on ImageNet.",
    "Table 3 shows that EViT outperforms ToMe.",
    "As shown in Table 2, EViT reduces the FLOPs by 35%.",
    "These results show that EViT outperforms ToMe on COCO.",
    "We compare EViT with ToMe and find that EViT is faster.",
    "It is shown that EViT beats SiT.",
    "We use 40% fewer tokens than ToMe and reach higher accuracy.",
]


@pytest.mark.parametrize("text", STANDS)
def test_finding_stands(text: str) -> None:
    """A result stays one, however it is introduced."""
    assert standing(text) == frozenset()


def test_budget_is_not_filled_with_what_is_no_claim() -> None:
    """A paper with one finding gives one claim, whatever the budget; no claim lies below the floor."""
    finding = "EViT outperforms ToMe by 1.2 points on ImageNet."
    sentences = [finding, *(text for text, _ in FALLS)]
    passages, at = [], 0
    for text in sentences:
        passages.append(Passage(paper_id="file:a", text=text, start=at, end=at + len(text), role="results"))
        at += len(text) + 1
    document = Document(
        paper=Paper(id="file:a", title="A study"), source_digest="0" * 64, media="pdf", text=" ".join(sentences), passages=tuple(passages)
    )
    claims = extract(document, budget=12)
    assert [claim.text for claim in claims] == [finding]
    assert all(claim.extraction_confidence >= FLOOR for claim in claims)


LEADS = [
    ("However, for example, EViT is faster.", "EViT is faster."),
    ("2. Xavier beats the others.", "Xavier beats the others."),
    ("Nonetheless, here TOVA is best.", "TOVA is best."),
    ("In particular, the gap is 2 points.", "The gap is 2 points."),
    ("k-medoids is slow.", "k-medoids is slow."),
]


@pytest.mark.parametrize(("text", "alone"), LEADS)
def test_claim_reads_without_the_sentence_before(text: str, alone: str) -> None:
    """List numbers and words that tie a sentence to the one before are dropped; names keep their letters."""
    assert standalone(text) == alone


def test_retold_claim_is_the_same() -> None:
    """An abstract's claim in the introduction's words is one claim where its two figures agree."""
    first = "We present FooNet, which reaches 84.7% accuracy on ImageNet and is 1.64x faster than BarNet."
    second = "FooNet models achieve up to 84.7% top-1 accuracy on ImageNet while being 1.64x faster than the popular BarNet."
    assert same_claim(content_words(first), content_words(second))
    assert not same_claim(content_words(first), content_words(second.replace("1.64", "1.46")))


SENSELESS = [
    ("The average story length for the full model is 1,566 tokens.", "counts the tokens of a text, not those that a method keeps"),
    ("FooLM was trained on texts of 32K tokens.", "counts the tokens of a text, not those that a method keeps"),
    (
        "FooPrune on SQuAD achieves 54.5 F1 compared to 73.3 F1 and 76.3 F1.",
        "gives several values of F1 without saying of what each one is",
    ),
    (
        "FooNet has a mAP gain of 0.8 points over the current best approach.",
        "gives a change against something that is not named as a method",
    ),
    ("FooNet reaches 95% of the original BERT performance.", "compares nothing measurable"),
    ("FooNet offers a better compromise between speed and accuracy than BarNet.", "compares by a trade-off, which is no single metric"),
]


@pytest.mark.parametrize(("text", "reason"), SENSELESS)
def test_reading_without_sense_is_refused(text: str, reason: str) -> None:
    """What the grammar could spell out, and no author meant, is no hypothesis."""
    found = parse(text)
    assert found.hypothesis is None
    assert found.reason == reason


def test_tokens_of_a_reducer_are_still_counted() -> None:
    """Tokens that a reduction method keeps are an amount."""
    for text in ("EViT keeps 98 tokens.", "FooViT retains 98 image tokens."):
        found = parse(text).hypothesis
        assert isinstance(found, Amount) and found.metric == "tokens" and found.range.low == 97.5


def test_backbone_under_an_unknown_condition_is_an_amount_with_a_loss() -> None:
    """A plain backbone's accuracy is one of the unreduced model; how it was trained is noted as unread."""
    found = parse("With self-supervised pre-training, our smaller ViT-B/16 model achieves 79.9% accuracy on ImageNet.", subject="vit")
    assert isinstance(found.hypothesis, Amount)
    assert found.hypothesis.subject.members == ("keep_all",)
    assert found.hypothesis.where.backbones == ("vit_base",)
    assert found.notes == ("the condition “With self-supervised pre-training” is not part of the reading",)


def test_metric_that_is_held_equal_is_no_result() -> None:
    """What is the same on both sides is a condition: noted, and not compared."""
    found = parse("FooViT consistently outperforms other methods with similar computational cost (GFLOPs).")
    assert isinstance(found.hypothesis, Compare)
    assert found.hypothesis.metric == "performance"
    assert any("with similar" in note for note in found.notes)


def test_subject_is_the_name_before_the_verb() -> None:
    """Names of an opening, of a bracket and behind the first verb are no subjects."""
    cases = {
        "Compared to ResNet-50, FooNet-B4 improves the top-1 accuracy by 6.7 points.": "foonet_b4",
        "On both CIFAR-10 and FooSet, we outperform EViT.": "fooname",
        "DiffRate decreases the FLOPs of ViT-H (MAE weights) by 40%.": "diffrate",
        "We present an extension of FooNet that achieves 84.7% accuracy on ImageNet.": "foonet",
        "T7 achieves 84.7% top-1 accuracy on ImageNet.": "t7",
    }
    for text, name in cases.items():
        found = parse(text, subject="FooName").hypothesis
        assert isinstance(found, Amount | Compare | Effect), text
        assert found.subject.members == (name,), text


def test_margin_is_not_the_value_of_a_side() -> None:
    """The accuracy of the better method is not by how much it is better."""
    found = parse("FooNet is 85.2% top-1 accuracy and outperforms EViT on ImageNet.").hypothesis
    parts = found.parts if found is not None and hasattr(found, "parts") else (found,)
    assert all(part.margin is None for part in parts if isinstance(part, Compare))
    assert any(isinstance(part, Compare) for part in parts)


def test_keep_rates_are_not_made_up_for_unknown_methods() -> None:
    """Two speed-ups of a method outside the laboratory are not laid on the protocol's keep rates."""
    found = parse("FooNet trains 80% faster on GPUs and 70% faster on TPUs.")
    assert found.hypothesis is None
    assert "several values" in found.reason


def test_goal_is_not_the_result() -> None:
    """The accuracy that was to be reached is not what changed."""
    found = parse("FooInit consistently outperforms EViT, reducing steps to 99% validation accuracy by up to 63%.").hypothesis
    parts = found.parts if found is not None and hasattr(found, "parts") else (found,)
    assert not any(isinstance(part, Effect | Amount) for part in parts)
