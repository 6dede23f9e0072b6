"""
Has the chunks of specifications done by an executor, and writes what comes back into a ledger.

1. A chunk is taken by locking a file beside the ledger, so that two sweeps never do it at once; the kernel lets go of the
   lock when its holder dies. 2. The ledger is read again, and what it holds is not measured. 3. Every row is appended when
   it is known. 4. Units of a chunk that ended early get rows with the reason; the next sweep tries them again.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from experiments.ledger import Ledger, Row
from experiments.sweep.chunks import Chunk
from experiments.sweep.executor import Ended, Executor
from experiments.sweep.work import Step

PAUSE = 1.0
"""seconds between two looks at chunks that another sweep is doing."""


@dataclass
class Report:
    """How far a sweep is."""

    left: int
    """chunks."""
    done: int = 0
    broken: int = 0
    """chunks that ended early."""
    measured: int = 0
    """units."""
    held: int = 0
    failed: int = 0
    seconds: float = 0.0


@dataclass
class _Running:
    """A chunk under way."""

    lock: int
    began: float
    waiting: dict[str, Row] = field(default_factory=dict)
    """units that were not reached yet, by what stands for them."""
    current: str = ""


Log = Callable[[Chunk, Ended, float, Report], None]


class Sweep:
    """One run over chunks; `report` says how far it is."""

    def __init__(self, chunks: Iterable[Chunk], ledger: Ledger, executor: Executor, *, chunk_seconds: float, log: Log) -> None:
        self.ledger = ledger
        self.executor = executor
        self.chunk_seconds = chunk_seconds
        self.log = log
        self._waiting = deque(chunks)
        self._running: dict[Chunk, _Running] = {}
        self.report = Report(len(self._waiting))

    def run(self, seconds: float) -> Report:
        """Do all chunks, or those that the wall-clock limit allows; what is under way then is ended and stays to be done."""
        start = time.monotonic()
        try:
            while (self._waiting or self._running) and time.monotonic() - start < seconds:
                self._fill()
                for chunk, message in self.executor.heard(PAUSE):
                    self._take(chunk, message)
                self.report.seconds = time.monotonic() - start
        finally:
            self.executor.stop()
            for running in self._running.values():
                os.close(running.lock)
        return self.report

    def _fill(self) -> None:
        """Start chunks while there is room; those that another sweep has are looked at again later."""
        for _ in range(len(self._waiting)):
            if len(self._running) >= self.executor.slots:
                return
            chunk = self._waiting.popleft()
            lock = _lock(self.ledger.path, chunk.name)
            if lock is None:
                self._waiting.append(chunk)
                continue
            self.ledger.refresh()
            self._running[chunk] = _Running(lock, time.monotonic())
            self.executor.start(chunk, self.ledger.keys(), str(self.ledger.weights), self.chunk_seconds)

    def _take(self, chunk: Chunk, message: Step | Ended) -> None:
        running = self._running[chunk]
        if isinstance(message, Ended):
            self._close(chunk, running, message)
            return
        row = Row.parse(message.line)
        assert row is not None
        name = f"{row.unit} {row.cell}"
        if message.kind == "planned":
            running.waiting[name] = row
        elif message.kind == "began":
            running.current = f"{row.unit} {row.cell.method}"
        else:
            running.waiting.pop(name, None)
            self._count(message, row)

    def _count(self, message: Step, row: Row) -> None:
        if message.kind == "held":
            self.report.held += 1
            return
        self.ledger.put(row)
        self.report.failed += bool(row.failed)
        self.report.measured += not row.failed

    def _close(self, chunk: Chunk, running: _Running, end: Ended) -> None:
        if end.reason:
            rows = [*running.waiting.values()] or _all(chunk)
            under_way = f", while measuring {running.current}" if running.current else ""
            self.ledger.put(*(row.model_copy(update={"failed": f"not measured: {end.reason}{under_way}"}) for row in rows))
            self.report.failed += len(rows)
        del self._running[chunk]
        os.close(running.lock)
        self.report.left -= 1
        self.report.done += not end.reason
        self.report.broken += bool(end.reason)
        self.log(chunk, end, time.monotonic() - running.began, self.report)


def _all(chunk: Chunk) -> list[Row]:
    """All cells of a chunk that did not even say what its units are."""
    return [Row.without("", unit="", cell=cell, asked={}) for cell in chunk.spec.cells]


def _lock(ledger: Path, name: str) -> int | None:
    """A lock on a file beside the ledger; None where another process has it."""
    folder = ledger.with_name(f"{ledger.name}.locks")
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
