"""A claim with its finding as a row of the claims table, and back; what was measured stands apart, each number once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synth.model import Claim, Finding, Observation, Run


def row_of(run: Run, claim: Claim, finding: Finding | None) -> dict[str, Any]:
    """The row of a claim, its reviews included, without what was measured."""
    found = _without_measurements(finding).model_dump(mode="json") if finding else {}
    reviews = [review.model_dump(mode="json") for claim_id, review in run.reviews if claim_id == claim.id]
    return {
        "id": claim.id,
        "text": claim.text,
        "quote": claim.quote,
        "paper": claim.paper_id,
        "passage": claim.passage.model_dump(mode="json") if claim.passage else None,
        "hypothesis": claim.hypothesis.model_dump(mode="json") if claim.hypothesis else None,
        "reason": claim.reason,
        "rule": claim.rule.model_dump(mode="json") if claim.rule else None,
        "extraction_confidence": claim.extraction_confidence,
        "notes": list(claim.notes),
        "verdict": found.get("verdict"),
        "confidence": found.get("confidence"),
        "wording": found.get("wording", ""),
        "steps": found.get("steps", []),
        "evidence": found.get("evidence", []),
        "review": reviews[-1] | {"earlier": reviews[:-1]} if reviews else None,
    }


def claim_of(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of the claim in a row of the table."""
    taken = ("id", "text", "passage", "hypothesis", "reason", "rule", "extraction_confidence", "notes")
    return {name: row[name] for name in taken} | {"paper_id": row["paper"]}


def finding_of(row: dict[str, Any], measured: dict[str, Any]) -> dict[str, Any] | None:
    """The fields of the finding in a row, with what was measured for it; None where the claim was not verified yet."""
    if row["verdict"] is None:
        return None
    taken = ("verdict", "confidence", "wording", "steps", "evidence")
    held = measured.get("of", {}).get(row["id"])
    more: dict[str, Any] = {}
    if held:
        more["observations"] = [measured["observations"][place] for place in held["observations"]]
        more |= {"judgement": held["judgement"]} if "judgement" in held else {}
    evidence = [item | more if item["witness"] == "rerun" else item for item in row["evidence"]]
    return {name: row[name] for name in taken} | {"claim_id": row["id"], "evidence": evidence}


def measurements_of(findings: Sequence[Finding]) -> dict[str, Any]:
    """
    What reruns measured: each number once, and by claim the places of its numbers in that list.

    A judgement on timings stands here too, since its figures are timings.
    """
    places: dict[Observation, int] = {}
    of: dict[str, Any] = {}
    for finding in findings:
        for item in finding.evidence:
            if item.witness == "rerun" and item.observations:
                numbers = [places.setdefault(each, len(places)) for each in item.observations]
                judgement = item.judgement.model_dump(mode="json") if item.judgement and item.is_timed else None
                of[finding.claim_id] = {"observations": numbers} | ({"judgement": judgement} if judgement else {})
    return {"observations": [each.model_dump(mode="json", exclude_defaults=True) for each in places], "of": of}


def _without_measurements(finding: Finding) -> Finding:
    """The finding without what stands in run.json."""
    kept = tuple(
        item.model_copy(update={"observations": ()} | ({"judgement": None} if item.is_timed else {})) if item.witness == "rerun" else item
        for item in finding.evidence
    )
    return finding.model_copy(update={"evidence": kept})
