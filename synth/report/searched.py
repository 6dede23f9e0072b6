"""The account of the search in Markdown: the flow diagram, and a row a source with what became of its records."""

from __future__ import annotations

from collections.abc import Iterator

from synth.model import Run
from synth.model.flow import Flow, SourceFlow
from synth.report.escape import markdown
from synth.report.mermaid import flowchart
from synth.report.prisma import flow_of, stages

FENCE = "mermaid"
"""language of the block of code that holds the diagram."""


def section(run: Run) -> Iterator[str]:
    """The diagram and the rows; where the log does not add up, a line that says so in place of the diagram."""
    numbers = flow_of(run)
    if not numbers.sources:
        return
    yield "### Flow of records"
    if numbers.adds_up:
        yield f"```{FENCE}\n{flowchart(stages(numbers))}\n```"
    else:
        yield (
            f"No flow diagram: the search log leads to {numbers.fetched} full texts, and {numbers.read} papers were read, "
            "so it does not hold every query of this run."
        )
    yield "### By source"
    yield _table(numbers)


def _table(numbers: Flow) -> str:
    header = (
        "Source", "Queries", "Failed", "Throttled", "Promised", "Received", "Duplicates", "Left out, with the reason", "Full texts"
    )  # fmt: skip
    lines = [header, ["---"] * len(header), *map(_cells, numbers.sources)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _cells(source: SourceFlow) -> list[str]:
    counts = (source.asked, source.failed, source.throttled, source.promised, source.received, source.duplicates)
    reasons = "; ".join(f"{count} {markdown(reason)}" for reason, count in source.excluded)
    return [markdown(source.source), *map(str, counts), reasons, str(source.fetched)]
