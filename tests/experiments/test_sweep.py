"""A sweep fills a ledger by many processes: it resumes, shares, and says what failed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.__main__ import main
from experiments.ledger import Ledger
from experiments.sweep.chunks import Chunk, cut
from experiments.sweep.executor import Ended, Executor
from experiments.sweep.local import Local
from experiments.sweep.shipped import specifications
from experiments.sweep.sweep import Report, Sweep, _lock
from experiments.sweep.work import Step, work
from synth.model import CellRequest, Spec


def make_spec(*methods: str, **fields: Any) -> Spec:
    """Off-the-shelf cells of the tiny backbone on a few images."""
    shape = {"backbone": "proxy_tiny", "dataset": "digit_scenes", "keep_rate": 0.5} | fields
    cells = tuple(CellRequest(method=method, **shape) for method in methods)
    return Spec(measures=("tokens",), cells=cells, images=16, replicates=2)


class Inline(Executor):
    """Does a chunk in this process, up to a number of steps; the end then says `reason`."""

    slots = 2

    def __init__(self, steps: int = 10**6, reason: str = "") -> None:
        self.steps = steps
        self.reason = reason
        self.started: list[str] = []
        self.waiting: list[tuple[Chunk, Iterator[Step]]] = []

    def start(self, chunk: Chunk, held: frozenset[str], weights: str, seconds: float) -> None:
        """Remember it."""
        self.started.append(chunk.name)
        self.waiting.append((chunk, work(chunk.spec.model_dump_json(), held, weights, seconds)))

    def heard(self, seconds: float) -> Iterator[tuple[Chunk, Step | Ended]]:
        """All that it says."""
        while self.waiting:
            chunk, steps = self.waiting.pop(0)
            for _, step in zip(range(self.steps), steps, strict=False):
                yield chunk, step
            yield chunk, Ended(self.reason)

    def stop(self) -> None:
        """Nothing is under way between two calls."""


def swept(spec: Spec, folder: Path, executor: Executor | None = None, seconds: float = 60.0) -> Report:
    """The report of a sweep into a ledger in a folder."""
    ledger = Ledger(folder / "ledger.jsonl", None)
    return Sweep(cut([spec]), ledger, executor or Inline(), chunk_seconds=60.0, log=lambda *_: None).run(seconds)


def values(path: Path) -> dict[str, Any]:
    """What a ledger holds by key, without times and circumstances."""
    return {row.key: (row.unit, row.cell, row.digests, row.values) for row in Ledger(path, None).rows()}


def test_chunks_keep_together_what_is_compared() -> None:
    """Off the shelf by backbone, data set and seed; fine-tuned also by keep rate, with and without teacher in one."""
    plain = make_spec("topk", "tome")
    tuned = make_spec("topk", "dynamicvit", regime="fine_tuned")
    bare = make_spec("dynamicvit", regime="fine_tuned_no_teacher")
    other = make_spec("topk", regime="fine_tuned", keep_rate=0.25)
    spec = plain.model_copy(update={"cells": (*plain.cells, *tuned.cells, *bare.cells, *other.cells)})
    assert [(chunk.name, len(chunk.spec.cells)) for chunk in cut([spec])] == [
        ("proxy_tiny-digit_scenes-0-off_the_shelf", 2),
        ("proxy_tiny-digit_scenes-0-fine_tuned-0.25", 1),
        ("proxy_tiny-digit_scenes-0-fine_tuned-0.5", 3),
    ]


def test_the_order_of_chunks_is_seeded_and_begins_with_the_smallest() -> None:
    """Another seed deals the chunks out differently, never a wider backbone before a narrower one."""
    one, other = ([chunk.name for chunk in cut(specifications(), seed)] for seed in (0, 1))
    assert one != other
    assert sorted(one) == sorted(other)
    sizes = [next(i for i, word in enumerate(("tiny", "small", "base")) if word in name) for name in one]
    assert sizes == sorted(sizes)


def test_local_processes_give_what_this_process_gives(tmp_path: Path) -> None:
    """Rows that came from processes of their own are those of a sweep without any, and a second sweep measures nothing."""
    spec = make_spec("topk", "ats")
    assert swept(spec, tmp_path / "local", Local(1)).measured == 2
    assert swept(spec, tmp_path / "inline").measured == 2
    assert values(tmp_path / "local/ledger.jsonl") == values(tmp_path / "inline/ledger.jsonl")
    again = swept(spec, tmp_path / "local")
    assert (again.measured, again.held) == (0, 2)


def test_a_unit_that_fails_is_a_row_with_its_reason_and_is_tried_again(tmp_path: Path) -> None:
    """An impossible keep rate costs the other units nothing; the next sweep tries it anew."""
    spec = make_spec("topk", "tome")
    spec = spec.model_copy(update={"cells": (*spec.cells, *make_spec("topk", keep_rate=7.0).cells)})
    for sweep in (1, 2):
        assert swept(spec, tmp_path).failed == 1
        failures = list(Ledger(tmp_path / "ledger.jsonl", None).failures())
        assert [row.failed for row in failures] == ["ReductionError: a keep rate lies in (0, 1]; got 7.0"] * sweep


def test_a_chunk_that_dies_leaves_rows_with_the_reason_for_what_it_missed(tmp_path: Path) -> None:
    """What was measured before stays, the rest says why, and the next sweep measures it."""
    report = swept(make_spec("topk", "tome", "ats"), tmp_path, Inline(steps=6, reason="its process was ended by SIGKILL"))
    assert (report.measured, report.failed, report.broken) == (1, 2, 1)
    reasons = [row.failed for row in Ledger(tmp_path / "ledger.jsonl", None).failures()]
    assert reasons == ["not measured: its process was ended by SIGKILL, while measuring Tokens tome"] * 2
    assert swept(make_spec("topk", "tome", "ats"), tmp_path).measured == 2


def test_a_chunk_that_says_nothing_leaves_a_row_a_cell(tmp_path: Path) -> None:
    """A process that dies before it has planned anything misses all its cells."""
    assert swept(make_spec("topk", "tome"), tmp_path, Inline(steps=0, reason="exit code 1")).failed == 2
    assert [row.cell.method for row in Ledger(tmp_path / "ledger.jsonl", None).failures()] == ["topk", "tome"]


@pytest.mark.parametrize(("how", "reason"), [("kill", "ended by SIGKILL"), ("exit", "exit code 3"), ("hang", "longer than its 2 s")])
def test_the_end_of_a_process_has_its_reason(how: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill, an exit and a time limit of a local process are told apart."""
    bodies = {"kill": _kill_myself, "exit": _exit_3, "hang": _hang}
    monkeypatch.setattr("experiments.sweep.local._serve", bodies[how])
    local = Local(1)
    (chunk,) = cut([make_spec("topk")])
    local.start(chunk, frozenset(), "", 2.0)
    ends: list[Ended] = []
    while not ends:
        ends = [message for _, message in local.heard(5.0) if isinstance(message, Ended)]
    assert reason in ends[0].reason


def _kill_myself(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _exit_3(*_: object) -> None:
    sys.exit(3)


def _hang(*_: object) -> None:
    time.sleep(600)


def test_two_sweeps_never_do_a_chunk_at_once(tmp_path: Path) -> None:
    """A chunk that another sweep holds is left to it; let go, it is done here, without what the other has measured."""
    ledger = tmp_path / "ledger.jsonl"
    (chunk,) = cut([make_spec("topk")])
    lock = _lock(ledger, chunk.name)
    assert lock is not None
    executor = Inline()
    assert swept(chunk.spec, tmp_path, executor, seconds=0.2).left == 1
    assert executor.started == []
    os.close(lock)
    assert swept(chunk.spec, tmp_path, executor).done == 1


def test_rows_of_another_sweep_are_taken_up_before_a_chunk_is_started(tmp_path: Path) -> None:
    """A ledger that was opened before the other sweep wrote does not measure anew."""
    ledger = Ledger(tmp_path / "ledger.jsonl", None)
    sweep = Sweep(cut([make_spec("topk")]), ledger, Inline(), chunk_seconds=60.0, log=lambda *_: None)
    swept(make_spec("topk"), tmp_path)
    assert sweep.run(60.0).held == 1


def test_a_killed_sweep_resumes(tmp_path: Path) -> None:
    """Driver and processes killed in the middle, the next sweep measures what is not in the ledger and nothing else."""
    ledger = tmp_path / "ledger.jsonl"
    spec = make_spec("topk", "tome", "ats", "evit", "l1", "l2", "kmedoids", "dpcknn")
    (tmp_path / "spec.json").write_text(spec.model_dump_json(), "utf-8")
    arguments = ["-m", "experiments", "sweep", str(tmp_path / "spec.json"), "--ledger", str(ledger), "--workers", "1"]
    driver = subprocess.Popen([sys.executable, *arguments], start_new_session=True, stderr=subprocess.DEVNULL)
    while driver.poll() is None and not (ledger.is_file() and ledger.read_bytes().count(b"\n") >= 1):
        time.sleep(0.01)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    before = {row.key: row.created for row in Ledger(ledger, None).rows()}
    report = swept(spec, tmp_path)
    assert before
    assert (report.held, report.measured) == (len(before), len(spec.cells) - len(before))
    assert len(ledger.read_text("utf-8").splitlines()) == len(spec.cells)


def test_the_command_reports_and_exits_by_what_happened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 where all is measured, 1 where something failed, 3 where something is left; counts go to stderr."""
    outcomes = {}
    for name, spec, extra in (
        ("done", make_spec("topk"), []),
        ("failed", make_spec("topk", keep_rate=7.0), []),
        ("left", make_spec("tome"), ["--seconds", "0"]),
    ):
        path = tmp_path / f"{name}.json"
        path.write_text(spec.model_dump_json(), "utf-8")
        outcomes[name] = main(["sweep", str(path), "--ledger", str(tmp_path / name / "ledger.jsonl"), "--workers", "1", *extra])
    assert outcomes == {"done": 0, "failed": 1, "left": 3}
    told = capsys.readouterr()
    assert told.out == ""
    assert "chunks: 1 done, 0 left, 0 broken off; units: 1 measured, 0 in the ledger before, 0 failed" in told.err


def test_ray_gives_what_local_processes_give(tmp_path: Path) -> None:
    """The same rows but for times, by tasks of a Ray that the sweep starts on this machine."""
    pytest.importorskip("ray", reason="needs Ray: pip install 'synth[ray]'")
    (tmp_path / "spec.json").write_text(make_spec("topk", "ats").model_dump_json(), "utf-8")
    for executor, *address in (("local",), ("ray", "--address", "local")):
        arguments = ["sweep", str(tmp_path / "spec.json"), "--ledger", str(tmp_path / executor / "ledger.jsonl")]
        assert main([*arguments, "--executor", executor, *address, "--workers", "1"]) == 0
    local, ray = (values(tmp_path / executor / "ledger.jsonl") for executor in ("local", "ray"))
    assert local == ray
    assert len(ray) == 2


def test_ray_without_an_address_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line names what an address may be, and the exit code says that it could not."""
    pytest.importorskip("ray", reason="needs Ray: pip install 'synth[ray]'")
    (tmp_path / "spec.json").write_text(make_spec("topk").model_dump_json(), "utf-8")
    assert main(["sweep", str(tmp_path / "spec.json"), "--ledger", str(tmp_path / "ledger.jsonl"), "--executor", "ray"]) == 3
    assert capsys.readouterr().err.splitlines() == [
        "error: --executor ray needs --address: auto for the cluster of this machine, local to start one here, or HOST:PORT"
    ]
