"""Tells how far a sweep is, to stderr: a bar on a terminal, a line a chunk elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self

from experiments.sweep.chunks import Chunk
from experiments.sweep.executor import Ended
from experiments.sweep.sweep import Report


class Progress:
    """The log of a sweep over a number of chunks."""

    def __init__(self, chunks: int) -> None:
        self._chunks = chunks
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("chunks"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
            self._bar = Bar(*columns, TextColumn("{task.description}"), console=Console(stderr=True))
            self._task = self._bar.add_task("", total=self._chunks)
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, chunk: Chunk, end: Ended, seconds: float, report: Report) -> None:
        """A chunk has ended."""
        if self._bar is not None:
            self._bar.update(self._task, advance=1, description=f"units failed: {report.failed}")
            if end.reason:
                self._bar.console.print(f"{chunk.name}: {end.reason}", highlight=False)
            return
        print(f"{chunk.name}: {end.reason or 'done'}, {seconds:.1f} s; {summary(report)}", file=sys.stderr, flush=True)


def summary(report: Report) -> str:
    """The counts in words."""
    chunks = f"chunks: {report.done} done, {report.left} left, {report.broken} broken off"
    return f"{chunks}; units: {report.measured} measured, {report.held} in the ledger before, {report.failed} failed"
