"""From a document to its claims: which sentences, how references resolve, and that every quote is in its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.extractor.extract import extract
from synth.extractor.resolve import own_name, resolved
from synth.extractor.select import content_words as words
from synth.extractor.select import same_claim, select
from synth.extractor.sentences import Scored, cues_of, extraction_confidence
from synth.model import Document, Facet, Paper, Passage, Question, SectionRole

FINDING = "FooViT outperforms EViT by 1.2 points on ImageNet."


def make_document(*sentences: tuple[SectionRole, str], title: str = "FooViT: Fast Tokens", kind: str = "paper") -> Document:
    """A document of these sentences, one after the other."""
    passages, at = [], 0
    for role, text in sentences:
        passages.append(Passage(paper_id="arxiv:2501.00001", text=text, start=at, end=at + len(text), role=role, section=role.title()))
        at += len(text) + 1
    paper = Paper.model_validate({"id": "arxiv:2501.00001", "title": title, "kind": kind})
    text = " ".join(text for _, text in sentences)
    return Document(paper=paper, source_digest="0" * 64, media="pdf", text=text, passages=tuple(passages))


def test_finding_becomes_a_claim_with_its_exact_quote() -> None:
    """A claim holds the sentence as it stands in the source, resolved text, hypothesis and confidence."""
    document = make_document(("abstract", "Our method outperforms EViT by 1.2 points on ImageNet."))
    (claim,) = extract(document)
    assert claim.text == FINDING
    assert claim.quote == "Our method outperforms EViT by 1.2 points on ImageNet."
    assert claim.passage is not None
    assert document.text[claim.passage.start : claim.passage.end] == claim.quote
    assert claim.hypothesis is not None and claim.hypothesis.kind == "compare"
    assert claim.hypothesis.subject.members == ("foovit",)
    assert claim.reason == ""
    assert 0.8 < claim.extraction_confidence <= 1.0


def test_sentence_that_is_not_in_the_text_is_dropped() -> None:
    """A passage whose quote the document's text does not hold gives no claim; wrong offsets alone are mended."""
    document = make_document(("results", FINDING))
    (passage,) = document.passages
    moved = document.model_copy(update={"text": "Preface. " + document.text})
    (claim,) = extract(moved)
    assert claim.passage is not None and moved.text[claim.passage.start : claim.passage.end] == FINDING
    forged = passage.model_copy(update={"text": FINDING.replace("1.2", "2.1")})
    assert extract(document.model_copy(update={"passages": (forged,)})) == ()


NO_CLAIMS: list[tuple[SectionRole, str]] = [
    ("method", "We train all models for 30 epochs with a batch size of 256 and a learning rate of 0.001."),
    ("related", "EViT [12] reduces the FLOPs of DeiT by 35% (Liang et al., 2022)."),
    ("results", "Table 3: Accuracy of EViT and ToMe on ImageNet."),
    ("conclusion", "In future work, we hope that FooViT outperforms EViT on COCO."),
    ("introduction", "Transformers have become popular in computer vision."),
    ("results", "Does FooViT outperform EViT on ImageNet?"),
    ("introduction", "In this paper, we propose FooViT, a method for token reduction."),
]


@pytest.mark.parametrize(("role", "text"), NO_CLAIMS)
def test_what_is_no_finding_is_no_claim(role: SectionRole, text: str) -> None:
    """Set-up, others' results, captions, plans, background, questions and aims are passed over beside a finding."""
    claims = extract(make_document(("results", FINDING), (role, text)))
    assert [claim.text for claim in claims] == [FINDING]


def test_confidence_follows_the_section_and_the_cues() -> None:
    """The same words count for more among the results than in related work, and for less with a hedge."""
    result, _ = extraction_confidence(FINDING, "results")
    related, _ = extraction_confidence(FINDING, "related")
    hedged, cues = extraction_confidence(FINDING.replace("outperforms", "may outperform"), "results")
    assert result > related
    assert result > hedged
    assert "hedge" in cues
    assert extraction_confidence(FINDING, "results") == (result, cues_of(FINDING, "results"))


def test_budget_keeps_the_best_in_document_order() -> None:
    """No more claims than the budget; the best by confidence, given in the order of the document."""
    sentences: list[tuple[SectionRole, str]] = [
        ("results", f"FooViT outperforms {name} by {n}.5 points on ImageNet.") for n, name in enumerate(("EViT", "ToMe", "ATS", "SiT"), 1)
    ]
    document = make_document(*sentences, ("appendix", "BarNet is slower than FooViT on COCO."))
    assert [claim.text for claim in extract(document, budget=4)] == [text for _, text in sentences]
    assert len(extract(document, budget=2)) == 2
    assert extract(document, budget=0) == ()


def test_abstract_twin_is_merged() -> None:
    """A sentence that returns in the results is one claim; one with other numbers is another."""
    twin = make_document(("abstract", FINDING), ("results", "FooViT outperforms EViT by 1.2 points on the ImageNet dataset."))
    other = make_document(("abstract", FINDING), ("results", "FooViT outperforms EViT by 2.7 points on ImageNet."))
    assert len(extract(twin)) == 1
    assert len(extract(other)) == 2


def test_same_claim_needs_the_same_numbers() -> None:
    """Near-duplicates agree in words and numbers."""
    assert same_claim(words("EViT loses 0.3 points."), words("EViT loses 0.3 point"))
    assert not same_claim(words("EViT loses 0.3 points."), words("EViT loses 0.5 points."))
    assert not same_claim(words(""), words(""))


def test_question_moves_what_it_asks_about_forward() -> None:
    """With a tight budget, the sentence that names a facet of the question is kept."""
    throughput = "FooViT has a higher throughput than EViT."
    document = make_document(("results", "FooViT has a higher accuracy than EViT on ImageNet."), ("results", throughput))
    question = Question(text="?", facets=(Facet(role="metric", text="inference throughput", terms=("throughput",)),))
    assert [claim.text for claim in extract(document, budget=1)] != [throughput]
    assert [claim.text for claim in extract(document, budget=1, question=question)] == [throughput]


def test_select_breaks_ties_by_place() -> None:
    """Equal confidences are taken in the order of the document."""
    document = make_document(("results", "A beats B on C."), ("results", "D loses to E on F."))
    pair = [Scored(passage=passage, confidence=0.9, cues=()) for passage in document.passages]
    assert select(reversed(pair), budget=1) == (pair[0],)


def test_reading_note_goes_the_same_way() -> None:
    """A reading note gives claims like a paper."""
    assert [claim.text for claim in extract(make_document(("results", FINDING), kind="note"))] == [FINDING]


def test_extraction_is_deterministic() -> None:
    """The same document gives the same claims."""
    document = make_document(("abstract", FINDING), ("results", "ToMe is slower than FooViT on COCO."))
    assert extract(document) == extract(document)


OWN_NAMES = [
    ("FooViT: Fast Tokens", "", "FooViT"),
    ("Fast Tokens", "In this work we propose FooViT for fast inference.", "FooViT"),
    ("Fast Tokens", "We present a new pruning method called BarMerge.", "BarMerge"),
    ("Fast Tokens", "We introduce learned token thresholds (LTT) for ViTs.", "LTT"),
    ("Fast Tokens", "We compare EViT, ToMe and FooViT (ours).", "FooViT"),
    ("A study of tokens", "We compare ten methods on four data sets.", None),
]


@pytest.mark.parametrize(("title", "text", "name"), OWN_NAMES)
def test_own_name_is_found_where_the_paper_gives_it(title: str, text: str, name: str | None) -> None:
    """The paper's own method is named by its title, a proposal, a bracket or "(ours)"; a study has none."""
    assert own_name(make_document(("abstract", text or "Nothing here."), title=title)) == name


RESOLVED = [
    ("Our method beats EViT.", "", "FooViT beats EViT."),
    ("We outperform EViT.", "", "FooViT outperforms EViT."),
    ("We reached 80% accuracy.", "", "FooViT reached 80% accuracy."),
    ("It beats EViT.", "SiT was trained longer.", "SiT beats EViT."),
    ("The latter beats SiT.", "We compare EViT and ToMe.", "ToMe beats SiT."),
    ("Of EViT and ToMe, the former is faster.", "", "Of EViT and ToMe, EViT is faster."),
    ("It is shown that EViT beats SiT.", "ToMe is fast.", "It is shown that EViT beats SiT."),
    ("On COCO, we achieve 40.1 mAP.", "", "On COCO, FooViT achieves 40.1 mAP."),
    ("This approach beats EViT.", "SiT was trained longer.", "SiT beats EViT."),
    ("Both models outperform EViT.", "SiT and ToMe were trained longer.", "SiT and ToMe outperform EViT."),
    ("Our FooViT-B beats EViT.", "", "FooViT-B beats EViT."),
    ("Our smaller FooViT-S/16 model beats EViT.", "", "The smaller FooViT-S/16 model beats EViT."),
    ("On COCO, our large model beats EViT.", "", "On COCO, FooViT's large model beats EViT."),
]


@pytest.mark.parametrize(("text", "before", "expected"), RESOLVED)
def test_reference_is_replaced_by_its_name(text: str, before: str, expected: str) -> None:
    """A claim can be read on its own."""
    assert resolved(text, "FooViT", before) == (expected, "")


AMBIGUOUS = [
    ("Our method beats EViT.", None, "", "refers to “our method”, and the paper names none"),
    ("It beats EViT.", "FooViT", "SiT and ToMe were trained longer.", "“It” has no one thing to refer to"),
    ("It beats EViT.", "FooViT", "", "“It” refers to nothing before it"),
    ("Both models outperform EViT.", "FooViT", "SiT was trained.", "“Both models” has no clear group to refer to"),
    ("This model beats EViT.", "FooViT", "SiT and ToMe were trained longer.", "“This model” has no one thing to refer to"),
    ("The latter beats EViT.", "FooViT", "SiT was trained.", "“the latter” has no clear pair to refer to"),
]


@pytest.mark.parametrize(("text", "itself", "before", "reason"), AMBIGUOUS)
def test_ambiguous_reference_is_refused(text: str, itself: str | None, before: str, reason: str) -> None:
    """What stays ambiguous is left as it is, with the reason."""
    assert resolved(text, itself, before) == (text, reason)


def test_sentence_of_two_statements_gives_two_claims() -> None:
    """Each statement is a claim of its own with the whole sentence as its quote; the budget counts claims."""
    text = "FooViT outperforms EViT on ImageNet, and ToMe outperforms SiT on COCO."
    document = make_document(("results", text))
    claims = extract(document)
    assert [claim.text for claim in claims] == ["FooViT outperforms EViT on ImageNet.", "ToMe outperforms SiT on COCO."]
    assert {claim.quote for claim in claims} == {text}
    assert len(extract(document, budget=1)) == 1


def test_statements_that_lean_on_each_other_stay_together() -> None:
    """A sentence whose parts alone would say something else is one claim."""
    (claim,) = extract(make_document(("results", "On ImageNet, FooViT outperforms EViT and reduces the GFLOPs by 35%.")))
    assert claim.hypothesis is not None and claim.hypothesis.kind == "all"


def test_unresolved_claim_keeps_its_reason() -> None:
    """A finding of a nameless method stays a claim in text, without a hypothesis."""
    (claim,) = extract(make_document(("results", "Our method outperforms EViT by 1.2 points on ImageNet."), title="A study"))
    assert claim.hypothesis is None
    assert claim.reason == "refers to “our method”, and the paper names none"


@pytest.mark.shared
@pytest.mark.parametrize("name", ["2307.10780_ltmp.pdf", "2012.12877.pdf"])
def test_claims_of_a_real_paper_quote_it_exactly(shared: Path, name: str) -> None:
    """On a PDF every quote is in the text, ids are unique, some sentences parse, and none is set-up or a caption."""
    from synth.reader.read import read

    document = read((shared / "data/pdfs" / name).read_bytes(), Paper(id=f"file:{name}", title=""), name=name)
    assert isinstance(document, Document)
    claims = extract(document, budget=12)
    assert 5 <= len(claims) <= 12
    assert len({claim.id for claim in claims}) == len(claims)
    assert all(claim.passage and document.text[claim.passage.start : claim.passage.end] == claim.quote for claim in claims)
    assert sum(claim.hypothesis is not None for claim in claims) >= 3
    assert all((claim.hypothesis is None) == bool(claim.reason) for claim in claims)
    starts = [claim.passage.start for claim in claims if claim.passage]
    assert starts == sorted(starts)
