"""What a process of a batch does: one question to one outcome, whatever happens."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from synth.errors import SynthError
from synth.model import Run, Verdict
from synth.progress import Progress, silent
from synth.settings import Settings


@dataclass(frozen=True)
class Job:
    """One question with all that its run depends on; plain values, so that it travels between processes."""

    name: str
    """of the run; the question itself where it cannot be meant."""
    question: str
    workspace: Path
    settings: Settings
    named: tuple[str, ...] = ()
    """papers that must be in it."""
    fallback: bool = False
    """whether the built-in library may stand in when no source can be reached."""


@dataclass(frozen=True)
class Outcome:
    """What became of a question."""

    job: Job
    seconds: float
    failure: str = ""
    """why there is no report, in one line; empty where there is one."""
    papers: int = 0
    claims: int = 0
    verdicts: dict[Verdict, int] = field(default_factory=dict)
    """claims by verdict."""
    notices: tuple[str, ...] = ()
    """what the user should know of the run."""

    @property
    def report(self) -> Path:
        """Where the report is, if there is one."""
        return self.job.workspace / "reports" / self.job.name / "report.md"


def answer(job: Job, progress: Progress = silent) -> Outcome:
    """The outcome of a question, run in this process; an error of any kind is a failure with its reason."""
    from synth import pipeline
    from synth.store.workspace import Workspace

    began, place = time.monotonic(), Workspace(job.workspace)
    try:
        result = pipeline.run(job.question, place, job.settings, named=job.named, fallback=job.fallback, progress=progress)
    except SynthError as error:
        return failed(job, time.monotonic() - began, str(error))
    except Exception as error:  # a fault of ours in one question must not cost the others
        return failed(job, time.monotonic() - began, f"{type(error).__name__}: {error}")
    return done(job, time.monotonic() - began, result)


def done(job: Job, seconds: float, result: Run) -> Outcome:
    """The outcome of a question that has a run."""
    verdicts = dict.fromkeys(Verdict, 0)
    for finding in result.findings:
        verdicts[finding.verdict] += 1
    return Outcome(job, seconds, "", len(result.papers), len(result.claims), verdicts, result.notices)


def failed(job: Job, seconds: float, reason: str) -> Outcome:
    """The outcome of a question that has none, with the reason as one line."""
    return Outcome(job, seconds, " ".join(reason.split()) or "no reason was given")
