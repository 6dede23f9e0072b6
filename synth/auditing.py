"""A finished report under audit, as one story: parse it, pull what it cites, verify its claims, name its faults."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synth import pipeline
from synth.claiming import reader
from synth.controlling import control
from synth.errors import NotFound
from synth.extractor.parse import Parse, parse
from synth.gathering import fetch_named
from synth.llm.hypotheses import completed
from synth.llm.use import account, chosen_model
from synth.model import Audit, Claim, Document, OldReport, Passage, Question, Run, claim_id
from synth.progress import Progress, silent
from synth.reader.shelf import Shelf
from synth.report import audit as page
from synth.retriever.facets import question_of, uncovered
from synth.reviewer.audit import faults, parse_report, stopped_by_length
from synth.settings import Settings
from synth.store import provenance
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace, write_atomic
from synth.verifier.hearing import Hearing, calibration_error
from synth.verifier.stance.calibration import calibration_lines

SAME_STATEMENT = 0.85
"""cosine of MiniLM at which a sentence of a cited paper counts as the source of a claim; at 0.77 a sentence on another finding passed."""
SOURCELESS = 0.5
"""confidence that a row of a claims table is a checkable statement when no source sentence was found."""


def audit(path: Path, workspace: Workspace, settings: Settings, *, fallback: bool = False, progress: Progress = silent) -> Audit:
    """
    The audit of a report, saved as a run with a page of its own.

    A report that names no paper by arXiv id is audited without one.

    raises  NotFound if there is no such file, UsageError if it holds no claims table, NothingRetrieved if nothing that it cites can be had
    """
    clock, started = pipeline.Clock(), provenance.now()
    text = _text(path)
    old = parse_report(text)
    name = "audit-" + pipeline.folder_name(old.title, repr((text, settings.sources, settings.seed)))
    workspace.check(name)
    model = chosen_model(settings, workspace.cache)
    question = question_of(old.question or old.title)
    embedder = Embedder(settings.embedding_model, workspace.cache)
    cited = [f"{item.arxiv_id}v{item.arxiv_version}" if item.arxiv_version else item.arxiv_id for item in old.references if item.arxiv_id]
    with Shelf(workspace.cache, progress) as shelf:
        retrieval = fetch_named(cited, question, workspace, settings, embedder, fallback, progress, shelf)
        clock.lap("search")
        documents, unreadable = shelf.read(retrieval.fetched)
    clock.lap("read")
    parses = [parse(claim.text) for claim in old.claims]
    claims = _claims(old, parses, documents, embedder)
    claims = completed(claims, model) if model else claims
    clock.lap("extract")
    hearing = Hearing(workspace, documents, embedder, settings, model=model)
    ruled, findings = hearing.verify(claims, progress)
    clock.lap("verify")
    siblings = control(hearing, ruled, findings, documents, reader((), model), progress) if settings.control else None
    clock.lap("control")
    checked = Run(
        name=name,
        question=Question(text=old.question or old.title, facets=question.facets),
        papers=tuple(document.paper for document in documents),
        skipped=(*retrieval.skipped, *unreadable),
        search_log=retrieval.log,
        claims=ruled,
        findings=findings,
        siblings=siblings,
        uncovered=uncovered(question, documents),
        model_use=account(model, settings),
        calibration=calibration_lines(findings),
        calibration_error=calibration_error(),
        notices=retrieval.notices,
    )
    limited = stopped_by_length(old)
    cut = [
        claim.text
        for claim, read in zip(old.claims, parses, strict=True)
        if claim.text in limited or any("cut short" in note for note in read.notes)
    ]
    result = Audit(old=old, run=checked, faults=faults(old, question, cut_short=cut, unresolved=_unresolved(old, documents, checked)))
    saved, circumstances = pipeline.keep(workspace, checked, documents, settings, (("audit", path.name),), started, clock)
    result = result.model_copy(update={"run": saved})
    write_atomic(workspace.reports / saved.name / "audit.md", page.render(result, circumstances))
    return result


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise NotFound(f"{path} cannot be read", got=error.strerror or str(error), expected="a report as text or Markdown") from None


def _claims(old: OldReport, parses: Sequence[Parse], documents: Sequence[Document], embedder: Embedder) -> tuple[Claim, ...]:
    """The claims of the table, each with the sentence of a cited paper that says the same where there is one."""
    passages = [passage for document in documents for passage in document.passages]
    sources = _sources([claim.text for claim in old.claims], passages, embedder)
    return tuple(
        Claim(
            id=claim_id(source.paper_id if source else "report", f"{number} {claim.text}"),
            text=claim.text,
            passage=source,
            paper_id=source.paper_id if source else "report",
            hypothesis=read.hypothesis,
            reason=read.reason,
            extraction_confidence=read.confidence if source else min(read.confidence, SOURCELESS),
            notes=read.notes if source else (*read.notes, "no sentence of the cited documents says this"),
        )
        for number, (claim, read, source) in enumerate(zip(old.claims, parses, sources, strict=True))
    )


def _sources(texts: Sequence[str], passages: Sequence[Passage], embedder: Embedder) -> list[Passage | None]:
    if not passages or not texts:
        return [None] * len(texts)
    similarity = embedder.embed(texts) @ embedder.embed([passage.text for passage in passages]).T
    best = similarity.argmax(axis=1)
    return [passages[place] if similarity[row, place] >= SAME_STATEMENT else None for row, place in enumerate(best)]


def _unresolved(old: OldReport, documents: Sequence[Document], checked: Run) -> list[str]:
    """References that gave no document, each with the reason."""
    held = {document.paper.arxiv_id for document in documents}
    reasons = {item.paper.arxiv_id: item.reason for item in checked.skipped if item.paper.arxiv_id}
    lines = []
    for reference in old.references:
        if reference.arxiv_id is None:
            lines.append(f"{reference.text}: no arXiv id or DOI in it")
        elif reference.arxiv_id not in held:
            lines.append(f"{reference.text}: {reasons.get(reference.arxiv_id, 'not found in any source')}")
    return lines
