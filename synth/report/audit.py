"""The page of an audit: the report's faults first, then each claim with what the report said and what stands today."""

from __future__ import annotations

from collections.abc import Iterator

from synth.model import Audit, Provenance
from synth.report import wording
from synth.report.escape import markdown
from synth.report.markdown import Markdown


def render(audit: Audit, provenance: Provenance) -> str:
    """The audit as Markdown; below it the full report of the run that checked the claims, its headings one level down."""
    body = Markdown().render(audit.run, provenance)
    lower = "\n".join(f"#{line}" if line.startswith("#") else line for line in body.splitlines())
    return "\n\n".join((*_blocks(audit, provenance), "---", lower)) + "\n"


def _blocks(audit: Audit, provenance: Provenance) -> Iterator[str]:
    old = audit.old
    yield f"# Audit of “{markdown(old.title)}”"
    yield provenance.finished[:10]
    yield (
        f"The report{f' of {markdown(old.date)}' if old.date else ''} lists {wording.number_of(len(old.claims), 'claim')} and "
        f"{wording.number_of(len(old.references), 'reference')}. {wording.tally(audit.run)} when checked again."
    )
    yield "## Faults of the report"
    yield "\n".join(f"- **{fault.name}**: {markdown(fault.text)}" for fault in audit.faults) or "None of the known faults was found."
    yield "## Claims, as the report judged them and as they stand"
    rows = ["| Claim | Then | Confidence | Now | Confidence | How far |", "| --- | --- | --- | --- | --- | --- |"]
    for claim, finding in audit.compared:
        then = f"{claim.confidence:.2f}" if claim.confidence is not None else ""
        cells = (
            markdown(claim.text),
            claim.mark or "–",
            then,
            finding.verdict.mark,
            f"{finding.confidence:.2f}",
            markdown(finding.wording),
        )
        rows.append("| " + " | ".join(cells) + " |")
    yield "\n".join(rows)
    yield wording.LEGEND
