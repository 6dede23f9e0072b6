"""The stations of a run on labelled items: what comes out is what a run would say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from labelled_sets import MAKERS, tdms_claims

from synth import evaluating
from synth.evaluate.formats import open_benchmark
from synth.evaluate.items import ClaimItem, MarkedPaper, Reading
from synth.evaluate.records import document_of
from synth.evaluate.sampling import sample, without_evidence
from synth.evaluating import Stations, claim_of, evaluate
from synth.settings import Settings
from synth.store.embedding import Embedder

BENCH = (
    "citation_integrity",
    "healthver",
    "scitab",
    "tabfact",
    "tdms_claims",
    "ncg",
    "csabstruct",
    "biomed_claims",
    "cl_scisumm",
    "scifact",
)
SHARES = (
    "accuracy",
    "macro_f1",
    "coverage",
    "ece_holds",
    "brier_holds",
    "swap_nei",
    "precision",
    "recall",
    "f1",
    "average_precision",
    "rationale_mrr",
)


@pytest.fixture(scope="module")
def stations(embedder: Embedder) -> Stations:
    """The stations with default settings."""
    return Stations(Settings(), embedder)


def test_a_claim_that_a_passage_contradicts_is_never_supported(stations: Stations) -> None:
    """The witness of the text reads the passage; without it there is nothing to say."""
    document = document_of("x", ["Token pruning lowers the accuracy of vision transformers by twelve points."])
    item = ClaimItem("1", "Token pruning raises the accuracy of vision transformers by twelve points.", "REFUTE", document, "x")
    given, (blank,) = stations.judge(item), [stations.judge(each) for each in without_evidence([item])]
    assert given.holds < 0.5
    assert given.said != "SUPPORT"
    assert (blank.said, blank.holds) == ("NEI", 0.5)
    assert "no passages were read" in blank.reason


def test_a_score_is_looked_up_in_the_tables_of_its_paper(stations: Stations, tmp_path: Path, reading: Reading) -> None:
    """The true score stands under the headers that the claim names; one that stands nowhere is not supported."""
    true, perturbed, _ = open_benchmark(tdms_claims(tmp_path / "claims"), "dev", reading).claims
    assert stations.judge(true).said == "SUPPORT"
    assert stations.judge(perturbed).said != "SUPPORT"


def test_we_is_whoever_the_paper_says(tmp_path: Path, reading: Reading) -> None:
    """A claim on its own paper's tables is read as a sentence of that paper, one on another work's text as it stands."""
    own = open_benchmark(tdms_claims(tmp_path / "claims"), "dev", reading).claims[0]
    assert claim_of(own).hypothesis is not None
    assert claim_of(own).rule is not None
    assert claim_of(own).paper_id == own.document.paper.id
    elsewhere = claim_of(replace(own, own=False))
    assert elsewhere.hypothesis is None
    assert elsewhere.reason
    assert elsewhere.paper_id != own.document.paper.id


def test_the_search_finds_the_sentence_that_says_so(stations: Stations, tmp_path: Path, reading: Reading) -> None:
    """Of three sentences the one that shares the claim's matter is first, and the document that holds it."""
    found = open_benchmark(MAKERS["scifact"](tmp_path), "dev", reading)
    sentences = stations.rank_sentences(found.rationales)
    assert [each.ranking[0] in each.item.wanted for each in sentences] == [True, True]
    documents = stations.rank_documents(found.searches, found.corpus)
    assert [each.ranking[0] for each in documents] == ["file:7", "file:8"]


def test_the_extractor_chooses_and_scores_every_sentence(stations: Stations, embedder: Embedder) -> None:
    """Claims carry the confidence of the extraction; a budget keeps the best of them; every sentence has a score and its cues."""
    sentences = [
        "Top-K pruning achieves higher accuracy than random pruning on ImageNet-1K with DeiT-S.",
        "We thank the reviewers.",
        "ToMe reaches 79.4% top-1 accuracy on ImageNet-1K with DeiT-S.",
    ]
    paper = MarkedPaper(document_of("p", sentences), frozenset())
    found, narrow = stations.choose(paper), Stations(Settings(claims_per_paper=1), embedder).choose(paper)
    assert found.taken == (True, False, True)
    assert narrow.taken == found.taken
    assert sum(narrow.within_budget) == 1
    assert found.ranked[-1] == 1
    assert all(0 <= score <= 1 for score in found.score)
    assert "figure" in found.cues[2]


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_call_gives_the_same(name: str, tmp_path: Path, embedder: Embedder) -> None:
    """Figures, details, items and files are the same for the same folder and seed, and every figure is a number or None."""
    folder = MAKERS[name](tmp_path / "set")
    first, second = (evaluate(folder, Settings(seed=3), embedder, out=tmp_path / out) for out in ("a", "b"))
    assert first.data == second.data
    for file in sorted(path.name for path in (tmp_path / "a").iterdir()):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    assert {"evaluation.json", "items.jsonl"} <= {path.name for path in (tmp_path / "a").iterdir()}
    assert all(value is None or isinstance(value, int | float) for key, value in first.data.items() if key != "details")
    assert len(first.items) > 0
    assert first.details["seed"] == 3


def test_the_diagram_is_a_picture(tmp_path: Path, embedder: Embedder) -> None:
    """Where probabilities were said, reliability.png is a PNG of the size that was asked for."""
    evaluate(MAKERS["tabfact"](tmp_path / "set"), Settings(), embedder, out=tmp_path / "out")
    data = (tmp_path / "out" / "reliability.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == tuple(round(inches * 150) for inches in evaluating.scoring.diagram.INCHES)


@pytest.mark.shared
@pytest.mark.parametrize("name", BENCH)
def test_a_sample_of_the_real_sets(name: str, shared: Path, reading: Reading, stations: Stations) -> None:
    """Every real set is read whole without a malformed line; two items of each kind give figures within their bounds."""
    whole = open_benchmark(shared / "data" / "bench" / name, "dev", reading)
    assert whole.format == name
    assert whole.malformed == ()
    assert len(whole) >= 100
    # Embeddings of all abstracts take minutes, those of a full paper seconds: only abstracts that are cited are searched.
    few = replace(sample(whole, 2, seed=0), searches=(), corpus=())
    few = replace(few, rationales=few.rationales[:1] if few.claims else (), papers=few.papers[:1])
    figures = evaluating.scoring.score(whole, few, stations, 0, lambda line: None).data
    assert all(0 <= figures[key] <= 1 for key in SHARES if figures.get(key) is not None)
    assert figures["malformed"] == 0
