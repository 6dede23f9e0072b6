"""
A run on disk: claims/<run>.json, the table that people review, and reports/<run>/run.json with everything else.

The claims table is the source of truth for claims, findings and reviews. Saving a run again keeps the reviews that
stand in the file: a person's decision is never overwritten by the machine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from synth.errors import NotFound, StoreError
from synth.model import Claim, Provenance, Review, Run
from synth.store.workspace import Workspace, write_atomic

FORMAT = 1


def save(workspace: Workspace, run: Run, provenance: Provenance) -> Run:
    """Write both files; returns the run with the reviews that the claims table already held."""
    path = claims_path(workspace, run.name)
    kept = tuple(_reviews(_load_json(path))) if path.exists() else ()
    run = run.model_copy(update={"reviews": kept + tuple(pair for pair in run.reviews if pair not in kept)})
    write_claims(workspace, run)
    circumstances = run.model_dump(mode="json", exclude={"claims", "findings", "reviews"}) | {
        "format": FORMAT,
        "provenance": provenance.model_dump(mode="json"),
    }
    write_atomic(workspace.reports / run.name / "run.json", _dump(circumstances))
    write_atomic(workspace.reports / run.name / "search_log.json", _dump([entry.model_dump(mode="json") for entry in run.search_log]))
    return run


def write_claims(workspace: Workspace, run: Run) -> None:
    """Write the claims table of a run."""
    rows = [_row(run, claim) for claim in run.claims]
    write_atomic(
        claims_path(workspace, run.name), _dump({"format": FORMAT, "run": run.name, "question": run.question.text, "claims": rows})
    )


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
        run = Run.model_validate(
            circumstances
            | {
                "claims": [_claim(row) for row in table["claims"]],
                "findings": [finding for row in table["claims"] if (finding := _finding(row)) is not None],
                "reviews": list(_reviews(table)),
            }
        )
    except (ValidationError, KeyError, TypeError) as error:
        raise StoreError(
            f"the run {name} cannot be understood",
            got=str(error).splitlines()[0],
            then="restore the file from git or run the question again",
        ) from None
    return run, provenance


def names(workspace: Workspace) -> tuple[str, ...]:
    """Names of the saved runs, newest first."""
    if not workspace.claims.is_dir():
        return ()
    return tuple(path.stem for path in sorted(workspace.claims.glob("*.json"), key=lambda path: (-path.stat().st_mtime, path.name)))


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
        ids = [row["id"] for row in _load_json(claims_path(workspace, candidate)).get("claims", [])]
        matches = [full for full in ids if full == claim_id] or [full for full in ids if full.startswith(claim_id)]
        if len(matches) > 1:
            raise NotFound(f"{claim_id} begins {len(matches)} claims of {candidate}", expected=", ".join(matches[:5]))
        if matches:
            return candidate, matches[0]
    raise NotFound(f"no claim {claim_id} in {workspace.claims}", then="`synth claims` lists them")


def add_review(workspace: Workspace, name: str, claim_id: str, review: Review) -> None:
    """Append a person's decision to the claims table; what stands there stays."""
    path = claims_path(workspace, name)
    table = _load_json(path)
    for row in table["claims"]:
        if row["id"] == claim_id:
            row["review"] = {**review.model_dump(mode="json"), "earlier": _history(row.get("review"))}
    write_atomic(path, _dump(table))


def claims_path(workspace: Workspace, name: str) -> Path:
    """The file that holds the claims table of a run."""
    return workspace.claims / f"{name}.json"


def _row(run: Run, claim: Claim) -> dict[str, Any]:
    finding = run.finding(claim.id)
    found = finding.model_dump(mode="json") if finding else {}
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


def _finding(row: dict[str, Any]) -> dict[str, Any] | None:
    if row["verdict"] is None:
        return None
    taken = ("verdict", "confidence", "wording", "steps", "evidence")
    return {name: row[name] for name in taken} | {"claim_id": row["id"]}


def _history(review: dict[str, Any] | None) -> list[dict[str, Any]]:
    if review is None:
        return []
    review = dict(review)
    return [*review.pop("earlier", []), review]


def _reviews(table: dict[str, Any]) -> list[tuple[str, Review]]:
    return [(row["id"], Review.model_validate(review)) for row in table["claims"] for review in _history(row.get("review"))]


def _dump(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _load_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(f"there is no {path.name}", expected=f"a file {path}", then="`synth claims --runs` lists the runs") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} is no valid JSON", got=str(error), then="restore it from git or run the question again") from None
    if not isinstance(value, dict):
        raise StoreError(f"{path} holds {type(value).__name__}", expected="an object")
    return value
