"""`synth run --update`: a saved run looked at again, and what changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from synth.cli import show
from synth.cli.options import configuration, opened, output, progress
from synth.cli.view import View, line
from synth.errors import UsageError
from synth.report import changes
from synth.store import runs
from synth.updating import Plan, Updated, newest, plan, update


def run(name: str | None, workspace: Path, fixed: dict[str, Any], flags: dict[str, Any], *, dry_run: bool, as_json: bool) -> int:
    """
    Update a run, print what changed and return the exit code: 1 if a claim is refuted that was not before.

    name    of the run, how it begins or its question; None for the newest
    fixed   flags that say what a run is, which an update cannot change
    flags   flags that an update takes
    """
    wrong = [field for field, value in fixed.items() if value is not None]
    if wrong:
        raise UsageError(f"an update keeps the settings of its run, got {', '.join(wrong)}", then="ask the question anew to change them")
    place, settled = opened(workspace), configuration(workspace, **flags)
    known = runs.named(place, name) if name else newest(place)
    given = [field for field, value in flags.items() if value is not None]
    if dry_run:
        output(_planned(plan(place, known, settled.settings, given)), as_json)
        return 0
    with progress() as say:
        answer = update(place, known, settled.settings, given=given, progress=say)
    show.warn(answer.update.notices)
    output(_told(answer, workspace), as_json)
    return 1 if any(each.is_newly_refuted for each in answer.update.claims) else 0


def _planned(planned: Plan) -> View:
    """What an update would ask of whom."""
    saved, settings = planned.run, planned.settings
    standing = [paper for paper in saved.papers if not paper.withdrawn]
    data = {
        "run": saved.name,
        "question": saved.question.text,
        "sources": list(settings.sources),
        "papers": [paper.id for paper in standing],
        "max_papers": settings.max_papers,
        "snowball": settings.snowball,
        "claims": len(saved.claims),
        "updates": [each.day for each in saved.updates],
    }
    parts = [
        line(saved.question.text, "bold"),
        line(f"run: {saved.name}"),
        line(f"sources, asked anew: {', '.join(settings.sources)}"),
        line(f"papers asked about (new versions, taken back): {len(standing)}; new ones are read that rank among {settings.max_papers}"),
        line(f"claims that keep their findings unless a changed document touches them: {len(saved.claims)}"),
    ]
    return View(data, tuple(parts))


def _told(answer: Updated, workspace: Path) -> View:
    """What changed, or that nothing did."""
    name, told = answer.run.name, answer.update
    report, claims = workspace / "reports" / name / "report.md", workspace / "claims" / f"{name}.json"
    data = {"run": name, "report": str(report), "claims_table": str(claims)} | changes.figures(told)
    parts = [line(answer.run.question.text, "bold"), line(f"run: {name}")]
    if told.is_empty:
        parts.append(line("nothing changed: no new version, no new paper, nothing taken back; no claim was verified again"))
    else:
        parts += [line(f"{changes.tally(told)}.")]
        parts += [line(text) for text in (*changes.documents(told), *changes.verdicts(told))]
        parts += [line(f"{each.claim_id} heard again because {'; '.join(each.reasons)}") for each in told.claims if not each.changed]
    parts += [line(f"{claim} waits: {why}", "yellow") for claim, why in told.waiting]
    return View(data, (*parts, line(f"report: {report}"), line(f"claims: {claims}")))
