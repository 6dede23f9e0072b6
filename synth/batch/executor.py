"""The interface of what answers questions: start one, and hear what became of those under way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from synth.batch.work import Job, Outcome

GRACE_SECONDS = 10.0
"""in which what is stopped may end its own processes and files before it is killed."""


class Executor(ABC):
    """Answers questions, each in a process of its own."""

    slots: int
    """questions that are answered at once."""

    @abstractmethod
    def start(self, job: Job) -> None:
        """Begin a question."""

    @abstractmethod
    def heard(self, seconds: float) -> Iterator[Outcome]:
        """What became of questions under way; waits for some time where none has come to its end."""

    @abstractmethod
    def stop(self) -> None:
        """End whatever is under way, with all that it started."""
