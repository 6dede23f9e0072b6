"""Answers questions in processes of this machine, which share its cores."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from synth import interrupt
from synth.batch.executor import GRACE_SECONDS, Executor
from synth.batch.work import Job, Outcome, answer, failed
from synth.store.cores import cores


@dataclass(frozen=True)
class _Running:
    process: Any
    messages: Connection
    began: float


class Local(Executor):
    """Half as many processes as cores unless told otherwise, each with its share of the cores."""

    def __init__(self, workers: int | None = None) -> None:
        self.slots = workers or max(1, cores() // 2)
        self._threads = max(1, cores() // self.slots)
        self._context = multiprocessing.get_context("spawn")
        self._running: dict[Job, _Running] = {}

    def start(self, job: Job) -> None:
        """Begin a question in a new process; it hears of Ctrl-C from this one only, once it can deal with it."""
        messages, end = self._context.Pipe(duplex=False)
        # It reads documents in processes of its own, which a daemon may not have.
        process = self._context.Process(target=serve, args=(end, job, self._threads), name=job.name, daemon=False)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
            self._running[job] = _Running(process, messages, time.monotonic())
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        end.close()

    def heard(self, seconds: float) -> Iterator[Outcome]:
        """The outcome of every process that has told it, and the failure of those that died without."""
        ready = wait([running.messages for running in self._running.values()], seconds)
        for job, running in list(self._running.items()):
            if running.messages in ready:
                yield self._take(job, running)

    def stop(self) -> None:
        """Interrupt all, wait a little, kill what is left."""
        deadline = time.monotonic() + GRACE_SECONDS
        for running in self._running.values():
            if running.process.exitcode is None:
                os.kill(running.process.pid, signal.SIGINT)
        for running in self._running.values():
            running.process.join(max(0.0, deadline - time.monotonic()))
            _kill(running.process)
            running.messages.close()
        self._running.clear()

    def _take(self, job: Job, running: _Running) -> Outcome:
        outcome: Outcome | None = None
        with contextlib.suppress(EOFError, OSError):
            outcome = running.messages.recv()
        running.process.join(GRACE_SECONDS)
        _kill(running.process)
        running.messages.close()
        del self._running[job]
        return outcome or failed(job, time.monotonic() - running.began, _reason(running.process.exitcode))


def _kill(process: Any) -> None:
    """End a process and those that it left in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def _reason(code: int) -> str:
    """What an exit code says of a process that told nothing."""
    if code < 0:
        return f"its process was ended by {signal.Signals(-code).name}; the same command tries it again"
    return f"its process ended with exit code {code} and told nothing; the same command tries it again"


def serve(end: Connection, job: Job, threads: int) -> None:
    """Body of a process: answer the question and tell the outcome."""
    os.setsid()
    os.environ["OMP_NUM_THREADS"] = str(threads)  # OpenMP reads it once, when torch loads it: nothing has yet
    interrupt.watch()
    threading.Thread(target=_follow_parent, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        end.send(answer(job, lambda line: interrupt.stop_if_noted()))


def _follow_parent() -> None:
    """End with the batch, whatever ended it: nobody would hear the outcome, and the laboratory must not go on."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(GRACE_SECONDS)
        os.killpg(0, signal.SIGKILL)
