"""Questions in processes of their own: what each gives, what the death of one costs, and that nothing is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import pytest
from workplace import QUESTION, call, claims_file, process, start, until

from synth.batch.batch import answer_all
from synth.batch.local import Local
from synth.batch.questions import jobs
from synth.batch.work import Outcome
from synth.settings import Settings

OTHER = "Is random pruning worse than Top-K pruning on ImageNet-1K?"


def arguments(workspace: Path, papers: Path, *questions: str) -> tuple[str | Path, ...]:
    """A batch over a folder, without network and without reruns."""
    file = workspace / "questions.txt"
    file.write_text("# of a test\n" + "\n".join(questions) + "\n")
    return ("run", "--questions", file, "--source", f"folder:{papers}", "--offline", "--budget", "0", "-w", workspace)


def test_a_batch_gives_what_single_runs_give(done: Path, copy: Path, tmp_path: Path) -> None:
    """Each question is the run that it would be alone; one that cannot be meant and one that is repeated cost the others nothing."""
    before = claims_file(copy).read_bytes()
    claims_file(copy).unlink()
    answer = call(*arguments(copy, done / "papers", QUESTION, "Hm", f" {QUESTION}"), "--json")
    assert answer.code == 1
    assert answer.err == (
        "synth: Hm: one word is no question; got 'Hm'; say what you want to know about it, such as \"Does X improve Y on Z?\"\n"
    )
    assert claims_file(copy).read_bytes() == before
    good, bad = answer.data
    assert (good["question"], good["papers"], good["claims"]) == (QUESTION, 3, 4)
    assert [good[name] for name in ("verified", "refuted", "contested", "unverified")] == [2, 1, 0, 1]
    assert Path(good["report"]).is_file()
    assert (bad["question"], bad["run"], bad["report"]) == ("Hm", None, None)
    shown = call(*arguments(copy, done / "papers", QUESTION, "Hm", QUESTION))
    assert "1 of 2 questions answered, 1 repetition left out" in shown.out
    assert "not answered: Hm: one word is no question" in " ".join(shown.out.split())


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ((QUESTION, "--questions", "x"), "a question and a file of questions; expected one of them"),
        ((), "no question; expected"),
        ((QUESTION, "--workers", "2"), "go with --questions"),
        (("--questions", __file__, "--address", "auto"), "goes with --executor ray"),
        (("--questions", __file__, "--update"), "do not go together"),
        (("--questions", "nowhere"), "nowhere cannot be read"),
        (("--questions", __file__, "--source", "folder:nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_meant_is_said_before_any_question_begins(tmp_path: Path, given: tuple[str, ...], reason: str) -> None:
    """Contradictions on the command line are usage errors, and nothing is written."""
    answer = call("run", *given, "-w", tmp_path)
    assert answer.code == 2
    assert reason in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_plan_for_every_question(copy: Path) -> None:
    """--dry-run says what would be asked for each, and asks nothing."""
    answer = call(*arguments(copy, copy / "papers", QUESTION, OTHER), "--dry-run", "--json")
    assert [plan["question"] for plan in answer.data] == [QUESTION, OTHER]
    assert all(plan["facets"] for plan in answer.data)


@pytest.mark.parametrize(("how", "reason"), [("kill", "was ended by SIGKILL"), ("exit", "ended with exit code 3 and told nothing")])
def test_the_death_of_a_process_is_a_failure_with_its_reason(
    how: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies costs its question only; the others go on."""
    monkeypatch.setattr("synth.batch.local.serve", {"kill": _killed, "exit": _gone}[how])
    asked = jobs((QUESTION, OTHER), tmp_path, Settings())
    first, second = answer_all(asked, Local(2))
    assert reason in first.failure
    assert (second.failure, second.papers) == ("", 7)


def _killed(end: Any, job: Any, threads: int) -> None:
    _or_answer(end, job, lambda: os.kill(os.getpid(), signal.SIGKILL))


def _gone(end: Any, job: Any, threads: int) -> None:
    _or_answer(end, job, lambda: sys.exit(3))


def _or_answer(end: Any, job: Any, die: Callable[[], object]) -> None:
    if job.question == QUESTION:
        die()
    end.send(Outcome(job, 0.0, papers=7))


def children(of: int) -> list[int]:
    """Processes that this one started and that run this package, with those that they started."""
    found = []
    for child in Path(f"/proc/{of}/task/{of}/children").read_text().split():
        with_those = [int(child), *children(int(child))]
        found += with_those
    return found


needs_linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to see the processes of a process")


@needs_linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_end_of_a_batch_is_the_end_of_its_processes(done: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C is one line and leaves no process behind; whatever else ends the batch does not either."""
    started = start(*arguments(tmp_path, done / "papers", QUESTION, OTHER), "--workers", "2")
    assert until(started, lambda: (tmp_path / ".synth" / "index.sqlite").exists())
    left = [os.pidfd_open(pid) for pid in children(started.pid)]
    assert len(left) >= 2
    started.send_signal(number)
    _, err = started.communicate(timeout=60)
    if number == signal.SIGINT:
        assert err == "synth: stopped; the same command goes on where this one stopped\n"
        assert started.returncode in (130, -signal.SIGINT)
    for process_of in left:  # readable from the end of its process on: man 2 pidfd_open
        assert wait([process_of], 60)
        os.close(process_of)
    assert not (tmp_path / "reports").exists()


def test_without_ray_one_line_says_so(done: Path, copy: Path) -> None:
    """Where Ray is not installed, --executor ray is a usage error that names the extra."""
    (copy / "ray.py").write_text("raise ImportError('none')\n")
    given = [str(each) for each in arguments(copy, done / "papers", QUESTION)]
    path = os.pathsep.join((str(copy), str(Path(__file__).parents[2])))
    command = [sys.executable, "-m", "synth", *given, "--executor", "ray"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path})
    assert answer.returncode == 2
    assert answer.stderr == "synth: --executor ray needs Ray, which is not installed; `pip install 'synth[ray]'` brings it\n"


@pytest.mark.timeout(600)
def test_ray_gives_what_local_processes_give(done: Path, copy: Path) -> None:
    """Questions on a cluster that is started for them are the same runs; a question that fails there costs no other."""
    pytest.importorskip("ray")
    before = claims_file(copy).read_bytes()
    claims_file(copy).unlink()
    answer = process(*arguments(copy, done / "papers", QUESTION, "Hm"), "--executor", "ray", "--json")
    assert answer.code == 1, answer.err
    assert answer.err.startswith("synth: Hm: one word is no question")
    assert claims_file(copy).read_bytes() == before
    assert [each["claims"] for each in answer.data] == [4, None]


@pytest.mark.timeout(600)
def test_a_run_on_another_machine_is_saved_in_the_workspace(done: Path, copy: Path) -> None:
    """A cluster whose cores are all on another node gives the same claims table, report and exit; the cache here is not touched."""
    utilities = pytest.importorskip("ray.cluster_utils")
    from synth.batch.ray import OnRay, _elsewhere

    before = claims_file(copy).read_bytes()
    shutil.rmtree(copy / "claims")
    shutil.rmtree(copy / "reports")
    shutil.rmtree(copy / ".synth")
    cluster = utilities.Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        cluster.add_node(num_cpus=1)
        settings = Settings(sources=(f"folder:{done / 'papers'}",), offline=True, budget_seconds=0)
        (outcome,) = answer_all(jobs((QUESTION,), copy, settings), OnRay(cluster.address))
    finally:
        cluster.shutdown()
        shutil.rmtree(_elsewhere(copy), ignore_errors=True)
    assert outcome.failure == ""
    assert outcome.report.is_file()
    assert claims_file(copy).read_bytes() == before
    assert not (copy / ".synth" / "index.sqlite").exists()
