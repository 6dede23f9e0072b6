"""`synth run --questions FILE`: many questions at once, each a run of its own, with one table at the end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synth.cli.options import opened, output, progress
from synth.errors import UsageError

if TYPE_CHECKING:
    from synth.batch.executor import Executor
    from synth.batch.work import Outcome
    from synth.cli.view import View
    from synth.settings import Configuration


class Executors(StrEnum):
    """Where the questions of a file are answered."""

    local = "local"
    ray = "ray"


Questions = Annotated[
    Path | None, typer.Option("--questions", metavar="FILE", help="A question on each line, `-` for stdin; each is a run of its own.")
]
Executor_ = Annotated[Executors | None, typer.Option("--executor", help="Of --questions: processes of this machine, or a Ray cluster.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Questions at once; half as many as there are cores otherwise.")]
Address = Annotated[
    str | None, typer.Option("--address", help="Of a Ray cluster: auto for that of this machine, HOST:PORT; one is started otherwise.")
]


def check(question: str | None, file: Path | None, *of_a_file: object, update: bool) -> None:
    """UsageError unless there is one thing to answer, a question, a file of them or a run to update, with what belongs to it."""
    if file is None and any(each is not None for each in of_a_file):
        raise UsageError("--executor, --workers and --address go with --questions FILE")
    if update and file is not None:
        raise UsageError("--questions and --update do not go together", then="update one run at a time")
    if not update and question is None and file is None:
        raise UsageError("no question", expected='`synth run "<question>"`, `synth run --questions FILE` or `synth run --update`')
    if not update and question is not None and file is not None:
        raise UsageError("a question and a file of questions", expected="one of them")


def plans(file: Path, settled: Configuration, workspace: Path, as_json: bool) -> None:
    """Print what would be asked of whom for each question."""
    from synth import gathering
    from synth.batch import questions
    from synth.cli import show
    from synth.cli.view import View

    place = opened(workspace)
    jobs = questions.jobs(questions.read(file), place.root, settled.settings)
    views = [show.plan(gathering.plan(job.question, place, settled.settings)) for job in jobs]
    data = [{"question": job.question} | view.data for job, view in zip(jobs, views, strict=True)]
    output(View(data, tuple(part for view in views for part in view.parts)), as_json)


def answer(
    file: Path,
    settled: Configuration,
    workspace: Path,
    named: Sequence[str],
    executor: Executors | None,
    workers: int | None,
    address: str | None,
    as_json: bool,
) -> int:
    """Answer every question of a file and print the table; the exit code."""
    from synth.batch import batch, questions
    from synth.retriever import sources

    place, asked = opened(workspace), questions.read(file)
    sources.open_sources(settled.settings.sources, place, settled.settings)  # what no question can use is said before any begins
    fallback = settled.origins["sources"] == "default"
    jobs = questions.jobs(asked, place.root, settled.settings, named=named, fallback=fallback)
    with progress() as say:
        outcomes = batch.answer_all(jobs, _executor(executor, workers, address), ended=_tell, progress=say)
    output(table_of(outcomes, len(asked) - len(jobs), workspace), as_json)
    return batch.exit_code(outcomes)


def _executor(name: Executors | None, workers: int | None, address: str | None) -> Executor:
    if name == Executors.ray:
        from synth.batch.ray import OnRay

        return OnRay(address, workers)
    if address is not None:
        raise UsageError("--address goes with --executor ray")
    from synth.batch.local import Local

    return Local(workers)


def _tell(outcome: Outcome) -> None:
    """What the user must not miss of a question, on stderr as soon as it is known."""
    from synth.report.escape import plain

    for text in (outcome.failure,) if outcome.failure else outcome.notices:
        sys.stderr.write(f"synth: {plain(outcome.job.question)}: {plain(text)}\n")
    sys.stderr.flush()


FIGURES = ("papers", "claims", "verified", "refuted", "contested", "unverified", "seconds")


def table_of(outcomes: Sequence[Outcome], repeated: int, workspace: Path) -> View:
    """A row a question that was answered, and a line for each that was not."""
    from synth.cli.view import View, line, table
    from synth.report import wording

    data = [_data(outcome, workspace) for outcome in outcomes]
    answered = [each for each in data if not each["failure"]]
    rows = [(each["run"], *(str(each[name]) for name in FIGURES), each["report"]) for each in answered]
    told = f"{len(answered)} of {wording.number_of(len(data), 'question')} answered"
    told += f", {wording.number_of(repeated, 'repetition')} left out" if repeated else ""
    parts: list[Any] = [table(("run", *FIGURES, "report"), rows, told)] if rows else [line(told)]
    parts += [line(f"not answered: {each['question']}: {each['failure']}", "red") for each in data if each["failure"]]
    return View(data, tuple(parts))


def _data(outcome: Outcome, workspace: Path) -> dict[str, Any]:
    name = outcome.job.name
    verdicts = {str(verdict).lower(): count for verdict, count in outcome.verdicts.items()}
    figures = {"papers": outcome.papers, "claims": outcome.claims} | verdicts if not outcome.failure else {}
    return {
        "question": outcome.job.question,
        "run": None if outcome.failure else name,
        **dict.fromkeys(FIGURES),
        **figures,
        "seconds": round(outcome.seconds, 1),
        "report": None if outcome.failure else str(workspace / "reports" / name / "report.md"),
        "failure": outcome.failure,
        "notices": list(outcome.notices),
    }
