"""The claims of a run after its documents changed: which are heard again and why, which are gone, and what became of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from synth.claiming import claims_of, reader
from synth.controlling import control
from synth.extractor.succession import succeed
from synth.llm.use import chosen_model
from synth.model import Claim, Document, DocumentChange, Finding, Reheard, Run, Skipped, Verdict
from synth.model.run import WrongSibling
from synth.progress import Progress
from synth.retriever.facets import uncovered
from synth.revisiting import Revisit
from synth.settings import Settings
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace
from synth.verifier.hearing import Hearing
from synth.verifier.stance.calibration import calibration_lines
from synth.verifier.touched import Touch


class Rehearing:
    """The claims of a saved run beside what became of its documents."""

    def __init__(
        self, saved: Run, found: Revisit, waiting: Mapping[str, str], workspace: Workspace, settings: Settings, embedder: Embedder
    ) -> None:
        """waiting: claims that the last update could not hear, and why."""
        self._saved, self._found, self._workspace, self._settings = saved, found, workspace, settings
        self._embedder = embedder
        self.model = chosen_model(settings, workspace.cache)
        self._findings = {finding.claim_id: finding for finding in saved.findings}
        self._claims = list(saved.claims)
        self._gone: list[Claim] = []
        self.reasons: dict[str, list[str]] = defaultdict(list)
        """why each claim that is to be heard again is, by id."""
        self._extract_again()
        self._take_back()
        self._touch()
        for claim in self._claims if not found.lost else ():
            if claim.id in waiting:
                self.reasons[claim.id].append(f"the last update could not hear it on all texts: {waiting[claim.id]}")
        self.waiting = self._postponed(waiting) if found.lost else {}
        """claims that cannot be heard now on all texts, and why."""

    def _extract_again(self) -> None:
        """Put the claims of new and changed documents in the place of those that the documents had."""
        before = {each.paper.id: each.source_digest for each in self._found.before}
        for document in self._found.after:
            change = self._found.change_of(document.paper.id)
            if change is not None and document.source_digest != before.get(document.paper.id):
                self._replace(document, change)
        order = {paper.id: place for place, paper in enumerate(self._found.papers)}
        self._claims.sort(key=lambda claim: (order.get(claim.paper_id, -1), claim.passage.start if claim.passage else 0))

    def _replace(self, document: Document, change: DocumentChange) -> None:
        old = [claim for claim in self._claims if claim.paper_id == document.paper.id]
        rest = [claim for claim in self._claims if claim.paper_id != document.paper.id]
        new = claims_of([document], self._saved.question, self._settings, self._workspace.cache, self.model)
        now = succeed(old, new, {claim.id for claim in rest})
        for claim in now:
            self.reasons[claim.id].append(_of(change))
        self._gone += [claim for claim in old if claim.id not in self.reasons]
        self._claims = [*rest, *now]

    def _take_back(self) -> None:
        """Mark the claims of papers that were taken back; they are heard on what is left."""
        back = {change.paper_id: _of(change) for change in self._found.changes if change.event == "taken back"}
        for place, claim in enumerate(self._claims):
            note = back.get(claim.paper_id)
            if note:
                self.reasons[claim.id].append(note)
                self._claims[place] = claim.model_copy(update={"notes": (*claim.notes, note)})

    def _touch(self) -> None:
        """Add the claims of unchanged documents to which changed ones speak otherwise."""
        touch = Touch(self._found.before, self._found.after, self._embedder) if self._found.changes else None
        for claim in self._claims if touch and touch.changed else ():
            if touch and claim.id not in self.reasons and (why := touch.reasons(claim, self._findings.get(claim.id))):
                self.reasons[claim.id] += why

    def _postponed(self, waiting: Mapping[str, str]) -> dict[str, str]:
        """
        Claims that wait for texts that cannot be had, and why: the verdict would change for want of them.

        Those whose finding rests on such a text are not heard; new claims are heard now, and again when the texts are back.
        """
        lost = {paper.id: paper.title or paper.id for paper in self._found.lost}
        later: dict[str, str] = {}
        for claim in self._claims:
            finding = self._findings.get(claim.id)
            needed = ({claim.paper_id, *_cited(finding)} & lost.keys()) if finding else lost.keys()
            if claim.id in self.reasons and needed:
                later[claim.id] = f"the text of {', '.join(sorted(lost[name] for name in needed))} cannot be had"
                if finding:
                    del self.reasons[claim.id]
            elif claim.id in waiting:
                later[claim.id] = waiting[claim.id]
        return later

    def heard(self, progress: Progress) -> tuple[Run, tuple[Reheard, ...]]:
        """The run with those claims heard again, and what became of each; all others as they were."""
        skipped = _skipped(self._saved, self._found)
        if not self._found.changes and not self.reasons:
            return self._saved.model_copy(update={"skipped": skipped}), ()
        hearing = Hearing(self._workspace, self._found.after, self._embedder, self._settings, model=self.model)
        touched = [claim for claim in self._claims if claim.id in self.reasons]
        ruled, answers = hearing.verify(touched, progress) if touched else ((), ())
        findings = {**self._findings, **{finding.claim_id: finding for finding in answers}}
        by_id = {claim.id: claim for claim in ruled}
        claims = tuple(by_id.get(claim.id, claim) for claim in self._claims)
        now = tuple(findings[claim.id] for claim in claims if claim.id in findings)
        result = self._saved.model_copy(
            update={
                "papers": self._found.papers,
                "skipped": skipped,
                "claims": claims,
                "findings": now,
                "siblings": self._siblings(hearing, claims, ruled, answers, progress),
                "uncovered": self._saved.uncovered if self._found.lost else uncovered(self._saved.question, self._found.after),
                "calibration": calibration_lines(now),
            }
        )
        changed = [self._reheard(claim, tuple(self.reasons[claim.id]), findings[claim.id]) for claim in ruled]
        return result, (*changed, *(self._reheard(claim, ("its paper no longer makes it",), None) for claim in self._gone))

    def _siblings(
        self, hearing: Hearing, claims: Sequence[Claim], ruled: Sequence[Claim], answers: Sequence[Finding], progress: Progress
    ) -> tuple[WrongSibling, ...] | None:
        """The control of the run, made anew for the claims that were heard again."""
        if self._saved.siblings is None:
            return None
        kept = {claim.id for claim in claims} - {claim.id for claim in ruled}
        old = tuple(each for each in self._saved.siblings if each.of in kept)
        if not ruled or not self._settings.control:
            return old
        documents = self._found.after
        return (*old, *control(hearing, ruled, answers, documents, reader(documents, self.model), progress))

    def _reheard(self, claim: Claim, reasons: tuple[str, ...], finding: Finding | None) -> Reheard:
        """What became of one claim."""
        earlier = next((each for each in self._saved.claims if each.id == claim.id), None)
        before = self._findings.get(claim.id)
        return Reheard(
            claim_id=claim.id,
            text=claim.text,
            reasons=reasons,
            before=(before.verdict if before else Verdict.UNVERIFIED) if earlier else None,
            after=finding.verdict if finding else None,
            confidence_before=before.confidence if before else None,
            confidence_after=finding.confidence if finding else None,
            text_before=earlier.text if earlier and earlier.text != claim.text else "",
            is_reviewed=any(name == claim.id for name, _ in self._saved.reviews),
        )


def _of(change: DocumentChange) -> str:
    """Why the claims of a document are heard again."""
    if change.event == "taken back":
        return f"its paper was taken back: {change.reason}"
    if change.event == "added":
        return "its paper is new"
    versions = f" ({change.before} → {change.after})" if change.before != change.after else ""
    return f"its paper has a new version{versions}"


def _cited(finding: Finding | None) -> set[str]:
    """Ids of the papers that a finding quotes or takes numbers from."""
    evidence = finding.evidence if finding else ()
    quoted = {quote.passage.paper_id for item in evidence for quote in item.quotes}
    return quoted | {each.paper_id for item in evidence for each in item.observations if each.paper_id}


def _skipped(saved: Run, found: Revisit) -> tuple[Skipped, ...]:
    """What is not used, each paper once: what was read by now is left out, what is new is added."""
    read = {paper.id for paper in found.papers if not paper.withdrawn}
    known = {item.paper.id: item for item in saved.skipped if item.paper.id not in read}
    new = {item.paper.id: item for item in found.skipped if item.paper.id not in known}
    return (*known.values(), *new.values())
