"""A labelled set and the pipeline under test → an Evaluation: figures, what stands behind them, and one record an item."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from synth.evaluate import diagram
from synth.evaluate.answers import Answer
from synth.evaluate.claims import Figures, claim_details, claim_figures, control_figures
from synth.evaluate.items import LABELS, Benchmark, ClaimItem, DocumentSearch, MarkedPaper, SentenceSearch
from synth.evaluate.marked import Chosen, marked_details, marked_figures
from synth.evaluate.sampling import with_swapped_evidence, without_evidence
from synth.evaluate.searches import DocumentsFound, SentencesFound, document_figures, sentence_figures
from synth.model import Document
from synth.progress import Progress
from synth.store.workspace import write_atomic


class Pipeline(Protocol):
    """What is under test: the steps of a run on one labelled item each."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Told beforehand which texts will come, so that they can be embedded in batches."""
        ...

    def judge(self, item: ClaimItem) -> Answer:
        """What a run says of the claim when the item's document is all that was retrieved."""
        ...

    def rank_sentences(self, items: Sequence[SentenceSearch]) -> list[SentencesFound]:
        """The sentences of each item's document as the evidence search ranks them for the claim."""
        ...

    def rank_documents(self, items: Sequence[DocumentSearch], corpus: Sequence[Document]) -> list[DocumentsFound]:
        """The documents of the corpus as the evidence search ranks them for each claim."""
        ...

    def choose(self, paper: MarkedPaper) -> Chosen:
        """What the extractor makes of the paper's sentences."""
        ...


@dataclass(frozen=True)
class Part:
    """What came of one kind of items."""

    figures: Figures
    details: dict[str, Any]
    items: list[dict[str, Any]]
    said: tuple[float, ...] = ()
    """probabilities for the reliability diagram,"""
    came: tuple[float, ...] = ()
    """whether each came true,"""
    axis: str = ""
    """and what they are the probabilities of."""
    seconds: float = 0.0
    """wall time of the pipeline's steps,"""
    steps: int = 0
    """and how many there were."""


@dataclass(frozen=True)
class Evaluation:
    """What the pipeline is worth on one split of a labelled set."""

    figures: Figures
    """by name; None where there was nothing to count."""
    details: dict[str, Any]
    items: tuple[dict[str, Any], ...]
    parts: tuple[Part, ...]

    @property
    def pace(self) -> str:
        """How quick the pipeline was, "300 steps in 2.5 s (120 a second)"."""
        steps, seconds = sum(part.steps for part in self.parts), sum(part.seconds for part in self.parts)
        return f"{steps} steps in {seconds:.1f} s ({steps / max(seconds, 1e-9):.0f} a second)"

    @property
    def data(self) -> dict[str, Any]:
        """The figures and, below "details", what stands behind them; nothing of the moment, so the same call gives the same."""
        return {**{name: rounded(value) for name, value in self.figures.items()}, "details": self.details}


def rounded(value: float | int | None) -> float | int | None:
    """Six digits behind the point; None for what is no number, because JSON has no word for it."""
    if not isinstance(value, float):
        return value
    return round(value, 6) if math.isfinite(value) else None


def score(whole: Benchmark, chosen: Benchmark, pipeline: Pipeline, seed: int, progress: Progress) -> Evaluation:
    """
    The evaluation of the chosen items of a set.

    whole   the set that they were chosen from: it says which labels there are, and lends the evidence for the swap control
    """
    parts = tuple(
        part
        for part in (
            claims_part(whole, chosen, pipeline, seed, progress),
            searches_part(chosen, pipeline, seed, progress),
            papers_part(chosen, pipeline, seed, progress),
        )
        if part is not None
    )
    figures: Figures = {"malformed": len(whole.malformed)}
    details: dict[str, Any] = {
        "format": whole.format, "split": whole.split, "files": list(whole.files), "malformed": [str(each) for each in whole.malformed],
    }  # fmt: skip
    for part in parts:
        figures |= part.figures
        details |= part.details
    return Evaluation(figures, details, tuple(item for part in parts for item in part.items), parts)


def claims_part(whole: Benchmark, chosen: Benchmark, pipeline: Pipeline, seed: int, progress: Progress) -> Part | None:
    """Verdicts, with both controls; None where the set has no claims to judge."""
    if not chosen.claims:
        return None
    classes = [i for i, label in enumerate(LABELS) if any(item.label == label for item in whole.claims)]
    exchanged = with_swapped_evidence(chosen.claims, whole.claims, seed)
    began = time.monotonic()
    progress("embedding the evidence")
    pipeline.prepare([text for item in (*chosen.claims, *exchanged) for text in _texts(item)])
    answers = _judged(chosen.claims, "judging", pipeline, progress)
    blanked = _judged(without_evidence(chosen.claims), "judging without evidence", pipeline, progress)
    swapped = _judged(exchanged, "judging by swapped evidence", pipeline, progress)
    seconds = time.monotonic() - began
    decided = [answer for answer in answers if answer.item.label != "NEI"]
    return Part(
        claim_figures(answers, classes, seed) | control_figures(answers, blanked, swapped, classes),
        claim_details(answers),
        [_claim_row(answer, other) for answer, other in zip(answers, swapped, strict=True)],
        tuple(answer.holds for answer in decided),
        tuple(float(answer.item.label == "SUPPORT") for answer in decided),
        "printed probability that the claim holds",
        seconds,
        len(answers) + len(blanked) + len(swapped),
    )


def _judged(items: Sequence[ClaimItem], what: str, pipeline: Pipeline, progress: Progress) -> list[Answer]:
    found = []
    for number, item in enumerate(items, 1):
        progress(f"{what}: {number} of {len(items)}")
        found.append(pipeline.judge(item))
    return found


def searches_part(chosen: Benchmark, pipeline: Pipeline, seed: int, progress: Progress) -> Part | None:
    """Rankings of sentences in a document and of documents in a corpus; None where the set marks no evidence."""
    if not chosen.rationales and not chosen.searches:
        return None
    began = time.monotonic()
    figures: Figures = {}
    rows: list[dict[str, Any]] = []
    if chosen.rationales:
        progress(f"ranking the sentences of {len(chosen.rationales)} documents")
        sentences = pipeline.rank_sentences(chosen.rationales)
        figures |= sentence_figures(sentences, seed)
        rows += [_ranked_row(each.item.id, each.item.claim, each.ranking, sorted(each.item.wanted)) for each in sentences]
    if chosen.searches:
        progress(f"searching {len(chosen.corpus)} documents; their embeddings are computed once and kept")
        documents = pipeline.rank_documents(chosen.searches, chosen.corpus)
        figures |= document_figures(documents, len(chosen.corpus), seed)
        rows += [_ranked_row(each.item.id, each.item.claim, each.ranking, sorted(each.item.wanted)) for each in documents]
    return Part(figures, {}, rows, seconds=time.monotonic() - began, steps=len(rows))


def papers_part(chosen: Benchmark, pipeline: Pipeline, seed: int, progress: Progress) -> Part | None:
    """Choice of sentences; None where the set marks none."""
    if not chosen.papers:
        return None
    began = time.monotonic()
    found = []
    for number, paper in enumerate(chosen.papers, 1):
        progress(f"extracting: {number} of {len(chosen.papers)}")
        found.append(pipeline.choose(paper))
    seconds = time.monotonic() - began
    return Part(
        marked_figures(found, seed),
        marked_details(found),
        [_sentence_row(each, place) for each in found for place in range(len(each.score))],
        tuple(value for each in found for value in each.score),
        tuple(float(yes) for each in found for yes in each.marked),
        "score that a sentence is a claim",
        seconds,
        len(found),
    )


def save(result: Evaluation, out: Path) -> None:
    """Write evaluation.json, items.jsonl and, where probabilities were said, reliability.png into a folder."""
    write_atomic(out / "evaluation.json", json.dumps(result.data, indent=1, ensure_ascii=False) + "\n")
    write_atomic(out / "items.jsonl", "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in result.items))
    for part in result.parts:
        if part.said:
            title = f"{result.details['format']} ({result.details['split']}), {len(part.said)} items"
            diagram.draw(out / "reliability.png", np.array(part.said), np.array(part.came), title, part.axis)


def _texts(item: ClaimItem) -> list[str]:
    return [item.claim, *(passage.text for passage in item.document.passages)] if item.document.passages else []


def _claim_row(answer: Answer, other: Answer) -> dict[str, Any]:
    item = answer.item
    return {
        "id": item.id, "claim": item.claim, "label": item.label, "said": answer.said, "verdict": answer.verdict,
        "holds": rounded(answer.holds), "confidence": rounded(answer.confidence), "group": item.group, "kind": item.kind,
        "reason": answer.reason,
        "said_on_swapped": other.said, "reason_on_swapped": other.reason,
    }  # fmt: skip


def _ranked_row(name: str, claim: str, ranking: Sequence[Any], wanted: Sequence[Any]) -> dict[str, Any]:
    ranks = [ranking.index(each) + 1 if each in ranking else None for each in wanted]
    return {"id": name, "claim": claim, "ranks_of_wanted": ranks, "ranked": len(ranking)}


def _sentence_row(chosen: Chosen, place: int) -> dict[str, Any]:
    document = chosen.paper.document
    return {
        "id": f"{document.paper.id}#{place}", "sentence": document.passages[place].text, "marked": chosen.marked[place],
        "taken": chosen.taken[place], "score": rounded(chosen.score[place]), "cues": list(chosen.cues[place]),
    }  # fmt: skip
