"""
A run on disk: claims/<run>.json, the table that people review, and reports/<run>/run.json with everything else.

The claims table is the source of truth for claims, findings and reviews. Saving a run again keeps the reviews that
stand in the file: a person's decision is never overwritten by the machine. What the laboratory measured stands in run.json:
there may be hundreds of numbers a claim, and timings are circumstances, as dates are, so that the same inputs and seed
give the same claims table to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from synth.errors import NotFound, StoreError
from synth.model import Claim, Finding, Observation, Provenance, Review, Run
from synth.store.workspace import Workspace, write_atomic

FORMAT = 1
REMEDY = "restore it from git, or move it away and run the question again"


def save(workspace: Workspace, run: Run, provenance: Provenance) -> Run:
    """Write both files; returns the run with the reviews that the claims table already held."""
    with workspace.alone():
        path = claims_path(workspace, run.name)
        kept = tuple(_reviews(_load_json(path), run.name)) if path.exists() else ()
        run = run.model_copy(update={"reviews": kept + tuple(pair for pair in run.reviews if pair not in kept)})
        _write(workspace, run, provenance)
    return run


def _write(workspace: Workspace, run: Run, provenance: Provenance) -> None:
    circumstances = run.model_dump(mode="json", exclude={"claims", "findings", "reviews"}) | {
        "format": FORMAT,
        "provenance": provenance.model_dump(mode="json"),
        "measurements": _measurements(run.findings),
    }
    write_atomic(workspace.reports / run.name / "run.json", _dump(circumstances))
    write_atomic(workspace.reports / run.name / "search_log.json", _dump([entry.model_dump(mode="json") for entry in run.search_log]))
    # Last, because the claims table is what makes a run be listed: a run that was killed before this line is not there yet.
    _write_claims(workspace, run)


def _write_claims(workspace: Workspace, run: Run) -> None:
    """Write the claims table of a run."""
    held = {claim.id for claim in run.claims}
    others = [{"id": claim_id, "review": review.model_dump(mode="json")} for claim_id, review in run.reviews if claim_id not in held]
    table = {"format": FORMAT, "run": run.name, "question": run.question.text, "claims": [_row(run, claim) for claim in run.claims]}
    # A decision on a claim that is no longer extracted is still a person's decision.
    write_atomic(claims_path(workspace, run.name), _dump(table | ({"reviews_of_earlier_claims": others} if others else {})))


def load(workspace: Workspace, name: str) -> tuple[Run, Provenance]:
    """
    A saved run with its provenance.

    raises  NotFound if there is no such run, StoreError if a file of it cannot be understood
    """
    table = _load_json(claims_path(workspace, name))
    circumstances = _load_json(workspace.reports / name / "run.json")
    try:
        provenance = Provenance.model_validate(circumstances.pop("provenance"))
        circumstances.pop("format", None)
        measured = circumstances.pop("measurements", {})
        run = Run.model_validate(
            circumstances
            | {
                "claims": [_claim(row) for row in table["claims"]],
                "findings": [finding for row in table["claims"] if (finding := _finding(row, measured)) is not None],
                "reviews": list(_reviews(table, name)),
            }
        )
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        raise _not_understood(name, error) from None
    return run, provenance


def names(workspace: Workspace) -> tuple[str, ...]:
    """Names of the saved runs, newest first by their own account: files of a fresh clone all have one time, and reviews change it."""
    if not workspace.claims.is_dir():
        return ()
    found = sorted(path.stem for path in workspace.claims.glob("*.json"))
    return tuple(sorted(found, key=lambda name: _finished(workspace, name), reverse=True))


def _finished(workspace: Workspace, name: str) -> tuple[str, float]:
    """When a run was finished, "" where its circumstances do not say; equal ones are told apart by the time of the file."""
    try:
        told = str(_load_json(workspace.reports / name / "run.json")["provenance"]["finished"])
    except (StoreError, NotFound, KeyError, TypeError):
        told = ""
    return told, claims_path(workspace, name).stat().st_mtime


def latest(workspace: Workspace) -> str:
    """Name of the newest run; NotFound where there is none."""
    found = names(workspace)
    if not found:
        raise NotFound(f"no run in {workspace.root}", then='start one with `synth run "<question>"`')
    return found[0]


def find_claim(workspace: Workspace, claim_id: str, name: str | None = None) -> tuple[str, str]:
    """
    (run, claim id) of the claim whose id is or begins with `claim_id`, newest run first.

    raises  NotFound if no claim or more than one claim of a run begins so
    """
    for candidate in (name,) if name else names(workspace):
        ids = [str(row["id"]) for row in _rows(_load_json(claims_path(workspace, candidate)), candidate)]
        matches = [full for full in ids if full == claim_id] or [full for full in ids if full.startswith(claim_id)]
        if len(matches) > 1:
            raise NotFound(f"{claim_id} begins {len(matches)} claims of {candidate}", expected=", ".join(matches[:5]))
        if matches:
            return candidate, matches[0]
    raise NotFound(f"no claim {claim_id} in {workspace.claims}", then="`synth claims` lists them")


def add_review(workspace: Workspace, name: str, claim_id: str, review: Review) -> None:
    """Append a person's decision to the claims table; what stands there stays."""
    path = claims_path(workspace, name)
    with workspace.alone():
        table = _load_json(path)
        for row in _rows(table, name):
            if row["id"] == claim_id:
                row["review"] = {**review.model_dump(mode="json"), "earlier": _history(row.get("review"))}
        write_atomic(path, _dump(table))


def claims_path(workspace: Workspace, name: str) -> Path:
    """The file that holds the claims table of a run."""
    return workspace.claims / f"{name}.json"


def _row(run: Run, claim: Claim) -> dict[str, Any]:
    finding = run.finding(claim.id)
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


def _claim(row: dict[str, Any]) -> dict[str, Any]:
    taken = ("id", "text", "passage", "hypothesis", "reason", "rule", "extraction_confidence", "notes")
    return {name: row[name] for name in taken} | {"paper_id": row["paper"]}


def _finding(row: dict[str, Any], measured: dict[str, Any]) -> dict[str, Any] | None:
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


def _measurements(findings: Sequence[Finding]) -> dict[str, Any]:
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


def _history(review: dict[str, Any] | None) -> list[dict[str, Any]]:
    if review is None:
        return []
    review = dict(review)
    return [*review.pop("earlier", []), review]


def _reviews(table: dict[str, Any], name: str) -> list[tuple[str, Review]]:
    try:
        found = [(row["id"], Review.model_validate(review)) for row in _rows(table, name) for review in _history(row.get("review"))]
        earlier = [(row["id"], Review.model_validate(row["review"])) for row in table.get("reviews_of_earlier_claims", [])]
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        raise _not_understood(name, error) from None
    return found + earlier


def _rows(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of a claims table, each an object with an id; StoreError for anything else."""
    rows = table.get("claims")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows):
        raise _not_understood(name, TypeError("claims is no list of objects with an id"))
    return rows


def _not_understood(name: str, error: Exception) -> StoreError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return StoreError(f"the run {name} cannot be understood", got=reason, then=REMEDY)


def _dump(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _load_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(f"there is no {path.name}", expected=f"a file {path}", then="`synth claims --runs` lists the runs") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read", got=error.strerror or str(error), expected="a file that you may read") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} is no valid JSON", got=str(error), then=REMEDY) from None
    if not isinstance(value, dict):
        raise StoreError(f"{path} holds {type(value).__name__}", expected="an object")
    made = value.get("format", FORMAT)
    if isinstance(made, int) and made > FORMAT:
        raise StoreError(f"{path} was made by a newer version", got=f"format {made}", expected=f"at most {FORMAT}", then="update synth")
    return value
