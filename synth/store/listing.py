"""
Runs and claims in short, as listings show them: made of the claims tables, and kept until those change.

Only what is shown is validated. A table of 100,000 claims is half a gigabyte of JSON, of which a listing needs a twentieth.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from synth.errors import StoreError, SynthError
from synth.model import Outcome, Verdict, WitnessName
from synth.store.derived import derive
from synth.store.garbage import uncollected
from synth.store.workspace import Workspace

FORMAT = 1
"""of the files of a run."""
REMEDY = "restore it from git, or move it away and run the question again"
SHAPE = 1
"""of what is kept; another number forgets what earlier versions kept."""
WITNESSES: tuple[str, ...] = get_args(WitnessName)


class Row(NamedTuple):
    """A claim with what was found on it, in short."""

    id: str
    text: str
    paper: str
    kind: str | None
    """of its hypothesis; None where there is none."""
    reason: str
    """why there is none."""
    verdict: str | None
    """None for a claim that was not verified yet."""
    confidence: float | None
    outcomes: list[str | None]
    """what the witnesses said, in the order of WITNESSES; None for one that was not heard."""
    decision: str | None
    """of the last review."""


class Table(NamedTuple):
    """The claims of a run."""

    run: str
    rows: list[Row]


class Summary(NamedTuple):
    """A run in one line."""

    name: str
    question: str
    claims: int
    finished: str
    """ISO 8601, UTC."""
    fault: str
    """why it cannot be read; empty where it can."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Hypothesis(_Part):
    kind: str


class _Heard(_Part):
    witness: WitnessName
    outcome: Outcome


class _Review(_Part):
    decision: str


class _Claim(_Part):
    id: str
    text: str
    paper: str
    hypothesis: _Hypothesis | None
    reason: str
    verdict: Verdict | None
    confidence: float | None
    evidence: list[_Heard]
    review: _Review | None = None


class _Claims(_Part):
    format: int = FORMAT
    claims: list[_Claim]


class _Id(_Part):
    id: str


class _Head(_Part):
    format: int = FORMAT
    question: str = ""
    claims: list[_Id]


class _Provenance(_Part):
    finished: str = ""


class _Circumstances(_Part):
    format: int = FORMAT
    provenance: _Provenance = _Provenance()


def claims_path(workspace: Workspace, name: str) -> Path:
    """The file that holds the claims table of a run."""
    return workspace.claims / f"{name}.json"


def circumstances_path(workspace: Workspace, name: str) -> Path:
    """The file that holds everything else of a run."""
    return workspace.reports / name / "run.json"


def table(workspace: Workspace, name: str) -> Table:
    """
    The claims of a run, in the order of its table.

    raises  NotFound if there is no such run, StoreError if a file of it cannot be understood
    """
    found = rows(workspace, name)
    path = circumstances_path(workspace, name)
    finished = _derived(workspace, "finished", [path], _finished)[path]
    if isinstance(finished, SynthError):
        raise finished
    return Table(name, found)


@uncollected()
def rows(workspace: Workspace, name: str) -> list[Row]:
    """The claims of a claims table in short; raises as `table` does, but asks for no other file of the run."""
    path = claims_path(workspace, name)
    found = _derived(workspace, "rows", [path], _rows)[path]
    if isinstance(found, SynthError):
        raise found
    return list(map(Row._make, found))


@uncollected()
def summaries(workspace: Workspace) -> tuple[Summary, ...]:
    """The saved runs, newest first by their own account: files of a fresh clone all have one time, and reviews change it."""
    if not workspace.claims.is_dir():
        return ()
    paths = sorted(workspace.claims.glob("*.json"))
    others = {path: circumstances_path(workspace, path.stem) for path in paths}
    heads = _derived(workspace, "head", paths, _head)
    ends = _derived(workspace, "finished", list(others.values()), _finished)
    found = [(_summary(path.stem, heads[path], ends[others[path]]), path) for path in paths]
    # Equal ones are told apart by the time of the file.
    return tuple(summary for summary, _ in sorted(found, key=lambda pair: (pair[0].finished, _changed(pair[1])), reverse=True))


def _summary(name: str, head: Any, finished: Any) -> Summary:
    fault = next((str(each) for each in (head, finished) if isinstance(each, SynthError)), "")
    question, claims = ("", 0) if isinstance(head, SynthError) else head
    return Summary(name, question, claims, "" if isinstance(finished, SynthError) else finished, fault)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # taken away meanwhile
        return 0.0


def _derived(workspace: Workspace, kind: str, paths: list[Path], make: Callable[[bytes, Path], Any]) -> dict[Path, Any | SynthError]:
    return derive(workspace.cache, f"{kind} {SHAPE}", paths, make)


Read = TypeVar("Read", _Claims, _Head, _Circumstances)


def _parsed(model: type[Read], data: bytes, path: Path) -> Read:
    try:
        found = model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            raise StoreError(f"{path} is no valid JSON", got=first["msg"], then=REMEDY) from None
        place = ".".join(map(str, first["loc"]))
        raise StoreError(f"{path} cannot be understood", got=f"{place}: {first['msg']}".lstrip(": "), then=REMEDY) from None
    check_format(found.format, path)
    return found


def check_format(made: Any, path: Path) -> None:
    """StoreError for a file of a newer version."""
    if isinstance(made, int) and made > FORMAT:
        raise StoreError(f"{path} was made by a newer version", got=f"format {made}", expected=f"at most {FORMAT}", then="update synth")


def _rows(data: bytes, path: Path) -> list[Row]:
    return [_row(claim) for claim in _parsed(_Claims, data, path).claims]


def _row(claim: _Claim) -> Row:
    heard: dict[str, str | None] = {each.witness: each.outcome for each in reversed(claim.evidence)}  # the first of a witness counts
    return Row(
        claim.id,
        claim.text,
        claim.paper,
        claim.hypothesis.kind if claim.hypothesis else None,
        claim.reason,
        claim.verdict,
        claim.confidence,
        [heard.get(name) for name in WITNESSES],
        claim.review.decision if claim.review else None,
    )


def _head(data: bytes, path: Path) -> tuple[str, int]:
    found = _parsed(_Head, data, path)
    return found.question, len(found.claims)


def _finished(data: bytes, path: Path) -> str:
    return _parsed(_Circumstances, data, path).provenance.finished
