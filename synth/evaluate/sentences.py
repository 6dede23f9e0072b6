"""Sets in which sentences of documents were marked: cl_scisumm by citing sentences, ncg, csabstruct and biomed_claims as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from synth.evaluate.files import LabelledFile, lines_of, reason_of
from synth.evaluate.items import Malformed, MarkedPaper, Reading, SentenceSearch
from synth.evaluate.records import document_of, starts
from synth.evaluate.shapes import CitedPaper, CitingSentence, ClaimAbstract, ContributionPaper, RoleAbstract
from synth.model import Document

RESULT = "result"
"""the role of csabstruct that makes a sentence a claim of its paper."""


def cl_scisumm(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Citing sentences, each with the sentences of the cited paper that it speaks of."""
    papers = {}
    for _, _, paper in lines_of(files, CitedPaper, malformed):
        texts = [sentence.text for sentence in paper.sentences]
        order = {sentence.sid: place for place, sentence in enumerate(paper.sentences)}
        papers[paper.doc_id] = document_of(paper.doc_id, texts, sections=[("", "other")] * len(texts)), order
    found = []
    for file, number, line in lines_of(files, CitingSentence, malformed):
        try:
            if line.doc_id not in papers:
                raise ValueError(f"cites paper {line.doc_id}, which no file holds")
            document, order = papers[line.doc_id]
            wanted = starts(document, [order.get(sid, -1) for sid in line.evidence])
        except ValueError as error:
            malformed.append(Malformed(file.path.name, number, reason_of(error)))
            continue
        if wanted:
            found.append(SentenceSearch(line.id or str(number), line.claim, document, wanted))
    return {"rationales": tuple(found)}


def ncg(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Full papers with the lines that state their contribution."""
    papers: list[MarkedPaper] = []
    for file, number, line in lines_of(files, ContributionPaper, malformed):
        title = next((text for before, text in zip(line.sentences, line.sentences[1:], strict=False) if before == "title"), "")
        document = document_of(line.paper, line.sentences, title=title, sections=reading.sections(line.sentences))
        _add(papers, document, line.contribution, (), file, number, malformed, asks="contributions")
    return {"papers": tuple(papers)}


def csabstruct(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Abstracts of computer science with the sentences that state results."""
    papers: list[MarkedPaper] = []
    for file, number, line in lines_of(files, RoleAbstract, malformed):
        marked = [place for place, role in enumerate(line.labels) if role == RESULT]
        _add(papers, document_of(line.id or str(number), line.sentences), marked, line.labels, file, number, malformed)
    return {"papers": tuple(papers)}


def biomed(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Abstracts of biomedicine with the sentences that are claims."""
    papers: list[MarkedPaper] = []
    for file, number, line in lines_of(files, ClaimAbstract, malformed):
        marked = [place for place, yes in enumerate(line.is_claim) if yes]
        _add(papers, document_of(line.id or str(number), line.sentences), marked, (), file, number, malformed)
    return {"papers": tuple(papers)}


def _add(
    papers: list[MarkedPaper],
    document: Document,
    marked: Sequence[int],
    roles: tuple[str, ...],
    file: LabelledFile,
    number: int,
    malformed: list[Malformed],
    asks: Literal["claims", "contributions"] = "claims",
) -> None:
    try:
        papers.append(MarkedPaper(document, starts(document, marked), roles, asks))
    except ValueError as error:
        malformed.append(Malformed(file.path.name, number, reason_of(error)))
