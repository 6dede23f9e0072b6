"""Filtering and sorting of claims for the listing command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth.cli import show
from synth.cli.view import View, table
from synth.errors import UsageError
from synth.model import Verdict
from synth.store import listing, runs
from synth.store.listing import Row
from synth.store.workspace import Workspace

KINDS = ("rank", "compare", "effect", "trend", "spread", "amount", "contrast", "correlate", "compare_correlations", "all", "any", "none")
"""of the hypothesis grammar, and "none" for claims without one."""
ORDERS: dict[str, Callable[[Row], Any]] = {
    "confidence": lambda row: -(row.confidence or 0.0),
    "verdict": lambda row: row.verdict or "~",
    "paper": lambda row: row.paper,
    "text": lambda row: row.text.casefold(),
}
SHOWN = 200
"""rows that are drawn unless more are asked for: whoever reads a table of thousands wants a filter, and drawing takes long."""


def claims(
    workspace: Workspace,
    name: str | None,
    *,
    verdict: str | None,
    kind: str | None,
    paper: str | None,
    containing: str | None,
    sort: str,
    limit: int,
) -> View:
    """
    The claims of a run that pass every filter.

    limit   rows at most; 0 for all
    raises  UsageError for a verdict, a kind or an order that does not exist, NotFound for a run that does not
    """
    if verdict and verdict.upper() not in Verdict.__members__:
        raise UsageError("no such verdict", got=verdict, expected=", ".join(member.lower() for member in Verdict.__members__))
    if kind and kind not in KINDS:
        raise UsageError("no such kind of hypothesis", got=kind, expected=", ".join(KINDS))
    if sort and sort not in ORDERS:
        raise UsageError("no such order", got=sort, expected=", ".join(ORDERS))
    name = runs.named(workspace, name)
    runs.whole(workspace, name)
    found = listing.table(workspace, name)
    kept = [
        row
        for row in found.rows
        if (not verdict or row.verdict == verdict.upper())
        and (not kind or (row.kind or "none") == kind)
        and (not paper or paper in row.paper)
        and (not containing or containing.casefold() in row.text.casefold())
    ]
    ordered = sorted(kept, key=ORDERS[sort]) if sort else kept
    return show.claims(found, len(kept), ordered[: limit or None])


def all_runs(workspace: Workspace) -> View:
    """The saved runs, newest first."""
    rows = [
        (run.name, "", "", f"cannot be read: {run.fault}") if run.fault else (run.name, run.finished[:10], str(run.claims), run.question)
        for run in listing.summaries(workspace)
    ]
    data = [dict(zip(("run", "date", "claims", "question"), row, strict=True)) for row in rows]
    return View(data, (table(("run", "date", "claims", "question"), rows, f"{len(rows)} runs"),))
