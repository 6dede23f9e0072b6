"""A file of questions: what is one, what is passed over, and which are the same."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from synth.batch.batch import answer_all, exit_code
from synth.batch.executor import Executor
from synth.batch.questions import jobs, read
from synth.batch.work import Job, Outcome, failed
from synth.errors import NotFound, UsageError
from synth.model import Verdict
from synth.settings import Settings

MERGING, PRUNING = "Does token merging speed up ViTs?", "Does token pruning speed up ViTs?"


def written(tmp_path: Path, data: bytes) -> Path:
    """A file with these bytes."""
    path = tmp_path / "questions.txt"
    path.write_bytes(data)
    return path


def test_blank_lines_and_comments_are_passed_over(tmp_path: Path) -> None:
    """A line is a question unless it is blank or begins with #; the marks of editors on Windows are no part of it."""
    path = written(tmp_path, f"\ufeff# mine\r\n\r\n  {MERGING} \r\n  # not now\n{PRUNING}".encode())
    assert read(path) == (MERGING, PRUNING)


def test_a_dash_is_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads the questions from stdin."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MERGING.encode())))
    assert read(Path("-")) == (MERGING,)


def test_a_file_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    """No file, no question in it and no text are told apart."""
    with pytest.raises(NotFound, match="cannot be read"):
        read(tmp_path / "none.txt")
    with pytest.raises(UsageError, match="holds no question"):
        read(written(tmp_path, b"# nothing\n\n"))
    with pytest.raises(UsageError, match="no text in UTF-8"):
        read(written(tmp_path, b"\xff\xfe\x00"))


def test_a_question_runs_once(tmp_path: Path) -> None:
    """Questions that would be one run are one job, whatever their white space; others are not."""
    found = jobs((MERGING, PRUNING, MERGING.replace(" ", "  "), MERGING), tmp_path, Settings())
    assert [job.question for job in found] == [MERGING, PRUNING]
    assert len({job.name for job in found}) == 2


def test_a_question_that_cannot_be_meant_costs_no_other(tmp_path: Path) -> None:
    """One word is a job that will fail; only where every line is refused the whole file is."""
    assert [job.question for job in jobs(("Hm", MERGING), tmp_path, Settings())] == ["Hm", MERGING]
    with pytest.raises(UsageError, match="one word is no question"):
        jobs(("Hm", "Oh"), tmp_path, Settings())


class Inline(Executor):
    """Answers in this process, the last that was started first; tells what it saw."""

    def __init__(self, slots: int, verdict: Verdict = Verdict.VERIFIED, broken: str = "", stop_at: int = 10**6) -> None:
        self.slots, self.verdict, self.broken, self.stop_at = slots, verdict, broken, stop_at
        self.under_way: list[Job] = []
        self.most = self.told = 0
        self.is_stopped = False

    def start(self, job: Job) -> None:
        """Remember it."""
        self.under_way.append(job)
        self.most = max(self.most, len(self.under_way))

    def heard(self, seconds: float):
        """One outcome."""
        self.told += 1
        if self.told > self.stop_at:
            raise KeyboardInterrupt
        job = self.under_way.pop()
        yield (
            failed(job, 1.0, "it broke") if self.broken in job.question and self.broken else Outcome(job, 1.0, "", 3, 1, {self.verdict: 1})
        )

    def stop(self) -> None:
        """Remember it."""
        self.is_stopped = True


def asked(tmp_path: Path, number: int = 5) -> list[Job]:
    """Jobs of so many questions."""
    return jobs([f"Does token merging speed up ViTs by {n} %?" for n in range(number)], tmp_path, Settings())


def test_outcomes_come_in_the_order_of_the_questions(tmp_path: Path) -> None:
    """No more questions are under way than there are slots, all are answered, and the executor is stopped."""
    executor, told = Inline(2), list[Outcome]()
    outcomes = answer_all(asked(tmp_path), executor, ended=told.append)
    assert [outcome.job for outcome in outcomes] == asked(tmp_path)
    assert sorted(told, key=lambda each: each.job.name) == sorted(outcomes, key=lambda each: each.job.name)
    assert told != list(outcomes)
    assert (executor.most, executor.is_stopped) == (2, True)


def test_an_interrupt_stops_what_is_under_way(tmp_path: Path) -> None:
    """Ctrl-C is raised on, after the executor was stopped."""
    executor = Inline(2, stop_at=1)
    with pytest.raises(KeyboardInterrupt):
        answer_all(asked(tmp_path), executor)
    assert executor.is_stopped


@pytest.mark.parametrize(
    ("executor", "code"),
    [
        (Inline(2), 0),
        (Inline(2, verdict=Verdict.CONTESTED), 0),
        (Inline(2, verdict=Verdict.REFUTED), 1),
        (Inline(2, broken="by 3 %"), 1),
        (Inline(2, broken="token"), 3),
    ],
)
def test_the_exit_code_of_many(tmp_path: Path, executor: Inline, code: int) -> None:
    """0: all answered; 1: a claim was refuted, or a question was not answered; 3: none was."""
    assert exit_code(answer_all(asked(tmp_path), executor)) == code
