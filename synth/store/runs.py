"""
A run on disk: claims/<run>.json, the table that people review, and reports/<run>/run.json with everything else.

The claims table is the source of truth for claims, findings and reviews. Saving a run again keeps the reviews that
stand in the file: a person's decision is never overwritten by the machine. What the laboratory measured stands in run.json:
there may be hundreds of numbers a claim, and timings are circumstances, as dates are, so that the same inputs and seed
give the same claims table to the byte.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from synth.errors import NotFound, StoreError
from synth.model import Provenance, Review, Run, Update
from synth.store import listing
from synth.store.garbage import uncollected
from synth.store.listing import FORMAT, REMEDY, check_format, circumstances_path, claims_path, summaries
from synth.store.rows import claim_of, finding_of, measurements_of, row_of
from synth.store.together import finish, write_together
from synth.store.workspace import Workspace, write_atomic

__all__ = ["add_review", "claims_path", "find_claim", "latest", "load", "names", "save", "whole"]


@uncollected()
def save(workspace: Workspace, run: Run, provenance: Provenance, pages: Callable[[Run], Mapping[Path, str]] | None = None) -> Run:
    """
    Write the files of a run as one change; returns the run with the reviews and updates that its files already held.

    pages   what is rendered from the run, by path, to be written with it
    """
    with workspace.alone():
        _finish(workspace, run.name)
        path = claims_path(workspace, run.name)
        kept = tuple(_reviews(_load_json(path), run.name)) if path.exists() else ()
        earlier = _updates(workspace, run.name)
        run = run.model_copy(
            update={
                "reviews": kept + tuple(pair for pair in run.reviews if pair not in kept),
                "updates": earlier + tuple(update for update in run.updates if update not in earlier),
            }
        )
        files = {**_files(workspace, run, provenance), **(pages(run) if pages else {})}
        write_together(_journal(workspace, run.name), workspace.root, files)
    return run


def _files(workspace: Workspace, run: Run, provenance: Provenance) -> dict[Path, str]:
    """Contents of the claims table, the circumstances and the search log."""
    circumstances = run.model_dump(mode="json", exclude={"claims", "findings", "reviews"}) | {
        "format": FORMAT,
        "provenance": provenance.model_dump(mode="json"),
        "measurements": measurements_of(run.findings),
    }
    folder = workspace.reports / run.name
    return {
        circumstances_path(workspace, run.name): _dump(circumstances),
        folder / "search_log.json": _dump([entry.model_dump(mode="json") for entry in run.search_log]),
        # Last, because the claims table is what makes a run be listed: a run that was killed before this line is not there yet.
        claims_path(workspace, run.name): _dump(_table(run)),
    }


def _table(run: Run) -> dict[str, Any]:
    """The claims table of a run."""
    held = {claim.id for claim in run.claims}
    others = [{"id": claim_id, "review": review.model_dump(mode="json")} for claim_id, review in run.reviews if claim_id not in held]
    findings = {finding.claim_id: finding for finding in run.findings}
    rows = [row_of(run, claim, findings.get(claim.id)) for claim in run.claims]
    table = {"format": FORMAT, "run": run.name, "question": run.question.text, "claims": rows}
    # A decision on a claim that is no longer extracted is still a person's decision.
    return table | ({"reviews_of_earlier_claims": others} if others else {})


def _journal(workspace: Workspace, name: str) -> Path:
    return workspace.reports / name / "unfinished.json"


def _finish(workspace: Workspace, name: str) -> None:
    """Make the change to a run that a killed process had begun; within `alone`."""
    finish(_journal(workspace, name), workspace.root)


def whole(workspace: Workspace, name: str) -> None:
    """See to it that the files of a run belong together."""
    if _journal(workspace, name).exists():
        with workspace.alone():
            _finish(workspace, name)


def _updates(workspace: Workspace, name: str) -> tuple[Update, ...]:
    """The updates that the files of a run hold: they are added to, never taken away. None of a run that cannot be understood."""
    with contextlib.suppress(NotFound, StoreError, ValidationError, TypeError):
        held = _load_json(circumstances_path(workspace, name)).get("updates", [])
        return tuple(Update.model_validate(each) for each in held)
    return ()


@uncollected()
def load(workspace: Workspace, name: str, only: str | None = None) -> tuple[Run, Provenance]:
    """
    A saved run with its provenance.

    only    the id of the one claim that is wanted of it; the others are left out
    raises  NotFound if there is no such run, StoreError if a file of it cannot be understood
    """
    whole(workspace, name)
    table = _load_json(claims_path(workspace, name))
    circumstances = _load_json(circumstances_path(workspace, name))
    try:
        provenance = Provenance.model_validate(circumstances.pop("provenance"))
        circumstances.pop("format", None)
        measured = circumstances.pop("measurements", {})
        rows = [row for row in table["claims"] if only in (None, row["id"])]
        run = Run.model_validate(
            circumstances
            | {
                "claims": [claim_of(row) for row in rows],
                "findings": [finding for row in rows if (finding := finding_of(row, measured)) is not None],
                "reviews": list(_reviews(table, name)),
            }
        )
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        raise _not_understood(name, error) from None
    return run, provenance


def names(workspace: Workspace) -> tuple[str, ...]:
    """Names of the saved runs, newest first."""
    return tuple(summary.name for summary in summaries(workspace))


def latest(workspace: Workspace) -> str:
    """Name of the newest run; NotFound where there is none."""
    found = names(workspace)
    if not found:
        raise NotFound(f"no run in {workspace.root}", then='start one with `synth run "<question>"`')
    return found[0]


def named(workspace: Workspace, text: str | None) -> str:
    """
    Name of the run that is called so, begins so, or answers this question; of the newest for None.

    raises  NotFound, with the runs that there are, if there is none or more than one
    """
    if text is None:
        return latest(workspace)
    known = summaries(workspace)
    found = [each.name for each in known]
    matches = [name for name in found if name == text] or [name for name in found if name.startswith(text)]
    matches = matches or [each.name for each in known if each.question == text]
    if len(matches) != 1:
        there = ", ".join((matches or found)[:10])
        raise NotFound(
            f"{text!r} names {len(matches) or 'no'} {'runs' if matches else 'run'} of {workspace.root}",
            expected=f"one of {there}" if there else "",
            then="`synth claims --runs` lists them" if there else 'there is none yet; start one with `synth run "<question>"`',
        )
    return matches[0]


def find_claim(workspace: Workspace, claim_id: str, name: str | None = None) -> tuple[str, str]:
    """
    (run, claim id) of the claim whose id is or begins with `claim_id`, in the run that is named so, else newest run first.

    raises  NotFound if no claim or more than one claim of a run begins so
    """
    for candidate in (named(workspace, name),) if name else names(workspace):
        whole(workspace, candidate)
        ids = [row.id for row in listing.rows(workspace, candidate)]
        matches = [full for full in ids if full == claim_id] or [full for full in ids if full.startswith(claim_id)]
        if len(matches) > 1:
            raise NotFound(f"{claim_id} begins {len(matches)} claims of {candidate}", expected=", ".join(matches[:5]))
        if matches:
            return candidate, matches[0]
    raise NotFound(f"no claim {claim_id} in {workspace.claims}", then="`synth claims` lists them")


@uncollected()
def add_review(workspace: Workspace, name: str, claim_id: str, review: Review) -> None:
    """Append a person's decision to the claims table; what stands there stays."""
    path = claims_path(workspace, name)
    with workspace.alone():
        _finish(workspace, name)
        table = _load_json(path)
        for row in _rows(table, name):
            if row["id"] == claim_id:
                row["review"] = {**review.model_dump(mode="json"), "earlier": _history(row.get("review"))}
        write_atomic(path, _dump(table))


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
        value = from_json(path.read_bytes())
    except FileNotFoundError:
        raise NotFound(f"there is no {path.name}", expected=f"a file {path}", then="`synth claims --runs` lists the runs") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read", got=error.strerror or str(error), expected="a file that you may read") from None
    except ValueError as error:
        raise StoreError(f"{path} is no valid JSON", got=str(error), then=REMEDY) from None
    if not isinstance(value, dict):
        raise StoreError(f"{path} holds {type(value).__name__}", expected="an object")
    check_format(value.get("format"), path)
    return value
