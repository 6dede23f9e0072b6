"""Paragraphs in reading order → Document: one running text, and sentences that index into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from synth.model import Box, Document, Paper, Passage, SectionRole, Table
from synth.reader.clean import collapsed
from synth.reader.sentences import spans


@dataclass
class Place:
    """Where a stretch of a paragraph stands in the PDF."""

    start: int
    """offset in the paragraph's text; the stretch reaches to the next place."""
    page: int
    box: Box


@dataclass
class Paragraph:
    """Text that sentences are split from, with its section; a heading gives text but no passages."""

    text: str
    section: str = ""
    role: SectionRole = "other"
    heading: bool = False
    places: list[Place] = field(default_factory=list)


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box around all boxes, at least one, rounded to a tenth of a point."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return (round(min(left), 1), round(min(top), 1), round(max(right), 1), round(max(bottom), 1))


def _located(paragraph: Paragraph, start: int, end: int) -> tuple[int | None, Box | None]:
    """Page and box of a stretch; of one that runs over two pages the part on the first."""
    places = paragraph.places
    ends = [place.start for place in places[1:]] + [len(paragraph.text)]
    touched = [place for place, stop in zip(places, ends, strict=True) if place.start < end and start < stop] if places else []
    if not touched:
        return None, None
    page = touched[0].page
    return page, union([place.box for place in touched if place.page == page])


def is_sentence(text: str) -> bool:
    """Whether a stretch can be a statement: three words or more, and more letters than anything else."""
    words = [word for word in text.split() if any(char.isalpha() for char in word)]
    return len(words) >= 3 and 2 * sum(char.isalpha() for char in text) >= len(text) - text.count(" ")


def settle_front(paragraphs: Sequence[Paragraph]) -> None:
    """
    Tell names and addresses before the first section from an abstract without a heading.

    Where the paper has a section "Abstract", what stands before it gives no passages; where it has none, the long
    paragraphs before the first heading are the abstract.
    """
    first = next((n for n, paragraph in enumerate(paragraphs) if paragraph.section), None)
    if first is None:
        return
    stated = any(paragraph.role == "abstract" for paragraph in paragraphs)
    for paragraph in paragraphs[:first]:
        long = len(paragraph.text.split()) > 40 and len(spans(paragraph.text)) > 1
        if stated:
            paragraph.heading = True
        elif long:
            paragraph.section, paragraph.role = "Abstract", "abstract"


def document(
    paper: Paper,
    paragraphs: Sequence[Paragraph],
    *,
    digest: str,
    media: str,
    tables: Sequence[Table] = (),
    references: Sequence[str] = (),
    pages: int | None = None,
    warnings: Sequence[str] = (),
) -> Document:
    """
    The document whose text is the paragraphs joined by line feeds, with a passage for every sentence.

    A paragraph's text must be collapsed already, or its places would not fit.
    """
    passages: list[Passage] = []
    offset = 0
    for paragraph in paragraphs:
        if not paragraph.heading:
            for start, end in spans(paragraph.text):
                text = paragraph.text[start:end]
                if not is_sentence(text):
                    continue
                page, box = _located(paragraph, start, end)
                passages.append(
                    Passage(
                        paper_id=paper.id,
                        text=text,
                        start=offset + start,
                        end=offset + end,
                        section=paragraph.section,
                        role=paragraph.role,
                        page=page,
                        box=box,
                        source_digest=digest,
                    )
                )
        offset += len(paragraph.text) + 1
    return Document.model_validate(
        {
            "paper": _completed(paper, paragraphs),
            "source_digest": digest,
            "media": media,
            "text": "\n".join(paragraph.text for paragraph in paragraphs),
            "passages": tuple(passages),
            "tables": tuple(tables),
            "references": tuple(references),
            "pages": pages,
            "warnings": tuple(warnings),
        }
    )


def _completed(paper: Paper, paragraphs: Sequence[Paragraph]) -> Paper:
    """The paper with the abstract that the document states, where its source gave none."""
    if paper.abstract:
        return paper
    abstract = " ".join(paragraph.text for paragraph in paragraphs if paragraph.role == "abstract" and not paragraph.heading)
    return paper.model_copy(update={"abstract": collapsed(abstract)}) if abstract else paper
