"""What a place is that papers come from: it can be searched, asked for named papers, and fetched from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from synth.model import Fetched, Paper, Question, SearchEntry, Skipped, SourceState


@dataclass(frozen=True)
class Answer:
    """Papers that a source gave, with the log of every query that it took."""

    papers: tuple[Paper, ...]
    log: tuple[SearchEntry, ...]


def named(source: str, names: Sequence[str], held: Callable[[str], Paper | None], lacks: str) -> tuple[Answer, tuple[Skipped, ...]]:
    """
    What a local source answers to names: its papers, each once, and a reason for each name that it does not hold.

    held    the paper of a name, None if there is none
    lacks   how the reason begins, "the folder x has no paper"
    """
    found: dict[str, Paper] = {}
    skipped: list[Skipped] = []
    for name in names:
        paper = held(name)
        if paper is None:
            skipped.append(Skipped(paper=Paper(id=f"name:{name}", title=name, source=source), reason=f"{lacks} {name!r}"))
        else:
            found.setdefault(paper.id, paper)
    state: SourceState = "ok" if found else "empty"
    entry = SearchEntry(source=source, query="named: " + ", ".join(names), state=state, promised=len(found), received=len(found))
    return Answer(tuple(found.values()), (entry,)), tuple(skipped)


class Source(Protocol):
    """One place that papers come from. A failure to search is an entry of the log, never an empty success."""

    name: str

    def search(self, question: Question, limit: int) -> Answer:
        """Papers that may answer the question, at most about `limit`."""
        ...

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        """The papers named (arXiv ids, DOIs or file names), and the reason for each that is not there."""
        ...

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        """The full text of a paper that this source gave, or why it could not be had."""
        ...


__all__ = ["Answer", "Fetched", "Source", "named"]
