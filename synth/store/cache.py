"""
Bytes kept by kind and key: small ones inside one SQLite file, larger ones as files named by their SHA-256.

Safe to delete at any time, safe for several processes and threads, and whole after a `kill -9` at any point: a blob is on
the disk under its final name before the index speaks of it, and what does not match its digest counts as absent.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from filelock import FileLock

from synth.errors import StoreError

SCHEMA = 1
"""version of the tables below; an older index is emptied, a newer one is refused."""

INLINE_BYTES = 16_384
"""data up to this size live in the index: SQLite reads and writes such rows faster than a file each (sqlite.org/fasterthanfs.html)."""

TABLES = """
CREATE TABLE entries (
    kind TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, data BLOB, created REAL NOT NULL, expires REAL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""


class Cache:
    """A store of bytes that may forget, and never lies."""

    def __init__(self, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.index = folder / "index.sqlite"
        self._now = now
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0

    def get(self, kind: str, key: str) -> bytes | None:
        """The bytes kept under this kind and key; None if there are none, they expired, or they no longer match their digest."""
        return self.get_many(kind, [key]).get(key)

    def get_many(self, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The bytes of those of the keys that are held."""
        found: dict[str, bytes] = {}
        with self._guard("read") as connection:
            for chunk in _chunks(keys, 500):
                marks = ",".join("?" * len(chunk))
                rows = connection.execute(
                    f"SELECT key, digest, data FROM entries WHERE kind = ? AND key IN ({marks}) AND (expires IS NULL OR expires > ?)",
                    (kind, *chunk, self._now()),
                ).fetchall()
                for key, digest, data in rows:
                    payload = data if data is not None else self._read(digest)
                    if payload is not None and _digest(payload) == digest:
                        found[key] = payload
        return found

    def put(self, kind: str, key: str, data: bytes, *, seconds: float | None = None) -> str:
        """
        Keep the bytes under this kind and key, for so many seconds or for ever, in place of what was there.

        returns  their SHA-256, 64 hexadecimal characters
        raises   StoreError where the folder cannot be written or the disk is full
        """
        self.put_many(kind, {key: data}, seconds=seconds)
        return _digest(data)

    def put_many(self, kind: str, items: Mapping[str, bytes], *, seconds: float | None = None) -> None:
        """Keep many at once, in one transaction: all or none are known afterwards."""
        created = self._now()
        expires = None if seconds is None else created + seconds
        with self._guard("write") as connection:
            rows = []
            for key, data in items.items():
                digest = _digest(data)
                small = len(data) <= INLINE_BYTES
                if not small:
                    self._write(digest, data)
                rows.append((kind, key, digest, data if small else None, created, expires))
            with connection:
                connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Let go of the index; the next call opens it again."""
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    def path(self, digest: str) -> Path:
        """Where a large blob with this digest lies."""
        return self.folder / "blobs" / digest[:2] / digest[2:]

    def _read(self, digest: str) -> bytes | None:
        try:
            return self.path(digest).read_bytes()
        except OSError:
            return None

    def _write(self, digest: str, data: bytes) -> None:
        path = self.path(digest)
        if self._read(digest) == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise

    @contextlib.contextmanager
    def _guard(self, verb: str) -> Iterator[sqlite3.Connection]:
        """The open index, held by this thread; whatever the disk or SQLite says becomes one StoreError."""
        try:
            with self._lock:
                yield self._open()
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"could not {verb} the cache {self.folder}: {error}", then="check that the folder is writable and the disk has room"
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"the index {self.index} is damaged: {error}", then=f"delete the folder {self.folder}, nothing is lost"
            ) from error
        except OSError as error:
            raise StoreError(
                f"could not {verb} the cache {self.folder}: {error.strerror or error}",
                then="check that the folder is writable and the disk has room",
            ) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is None or self._pid != os.getpid():  # a connection must not be carried over a fork
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "index.lock"):
                self._connection = self._connect()
            self._pid = os.getpid()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.index, timeout=30.0, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA:
                raise StoreError(
                    f"the cache {self.folder} was made by a newer version",
                    got=f"schema {version}",
                    expected=f"at most {SCHEMA}",
                    then="update synth or delete the folder",
                )
            if version < SCHEMA:
                with connection:
                    connection.execute("DROP TABLE IF EXISTS entries")
                    connection.execute(TABLES)
                    connection.execute(f"PRAGMA user_version = {SCHEMA}")
        except BaseException:
            connection.close()
            raise
        return connection


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _chunks(keys: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
