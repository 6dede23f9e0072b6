"""
The boxes of a PRISMA 2020 flow diagram, in words: what Mermaid, SVG and the terminal all show.

Page et al. 2021, The PRISMA 2020 statement, figure 1: on the left what goes on, on the right what is left out there and why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from synth.model import Run
from synth.model.flow import UNUSABLE, Flow, SourceFlow, flow
from synth.report.escape import plain

REASONS_SHOWN = 8
REASON_LENGTH = 160
"""characters of a name or a reason; the log has it whole."""
NAME = "PRISMA 2020 flow diagram of the records of this search"


@dataclass(frozen=True)
class Box:
    """A box of the diagram: a count, and what it is made of."""

    title: str
    count: int
    parts: tuple[str, ...] = ()
    """one line each."""

    @property
    def heading(self) -> str:
        """ "Records screened (n = 12)"."""
        return counted(self.title, self.count)


@dataclass(frozen=True)
class Stage:
    """One row of the diagram."""

    name: str
    kept: Box
    left_out: Box | None = None
    """what does not go on to the next stage; None at the last."""


def flow_of(run: Run) -> Flow:
    """The flow of the search log of a run to the papers that it read."""
    return flow(run.search_log, run.read_first)


def stages(numbers: Flow) -> tuple[Stage, ...]:
    """The five rows, from what the sources gave to what was read; each row's kept less its left out is the next row's kept."""
    removed = numbers.duplicates + numbers.unusable
    before = (counted("Duplicate records", numbers.duplicates), counted(UNUSABLE.capitalize(), numbers.unusable))
    unreadable = ("damaged, without text, or a copy of one that is read",) if numbers.unreadable else ()
    return (
        Stage(
            "Identification",
            Box("Records identified", numbers.received, tuple(map(_source, numbers.sources))),
            Box("Records removed before screening", removed, before),
        ),
        Stage(
            "Screening",
            Box("Records screened", numbers.screened),
            Box("Records excluded", numbers.screened - numbers.sought, _reasons(numbers.screened_out)),
        ),
        Stage(
            "Retrieval",
            Box("Reports sought for retrieval", numbers.sought),
            Box("Reports not retrieved", numbers.not_retrieved),
        ),
        Stage(
            "Eligibility",
            Box("Reports assessed for eligibility", numbers.fetched),
            Box("Reports excluded", numbers.unreadable, unreadable),
        ),
        Stage("Included", Box("Studies included in the review", numbers.read)),
    )


def description(rows: Sequence[Stage]) -> str:
    """The whole diagram as one sentence a row, in our words and numbers alone, for those who cannot see it."""
    return " ".join(f"{row.name}: {row.kept.heading}" + (f", {row.left_out.heading}." if row.left_out is not None else ".") for row in rows)


def counted(text: str, count: int) -> str:
    """The text with its count as PRISMA writes it, "text (n = 3)"; a long text is cut."""
    text = plain(text)
    return f"{text[:REASON_LENGTH] + '…' if len(text) > REASON_LENGTH else text} (n = {count})"


def glued(text: str) -> str:
    """The text with counts that no line may break."""
    return re.sub(r"\(n = (\d+)\)", "(n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}\\1)", text)


def _source(source: SourceFlow) -> str:
    troubles = (
        f"{source.failed} of {source.asked} queries failed" if source.failed else "",
        f"{source.partial} of {source.asked} queries incomplete" if source.partial else "",
    )
    return ", ".join((counted(source.source, source.received), *filter(None, troubles)))


def _reasons(reasons: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """The most frequent reasons, and how many records were left out for all others."""
    shown = reasons if len(reasons) <= REASONS_SHOWN else reasons[: REASONS_SHOWN - 1]
    rest = reasons[len(shown) :]
    others = (counted(f"{len(rest)} other reasons", sum(count for _, count in rest)),) if rest else ()
    return (*(counted(reason, count) for reason, count in shown), *others)
