"""Which claims a changed document touches: those that it speaks to otherwise than before, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import make_evidence, make_finding, make_passage
from workplace import OPEN, PAPERS, REFUTED, VERIFIED

from synth.extractor.extract import extract
from synth.model import Claim, Document, Observation, Paper, Quote
from synth.reader.read import read
from synth.store.embedding import Embedder
from synth.verifier.touched import Touch

FILLER = "\n".join(f"Figure {number} shows images of CIFAR-100 with the tokens of SiT in row {number}." for number in range(1, 15))
PAPER = {**PAPERS, "filler.md": f"# Filler: Pictures\n\n## Results\n\n{FILLER}\n"}


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The packaged model."""
    return Embedder()


def document(name: str, text: str | None = None) -> Document:
    """A paper of the folder, or its file with another text."""
    found = read((text or PAPER[name]).encode(), Paper(id=f"file:{name}", title="", source="folder"), name=name)
    assert isinstance(found, Document)
    return found


ALL = tuple(map(document, PAPER))
CLAIMS = {claim.text: claim for each in ALL for claim in extract(each, budget=8)}


def touched(before: tuple[Document, ...], after: tuple[Document, ...], embedder: Embedder) -> dict[str, tuple[str, ...]]:
    """The texts of the touched claims with the reasons."""
    touch = Touch(before, after, embedder)
    return {text: why for text, claim in CLAIMS.items() if (why := touch.reasons(claim, None))}


def with_(name: str, text: str) -> tuple[Document, ...]:
    """All documents, one of them with another text."""
    return tuple(document(name, text) if each.paper.id == f"file:{name}" else each for each in ALL)


def test_no_change_touches_nothing(embedder: Embedder) -> None:
    """The same documents, and the same text in other bytes, touch no claim."""
    assert touched(ALL, ALL, embedder) == {}
    again = with_("alpha.md", PAPER["alpha.md"] + "\n\n")
    assert again != ALL
    assert touched(ALL, again, embedder) == {}


def test_a_changed_cell_touches_those_who_select_it(embedder: Embedder) -> None:
    """Claims on the two methods are touched by the number of one of them, a claim on another method and data set is not."""
    reasons = touched(ALL, with_("alpha.md", PAPER["alpha.md"].replace("Top-K | 79.4", "Top-K | 71.4")), embedder)
    assert {VERIFIED, REFUTED} <= reasons.keys()
    assert OPEN not in reasons
    assert set(reasons.values()) == {("tables report other numbers on it: “alpha”",)}


def test_a_number_that_no_claim_selects_touches_nothing(embedder: Embedder) -> None:
    """The accuracy of a method on which there is no claim may be what it likes."""
    assert touched(ALL, with_("alpha.md", PAPER["alpha.md"].replace("EViT | 79.3", "EViT | 71.3")), embedder) == {}


@pytest.mark.parametrize("is_added", [True, False])
def test_a_document_touches_the_claims_on_which_it_is_read(embedder: Embedder, is_added: bool) -> None:
    """Coming and going, a document touches the claims for which the search finds its passages, and no others."""
    new = document("delta.md", f"# Delta: Chance\n\n## Results\n\nIt is not true that {REFUTED[0].lower()}{REFUTED[1:]}\n")
    before, after = (ALL, (*ALL, new)) if is_added else ((*ALL, new), ALL)
    reasons = touched(before, after, embedder)
    assert reasons[REFUTED] == ("other passages speak of it: “delta”",)
    assert OPEN not in reasons


def test_what_a_finding_cites_and_is_gone_touches_it(embedder: Embedder) -> None:
    """Where the earlier text of a document cannot be had, a quote and a number that it no longer has are enough."""
    claim: Claim = CLAIMS[OPEN]
    passage = make_passage("SiT is the worst of all.", paper_id="file:alpha.md")
    quote = Quote(passage=passage, stance="supports", probability=0.9, similarity=0.9, independence="other_papers", reason="says so")
    number = Observation(method="sit", metric="top1_percent", value=12.3, origin="reported", paper_id="file:alpha.md")
    evidence = (make_evidence(quotes=(quote,)), make_evidence("tables", observations=(number,)))
    touch = Touch(tuple(each for each in ALL if each.paper.id != "file:alpha.md"), ALL, embedder)
    told = touch.reasons(claim, make_finding(claim, evidence=evidence))
    assert [reason.partition(":")[0] for reason in told] == ["other passages speak of it", "tables report other numbers on it"]
    kept = passage.model_copy(update={"paper_id": "file:beta.md"})
    other = make_evidence(quotes=(quote.model_copy(update={"passage": kept}),))
    assert touch.reasons(claim, make_finding(claim, evidence=(other,))) == touch.reasons(claim, None)


def test_nothing_left_to_hear(embedder: Embedder, tmp_path: Path) -> None:
    """When the last document is taken back, every claim that it spoke to is touched."""
    assert VERIFIED in touched(ALL, (), embedder)
