"""Sets in which a claim stands beside text: scifact, citation_integrity, healthver, and a user's own lines."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from synth.evaluate.files import LabelledFile, lines_of, reason_of
from synth.evaluate.items import ClaimItem, DocumentSearch, Label, Malformed, Reading, SentenceSearch
from synth.evaluate.records import document_of, starts
from synth.evaluate.shapes import Abstract, CitationClaim, HealthClaim, PlainClaim, ScifactClaim, ScifactPair
from synth.model import Document

_CITED = re.compile(r"\s*[\[(]?(?:<\|\w+\|>[,;\d\s]*)+[\])]?")
"""where a citing sentence cites: "[<|multi_cit|>,7]"."""


def _corpus(files: Sequence[LabelledFile], malformed: list[Malformed]) -> dict[str, Document]:
    return {line.doc_id: document_of(line.doc_id, line.sentences, title=line.title) for _, _, line in lines_of(files, Abstract, malformed)}


def _held(corpus: dict[str, Document], name: str) -> Document:
    if name not in corpus:
        raise ValueError(f"cites document {name}, which no file holds")
    return corpus[name]


def scifact(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Verdicts beside the cited abstract, rationales in it, and searches for it among all abstracts."""
    corpus = _corpus(files, malformed)
    claims = _scifact_claims(files, corpus, malformed)
    pairs = _scifact_pairs(files, malformed) or [pair for claim, number, file in claims for pair in _pairs_of(claim, number, file)]
    items: list[ClaimItem] = []
    rationales: list[SentenceSearch] = []
    for file, number, pair in pairs:
        try:
            document = _held(corpus, pair.doc_id)
            wanted = starts(document, [place for rationale in pair.rationales for place in rationale])
        except ValueError as error:
            malformed.append(Malformed(file.path.name, number, reason_of(error)))
            continue
        items.append(ClaimItem(pair.id or str(number), pair.claim, pair.label, document, pair.doc_id))
        if wanted:
            rationales.append(SentenceSearch(pair.id or str(number), pair.claim, document, wanted))
    searches = tuple(
        DocumentSearch(claim.id, claim.claim, frozenset(corpus[name].paper.id for name in claim.cited_doc_ids))
        for claim, _, _ in claims
        if claim.cited_doc_ids
    )
    return {"claims": tuple(items), "rationales": tuple(rationales), "searches": searches, "corpus": tuple(corpus.values())}


def _scifact_claims(
    files: Sequence[LabelledFile], corpus: dict[str, Document], malformed: list[Malformed]
) -> list[tuple[ScifactClaim, int, LabelledFile]]:
    found = []
    for file, number, claim in lines_of(files, ScifactClaim, malformed):
        lost = [name for name in claim.cited_doc_ids if name not in corpus]
        if lost:
            malformed.append(Malformed(file.path.name, number, f"cites document {lost[0]}, which no file holds"))
        else:
            found.append((claim, number, file))
    return found


def _scifact_pairs(files: Sequence[LabelledFile], malformed: list[Malformed]) -> list[tuple[LabelledFile, int, ScifactPair]]:
    return list(lines_of(files, ScifactPair, malformed))


def _pairs_of(claim: ScifactClaim, number: int, file: LabelledFile) -> Iterable[tuple[LabelledFile, int, ScifactPair]]:
    """The claim beside each abstract that it cites; one without evidence in it says not enough."""
    for name in dict.fromkeys((*claim.cited_doc_ids, *claim.evidence)):
        given = claim.evidence.get(name)
        label: Label = given.label if given else "NEI"
        rationales = given.rationales if given else ()
        yield file, number, ScifactPair(id=f"{claim.id}_{name}", claim=claim.claim, doc_id=name, label=label, rationales=rationales)


def citation_integrity(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Whether citing sentences report the cited passages as they are; the marks of the citations are left out of the claims."""
    corpus = _corpus(files, malformed)
    items = []
    for file, number, line in lines_of(files, CitationClaim, malformed):
        try:
            documents = [_held(corpus, name) for name in line.cited_doc_ids]
            sentences = [passage.text for document in documents for passage in document.passages]
            name = f"{file.split}:{'+'.join(line.cited_doc_ids)}"
            items.append(
                ClaimItem(line.id or str(number), _uncited(line.claim), line.label, document_of(name, sentences), _article(line, name))
            )
        except ValueError as error:
            malformed.append(Malformed(file.path.name, number, reason_of(error)))
    return {"claims": tuple(items)}


def _uncited(claim: str) -> str:
    return re.sub(r"\s+(?=[.,;:])", "", " ".join(_CITED.sub(" ", claim).split()))


def _article(line: CitationClaim, name: str) -> str:
    """The citing article: documents are numbered in thousands, one thousand an article."""
    first = line.cited_doc_ids[0] if line.cited_doc_ids else name
    return f"article {int(first) // 1000}" if first.isdigit() else name


def healthver(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """Health claims beside passages."""
    return {"claims": tuple(_plain(files, HealthClaim, reading, malformed))}


def plain(files: Sequence[LabelledFile], reading: Reading, malformed: list[Malformed]) -> dict[str, Any]:
    """A user's own claims beside their evidence."""
    return {"claims": tuple(_plain(files, PlainClaim, reading, malformed))}


def _plain(files: Sequence[LabelledFile], shape: type[PlainClaim], reading: Reading, malformed: list[Malformed]) -> Iterable[ClaimItem]:
    for file, number, line in lines_of(files, shape, malformed):
        if not line.claim.strip():
            malformed.append(Malformed(file.path.name, number, "the claim is empty"))
            continue
        texts = (line.evidence,) if isinstance(line.evidence, str) else line.evidence
        sentences = [sentence for text in texts for sentence in reading.sentences(" ".join(text.split()))]
        name = hashlib.sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()[:12]
        yield ClaimItem(line.id or f"{file.path.stem}:{number}", line.claim.strip(), line.label, document_of(name, sentences), name)
