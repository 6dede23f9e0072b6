"""Reading order, furniture, footnotes and references of PDFs drawn here."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from synth.model import Document, Paper
from synth.reader.read import read

PAPER = Paper(id="file:sample", title="A sample")
LEFT = [
    "Token merging joins tokens that are",
    "alike in every block of the net-",
    "work and needs no training of",
    "any kind before it is used.",
]
RIGHT = [
    "Token pruning drops tokens that do",
    "not matter for the class, but it",
    "has to be trained for some epochs",
    "in most of the methods.",
]


def pdf_of(pages: list[list[tuple[float, float, str, float]]], bold: frozenset[str] = frozenset()) -> bytes:
    """A PDF whose pages hold texts at (x, y) in a size."""
    pymupdf: Any = pytest.importorskip("pymupdf")
    pdf = pymupdf.open()
    for texts in pages:
        page = pdf.new_page(width=612, height=792)
        for x, y, text, size in texts:
            page.insert_text((x, y), text, fontsize=size, fontname="tibo" if text in bold else "tiro")
    return bytes(pdf.tobytes())


def lines(x: float, y: float, texts: list[str], size: float = 10) -> list[tuple[float, float, str, float]]:
    """Texts one below the other."""
    return [(x, y + 12 * n, text, size) for n, text in enumerate(texts)]


def sentences_of(data: bytes) -> list[str]:
    """The sentences that a PDF is read into."""
    found = read(data, PAPER, name="a.pdf")
    assert isinstance(found, Document)
    return [passage.text for passage in found.passages]


def test_two_columns_are_read_one_after_the_other() -> None:
    """The left column is read before the right one, though lines alternate in the file, and broken words are mended."""
    page = [text for pair in zip(lines(72, 100, LEFT * 2), lines(320, 100, RIGHT * 2), strict=True) for text in pair]
    left = "Token merging joins tokens that are alike in every block of the network and needs no training of any kind before it is used."
    right = "Token pruning drops tokens that do not matter for the class, but it has to be trained for some epochs in most of the methods."
    assert sentences_of(pdf_of([page])) == [left, left, right, right]


def test_running_heads_page_numbers_and_stamps_are_left_out() -> None:
    """What repeats at the edge of the pages, page numbers and the archive's stamp give no text; a sentence runs on over the page."""
    head, stamp = (72.0, 40.0, "Published as a conference paper", 9.0), (72.0, 770.0, "arXiv:2307.10780v2 [cs.CV] 15 Aug 2023", 9.0)
    first = [
        head,
        stamp,
        *lines(72, 100, ["We study how tokens are merged and pruned in all of the blocks and", "what it means for the"]),
        (300.0, 750.0, "1", 9.0),
    ]
    second = [
        head,
        *lines(72, 100, ["accuracy of the models that are used today in most of the papers.", "It means little."]),
        (300.0, 750.0, "2", 9.0),
    ]
    assert sentences_of(pdf_of([first, second])) == [
        "We study how tokens are merged and pruned in all of the blocks and what it means for the accuracy of the models that are used "
        "today in most of the papers.",
        "It means little.",
    ]


def test_sections_and_references_are_told_apart() -> None:
    """Bold numbered titles begin sections with their role; the list of references is split into its entries."""
    title, late = "2 Experimental Results", "References"
    body = lines(
        72,
        130,
        [
            "Merging is better than pruning on all of the data sets that we tried.",
            "It is also faster than pruning in most of the cases here.",
        ],
    )
    cited = lines(
        72,
        220,
        ["[1] D. Bolya et al. Token merging: your ViT but", "faster. In ICLR, 2023.", "[2] Y. Rao et al. DynamicViT. In NeurIPS, 2021."],
    )
    found = read(pdf_of([[(72, 100, title, 12), *body, (72, 190, late, 12), *cited]], frozenset((title, late))), PAPER, name="a.pdf")
    assert isinstance(found, Document)
    assert {(passage.section, passage.role) for passage in found.passages} == {(title, "results")}
    assert found.references == (
        "[1] D. Bolya et al. Token merging: your ViT but faster. In ICLR, 2023.",
        "[2] Y. Rao et al. DynamicViT. In NeurIPS, 2021.",
    )


def test_boxes_surround_their_sentences() -> None:
    """The box of a sentence is the union of its lines' boxes on its page."""
    found = read(
        pdf_of([lines(72, 100, ["Merging is better than pruning on all of the", "data sets. It is also faster than pruning."])]),
        PAPER,
        name="a.pdf",
    )
    assert isinstance(found, Document)
    first, second = (passage.box for passage in found.passages)
    assert first and second
    assert first[0] == second[0] == 72.0
    assert 88 < first[1] < 93 and 112 < first[3] < 117
    assert 100 < second[1] < 105 and second[3] == first[3]


def test_pages_beyond_the_limit_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of many pages costs the time of so many, keeps its page count, and a warning says which were not read."""
    monkeypatch.setattr("synth.reader.pdf.MAX_PAGES", 2)
    found = read(pdf_of([lines(72, 100, LEFT), lines(72, 100, RIGHT), lines(72, 100, LEFT)]), PAPER, name="a.pdf")
    assert isinstance(found, Document)
    assert (found.pages, found.warnings) == (3, ("pages 3 to 3: not read, the limit is 2 pages",))
    assert {passage.page for passage in found.passages} == {1, 2}


def test_a_document_bears_the_digest_of_its_file() -> None:
    """Document and passages name the SHA-256 of the very bytes that were read."""
    data = pdf_of([lines(72, 100, LEFT)])
    found = read(data, PAPER, name="a.pdf")
    assert isinstance(found, Document)
    assert {found.source_digest, *(passage.source_digest for passage in found.passages)} == {hashlib.sha256(data).hexdigest()}
