"""Files appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synth.errors import StoreError
from synth.store.workspace import Workspace, write_atomic


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_write_atomic_makes_folders_and_replaces(tmp_path: Path) -> None:
    """The newest text is what is read, folders are made, and no temporary file stays behind."""
    path = tmp_path / "a" / "b.txt"
    write_atomic(path, "old")
    write_atomic(path, "nëw")
    assert path.read_bytes() == "nëw".encode()
    assert _names(path.parent) == ["b.txt"]


def test_write_atomic_keeps_the_old_file_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up costs the new text, never the old one, and says so in one line."""
    path = tmp_path / "kept.txt"
    write_atomic(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"could not write .*kept\.txt: No space left on device"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["kept.txt"]


def test_write_atomic_over_a_folder_is_a_store_error(tmp_path: Path) -> None:
    """A path that cannot be written is named in the error."""
    (tmp_path / "taken").mkdir()
    with pytest.raises(StoreError, match="taken"):
        write_atomic(tmp_path / "taken", b"x")


def test_a_workspace_makes_nothing_until_something_is_written(tmp_path: Path) -> None:
    """Looking at an empty folder leaves it empty."""
    workspace = Workspace(tmp_path)
    assert (workspace.claims, workspace.reports, workspace.cache_dir) == (tmp_path / "claims", tmp_path / "reports", tmp_path / ".synth")
    assert workspace.cache is workspace.cache
    assert _names(tmp_path) == []
