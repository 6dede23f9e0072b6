"""Runs chunks as processes of this machine, one thread each."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from experiments.sweep.chunks import Chunk
from experiments.sweep.executor import Ended, Executor, too_long
from experiments.sweep.work import Step, work


@dataclass(frozen=True)
class _Job:
    process: Any
    messages: Connection
    seconds: float
    deadline: float


class Local(Executor):
    """As many processes as cores, each forked from one that has loaded torch and done nothing with it."""

    def __init__(self, workers: int | None = None) -> None:
        self.slots = workers or len(os.sched_getaffinity(0))
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["experiments.run", "timm.models.vision_transformer"])
        self._jobs: dict[Chunk, _Job] = {}

    def start(self, chunk: Chunk, held: frozenset[str], weights: str, seconds: float) -> None:
        """Begin a chunk in a new process."""
        messages, end = self._context.Pipe(duplex=False)
        # OpenMP reads its number of threads once, when it is loaded.
        os.environ["OMP_NUM_THREADS"] = "1"
        arguments = (end, chunk.spec.model_dump_json(), held, weights, seconds)
        process = self._context.Process(target=_serve, args=arguments, name=chunk.name, daemon=True)
        process.start()
        end.close()
        self._jobs[chunk] = _Job(process, messages, seconds, time.monotonic() + seconds)

    def heard(self, seconds: float) -> Iterator[tuple[Chunk, Step | Ended]]:
        """One message of every process that has one, and the end of those that are gone or have run out of time."""
        ready = wait([job.messages for job in self._jobs.values()], seconds)
        for chunk, job in list(self._jobs.items()):
            if job.messages in ready:
                yield chunk, self._read(chunk, job)
            elif time.monotonic() >= job.deadline:
                self._end(chunk)
                yield chunk, too_long(job.seconds)

    def stop(self) -> None:
        """Kill all processes."""
        for chunk in list(self._jobs):
            self._end(chunk)

    def _read(self, chunk: Chunk, job: _Job) -> Step | Ended:
        try:
            return Step(*job.messages.recv())
        except (EOFError, OSError):
            job.process.join()
            del self._jobs[chunk]
            return Ended(_reason(job.process.exitcode))

    def _end(self, chunk: Chunk) -> None:
        job = self._jobs.pop(chunk)
        job.process.kill()
        job.process.join()


def _reason(code: int) -> str:
    """What an exit code says; nothing for success."""
    if code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended with exit code {code}" if code else ""


def _serve(end: Connection, spec: str, held: frozenset[str], weights: str, seconds: float) -> None:
    """Body of a process: tell every step."""
    threading.Thread(target=_follow_parent, daemon=True).start()
    for step in work(spec, held, weights, seconds):
        end.send(tuple(step))


def _follow_parent() -> None:
    """End with the sweep, whatever ended it: nobody would hear the rest."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
