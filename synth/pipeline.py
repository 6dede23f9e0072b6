"""
The whole story on one page: search, read, extract, verify, save, render.

Each step is kept in the workspace under the digest of its inputs and of the code that did it, so a run that was killed
goes on where it stopped and a second identical run does no work twice.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synth.claiming import claims_of, reader
from synth.controlling import control
from synth.errors import NothingRetrieved
from synth.gathering import gather, question_within, unmet
from synth.llm.use import account, chosen_model
from synth.model import Claim, Document, Finding, Provenance, Question, Run, Skipped, Verdict, slug
from synth.progress import Progress, silent
from synth.reader.held import hold
from synth.reader.shelf import Shelf, read_all
from synth.report import render
from synth.retriever import sources
from synth.retriever.facets import uncovered
from synth.settings import Settings
from synth.store import provenance, runs
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace
from synth.verifier.hearing import Hearing, calibration_error
from synth.verifier.stance.calibration import calibration_lines


@dataclass
class Clock:
    """Wall time by step, for the provenance."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.monotonic)

    def lap(self, step: str) -> None:
        """Note what passed since the last lap as the time of this step."""
        now = time.monotonic()
        self.seconds[step] = round(now - self._since, 2)
        self._since = now


@dataclass(frozen=True)
class Again:
    """A claim that was verified once more."""

    claim: Claim
    before: Finding | None
    now: Finding
    lost: tuple[str, ...] = ()
    """documents of the run that could no longer be had, so that they were not heard, in words."""


def run(
    text: str, workspace: Workspace, settings: Settings, *, named: Sequence[str] = (), fallback: bool = False, progress: Progress = silent
) -> Run:
    """
    Answer a question: the run, saved with its claims table and its report.

    named     papers that must be in it: arXiv ids, DOIs or file names
    fallback  whether the built-in library may stand in when no source can be reached
    raises    UsageError for no question, NothingRetrieved when no paper could be read, StoreError at once if nothing can be saved
    """
    clock, started = Clock(), provenance.now()
    question = question_within(text, settings)
    name = run_name(question, settings, named)
    workspace.check(name)
    embedder = Embedder(settings.embedding_model, workspace.cache)
    model = chosen_model(settings, workspace.cache)
    with Shelf(workspace.cache, progress) as shelf:  # reads each paper as it arrives
        retrieval = gather(question, workspace, settings, embedder, named, fallback, progress, shelf)
        clock.lap("search")
        documents, unreadable = shelf.read(retrieval.fetched)
    if not documents:
        raise NothingRetrieved(_nothing_readable(unreadable))
    clock.lap("read")
    claims = claims_of(documents, question, settings, workspace.cache, model)
    clock.lap("extract")
    hearing = Hearing(workspace, documents, embedder, settings, model=model)
    claims, findings = hearing.verify(claims, progress)
    clock.lap("verify")
    siblings = control(hearing, claims, findings, documents, reader(documents, model), progress) if settings.control else None
    clock.lap("control")
    result = Run(
        name=name,
        question=question,
        papers=tuple(document.paper for document in documents),
        skipped=(*retrieval.skipped, *unreadable),
        search_log=retrieval.log,
        claims=claims,
        findings=findings,
        siblings=siblings,
        uncovered=uncovered(question, documents),
        model_use=account(model, settings),
        calibration=calibration_lines(findings),
        calibration_error=calibration_error(),
        notices=(*unmet(named, retrieval), *retrieval.notices),
    )
    asked = (("question", question.text), *(("paper", name) for name in named))
    return keep(workspace, result, documents, settings, asked, started, clock)[0]


def verify_again(
    workspace: Workspace, name: str, claim_id: str, settings: Settings, *, fresh: bool = False, progress: Progress = silent
) -> Again:
    """
    One claim of a saved run once more, with the sources, the seed and the model of that run; the claims table is updated.

    fresh   hear every witness anew and measure again, instead of using what is kept
    raises  NotFound if the run, the claim or a folder of the run does not exist, NothingRetrieved if no document can be had
    """
    saved, circumstances = runs.load(workspace, name)
    workspace.check(name)
    claim = next(claim for claim in saved.claims if claim.id == claim_id)
    settings = _as_then(settings, provenance.settings_of(circumstances))
    embedder = Embedder(settings.embedding_model, workspace.cache)
    model = chosen_model(settings, workspace.cache)
    documents, lost = reopen(workspace, saved, settings, progress)
    if saved.papers and not documents:
        raise NothingRetrieved(f"no document of {name} can be had any more; its verdicts stay as they are", got=lost[0])
    (claim,), (finding,) = Hearing(workspace, documents, embedder, settings, fresh=fresh, model=model).verify((claim,), progress)
    before = saved.finding(claim_id)
    findings = tuple(finding if old.claim_id == claim_id else old for old in saved.findings)
    # The control is of the verdicts of the run; of a verdict that fell there is none.
    siblings = saved.siblings and tuple(each for each in saved.siblings if each.of != claim_id or finding.verdict == Verdict.VERIFIED)
    saved = saved.model_copy(update={"findings": findings, "siblings": siblings})
    runs.save(workspace, saved, circumstances)
    render.write(workspace, saved, circumstances, ("md",))
    return Again(claim, before, finding, lost)


def _as_then(settings: Settings, then: Mapping[str, Any]) -> Settings:
    """The settings of today with those of a run on which its testimony depends."""
    kept = {name: then[name] for name in ("sources", "seed", "embedding_model", "latex") if name in then}
    return Settings.model_validate(settings.model_dump() | kept)


def reopen(workspace: Workspace, saved: Run, settings: Settings, progress: Progress) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """The documents of a saved run, from the workspace where they are kept, else fetched and read again; and those that are lost."""
    fetched, lost = sources.fetch_again(saved.papers, workspace, settings)
    documents, unreadable = read_all(fetched, workspace.cache, progress)
    return documents, tuple(f"no longer there, so not heard: {item.paper.title}: {item.reason}" for item in (*lost, *unreadable))


def run_name(question: Question, settings: Settings, named: Sequence[str]) -> str:
    """A folder name that says what was asked and differs when sources, papers, limits or seed differ."""
    key = [question.text, settings.sources, tuple(named), settings.max_papers, settings.claims_per_paper, settings.seed]
    limits = (settings.snowball, settings.since, settings.until, settings.categories)
    form = () if settings.latex == "fallback" else (settings.latex,)
    return folder_name(question.text, repr((*key, *(limits if any(limits) else ()), *form)))


def folder_name(text: str, key: str) -> str:
    """The first words of a text and six characters of the digest of all that the folder's content depends on."""
    words = slug(text).replace("_", "-")[:48].rstrip("-")
    return f"{words}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"


def keep(
    workspace: Workspace,
    result: Run,
    documents: Sequence[Document],
    settings: Settings,
    asked: Sequence[tuple[str, str]],
    started: str,
    clock: Clock,
) -> tuple[Run, Provenance]:
    """Save a run with its circumstances and render its report; the run with the reviews that its claims table already held."""
    circumstances = provenance.collect(
        settings,
        asked=asked,
        inputs=tuple((document.paper.id, document.source_digest) for document in documents),
        started=started,
        seconds=tuple(clock.seconds.items()),
    )
    hold(documents, workspace.cache)
    result = runs.save(workspace, result, circumstances)
    render.write(workspace, result, circumstances, ("md",))
    return result, circumstances


def _nothing_readable(unreadable: Sequence[Skipped]) -> str:
    first = f": {unreadable[0].paper.title}: {unreadable[0].reason}" if unreadable else ""
    return f"no paper could be read, so there is no report{first}"
