"""
The pipeline on data that others labelled: search, witnesses, combination and extraction of a run, and what they are worth.

Nothing here judges: every label, rank and score comes out of the stations that a run uses, on the same records.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from synth.errors import NotFound, SynthError
from synth.evaluate import overview, scoring
from synth.evaluate.answers import Answer, answer_of
from synth.evaluate.formats import open_benchmark, sets_in
from synth.evaluate.items import ClaimItem, DocumentSearch, MarkedPaper, Reading, SentenceSearch
from synth.evaluate.marked import Chosen
from synth.evaluate.sampling import sample
from synth.evaluate.scoring import Evaluation
from synth.evaluate.searches import DocumentsFound, SentencesFound
from synth.extractor.contribution import CONTRIBUTES
from synth.extractor.extract import extract
from synth.extractor.parse import Parse, parse
from synth.extractor.readings import readings
from synth.extractor.resolve import canonical, own_name, resolved
from synth.extractor.roles import merged
from synth.llm.use import chosen_model
from synth.model import Cell, Claim, Document, claim_id
from synth.progress import Progress, silent
from synth.reader.grid import Entry, cells
from synth.reader.sections import sections_of
from synth.reader.sentences import split as sentences_of
from synth.settings import Settings
from synth.store.embedding import Embedder
from synth.verifier.combine import combine
from synth.verifier.documents import DocumentIndex
from synth.verifier.passages import PassageIndex
from synth.verifier.rules import rule_for
from synth.verifier.stance.backend import StanceBackend
from synth.verifier.stance.calibration import calibration_line
from synth.verifier.stance.chosen import chosen_backend
from synth.verifier.tabular import TableWitness
from synth.verifier.textual import TextWitness
from synth.verifier.witness import Witness

DEEP = 200
"""sentences, or documents, of which the order is asked: no figure looks further down."""
OURS = "ours"
"""how tables mark the rows of their own paper."""


def evaluate(
    folder: Path,
    settings: Settings,
    embedder: Embedder,
    *,
    split: str = "dev",
    limit: int | None = None,
    out: Path | None = None,
    progress: Progress = silent,
) -> Evaluation:
    """
    The figures of one split of a labelled set.

    limit   items of each kind, drawn with the seed of the settings; None for all
    out     folder for evaluation.json, items.jsonl and reliability.png
    raises  NotFound for no such folder or split, UsageError where the files are of no known format
    """
    progress(f"reading {folder}")
    whole = open_benchmark(folder, split, READING)
    result = scoring.score(whole, sample(whole, limit, settings.seed), Stations(settings, embedder), settings.seed, progress)
    stance = calibration_line("llm" if settings.llm else settings.nli or "head")
    result.details.update(limit=limit, seed=settings.seed, embedding_model=settings.embedding_model, stance=stance)
    if out is not None:
        scoring.save(result, out)
    return result


def evaluate_all(
    folder: Path,
    settings: Settings,
    embedder: Embedder,
    *,
    split: str = "dev",
    limit: int | None = None,
    out: Path | None = None,
    progress: Progress = silent,
) -> tuple[dict[str, Evaluation], tuple[str, ...]]:
    """
    The evaluation of every labelled set in a folder by the name of its folder, and why others could not be scored.

    A folder that is a set itself is the only one. Each set writes into a folder of its own below `out`.
    raises  NotFound or UsageError where nothing can be scored
    """
    places = sets_in(folder)
    found: dict[str, Evaluation] = {}
    failed: list[str] = []
    for place in places:
        below = out / place.name if out and len(places) > 1 else out

        def say(line: str, name: str = place.name) -> None:
            progress(f"{name}: {line}" if len(places) > 1 else line)

        try:
            found[place.name] = evaluate(place, settings, embedder, split=split, limit=limit, out=below, progress=say)
        except SynthError as error:
            if len(places) == 1:
                raise
            failed.append(f"{place.name} is not scored: {error}")
    if not found:
        raise NotFound(f"no set in {folder} could be scored", got="; ".join(failed[:3]), then="name a split that they have with --split")
    if out and len(places) > 1:
        overview.save(
            found, out, f"synth evaluate {folder} --split {split} --seed {settings.seed}" + (f" --limit {limit}" if limit else "")
        )
    return found, tuple(failed)


class Stations:
    """The stations of a run, one labelled item at a time."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self._settings = settings
        self._embedder = embedder
        self._backend = chosen_backend(settings, chosen_model(settings, embedder.cache))
        self._heard: tuple[Document, StanceBackend] | None = None
        self._witnesses: tuple[Witness, ...] = ()

    def prepare(self, texts: Sequence[str]) -> None:
        """Embed what will be asked for, in batches; tables alone need no model."""
        if texts:
            self._embedder.embed(texts)

    def judge(self, item: ClaimItem) -> Answer:
        """The claim heard by the witnesses of text and tables with this one document retrieved, and what is combined of it."""
        claim = claim_of(item)
        witnesses = self._witnesses_of(item.document, self.backend_of(item))
        return answer_of(item, combine(claim.id, [witness.testify(claim) for witness in witnesses]))

    def backend_of(self, item: ClaimItem) -> StanceBackend:
        """What reads the stance of passages to this item's claim."""
        return self._backend

    def _witnesses_of(self, document: Document, backend: StanceBackend) -> tuple[Witness, ...]:
        """The witnesses that have read this document; those of the last one are kept, because claims on one document come together."""
        if self._heard is None or self._heard[0] is not document or self._heard[1] is not backend:
            self._heard = document, backend
            self._witnesses = (TextWitness((document,), self._embedder, backend=backend), TableWitness((document,)))
        return self._witnesses

    def rank_sentences(self, items: Sequence[SentenceSearch]) -> list[SentencesFound]:
        """What the evidence search gives in the item's document, as far down as it ranks."""
        documents = {item.document.paper.id: item.document for item in items}
        self.prepare([text for document in documents.values() for text in (passage.text for passage in document.passages)])
        self.prepare([item.claim for item in items])
        indexes = {name: PassageIndex((document,), self._embedder) for name, document in documents.items()}
        found = []
        for item in items:
            index = indexes[item.document.paper.id]
            hits = index.search(item.claim, np.ones(len(index.passages), bool), DEEP)
            found.append(SentencesFound(item, tuple(hit.passage.start for hit in hits)))
        return found

    def rank_documents(self, items: Sequence[DocumentSearch], corpus: Sequence[Document]) -> list[DocumentsFound]:
        """The documents of the whole corpus as the evidence search opens them, the best first."""
        index = DocumentIndex(corpus, self._embedder)
        self.prepare([item.claim for item in items])
        return [DocumentsFound(item, tuple(document.paper.id for document in index.search(item.claim, DEEP))) for item in items]

    def choose(self, paper: MarkedPaper) -> Chosen:
        """The claims extracted without a budget and with that of the settings, or the contributions; and the score of every sentence."""
        passages = paper.document.passages
        claims = {claim.passage.start: claim for claim in extract(paper.document, budget=len(passages)) if claim.passage}
        kept = {claim.passage.start for claim in extract(paper.document, budget=self._settings.claims_per_paper) if claim.passage}
        read = readings(paper.document)
        contributions = paper.asks == "contributions"
        return Chosen(
            paper,
            score=tuple(
                one.contributes
                if contributions
                else claims[one.passage.start].extraction_confidence
                if one.passage.start in claims
                else one.confidence
                for one in read
            ),
            taken=tuple(one.contributes >= CONTRIBUTES if contributions else one.passage.start in claims for one in read),
            within_budget=tuple(passage.start in kept for passage in passages),
            cues=tuple(one.cues for one in read),
            roles=tuple(merged(list(one.likely.values())) for one in read),
        )


def claim_of(item: ClaimItem) -> Claim:
    """
    The record of a claim, with the rule by which it is decided.

    One that was found elsewhere is read as an audit reads it. One on its own paper's tables is read as a sentence of that
    paper: its "we" is the name that the paper gives its method or, where the set does not tell, whoever the tables call ours.
    """
    itself = (own_name(item.document) or OURS) if item.own else None
    text, ambiguous = resolved(item.claim, itself) if item.own else (item.claim, "")
    read = Parse(None, ambiguous) if ambiguous else parse(text, subject=canonical(itself))
    paper = item.document.paper.id if item.own else f"claim:{item.id}"
    return Claim(
        id=claim_id(paper, text),
        text=text,
        passage=None,
        paper_id=paper,
        hypothesis=read.hypothesis,
        reason=read.reason,
        extraction_confidence=1.0,
        rule=rule_for(read.hypothesis) if read.hypothesis else None,
        notes=read.notes,
    )


def cells_of(rows: Sequence[Sequence[str]], bold: frozenset[tuple[int, int]]) -> tuple[Cell, ...]:
    """The body cells of a grid of texts, as the reader makes them of every format; empty texts are no cells."""
    entries = [Entry(i, j, text, bold=(i, j) in bold) for i, row in enumerate(rows) for j, text in enumerate(row) if text]
    return cells(entries, head=1)


READING = Reading(sentences_of, sections_of, cells_of)
"""what a run's reader does to the texts of a labelled set."""
