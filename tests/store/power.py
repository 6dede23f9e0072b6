"""A disk whose power can be cut: what was not brought to it by fsync is lost, in the worst way that POSIX allows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


class PowerCut(BaseException):
    """Nothing of the program runs after this."""


class Disk:
    """
    The files below a folder, of which only what was synced survives.

    Contents survive from the fsync of a file on; a new name from the fsync of its folder on. `renames` says whether names that
    were not synced are lost (False) or happen to have reached the disk, though the contents have not (True).
    """

    def __init__(self, root: Path, safe: Path, *, renames: bool) -> None:
        self.root = root
        self.renames = renames
        self.steps_left = -1
        """calls until the power goes; below 0 it stays."""
        self._safe = safe
        """where the state that survives is kept: a folder that mirrors the root."""
        self._contents: dict[int, bytes] = {}

    def run(self, patch: pytest.MonkeyPatch, steps: int, work: Callable[[], object]) -> bool:
        """Do the work with the power gone after so many calls to the disk; whether it came to its end. The loss has happened afterwards."""
        shutil.rmtree(self._safe, ignore_errors=True)
        shutil.copytree(self.root, self._safe)
        self._contents = {path.stat().st_ino: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}
        self.steps_left = steps
        with patch.context() as patched:
            patched.setattr(os, "fsync", self._after_a_step(self._fsync, os.fsync))
            patched.setattr(Path, "replace", self._after_a_step(self._replace, Path.replace))
            patched.setattr(Path, "unlink", self._after_a_step(lambda *_: None, Path.unlink))
            try:
                work()
                done = True
            except PowerCut:
                done = False
        self._lose()
        return done

    def _after_a_step(self, note: Callable[..., None], call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            if self.steps_left == 0:
                raise PowerCut
            self.steps_left -= 1
            answer = call(*arguments, **options)
            note(*arguments)
            return answer

        return counted

    def _fsync(self, descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        if path.is_file():
            self._contents[path.stat().st_ino] = path.read_bytes()
        elif (self._safe / path.relative_to(self.root)).exists():
            self._bring(path)

    def _replace(self, source: Path, target: Path) -> None:
        if self.renames and (self._safe / target.parent.relative_to(self.root)).exists():
            self._bring(target.parent)

    def _bring(self, folder: Path) -> None:
        """The names of a folder as they are now, each with the contents that were synced."""
        mirror = self._safe / folder.relative_to(self.root)
        here = {path.name: path for path in folder.iterdir()}
        for path in mirror.iterdir():
            if path.name not in here and path.is_file():
                path.unlink()
        for name, path in here.items():
            if path.is_dir():
                (mirror / name).mkdir(exist_ok=True)
            else:
                (mirror / name).write_bytes(self._contents.get(path.stat().st_ino, path.read_bytes()[: path.stat().st_size // 2]))

    def _lose(self) -> None:
        shutil.rmtree(self.root)
        shutil.copytree(self._safe, self.root)
