"""An older report under audit: what it said, and what is wrong with it."""

from __future__ import annotations

from synth.model.base import Record
from synth.model.evidence import Finding
from synth.model.run import Run


class OldClaim(Record):
    """A row of the claims table of the report."""

    text: str
    mark: str
    """"✓", "×" or "–"; empty where the report gives none."""
    confidence: float | None = None


class OldReference(Record):
    """An entry of the report's references."""

    text: str
    arxiv_id: str | None = None
    arxiv_version: int | None = None


class OldReport(Record):
    """A report as it was parsed."""

    title: str
    date: str = ""
    question: str = ""
    papers_counted: int | None = None
    claims_counted: int | None = None
    verified_counted: int | None = None
    claims: tuple[OldClaim, ...] = ()
    references: tuple[OldReference, ...] = ()


class Fault(Record):
    """Something that is wrong with the report itself, whatever its claims are worth."""

    name: str
    """"claim-cut-short"."""
    text: str
    """one line with the particulars."""


class Audit(Record):
    """An audited report: what it said, the run that checked it, and its faults."""

    old: OldReport
    run: Run
    faults: tuple[Fault, ...]

    @property
    def compared(self) -> tuple[tuple[OldClaim, Finding], ...]:
        """Every claim of the report with the finding of today, in the order of the report."""
        return tuple(zip(self.old.claims, self.run.findings, strict=True))
