"""Runs chunks as tasks of a Ray cluster, one core each; the packages travel along, so that every machine runs this very code."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.errors import DataError
from experiments.sweep.chunks import Chunk
from experiments.sweep.executor import Ended, Executor, too_long
from experiments.sweep.work import Step, work

HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True)
class _Job:
    steps: Any
    seconds: float
    deadline: float


class OnRay(Executor):
    """Tasks of a cluster; rows come back to this process, which alone writes the ledger."""

    def __init__(self, address: str | None, workers: int | None = None) -> None:
        """
        Join a cluster.

        address  "auto": the one of this machine; "local": one that is started here and ends with the sweep; host:port
        raises   DataError where Ray is not installed or no cluster answers
        """
        ray = _ray()
        if address is None:
            raise DataError("--executor ray needs --address: auto for the cluster of this machine, local to start one here, or HOST:PORT")
        packages = [str(HOUSE / name) for name in ("experiments", "synth")]
        environment = {"py_modules": packages, "env_vars": {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}}
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
        quiet |= {"include_dashboard": False} if address == "local" else {}
        try:
            ray.init(address=address, runtime_env=environment, **quiet)
        except (ConnectionError, ValueError) as error:
            raise DataError(f"no Ray cluster answers at {address!r}: {error}") from None
        self._ray = ray
        self.slots = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        # A process that has measured one chunk does no other: what a chunk leaves behind is gone with it.
        self._task = ray.remote(num_cpus=1, max_retries=0, max_calls=1)(work)
        self._jobs: dict[Chunk, _Job] = {}

    def start(self, chunk: Chunk, held: frozenset[str], weights: str, seconds: float) -> None:
        """Submit a chunk."""
        steps = self._task.options(num_returns="streaming", name=chunk.name).remote(
            chunk.spec.model_dump_json(), held, str(Path(weights).resolve()), seconds
        )
        self._jobs[chunk] = _Job(steps, seconds, time.monotonic() + seconds)

    def heard(self, seconds: float) -> Iterator[tuple[Chunk, Step | Ended]]:
        """One step of every task that has one, and the end of those that are gone or have run out of time."""
        if not self._jobs:
            time.sleep(seconds)
            return
        ready, _ = self._ray.wait([job.steps for job in self._jobs.values()], timeout=seconds, fetch_local=False)
        for chunk, job in list(self._jobs.items()):
            if job.steps in ready:
                yield chunk, self._read(chunk, job)
            elif time.monotonic() >= job.deadline:
                self._end(chunk)
                yield chunk, too_long(job.seconds)

    def stop(self) -> None:
        """Cancel what is under way and leave the cluster."""
        for chunk in list(self._jobs):
            self._end(chunk)
        self._ray.shutdown()

    def _read(self, chunk: Chunk, job: _Job) -> Step | Ended:
        try:
            return Step(*self._ray.get(next(job.steps)))
        except StopIteration:
            reason = ""
        except self._ray.exceptions.RayError as error:
            reason = f"its task ended by {type(error).__name__}: {str(error).strip().splitlines()[0]}"
        del self._jobs[chunk]
        return Ended(reason)

    def _end(self, chunk: Chunk) -> None:
        self._ray.cancel(self._jobs.pop(chunk).steps, force=True)


def _ray() -> Any:
    # Ray would tell its makers that it was used, and a Ray that is started here would let everything else on the machine go first.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")
    try:
        import ray
    except ImportError:
        raise DataError("--executor ray needs Ray, which is not installed; `pip install 'synth[ray]'` brings it") from None
    return ray
