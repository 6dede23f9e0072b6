"""The interface of what runs chunks: start one, and hear what those under way have to say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

from experiments.sweep.chunks import Chunk
from experiments.sweep.work import Step


class Ended(NamedTuple):
    """A chunk's process is gone."""

    reason: str
    """why it did not finish; empty where it did."""


class Executor(ABC):
    """Runs chunks, each in a process of its own."""

    slots: int
    """chunks that run at once."""

    @abstractmethod
    def start(self, chunk: Chunk, held: frozenset[str], weights: str, seconds: float) -> None:
        """Begin a chunk; it is ended when its seconds are over."""

    @abstractmethod
    def heard(self, seconds: float) -> Iterator[tuple[Chunk, Step | Ended]]:
        """What the chunks under way said; waits for some time where none says anything."""

    @abstractmethod
    def stop(self) -> None:
        """End whatever is under way."""


def too_long(seconds: float) -> Ended:
    """The end of a chunk at its time limit."""
    return Ended(f"the chunk took longer than its {seconds:g} s")
