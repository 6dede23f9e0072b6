"""Where a project keeps its files: claims tables, reports and the cache; and the one way in which files are written."""

from __future__ import annotations

import contextlib
import os
import secrets
from functools import cached_property
from pathlib import Path

from synth.errors import StoreError
from synth.store.cache import Cache


def write_atomic(path: Path, data: bytes | str) -> None:
    """
    Put the data at the path in one step: a reader sees the old file or the new one, never a part.

    data     text is written as UTF-8
    raises   StoreError where the folder cannot be written or the disk is full
    """
    payload = data.encode() if isinstance(data, str) else data
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not mkstemp: its files are for their owner alone, and a report is read by others.
        temporary = path.parent / f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp"
        try:
            with temporary.open("xb") as file:
                file.write(payload)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise StoreError(
            f"could not write {path}: {error.strerror or error}", then="check that the folder is writable and the disk has room"
        ) from error


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
