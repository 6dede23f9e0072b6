"""What an update of a run found changed: documents that came, changed or were taken back, and the claims that it heard again."""

from __future__ import annotations

from typing import Literal

from synth.model.base import Record
from synth.model.evidence import Verdict

DocumentEvent = Literal["added", "new version", "taken back"]


class DocumentChange(Record):
    """One document that is not what it was when the run was last heard."""

    paper_id: str
    title: str
    event: DocumentEvent
    before: str = ""
    """the version that was read, "v1"; empty where versions have no names."""
    after: str = ""
    reason: str = ""
    """what says that it was taken back, "retracted 2025-02-03, notice 10.1/y"."""


class Reheard(Record):
    """A claim that an update verified again, that is new, or that its paper no longer makes."""

    claim_id: str
    text: str
    reasons: tuple[str, ...]
    """why it was heard again, in words."""
    before: Verdict | None = None
    """None: the claim is new."""
    after: Verdict | None = None
    """None: its paper no longer makes it."""
    confidence_before: float | None = None
    confidence_after: float | None = None
    text_before: str = ""
    """its earlier wording, where its paper words it otherwise now."""
    is_reviewed: bool = False
    """whether a person had decided on it as it was before."""

    @property
    def is_new(self) -> bool:
        """Whether no earlier state of the run had it."""
        return self.before is None and self.after is not None

    @property
    def is_gone(self) -> bool:
        """Whether it left the claims table."""
        return self.after is None

    @property
    def is_newly_refuted(self) -> bool:
        """Whether it is refuted now and was not before."""
        return self.after == Verdict.REFUTED != self.before

    @property
    def changed(self) -> bool:
        """Whether a reader would see another verdict, confidence (two decimals) or wording, or a row more or less."""
        if self.before != self.after or self.text_before:
            return True
        return f"{self.confidence_before or 0:.2f}" != f"{self.confidence_after or 0:.2f}"
