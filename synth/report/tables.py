"""The run for other programs: everything as JSON, the claims table as CSV."""

from __future__ import annotations

import csv
import io
import json

from synth.model import Provenance, Run
from synth.report import wording
from synth.report.escape import plain


class Json:
    """reports/<run>/report.json: run and circumstances in one object."""

    name = "json"
    file_name = "report.json"

    def render(self, run: Run, provenance: Provenance) -> str:
        """One JSON object with every field of the run and its provenance."""
        whole = run.model_dump(mode="json") | {"provenance": provenance.model_dump(mode="json")}
        return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


class Csv:
    """reports/<run>/claims.csv: a row a claim, for a spreadsheet."""

    name = "csv"
    file_name = "claims.csv"

    def render(self, run: Run, provenance: Provenance) -> str:
        """The claims table; a cell that a spreadsheet would take for a formula is quoted as text."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("id", "claim", "verdict", "confidence", *wording.WITNESSES, "paper", "page", "quote"))
        for claim, finding in wording.pairs(run):
            outcomes = [item.outcome if (item := wording.heard(finding, name)) else "" for name in wording.WITNESSES]
            verdict = (str(finding.verdict), f"{finding.confidence:.4f}") if finding else ("", "")
            page = claim.passage.page if claim.passage else None
            row = (claim.id, claim.text, *verdict, *outcomes, claim.paper_id, page or "", claim.quote)
            writer.writerow([_inert(str(cell)) for cell in row])
        return out.getvalue()


def _inert(cell: str) -> str:
    text = plain(cell)
    return f"'{text}" if text[:1] in "=+-@" and text[:1] else text
