"""
What our pipeline says on a labelled item, and how its verdict becomes a label. This is the one place where that is written.

Two labels are read off one finding, and both are scored:

    said       the most probable of the stances that the witnesses told, those of the witness that is surest of a stance; its
               probability is the confidence. Where no witness told any: the label of the verdict.
    verdict    what the report prints: VERIFIED is SUPPORT, REFUTED is REFUTE, CONTESTED and UNVERIFIED are NEI: it abstains.
               Its confidence is printed beside it: that the claim holds (✓) or fails (×). An abstention has none, because the
               printed number is then the probability that the claim holds and not that nobody can tell.

A report prints a ✓ or a × only from a threshold upwards, so the verdict abstains often; what is said under it shows what the
probabilities are worth. A set that knows no NEI gets two figures: with NEI counted as wrong, and among the answered alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.evaluate.items import ClaimItem, Label
from synth.model import Evidence, Finding, Stances, Verdict

LABEL_OF: dict[Verdict, Label] = {
    Verdict.VERIFIED: "SUPPORT",
    Verdict.REFUTED: "REFUTE",
    Verdict.CONTESTED: "NEI",
    Verdict.UNVERIFIED: "NEI",
}


LABEL_OF_STANCE: dict[str, Label] = {"supports": "SUPPORT", "refutes": "REFUTE", "neutral": "NEI"}


@dataclass(frozen=True)
class Answer:
    """Both labels of one item beside the one that it should have."""

    item: ClaimItem
    said: Label
    """the most probable one."""
    verdict: Label
    """the one that is printed."""
    holds: float
    """printed probability that the claim holds."""
    confidence: float | None
    """that what is said is right; None where no stances were told and the verdict abstains."""
    printed: float | None = None
    """confidence printed beside the verdict; None where it abstains."""
    evidence: tuple[Evidence, ...] = ()
    """what each witness said."""

    @property
    def right(self) -> bool:
        """Whether what is said is the item's label."""
        return self.said == self.item.label

    @property
    def reason(self) -> str:
        """What the witnesses said, in words."""
        return "; ".join(f"{each.witness} {each.outcome}: {each.reason}" for each in self.evidence)

    @property
    def answered(self) -> bool:
        """Whether a ✓ or a × is printed."""
        return self.verdict != "NEI"


def answer_of(item: ClaimItem, finding: Finding) -> Answer:
    """The finding on an item, read as labels."""
    verdict = LABEL_OF[finding.verdict]
    holds = 1 - finding.confidence if verdict == "REFUTE" else finding.confidence
    printed = None if verdict == "NEI" else finding.confidence
    stances = surest(finding.evidence)
    if stances is None:
        return Answer(item, verdict, verdict, holds, printed, printed, finding.evidence)
    likeliest = stances.likeliest
    return Answer(item, LABEL_OF_STANCE[likeliest], verdict, holds, getattr(stances, likeliest), printed, finding.evidence)


def surest(evidence: Sequence[Evidence]) -> Stances | None:
    """The stances of the witness that leaves least to neutral, the first of equals; None where none told any."""
    told = [each.stances or _decided(each) for each in evidence]
    return min((stances for stances in told if stances), key=lambda stances: stances.neutral, default=None)


def _decided(evidence: Evidence) -> Stances | None:
    """The stances of a witness that decides and tells its probability alone."""
    if evidence.outcome not in ("supported", "refuted") or evidence.probability is None:
        return None
    return Stances(supports=evidence.probability, refutes=1 - evidence.probability, neutral=0.0)
