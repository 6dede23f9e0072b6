"""Questions → outcomes, as many at once as the executor has room for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from synth.batch.executor import Executor
from synth.batch.work import Job, Outcome
from synth.model import Verdict
from synth.progress import Progress, silent

PAUSE = 0.5
"""seconds after which progress is told although nothing came to its end; an interrupt is heeded there at the latest."""


def answer_all(
    jobs: Sequence[Job], executor: Executor, *, ended: Callable[[Outcome], None] = lambda outcome: None, progress: Progress = silent
) -> tuple[Outcome, ...]:
    """
    What became of every job, in their order; the executor is stopped at the end, and also where this is interrupted.

    ended   is told each outcome when it is known
    """
    waiting, outcomes = deque(jobs), dict[Job, Outcome]()
    try:
        while len(outcomes) < len(jobs):
            while waiting and len(jobs) - len(waiting) - len(outcomes) < executor.slots:
                executor.start(waiting.popleft())
            for outcome in executor.heard(PAUSE):
                outcomes[outcome.job] = outcome
                ended(outcome)
            under_way = [job.question for job in jobs if job not in outcomes and job not in waiting]
            progress(f"{len(outcomes)} of {len(jobs)} questions done; now: {' · '.join(under_way)}")
    finally:
        executor.stop()
    return tuple(outcomes[job] for job in jobs)


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """3 if no question was answered, 1 if one was not or a claim was refuted, else 0."""
    if all(outcome.failure for outcome in outcomes):
        return 3
    return 1 if any(outcome.failure or outcome.verdicts.get(Verdict.REFUTED) for outcome in outcomes) else 0
