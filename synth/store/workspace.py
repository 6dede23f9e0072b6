"""Where a project keeps its files: claims tables, reports and the cache."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from synth.errors import StoreError
from synth.store.cache import Cache
from synth.store.files import check_room, write_atomic

__all__ = ["Workspace", "write_atomic"]

LONGEST_WRITE = 60.0
"""seconds after which a process that holds the claims tables is taken to hang."""


class Workspace:
    """A folder with claims/, reports/ and .synth/; nothing is made before something is written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.claims = root / "claims"
        self.reports = root / "reports"
        self.cache_dir = root / ".synth"

    @cached_property
    def cache(self) -> Cache:
        """The cache of this workspace, opened on first use."""
        return Cache(self.cache_dir)

    def check(self, name: str) -> None:
        """
        Find out before minutes of work whether the run of this name can be saved at their end.

        raises  StoreError where a folder cannot be written or the disk is full
        """
        for folder in (self.cache_dir, self.claims, self.reports / name):
            check_room(folder)

    @contextlib.contextmanager
    def only_update(self, name: str) -> Iterator[None]:
        """No other process updates the run of this name within; StoreError where one does, or the folder cannot be written."""
        lock = FileLock(self.cache_dir / f"update-{name}.lock", timeout=0)
        try:
            self.cache_dir.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise StoreError(f"another process is updating {name}", then="wait for it, its answer is the same") from error
        except OSError as error:
            raise StoreError(f"could not write in the workspace {self.root}: {error.strerror or error}") from error
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """
        No other process changes the claims tables within; to be taken around reading one and writing it.

        raises  StoreError where the folder cannot be written or another process does not come to an end
        """
        lock = FileLock(self.cache_dir / "claims.lock", timeout=LONGEST_WRITE)
        try:
            self.cache_dir.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except (OSError, Timeout) as error:
            reason = error.strerror or str(error)
            raise StoreError(f"could not write in the workspace {self.root}: {reason}", then="check that the folder is writable") from error
        try:
            yield
        finally:
            lock.release()
