"""A run that is killed goes on where it stopped, and ends as it would have."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from kill_and_resume import embeddings_of, survive
from workplace import bare_settings, done, process, report_file, rows, run_arguments, start, write_papers

__all__ = ["bare_settings", "done"]


@pytest.fixture(scope="module")
def held(done: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vectors of the finished run."""
    return embeddings_of(done, tmp_path_factory.mktemp("held") / "cache")


@pytest.mark.timeout(900)
def test_eight_kills_change_nothing(held: Path, tmp_path: Path) -> None:
    """Killed at random moments and resumed each time, runs end with the claims, the report and the exit code of an undisturbed one."""
    *_, count = survive(8, write_papers(tmp_path / "papers"), tmp_path, seed=1, held=held)
    assert len(count.kills) == 8
    assert count.runs == count.equal >= 1


def test_two_runs_at_once_in_one_workspace_end_as_one(done: Path, held: Path, tmp_path: Path) -> None:
    """Two processes answer one question in one workspace: both succeed, and claims and report are those of one alone."""
    shutil.copytree(held, tmp_path / ".synth")
    both = [start(*run_arguments(done / "papers", tmp_path)) for _ in range(2)]
    for each in both:
        _, err = each.communicate(timeout=240)
        assert (each.returncode, err) == (1, "")
    assert rows(tmp_path) == rows(done)
    assert report_file(tmp_path).read_bytes() == report_file(done).read_bytes()
    assert process("cache", "verify", "-w", tmp_path).code == 0
