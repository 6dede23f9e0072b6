"""What updates of a run changed, in words: for the report, for the command line and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synth.model import DocumentChange, Reheard, Run, Update
from synth.report import wording
from synth.report.escape import markdown


def section(run: Run) -> Iterator[str]:
    """The updates that changed something as Markdown, the newest first; nothing where none did."""
    changed = [update for update in run.updates if not update.is_empty]
    if not changed:
        return
    yield "## What changed"
    yield f"The sources were last asked anew on {run.updates[-1].day}; run.json has every update."
    for update in reversed(changed):
        yield f"### {update.day}"
        yield f"{tally(update)}."
        yield "\n".join(f"- {markdown(line)}" for line in (*documents(update), *verdicts(update)))


def tally(update: Update) -> str:
    """One sentence that counts, "1 paper added, 0 new versions, 1 taken back; 4 claims were verified again, 2 verdicts changed"."""
    events = [change.event for change in update.documents]
    added, renewed, back = (events.count(event) for event in ("added", "new version", "taken back"))
    again = [each for each in update.claims if not each.is_gone and not each.is_new]
    new, gone = sum(each.is_new for each in update.claims), sum(each.is_gone for each in update.claims)
    moved = sum(each.before != each.after for each in again)
    return (
        f"{wording.number_of(added, 'paper')} added, {renewed} in a new version, {back} taken back; "
        f"{wording.number_of(len(again), 'claim')} verified again ({moved} with another verdict), {new} new, {gone} no longer made"
    )


def documents(update: Update) -> tuple[str, ...]:
    """One line a document that came, changed or was taken back."""
    return tuple(_document(change) for change in update.documents)


def _document(change: DocumentChange) -> str:
    versions = f" {change.before} → {change.after}" if change.event == "new version" and change.before != change.after else ""
    reason = f" ({change.reason})" if change.reason else ""
    return f"{change.event}{versions}: {change.title or change.paper_id}{reason}"


def verdicts(update: Update) -> tuple[str, ...]:
    """One line a claim whose row in the table is another one now, and one that counts the others that were verified again."""
    lines = [_claim(each) for each in update.claims if each.changed]
    same = sum(not each.changed for each in update.claims)
    return (*lines, *([f"{same} more verified again, with the verdict and the confidence as before"] if same else []))


def _claim(each: Reheard) -> str:
    state = f"{_state(each.before, each.confidence_before)} → {_state(each.after, each.confidence_after)}"
    earlier = f" (before: “{each.text_before}”)" if each.text_before else ""
    look = " A person had decided on it as it was: look again." if each.is_reviewed else ""
    return f"{each.claim_id} {state}: “{each.text}”{earlier}; {'; '.join(each.reasons)}.{look}"


def _state(verdict: Any, confidence: float | None) -> str:
    if verdict is None:
        return "not in the table"
    return f"{verdict}" + (f" {confidence:.2f}" if confidence is not None else "")


def figures(update: Update) -> dict[str, Any]:
    """The update for programs: every document and every claim, with what was before and what is now."""
    return {
        "changed": not update.is_empty,
        "documents": [change.model_dump(mode="json") for change in update.documents],
        "claims": [each.model_dump(mode="json") | {"changed": each.changed} for each in update.claims],
        "newly_refuted": [each.claim_id for each in update.claims if each.is_newly_refuted],
        "waiting": dict(update.waiting),
        "notices": list(update.notices),
    }
