"""
Large data as files named by their SHA-256, each beside a small file with the names under which the index knows it.

Those names are needed only when the index is lost: a digest alone does not say which paper a PDF is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from synth.store.files import write_atomic

NAMES = ".names"
"""how the file with the names of a blob ends: one JSON list [kind, key, created, expires] a line."""


class Entry(NamedTuple):
    """One row of the index."""

    kind: str
    key: str
    digest: str
    """SHA-256 of the data, 64 hexadecimal characters."""
    data: bytes | None
    """the bytes themselves; None where they are a file."""
    created: float
    """seconds since 1970."""
    expires: float | None
    """seconds since 1970; None for never."""


class Blobs:
    """A folder of files that are what their names say, or count as absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the data with this digest lie."""
        return self.folder / digest[:2] / digest[2:]

    def read(self, digest: str) -> bytes | None:
        """The data with this digest; None if they are not there or no longer match it."""
        try:
            data = self.path(digest).read_bytes()
        except OSError:
            return None
        return data if digest_of(data) == digest else None

    def write(self, entry: Entry, data: bytes) -> None:
        """
        Put the data of an entry on the disk, with its name.

        raises  StoreError where the folder cannot be written or the disk is full
        """
        if self.read(entry.digest) is None:
            write_atomic(self.path(entry.digest), data)
        known = [name for name in self._names(entry.digest) if (name.kind, name.key) != (entry.kind, entry.key)]
        lines = [json.dumps([name.kind, name.key, name.created, name.expires]) for name in (*known, entry)]
        write_atomic(self.path(entry.digest).with_suffix(NAMES), "\n".join(lines) + "\n")

    def remove(self, digest: str) -> None:
        """Delete the data and their names, where they are."""
        for path in (self.path(digest), self.path(digest).with_suffix(NAMES)):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def digests(self) -> Iterator[str]:
        """The digest of every file that claims to be one."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if len(path.name) == 62:
                yield path.parent.name + path.name

    def entries(self) -> Iterator[Entry]:
        """What the index should know of these files."""
        for digest in self.digests():
            yield from self._names(digest)

    def _names(self, digest: str) -> list[Entry]:
        """The entries that the file of names tells of; none where it is missing or damaged."""
        try:
            lines = self.path(digest).with_suffix(NAMES).read_text("utf-8").splitlines()
            told = [json.loads(line) for line in lines]
            return [Entry(str(kind), str(key), digest, None, float(at), end and float(end)) for kind, key, at, end in told]
        except (OSError, ValueError, TypeError):
            return []


def digest_of(data: bytes) -> str:
    """SHA-256, 64 hexadecimal characters."""
    return hashlib.sha256(data).hexdigest()
