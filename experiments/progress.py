"""How far a long task is: a bar where somebody watches a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Report = Callable[[int, str], None]
"""Called with how much is done and a note on it."""


@contextmanager
def progress(title: str, total: int, *, every: int = 1, file: Any = None) -> Iterator[Report]:
    """
    Yields a `Report` to call after each step.

    every  steps between two lines where `file` is no terminal
    file   where it is shown; standard error by default
    """
    file = file or sys.stderr
    if not file.isatty():
        yield _lines(title, total, every, file)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=file)) as bar:
        task = bar.add_task(title, total=total, note="")
        yield lambda done, note: bar.update(task, completed=done, note=note)


def _lines(title: str, total: int, every: int, file: Any) -> Report:
    def report(done: int, note: str) -> None:
        if done % every == 0:
            print(f"{title} step {done}/{total} {note}", file=file, flush=True)

    return report
