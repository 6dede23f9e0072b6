"""View of a search without a run: the papers, and the same account that a report gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synth.cli.show import papers
from synth.cli.view import View, line, table
from synth.model.flow import Flow, flow
from synth.report.prisma import stages

if TYPE_CHECKING:
    from synth.retriever.retrieve import Ranking

UNTIL = 3
"""rows of the flow diagram that a search reaches: its full texts are not asked for."""


def found(ranking: Ranking) -> View:
    """Papers by rank, what was taken back, the queries, and how many records of each source became how many papers."""
    numbers = flow(ranking.log, len(ranking.papers))
    listed = papers(ranking.papers, f"{len(ranking.papers)} papers")
    data = {
        "papers": listed.data,
        "skipped": [{"paper": item.paper.id, "reason": item.reason} for item in ranking.skipped],
        "search_log": [entry.model_dump(mode="json") for entry in ranking.log],
        "flow": _figures(numbers),
        "notices": list(ranking.notices),
    }
    skipped = [line(f"not used: {item.paper.title or item.paper.id}: {item.reason}") for item in ranking.skipped]
    return View(data, (*listed.parts, *skipped, _sources(numbers), *_lines(numbers)))


def _figures(numbers: Flow) -> dict[str, Any]:
    return {
        "sources": [source.model_dump(mode="json") for source in numbers.sources],
        "identified": numbers.received,
        "duplicates": numbers.duplicates,
        "unusable": numbers.unusable,
        "screened": numbers.screened,
        "excluded": dict(numbers.screened_out),
        "sought": numbers.sought,
    }


def _sources(numbers: Flow) -> Any:
    rows = [
        (
            source.source,
            *map(str, (source.asked, source.failed, source.throttled, source.promised, source.received, source.duplicates)),
            "; ".join(f"{count} {reason}" for reason, count in source.excluded),
        )
        for source in numbers.sources
    ]
    header = ("source", "queries", "failed", "throttled", "promised", "received", "duplicates", "left out")
    return table(header, rows, "Search log by source; --json has every query")


def _lines(numbers: Flow) -> list[Any]:
    """One line a row of the diagram."""
    rows = stages(numbers)[:UNTIL]
    boxes = [(row.name, row.kept.heading, row.left_out if row.left_out and row.left_out.count else None) for row in rows]
    return [line(f"{name}: {kept}" + (f", {out.heading}: {'; '.join(out.parts)}" if out else "")) for name, kept, out in boxes]
