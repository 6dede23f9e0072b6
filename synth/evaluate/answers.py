"""
What our pipeline says on a labelled item, and how its verdict becomes a label. This is the one place where that is written.

    VERIFIED                 SUPPORT
    REFUTED                  REFUTE
    CONTESTED, UNVERIFIED    NEI: it abstains

A set that knows no NEI gets two figures: with abstentions counted as wrong, and among the answered alone with their share
(coverage). The confidence of a label is the one that the report prints beside the verdict: that the claim holds (✓) or fails (×).
An abstention has none, because the printed number is then the probability that the claim holds and not that nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from synth.evaluate.items import ClaimItem, Label
from synth.model import Evidence, Finding, Verdict

LABEL_OF: dict[Verdict, Label] = {
    Verdict.VERIFIED: "SUPPORT",
    Verdict.REFUTED: "REFUTE",
    Verdict.CONTESTED: "NEI",
    Verdict.UNVERIFIED: "NEI",
}


@dataclass(frozen=True)
class Answer:
    """The label of one item beside the one that it should have."""

    item: ClaimItem
    said: Label
    holds: float
    """printed probability that the claim holds."""
    confidence: float | None
    """that the label is right; None for an abstention."""
    evidence: tuple[Evidence, ...] = ()
    """what each witness said."""

    @property
    def right(self) -> bool:
        """Whether the label is the item's."""
        return self.said == self.item.label

    @property
    def reason(self) -> str:
        """What the witnesses said, in words."""
        return "; ".join(f"{each.witness} {each.outcome}: {each.reason}" for each in self.evidence)

    @property
    def answered(self) -> bool:
        """Whether it is a ✓ or a ×."""
        return self.said != "NEI"


def answer_of(item: ClaimItem, finding: Finding) -> Answer:
    """The finding on an item, read as a label."""
    said = LABEL_OF[finding.verdict]
    holds = 1 - finding.confidence if said == "REFUTE" else finding.confidence
    return Answer(item, said, holds, None if said == "NEI" else finding.confidence, finding.evidence)
