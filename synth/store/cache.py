"""
Bytes kept by kind and key: small ones inside one SQLite file, larger ones as files named by their SHA-256.

Safe to delete at any time, safe for several processes and threads, and whole after a `kill -9` at any point: a blob is on
the disk under its final name before the index speaks of it, and what does not match its digest counts as absent. A damaged
index is set aside and built anew; where the folder may only be read, what is kept is used and nothing is added.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from synth.errors import StoreError
from synth.store import recovery
from synth.store.blobs import Blobs, Entry, digest_of
from synth.store.index import connect, migrate, transaction

INLINE_BYTES = 16_384
"""data up to this size live in the index: SQLite reads and writes such rows faster than a file each (sqlite.org/fasterthanfs.html)."""

DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class Cache:
    """A store of bytes that may forget, and never lies."""

    def __init__(self, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.index = folder / "index.sqlite"
        self.blobs = Blobs(folder / "blobs")
        self.now = now
        """seconds since 1970."""
        self.repairs: tuple[str, ...] = ()
        """what this process found damaged in the index and built anew, in words."""
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, ...] = ()
        self._read_only = False

    def get(self, kind: str, key: str) -> bytes | None:
        """The bytes kept under this kind and key; None if there are none, they expired, or they no longer match their digest."""
        return self.get_many(kind, [key]).get(key)

    def get_many(self, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The bytes of those of the keys that are held."""

        def found(connection: sqlite3.Connection) -> dict[str, bytes]:
            return {
                key: payload
                for chunk in _chunks(keys, 500)
                for key, digest, data in self._rows(connection, kind, chunk)
                if (payload := self.payload(digest, data)) is not None
            }

        return self.do("read", found)

    def put(self, kind: str, key: str, data: bytes, *, seconds: float | None = None) -> str:
        """
        Keep the bytes under this kind and key, for so many seconds or for ever, in place of what was there.

        returns  their SHA-256, 64 hexadecimal characters
        raises   StoreError where the folder cannot be written or the disk is full
        """
        self.put_many(kind, {key: data}, seconds=seconds)
        return digest_of(data)

    def put_many(self, kind: str, items: Mapping[str, bytes], *, seconds: float | None = None) -> None:
        """Keep many at once, in one transaction: all or none are known afterwards."""
        created = self.now()
        expires = None if seconds is None else created + seconds

        def keep(connection: sqlite3.Connection) -> None:
            if self._read_only:
                return
            # The blobs are written within the transaction: nobody may clear away what the index is about to name.
            with transaction(connection):
                for key, data in items.items():
                    entry = Entry(kind, key, digest_of(data), data, created, expires)
                    if len(data) > INLINE_BYTES:
                        entry = entry._replace(data=None)
                        self.blobs.write(entry, data)
                    connection.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", entry)

        self.do("write", keep)

    def close(self) -> None:
        """Let go of the index; the next call opens it again."""
        with self._lock:
            if self._connection is not None and self._opened[:1] == (os.getpid(),):
                self._connection.close()
            self._connection = None

    def path(self, digest: str) -> Path:
        """Where a large blob with this digest lies."""
        return self.blobs.path(digest)

    def do(self, verb: str, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """
        What the work gives on the open index, held by this thread; on a damaged index it is done again after the repair.

        raises  StoreError for whatever else the disk or SQLite says
        """
        try:
            with self._lock:
                try:
                    return work(self._open())
                except sqlite3.DatabaseError as error:
                    self._mend(error)
                    return work(self._open())
        except sqlite3.OperationalError as error:
            raise self._failed(verb, str(error)) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"the index {self.index} is damaged: {error}", then=f"delete the folder {self.folder}, nothing is lost"
            ) from error
        except OSError as error:
            raise self._failed(verb, error.strerror or str(error)) from error

    def rebuild(self, reason: str) -> None:
        """Set the index aside as damaged and build it anew from what it and the blobs still tell, and say so in one line."""
        seen = self._opened
        self.close()
        with FileLock(self.folder / "index.lock"):
            if seen != self._identity():  # another process was quicker
                return
            aside, saved = recovery.rebuild(self.index, self.blobs)
        line = f"the index {self.index} was damaged ({reason}): set aside as {aside.name}, {saved} entries saved; the rest is made again"
        self.repairs += (line,)
        log.warning(line)

    def _rows(self, connection: sqlite3.Connection, kind: str, keys: Sequence[str]) -> list[tuple[str, str, bytes | None]]:
        marks = ",".join("?" * len(keys))
        asked = f"SELECT key, digest, data FROM entries WHERE kind = ? AND key IN ({marks}) AND (expires IS NULL OR expires > ?)"
        return connection.execute(asked, (kind, *keys, self.now())).fetchall()

    def payload(self, digest: str, data: bytes | None) -> bytes | None:
        """The bytes of a row, out of the row or its file; None if they do not match the digest."""
        if data is None:
            return self.blobs.read(digest)
        return data if isinstance(data, bytes) and digest_of(data) == digest else None

    def _mend(self, error: sqlite3.DatabaseError) -> None:
        """Make the work possible after this error, or raise it."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the rest tells kinds apart: sqlite.org/rescode.html
        if code in DAMAGED and not self._read_only:
            self.rebuild(str(error))
        elif code == sqlite3.SQLITE_READONLY and not self._read_only:
            self.close()
            self._connection = self._without_writing()
        else:
            raise error

    def _open(self) -> sqlite3.Connection:
        """The connection of this process to the index that lies in the folder now: another process may have deleted or replaced it."""
        if self._connection is None or self._opened != self._identity():
            self.close()
            self._opened = self._identity()
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                with FileLock(self.folder / "index.lock"):
                    self._connection = self._connect()
                self._opened = self._identity()
            except OSError as error:
                if error.errno not in NOT_WRITABLE:
                    raise
                self._connection = self._without_writing()
        return self._connection

    def _identity(self) -> tuple[int, ...]:
        """The process, since a connection must not be carried over a fork, and the file."""
        try:
            found = self.index.stat()
        except OSError:
            return (os.getpid(),)
        return os.getpid(), found.st_dev, found.st_ino

    def _connect(self) -> sqlite3.Connection:
        connection = connect(self.index)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            migrate(connection, self.folder)
        except BaseException:
            connection.close()
            raise
        self._read_only = False
        return connection

    def _without_writing(self) -> sqlite3.Connection:
        """What can be read of the index, or an empty one in memory; says so in one line."""
        if not self._read_only:
            log.warning(f"the cache {self.folder} cannot be written: what it holds is used, and nothing is added")
        self._read_only = True
        self._opened = self._identity()
        for how in ("mode=ro", "immutable=1"):  # a log that was left behind is read by the first, needless to the second
            with contextlib.suppress(sqlite3.DatabaseError):
                connection = connect(f"{self.index.absolute().as_uri()}?{how}")
                connection.execute("SELECT 1 FROM entries").fetchone()
                return connection
        connection = connect(":memory:")
        migrate(connection, self.folder)
        return connection

    def _failed(self, verb: str, reason: str) -> StoreError:
        return StoreError(
            f"could not {verb} the cache {self.folder}: {reason}", then="check that the folder is writable and the disk has room"
        )


def _chunks(keys: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
