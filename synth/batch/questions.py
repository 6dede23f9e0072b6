"""A file of questions → what is to be run for them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from synth.batch.work import Job
from synth.errors import NotFound, UsageError
from synth.gathering import question_within
from synth.pipeline import run_name
from synth.settings import Settings

STDIN = Path("-")


def read(path: Path) -> tuple[str, ...]:
    """
    The questions of a file, one a line; `-` is stdin. Blank lines and those that begin with # are none.

    raises  NotFound if the file cannot be read, UsageError if it holds no question or no text
    """
    try:
        text = (sys.stdin.buffer.read() if path == STDIN else path.read_bytes()).decode("utf-8-sig")
    except OSError as error:
        raise NotFound(f"{path} cannot be read", got=error.strerror or str(error), expected="a file with a question on each line") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no text in UTF-8", got=str(error), expected="a question on each line") from None
    found = tuple(line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))
    if not found:
        raise UsageError(f"{path} holds no question", expected="one on each line; blank lines and those that begin with # are passed over")
    return found


def jobs(questions: Sequence[str], workspace: Path, settings: Settings, *, named: Sequence[str] = (), fallback: bool = False) -> list[Job]:
    """
    One job a run, in the order of the questions: those that would be saved under one name are one question.

    A question that cannot be meant has a job too, which fails with the reason.

    raises  UsageError if none of the questions can be meant
    """
    found: dict[str, Job] = {}
    refused: list[UsageError] = []
    for text in questions:
        name = text
        try:
            name = run_name(question_within(text, settings), settings, named)
        except UsageError as error:
            refused.append(error)
        found.setdefault(name, Job(name, text, workspace, settings, tuple(named), fallback))
    if len(refused) == len(questions):
        raise refused[0]
    return list(found.values())
