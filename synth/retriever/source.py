"""What a place is that papers come from: it can be searched, asked for named papers, and fetched from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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


def taken_back(paper: Paper) -> Skipped:
    """Why a withdrawn or retracted paper is no evidence."""
    reason = paper.notice or f"withdrawn: {paper.comment or 'its authors or arXiv took it back'}"
    return Skipped(paper=paper, reason=reason[:300])


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


@runtime_checkable
class Fetches(Protocol):
    """A source that may hold the full text of a paper that another source gave."""

    def can_fetch(self, paper: Paper) -> bool:
        """Whether it is worth asking."""
        ...


@runtime_checkable
class Follows(Protocol):
    """A source that knows which papers a paper cites and which cite it."""

    def follow(self, papers: Sequence[Paper], limit: int) -> Answer:
        """The references and the citations of the papers, at most about `limit` of each kind for each paper."""
        ...


@runtime_checkable
class Matches(Protocol):
    """A source that can complete a record of which only title, author and year, or an id, are known."""

    def match(self, papers: Sequence[Paper]) -> Answer:
        """Its own records of those of the papers that it surely knows."""
        ...


@runtime_checkable
class Retractions(Protocol):
    """A source that knows which papers were taken back."""

    def retracted(self, papers: Sequence[Paper]) -> tuple[dict[str, str], tuple[SearchEntry, ...]]:
        """What says that a paper was taken back, by the paper's id, with one entry of the log a call."""
        ...


__all__ = ["Answer", "Fetched", "Fetches", "Follows", "Matches", "Retractions", "Source", "named", "taken_back"]
