"""The evidence search: what it opens, what it ranks first, and which documents it takes for one work."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.model import Claim, Document, Paper, Passage, SectionRole
from synth.reader.read import read
from synth.verifier.documents import DocumentIndex, relative, summary_of
from synth.verifier.lexical import Bm25
from synth.verifier.passages import DOCUMENTS, PassageIndex, largest
from synth.verifier.ranker import FEATURES, weights
from synth.verifier.textual import TextWitness
from synth.verifier.voices import works_of

NEEDLE = "Zebrafish larvae regenerate the lateral line within four days."


class WordHash:
    """An embedder without a model: words hashed to 64 places, unit rows."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One unit row per text."""
        rows = np.full((len(texts), 64), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % 64] += 1.0
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_document(name: str, *sentences: str, title: str = "", role: SectionRole = "results", digest: str = "") -> Document:
    """A document of these sentences."""
    passages, at = [], 0
    for text in sentences:
        passages.append(Passage(paper_id=name, text=text, start=at, end=at + len(text), role=role))
        at += len(text) + 1
    paper = Paper(id=name, title=title)
    return Document(paper=paper, source_digest=digest, media="pdf", text=" ".join(sentences), passages=tuple(passages))


def filler(number: int, count: int = 8) -> list[str]:
    """Sentences of a document on another matter, different for each number."""
    return [f"Steel bridge {number} carries load {number * 31 + k} over river {number * 17 + k} in autumn." for k in range(count)]


def everything(index: PassageIndex) -> npt.NDArray[np.bool_]:
    """All its passages."""
    return np.ones(len(index.passages), bool)


def test_a_rare_word_counts_for_more_than_a_common_one() -> None:
    """Of two texts with one word of the query each, the one with the rarer word scores higher and covers more."""
    index = Bm25([["steel", "bridge"], ["steel", "river"], ["zebrafish", "river"]])
    scores, covered = index.search(["steel", "zebrafish"])
    assert scores[2] > scores[0] == scores[1] > 0
    assert covered[2] > covered[0] > 0
    assert covered[0] + covered[2] == pytest.approx(1.0)


def test_words_that_nobody_says_cover_nothing() -> None:
    """A query of unknown words scores 0 everywhere, and unknown words lower the share that is covered."""
    index = Bm25([["steel"], ["river"]])
    assert [list(each) for each in index.search(["moon"])] == [[0, 0], [0, 0]]
    assert index.search(["steel", "moon"])[1][0] < 1.0


def test_relative_scores_run_from_nought_to_one() -> None:
    """The best is 1, the floor 0, and scores without a best one are all 0."""
    assert list(relative(np.array([0.0, 2.0, 4.0], np.float32))) == [0.0, 0.5, 1.0]
    assert list(relative(np.zeros(2, np.float32))) == [0.0, 0.0]
    assert len(relative(np.zeros(0, np.float32))) == 0


def test_a_document_is_known_by_its_title_and_abstract() -> None:
    """The summary is title and abstract where one is marked, else how the text begins; references are never in it."""
    body = make_document("a", "Body says this.", title="On Fish")
    assert summary_of(body) == "On Fish\nBody says this."
    marked = body.model_copy(
        update={"passages": (*body.passages, Passage(paper_id="a", text="Abstract says that.", start=90, end=109, role="abstract"))}
    )
    assert summary_of(marked) == "On Fish\nAbstract says that."
    assert summary_of(make_document("a", "[1] A. Author. A title.", title="On Fish", role="references")) == "On Fish"


def test_the_document_that_speaks_of_the_claim_is_first() -> None:
    """A document is found by its title as by its sentences, and nothing is found among none."""
    documents = [make_document(f"file:{n}", *filler(n)) for n in range(5)]
    titled = make_document("file:fish", "It takes four days and no longer.", title="Zebrafish larvae regenerate the lateral line")
    index = DocumentIndex([*documents, titled], WordHash())
    assert index.search(NEEDLE, 2)[0] is titled
    assert DocumentIndex([], WordHash()).search(NEEDLE, 2) == ()


def test_a_sentence_is_found_in_a_document_on_another_matter() -> None:
    """Among more documents than are opened as wholes, the one sentence that says it is still first."""
    documents = [make_document(f"file:{n}", *filler(n)) for n in range(DOCUMENTS + 30)]
    hidden = make_document("file:last", *filler(999, 40), NEEDLE)
    index = PassageIndex([*documents, hidden], WordHash())
    (best, *_) = index.search("Zebrafish larvae regenerate their lateral line.", everything(index), 3)
    assert best.passage.text == NEEDLE


def test_a_document_alone_is_not_embedded_as_a_whole() -> None:
    """It has no rival to be ranked against: only its sentences and what is searched for are embedded."""
    asked: list[str] = []

    class Recording(WordHash):
        def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            asked.extend(texts)
            return super().embed(texts)

    index = PassageIndex((make_document("a", NEEDLE, *filler(1)),), Recording())
    hits = index.search("zebrafish regenerate", everything(index), 3)
    assert hits[0].passage.text == NEEDLE
    assert sorted(asked) == sorted([NEEDLE, *filler(1), "zebrafish regenerate"])


def test_only_the_passages_asked_for_are_found() -> None:
    """What is not among the marked passages is never a hit, and no marked passage means no hit."""
    index = PassageIndex([make_document("a", NEEDLE, *filler(1)), make_document("b", *filler(2))], WordHash())
    own = index.is_own(frozenset(["a"]))
    assert {hit.passage.paper_id for hit in index.search(NEEDLE, ~own, 20)} <= {"b"}
    assert index.search(NEEDLE, np.zeros(len(index.passages), bool), 5) == ()


def test_references_and_scraps_are_no_passages() -> None:
    """Entries of the references and texts of one or two words are not searched; a passage given twice counts once."""
    document = make_document("a", NEEDLE, "Results.")
    listed = make_document("b", NEEDLE, role="references")
    index = PassageIndex([document, document, listed], WordHash())
    assert [passage.text for passage in index.passages] == [NEEDLE]


def test_the_sentences_around_tell_what_a_sentence_speaks_of() -> None:
    """Of two equal sentences the one is nearer whose neighbours name the subject, and neighbours end with the document."""
    said = "It grew back within four days."
    near = make_document("near", "Zebrafish larvae lost their lateral line.", said, "The lateral line of the larvae was whole.")
    far = make_document("far", "Steel bridges lost their paint.", said, "The paint of the bridges was whole.")
    index = PassageIndex([far, near], WordHash())
    _, signs = index.signs(NEEDLE, everything(index))
    around = dict(zip(((p.paper_id, p.text) for p in index.passages), signs[:, FEATURES.index("around")], strict=True))
    assert around["near", said] > around["far", said]
    alone = PassageIndex([make_document("x", said)], WordHash())
    assert alone.signs(NEEDLE, everything(alone))[1][0, FEATURES.index("around")] == 0


def test_every_feature_has_a_weight_and_likeness_counts_for_evidence() -> None:
    """The shipped weights fit the features; words, cover and cosine speak for a passage."""
    held = dict(zip(FEATURES, weights(), strict=True))
    assert len(weights()) == len(FEATURES)
    assert held["covered"] > 0 and held["cosine"] > 0


def test_the_same_text_under_another_name_is_the_same_work() -> None:
    """Documents that share their sentences, or their bytes, are one work whatever their ids and titles."""
    first = make_document("file:one", *filler(1), title="A preprint with a long title")
    article = make_document("doi:two", *filler(1)[:6], *filler(2, 4), title="The article under another title")
    other = make_document("file:three", *filler(3), title="Another work altogether here")
    works = works_of([first, article, other])
    assert works[0] == works[1] >= {"file:one", "doi:two"}
    assert not works[0] & works[2]
    bytes_ = [make_document(name, NEEDLE, digest="a" * 64) for name in ("file:one", "file:two")]
    assert works_of(bytes_)[0] >= {"file:one", "file:two"}


def test_a_quotation_makes_no_two_works_one() -> None:
    """A paper that quotes some sentences of another stays a voice of its own."""
    quoting = make_document("file:two", *filler(1)[:4], *filler(2))
    assert not works_of([make_document("file:one", *filler(1)), quoting])[0] & works_of([quoting])[0]


@pytest.fixture(scope="module")
def paper(shared: Path) -> Document:
    """A real paper, read from its PDF."""
    path = shared / "data" / "pdfs" / "2307.10780_ltmp.pdf"
    found = read(path.read_bytes(), Paper(id="file:ltmp", title="Learned Thresholds Token Merging and Pruning"), name=path.name)
    assert isinstance(found, Document)
    return found


def renamed(document: Document, name: str, title: str) -> Document:
    """The same text as another source would deliver it: other id, title and bytes."""
    passages = tuple(passage.model_copy(update={"paper_id": name}) for passage in document.passages)
    return document.model_copy(update={"paper": Paper(id=name, title=title), "source_digest": "f" * 64, "passages": passages})


def claim_on(passage: Passage) -> Claim:
    """The passage's own sentence as a claim."""
    return Claim(id="c-1", text=passage.text, passage=passage, paper_id=passage.paper_id, extraction_confidence=1.0)


@pytest.mark.shared
def test_a_real_paper_is_no_witness_for_its_own_abstract(paper: Document) -> None:
    """What the body, the conclusion and a copy of the paper under another name say of its abstract's claims is "stated"."""
    copy = renamed(paper, "arxiv:2999.00001", "How many tokens may one drop?")
    witness = TextWitness([paper, copy], WordHash())
    abstract = [passage for passage in paper.passages if passage.role == "abstract"]
    assert len(abstract) >= 3
    heard = [witness.testify(claim_on(passage)) for passage in abstract]
    quotes = [quote for evidence in heard for quote in evidence.quotes]
    assert len({quote.passage.paper_id for quote in quotes}) == 2
    assert len({quote.passage.role for quote in quotes}) > 1
    assert {quote.independence for quote in quotes} == {"stated"}
    assert {evidence.outcome for evidence in heard} <= {"inconclusive", "no_evidence"}


@pytest.mark.shared
def test_two_real_papers_on_one_matter_are_two_works(paper: Document, shared: Path) -> None:
    """Papers on the same matter, with the same names and formulas, are not taken for one."""
    path = shared / "data" / "pdfs" / "2308.03409_dynamic_token_routing.pdf"
    other = read(path.read_bytes(), Paper(id="file:routing", title="Dynamic Token-Pass Transformers"), name=path.name)
    assert isinstance(other, Document)
    works = works_of([paper, other])
    assert not works[0] & works[1]


@pytest.mark.shared
def test_a_quote_keeps_its_page_and_box(paper: Document) -> None:
    """A passage that was found says on which page and where on it its words stand."""
    index = PassageIndex([paper], WordHash())
    hits = index.search("Token merging and pruning of vision transformers", everything(index), 5)
    assert len(hits) == 5
    for hit in hits:
        assert paper.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert hit.passage.page is not None and hit.passage.box is not None
        assert 1 <= hit.passage.page <= (paper.pages or 0)


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 70))
def test_the_largest_are_those_that_a_stable_sort_puts_first(values: list[int], count: int) -> None:
    """Whatever the ties, the places are those of the first entries of a stable sort."""
    given_values = np.array(values, np.float32)
    first = np.argsort(-given_values, kind="stable")[:count]
    assert sorted(largest(given_values, count)) == sorted(first)
