"""The rerun as part of a run: what the laboratory measures is heard, and what it breaks is said."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from workplace import call, rows, run_arguments, write_papers

from synth.store import runs
from synth.store.workspace import Workspace
from synth.verifier import hearing, laboratory, rerun

TOKENS = "ATS uses fewer tokens than Top-K on DeiT-T at a keep rate of 0.5."
PAPER = {"ats.md": f"# Sampling Tokens of Vision Transformers\n\n## Results\n\n{TOKENS}\n"}


def measured(tmp_path: Path, seconds: float = 30) -> dict[str, object]:
    """What the rerun said on the claim about tokens, in a run that was given time to measure."""
    papers = write_papers(tmp_path / "papers", PAPER)
    arguments = [*run_arguments(papers, tmp_path), "--budget", str(seconds)]
    answer = call(*arguments)
    assert answer.code in (0, 1), answer.err
    found = rows(tmp_path)
    (evidence,) = [item for item in found[TOKENS]["evidence"] if item["witness"] == "rerun"]
    return dict(evidence)


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of the Python that runs the laboratory; tests write it."""
    program = tmp_path / "python"
    witness = functools.partial(rerun.RerunWitness, python=str(program), grace_seconds=0.5)
    monkeypatch.setattr(hearing, "RerunWitness", witness)
    return program


def write_program(path: Path, line: str) -> None:
    """A shell script of one line."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("echo out of memory >&2; exit 7", "not run: the laboratory failed: it ended with exit code 7: out of memory"),
        ("kill -9 $$", "not run: the laboratory failed: it ended with signal 9"),
        ("exit 0", "not run: the laboratory failed: it wrote no usable record"),
    ],
)
def test_a_laboratory_that_breaks_is_a_reason(tmp_path: Path, broken: Path, line: str, reason: str) -> None:
    """A crash, a kill and an empty answer are told as such; the run goes on and decides nothing by them."""
    write_program(broken, line)
    evidence = measured(tmp_path)
    assert (evidence["outcome"], evidence["reason"]) == ("failed", reason)
    assert rows(tmp_path)[TOKENS]["verdict"] == "UNVERIFIED"


def test_a_laboratory_that_hangs_is_ended(tmp_path: Path, broken: Path) -> None:
    """Beyond its time and the grace it is killed, and the run goes on."""
    write_program(broken, "while :; do :; done")
    evidence = measured(tmp_path, 1.5)
    assert evidence["outcome"] == "failed", evidence["reason"]
    assert "it was stopped after 2 seconds" in str(evidence["reason"])


def test_a_failure_is_no_lasting_state(tmp_path: Path, broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next run asks the laboratory again after it broke."""
    write_program(broken, "exit 7")
    assert measured(tmp_path)["outcome"] == "failed"
    write_program(broken, "echo better now >&2; exit 8")
    assert "exit code 8: better now" in str(measured(tmp_path)["reason"])


def test_the_real_laboratory_is_heard_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run measures the claim's cells on the real architecture, and a second run with the same budget starts no process."""
    evidence = measured(tmp_path)
    assert evidence["outcome"] in ("supported", "refuted", "inconclusive"), evidence["reason"]
    place = Workspace(tmp_path)
    saved, _ = runs.load(place, runs.latest(place))
    (heard,) = [item for finding in saved.findings for item in finding.evidence if item.witness == "rerun" and item.observations]
    assert {item.method for item in heard.observations} == {"ats", "topk"}
    assert {item.metric for item in heard.observations} == {"tokens"}
    monkeypatch.setattr(laboratory, "run", None)
    assert measured(tmp_path) == evidence
