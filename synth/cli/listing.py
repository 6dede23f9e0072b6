"""Filtering and sorting of claims for the listing command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth.cli import show
from synth.cli.view import View, table
from synth.errors import NotFound, StoreError, UsageError
from synth.model import Claim, Finding, Verdict
from synth.report import wording
from synth.store import runs
from synth.store.workspace import Workspace

KINDS = ("rank", "compare", "effect", "trend", "spread", "amount", "contrast", "correlate", "compare_correlations", "all", "any", "none")
"""of the hypothesis grammar, and "none" for claims without one."""
Pair = tuple[Claim, Finding | None]
ORDERS: dict[str, Callable[[Pair], Any]] = {
    "confidence": lambda pair: -(pair[1].confidence if pair[1] else 0.0),
    "verdict": lambda pair: pair[1].verdict if pair[1] else "~",
    "paper": lambda pair: pair[0].paper_id,
    "text": lambda pair: pair[0].text.casefold(),
}


def claims(
    workspace: Workspace, name: str | None, *, verdict: str | None, kind: str | None, paper: str | None, containing: str | None, sort: str
) -> View:
    """
    The claims of a run that pass every filter.

    raises  UsageError for a verdict, a kind or an order that does not exist, NotFound for a run that does not
    """
    if verdict and verdict.upper() not in Verdict.__members__:
        raise UsageError("no such verdict", got=verdict, expected=", ".join(member.lower() for member in Verdict.__members__))
    if kind and kind not in KINDS:
        raise UsageError("no such kind of hypothesis", got=kind, expected=", ".join(KINDS))
    if sort and sort not in ORDERS:
        raise UsageError("no such order", got=sort, expected=", ".join(ORDERS))
    saved, _ = runs.load(workspace, name or runs.latest(workspace))
    kept = [
        (claim, finding)
        for claim, finding in wording.pairs(saved)
        if (not verdict or (finding is not None and finding.verdict == verdict.upper()))
        and (not kind or (claim.hypothesis.kind if claim.hypothesis else "none") == kind)
        and (not paper or paper in claim.paper_id)
        and (not containing or containing.casefold() in claim.text.casefold())
    ]
    return show.claims(saved, sorted(kept, key=ORDERS[sort]) if sort else kept)


def all_runs(workspace: Workspace) -> View:
    """The saved runs, newest first."""
    rows = []
    for name in runs.names(workspace):
        try:
            saved, circumstances = runs.load(workspace, name)
        except (StoreError, NotFound) as error:
            rows.append((name, "", "", f"cannot be read: {error}"))
            continue
        rows.append((name, circumstances.finished[:10], str(len(saved.claims)), saved.question.text))
    data = [dict(zip(("run", "date", "claims", "question"), row, strict=True)) for row in rows]
    return View(data, (table(("run", "date", "claims", "question"), rows, f"{len(rows)} runs"),))
