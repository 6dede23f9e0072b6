"""What a place is that papers come from: it can be searched, asked for named papers, and fetched from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from synth.model import Fetched, Paper, Question, SearchEntry, Skipped


@dataclass(frozen=True)
class Answer:
    """Papers that a source gave, with the log of every query that it took."""

    papers: tuple[Paper, ...]
    log: tuple[SearchEntry, ...]


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


__all__ = ["Answer", "Fetched", "Source"]
