"""A workspace that cannot be written is noticed before the work and not after it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from unprivileged import freeze, unprivileged
from workplace import call, claims_file, rows, run_arguments

from synth import auditing, pipeline
from synth.errors import NothingRetrieved

__all__ = ["unprivileged"]


BEGUN = "synth: the work was begun\n"


@pytest.fixture(autouse=True)
def stops_at_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories end where their work begins."""

    def begin(*rest: object, **terms: object) -> None:
        raise NothingRetrieved("the work was begun")

    for story, name in ((pipeline, "gather"), (auditing, "fetch_named"), (pipeline, "reopen")):
        monkeypatch.setattr(story, name, begin)


REPORT = """# A Report on Tokens

| Claim | Verified | Confidence |
| --- | --- | --- |
| ToMe is faster than EViT. | ✓ | 0.9 |
"""


def command(name: str, folder: Path) -> tuple[str | Path, ...]:
    """A command that works for minutes and then saves, with its inputs in a folder."""
    (folder / "report.md").write_text(REPORT, "utf-8")
    return {"run": run_arguments(folder, "")[:-2], "audit": ("audit", folder / "report.md", "--offline")}[name]


@pytest.mark.parametrize("name", ["run", "audit"])
@pytest.mark.parametrize("made", [False, True], ids=["new", "held"])
def test_a_folder_that_may_only_be_read_is_noticed_first(
    name: str, made: bool, unprivileged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, exit code 3, and no search; also where the cache may be written and the claims may not."""
    asked = command(name, unprivileged)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(unprivileged))  # the one of other tests is for their owner alone
    assert call(*asked, "-w", unprivileged / "other").err == BEGUN  # and everything is imported that nobody else may read
    if made:
        (unprivileged / "claims").mkdir()
        (unprivileged / ".synth").mkdir()
        (unprivileged / ".synth").chmod(0o777)
    freeze(unprivileged / "claims" if made else unprivileged)
    answer = call(*asked, "-w", unprivileged)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith("synth: could not write ")
    assert "Permission denied; check that the folder is writable" in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("name", ["run", "audit"])
def test_a_full_disk_is_noticed_first(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing more finds room, one line says so before the work, and no file is left behind."""

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert call(*command(name, tmp_path), "-w", tmp_path / "other").err == BEGUN
    monkeypatch.setattr(os, "fsync", full)
    answer = call(*command(name, tmp_path), "-w", tmp_path / "place")
    assert (answer.code, answer.out) == (3, "")
    assert "No space left on device; check that the folder is writable and the disk has room" in answer.err
    assert answer.err.count("\n") == 1
    assert [path.name for path in (tmp_path / "place").rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_a_saved_run_is_left_as_it_is(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verifying a claim again where nothing can be saved changes nothing."""
    before = claims_file(copy).read_bytes()

    def read_only(descriptor: int) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    claim = str(next(iter(rows(copy).values()))["id"])
    assert call("verify", claim, "-w", copy, "--offline").err == BEGUN
    monkeypatch.setattr(os, "fsync", read_only)
    answer = call("verify", claim, "-w", copy, "--offline")
    assert (answer.code, answer.out) == (3, "")
    assert "Read-only file system" in answer.err
    assert claims_file(copy).read_bytes() == before
