"""
Answers questions as tasks of a Ray cluster; the package travels along, so that every machine runs this very code.

A task on this machine works in the workspace itself. One on another machine has a workspace of its own there, since the index
of a cache cannot be shared over a network (sqlite.org/wal.html), and its run is saved here when it comes back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from synth.batch.executor import GRACE_SECONDS, Executor
from synth.batch.work import Job, Outcome, answer, failed
from synth.errors import SynthError, UsageError
from synth.model import Provenance, Run

HOUSE = Path(__file__).parents[2]
Saved = tuple[Run, Provenance] | None
"""a run that was saved on another machine; None for one that is in the workspace, or is not."""


class OnRay(Executor):
    """Tasks of a cluster: half as many as it has cores unless told otherwise, each with its share of the cores."""

    def __init__(self, address: str | None, workers: int | None = None) -> None:
        """
        Join a cluster.

        address  "auto": the one of this machine; HOST:PORT; None: one that is started here and ends with the batch
        raises   UsageError where Ray is not installed or no cluster answers
        """
        ray = _ray()
        packages = [str(HOUSE / name) for name in ("synth", "experiments") if (HOUSE / name).is_dir()]
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
        quiet |= {} if address else {"include_dashboard": False}
        try:
            ray.init(address=address or "local", runtime_env={"py_modules": packages}, **quiet)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise UsageError(f"no Ray cluster answers at {address or 'local'!r}", got=" ".join(str(error).split())) from None
        machines = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
        self._ray = ray
        self.slots = workers or max(1, sum(machines) // 2)
        # Ray tells OpenMP how many cores a task has, and so does the task to whatever it starts.
        share = max(1, min(sum(machines) // self.slots, max(machines, default=1)))
        self._task = ray.remote(num_cpus=share, max_retries=0, max_calls=1)(work)
        self._home = ray.get_runtime_context().get_node_id()
        self._running: dict[Job, tuple[Any, float]] = {}

    def start(self, job: Job) -> None:
        """Submit a question."""
        reference = self._task.options(name=job.name).remote(job, self._home, str(Path.cwd()))
        self._running[job] = (reference, time.monotonic())

    def heard(self, seconds: float) -> Iterator[Outcome]:
        """The outcome of every task that has come to its end."""
        references = [reference for reference, _ in self._running.values()]
        ready, _ = self._ray.wait(references, num_returns=1, timeout=seconds)
        for job, (reference, began) in list(self._running.items()):
            if reference in ready:
                del self._running[job]
                yield self._take(job, reference, began)

    def stop(self) -> None:
        """Interrupt what is under way, wait a little, kill what is left, and leave the cluster."""
        references = [reference for reference, _ in self._running.values()]
        for force in (False, True):
            for reference in references:
                with contextlib.suppress(self._ray.exceptions.RayError):
                    self._ray.cancel(reference, force=force)
            if references and not force:
                _, references = self._ray.wait(references, num_returns=len(references), timeout=GRACE_SECONDS)
        self._running.clear()
        self._ray.shutdown()

    def _take(self, job: Job, reference: Any, began: float) -> Outcome:
        outcome: Outcome
        try:
            outcome, saved = self._ray.get(reference)
            if saved is not None:
                _keep(job, saved)
        except self._ray.exceptions.RayError as error:
            reason = f"its task ended by {type(error).__name__}: {str(error).strip()}"
            return failed(job, time.monotonic() - began, reason[:300])
        except SynthError as error:
            return failed(job, time.monotonic() - began, str(error))
        return replace(outcome, job=job)


def work(job: Job, home: str, folder: str) -> tuple[Outcome, Saved]:
    """
    Body of a task: answer the question.

    home    the node on which the workspace is
    folder  where relative names of folders begin
    """
    import ray

    with contextlib.suppress(OSError):
        os.chdir(folder)
    if ray.get_runtime_context().get_node_id() == home:
        return answer(job), None
    outcome = answer(replace(job, workspace=_elsewhere(job.workspace)))
    return outcome, None if outcome.failure else _saved(outcome.job)


def _elsewhere(workspace: Path) -> Path:
    """The folder that stands for this workspace on another machine; it stays, so that nothing is fetched or embedded there twice."""
    place = hashlib.sha256(str(workspace).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"synth-{os.getuid()}-{place}"


def _saved(job: Job) -> Saved:
    from synth.store import runs
    from synth.store.workspace import Workspace

    return runs.load(Workspace(job.workspace), job.name)


def _keep(job: Job, saved: tuple[Run, Provenance]) -> None:
    """Save a run of another machine in the workspace, beside the decisions that people made there."""
    from synth.report import render
    from synth.store import runs
    from synth.store.workspace import Workspace

    workspace, (run, circumstances) = Workspace(job.workspace), saved
    render.write(workspace, runs.save(workspace, run, circumstances), circumstances, ("md",))


def _ray() -> Any:
    # Ray would tell its makers that it was used, and a Ray that is started here would let everything else on the machine go first.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")
    try:
        import ray
    except ImportError:
        raise UsageError("--executor ray needs Ray, which is not installed", then="`pip install 'synth[ray]'` brings it") from None
    return ray
