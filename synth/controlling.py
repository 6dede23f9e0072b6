"""The control of a run: wrong siblings of its verified claims go the way of the claims, and should not be verified."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, islice, zip_longest

from synth.extractor.parse import Parse
from synth.model import Claim, Document, Finding, Verdict, claim_id
from synth.model.run import SiblingKind, WrongSibling
from synth.progress import Progress, silent
from synth.verifier.hearing import Hearing
from synth.verifier.mutants.siblings import Siblings

Read = Callable[[Claim, str], Parse]
"""the hypothesis of a wording of a claim, read as that claim was read."""
Made = tuple[Claim, SiblingKind, str]


def control(
    hearing: Hearing,
    claims: Sequence[Claim],
    findings: Sequence[Finding],
    documents: Sequence[Document],
    read: Read,
    progress: Progress = silent,
) -> tuple[WrongSibling, ...]:
    """
    What the witnesses that verified claims of a run say of the wrong siblings of those claims.

    Nothing new is measured, and no more siblings are heard than the run has claims, so that the control costs less than what it
    controls.
    """
    verified = [claim for claim, finding in zip(claims, findings, strict=True) if finding.verdict == Verdict.VERIFIED]
    if not verified:
        return ()
    siblings = Siblings(documents, claims)
    made = _drawn([[(claim, kind, text) for kind, text in siblings.of(claim)] for claim in verified], len(claims))
    wrong = [_sibling(claim, kind, text, read(claim, text)) for claim, kind, text in made]
    found = hearing.verify_unmeasured(wrong, claims, progress)
    return tuple(_told(claim, kind, text, finding) for (claim, kind, text), finding in zip(made, found, strict=True))


def _drawn(made: Sequence[Sequence[Made]], most: int) -> list[Made]:
    """So many siblings, claim after claim in rounds; each claim begins with another kind, so that all kinds are heard alike."""
    turned = [[*siblings[at % len(siblings) :], *siblings[: at % len(siblings)]] for at, siblings in enumerate(made) if siblings]
    rounds = chain.from_iterable(zip_longest(*turned))
    return list(islice((each for each in rounds if each is not None), most))


def _sibling(claim: Claim, kind: SiblingKind, text: str, parsed: Parse) -> Claim:
    """The claim with other words; its source sentence stays the one that it may not rest on."""
    return claim.model_copy(
        update={
            "id": claim_id(claim.paper_id, f"{claim.id} {kind}: {text}"),
            "text": text,
            "hypothesis": parsed.hypothesis,
            "reason": parsed.reason,
            "notes": parsed.notes,
            "rule": None,
        }
    )


def _told(claim: Claim, kind: SiblingKind, text: str, finding: Finding) -> WrongSibling:
    missed = finding.verdict == Verdict.VERIFIED
    return WrongSibling(
        of=claim.id,
        kind=kind,
        text=text,
        verdict=finding.verdict,
        confidence=finding.confidence,
        wording=finding.wording,
        steps=finding.steps if missed else (),
    )
