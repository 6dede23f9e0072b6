"""The run's own control in words and figures: of wrong siblings of its verified claims, how many were caught."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synth.model import Run, Verdict
from synth.model.run import WrongSibling
from synth.report.escape import markdown


def by_kind(run: Run) -> dict[str, list[WrongSibling]]:
    """The siblings of a run by the way in which they are wrong, in the order in which the ways first appear."""
    found: dict[str, list[WrongSibling]] = {}
    for sibling in run.siblings or ():
        found.setdefault(sibling.kind, []).append(sibling)
    return found


def figures(run: Run) -> dict[str, Any] | None:
    """Made, caught, refuted and missed, in all and by kind; None where no control was made."""
    if run.siblings is None:
        return None
    return _counts(run.siblings) | {"kinds": {kind: _counts(siblings) for kind, siblings in by_kind(run).items()}}


def _counts(siblings: Sequence[WrongSibling]) -> dict[str, int]:
    caught = sum(each.is_caught for each in siblings)
    refuted = sum(each.verdict == Verdict.REFUTED for each in siblings)
    return {"made": len(siblings), "caught": caught, "refuted": refuted, "missed": len(siblings) - caught}


def summary(run: Run) -> tuple[str, ...]:
    """One line, "control: 80 of 92 wrong siblings of verified claims were caught (87 %)"; nothing where none was made."""
    if not run.siblings:
        return ()
    caught = sum(each.is_caught for each in run.siblings)
    share = 100 * caught / len(run.siblings)
    return (f"control: {caught} of {len(run.siblings)} wrong siblings of verified claims were caught ({share:.0f} %)",)


def section(run: Run) -> Iterator[str]:
    """The control as Markdown: what it is, a table of kinds, and one missed sibling of each kind."""
    yield "### Control: wrong siblings"
    if run.siblings is None:
        yield "Switched off for this run."
        return
    if not run.siblings:
        yield "No claim was verified, or none could be made wrong, so there was nothing to control."
        return
    caught = _counts(run.siblings)["caught"]
    yield (
        "Verified claims were made wrong by machine and heard by the same witnesses on the same documents; one that is not verified is "
        f"caught. {caught} of {len(run.siblings)} were caught ({100 * caught / len(run.siblings):.0f} %): so far a ✓ of this run "
        "guards against such errors."
    )
    rows = ["| Made wrong by | Made | Caught | Of these refuted | Missed |", "| --- | --- | --- | --- | --- |"]
    for kind, siblings in by_kind(run).items():
        counts = _counts(siblings)
        rows.append(f"| {kind} | {counts['made']} | {counts['caught']} | {counts['refuted']} | {counts['missed']} |")
    yield "\n".join(rows)
    missed = [next((each for each in siblings if not each.is_caught), None) for siblings in by_kind(run).values()]
    yield "\n".join(_example(run, each) for each in missed if each)


def _example(run: Run, missed: WrongSibling) -> str:
    original = next((claim.text for claim in run.claims if claim.id == missed.of), missed.of)
    return (
        f"- Missed, {missed.kind}: “{markdown(missed.text)}” was verified with confidence {missed.confidence:.2f} "
        f"({markdown(missed.wording)}); the claim is “{markdown(original)}”"
    )
