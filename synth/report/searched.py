"""The search log in Markdown: the flow diagram, what became of each source's records, every query, and what was not used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from synth.model import Run, SearchEntry
from synth.model.flow import Flow, SourceFlow
from synth.report.escape import markdown
from synth.report.mermaid import flowchart
from synth.report.prisma import flow_of, stages

FENCE = "mermaid"
"""language of the block of code that holds the diagram."""
SOURCES = ("Source", "Queries", "Failed", "Throttled", "Promised", "Received", "Duplicates", "Left out, with the reason", "Full texts")
QUERIES = ("Source", "Query", "State", "Promised", "Received", "Duplicates", "Reason")


def section(run: Run) -> Iterator[str]:
    """Section 8 of a report."""
    yield "## 8 Search log"
    numbers = flow_of(run)
    if run.search_log:
        yield "### Flow of records"
        yield _diagram(numbers)
        yield "### By source"
        yield _table(SOURCES, map(_of_source, numbers.sources))
        yield "### Queries"
        yield _table(QUERIES, map(_of_query, run.search_log))
    else:
        yield "No query was sent."
    if run.skipped:
        yield "Not used, with the reason:"
        yield "\n".join(f"- {markdown(item.paper.title or item.paper.id)}: {markdown(item.reason)}" for item in run.skipped)


def _diagram(numbers: Flow) -> str:
    """The diagram as Mermaid; where the log does not add up, a line that says so."""
    if numbers.adds_up:
        return f"```{FENCE}\n{flowchart(stages(numbers))}\n```"
    return (
        f"No flow diagram: the search log leads to {numbers.fetched} full texts, and {numbers.read} papers were read, "
        "so it does not hold every query of this run."
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *rows))


def _of_source(source: SourceFlow) -> list[str]:
    counts = (source.asked, source.failed, source.throttled, source.promised, source.received, source.duplicates)
    reasons = "; ".join(f"{count} {markdown(reason)}" for reason, count in source.excluded)
    return [markdown(source.source), *map(str, counts), reasons, str(source.fetched)]


def _of_query(entry: SearchEntry) -> list[str]:
    promised = "" if entry.promised is None else str(entry.promised)
    cells = (entry.source, entry.query, entry.state, promised, str(entry.received), str(entry.duplicates), entry.reason)
    return [markdown(cell) for cell in cells]
