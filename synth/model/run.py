"""A run from question to findings, with the search log and the circumstances written into it."""

from __future__ import annotations

from typing import Literal

from synth.model.base import Record
from synth.model.change import DocumentChange, Reheard
from synth.model.claim import Claim, Review
from synth.model.evidence import Finding, Verdict
from synth.model.paper import Paper, Skipped
from synth.model.question import Question

SourceState = Literal["ok", "empty", "partial", "throttled", "unauthorised", "bad_request", "unavailable", "malformed"]


class SearchEntry(Record):
    """What one query to one source gave; the numbers add up."""

    source: str
    query: str
    state: SourceState
    promised: int | None = None
    """hits that the source says it has; None where it does not say."""
    received: int = 0
    duplicates: int = 0
    """received records that another query or page had given already."""
    excluded: tuple[tuple[str, int], ...] = ()
    """(reason, records) that were not read; received is duplicates, excluded and those that were read."""
    throttled: int = 0
    """answers that asked us to slow down, also where a later try made it good."""
    reason: str = ""


class Provenance(Record):
    """The circumstances of a run."""

    version: str
    commit: str | None = None
    dirty: bool | None = None
    packages: tuple[tuple[str, str], ...] = ()
    python: str = ""
    machine: str = ""
    seed: int = 0
    asked: tuple[tuple[str, str], ...] = ()
    """arguments as given."""
    resolved: tuple[tuple[str, str], ...] = ()
    """arguments as they took effect."""
    inputs: tuple[tuple[str, str], ...] = ()
    """digests of the documents that were read, (paper id, SHA-256)."""
    started: str = ""
    finished: str = ""
    seconds: tuple[tuple[str, float], ...] = ()
    """wall time by step."""


SiblingKind = Literal[
    "negated",
    "comparison turned round",
    "number changed",
    "subject swapped",
    "condition changed",
    "condition dropped",
    "superlative added",
    "sign turned",
    "unit changed",
    "quantifier raised",
    "quote cut off",
    "quote attributed elsewhere",
]


class ModelUse(Record):
    """What a run asked of a language model; calls that were replayed count as when they were made."""

    address: str
    model: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None = None
    """at the prices of the settings, None where none are set."""
    dropped: tuple[tuple[str, int], ...] = ()
    """reasons of answers that were not used, with their counts, commonest first."""


class WrongSibling(Record):
    """A verified claim made wrong in one way, and what the same path through the verifier said to it."""

    of: str
    """id of the verified claim."""
    kind: SiblingKind
    text: str
    verdict: Verdict
    confidence: float
    wording: str = ""
    """how far the verdict goes, as in a finding."""
    steps: tuple[str, ...] = ()
    """of the verdict, kept where the sibling was missed."""

    @property
    def is_caught(self) -> bool:
        """Whether it was not verified."""
        return self.verdict != Verdict.VERIFIED


class Update(Record):
    """A later look at a run: what was asked anew, what had changed, and what followed from it."""

    provenance: Provenance
    """circumstances of the update; those of the run stay."""
    documents: tuple[DocumentChange, ...] = ()
    claims: tuple[Reheard, ...] = ()
    """those that were heard again, new ones and those that are gone; all others kept their findings."""
    waiting: tuple[tuple[str, str], ...] = ()
    """(claim id, why it could not be heard again); the next update tries again."""
    log: tuple[SearchEntry, ...] = ()
    model_use: ModelUse | None = None
    notices: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing had changed."""
        return not self.documents and not self.claims

    @property
    def day(self) -> str:
        """The date on which it ended, "2026-01-02"."""
        return self.provenance.finished[:10]


class Run(Record):
    """Everything that a report is rendered from."""

    name: str
    """folder name under reports/ and file name under claims/."""
    question: Question
    papers: tuple[Paper, ...] = ()
    """retrieved and read."""
    skipped: tuple[Skipped, ...] = ()
    search_log: tuple[SearchEntry, ...] = ()
    claims: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()
    """one a claim, in the order of the claims."""
    reviews: tuple[tuple[str, Review], ...] = ()
    """(claim id, review), oldest first; the last one of a claim counts."""
    uncovered: tuple[str, ...] = ()
    """facets of the question that no retrieved paper covers, in words."""
    siblings: tuple[WrongSibling, ...] | None = None
    """the run's own control: wrong siblings of its verified claims; None where it was switched off."""
    model_use: ModelUse | None = None
    """None: no language model was asked."""
    calibration: tuple[str, ...] = ()
    """one line on each backend that read stance: how far its probabilities were off on labelled pairs, or that it is uncalibrated."""
    calibration_error: float | None = None
    """expected calibration error of the text witness on labelled pairs; None: not measured."""
    notices: tuple[str, ...] = ()
    """what the user should know, "arXiv was out of reach: the built-in library was used"."""
    updates: tuple[Update, ...] = ()
    """later looks at the run, oldest first; notices, search log and model use of the run itself are those of its first search."""

    @property
    def read_first(self) -> int:
        """Papers that the first search led to: all but those that updates added."""
        added = {change.paper_id for update in self.updates for change in update.documents if change.event == "added"}
        return sum(paper.id not in added for paper in self.papers)

    def finding(self, claim_id: str) -> Finding | None:
        """The finding on a claim, None where it was not verified yet."""
        return next((finding for finding in self.findings if finding.claim_id == claim_id), None)

    def paper(self, paper_id: str) -> Paper | None:
        """The paper with this id, None if the run does not hold it."""
        return next((paper for paper in self.papers if paper.id == paper_id), None)
