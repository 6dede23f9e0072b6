"""What a cache holds, what may go, and what no longer is what it was."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from synth.store.cache import Cache
from synth.store.files import TEMPORARY
from synth.store.index import transaction
from synth.store.recovery import ASIDE, BESIDE

SECONDS_OF_A_WRITE = 3600.0
"""a temporary file older than this was left by a process that was killed."""


@dataclass(frozen=True)
class Size:
    """What is held of one kind."""

    kind: str
    entries: int
    bytes: int
    """of the data, without what the index and the file system need around them."""


@dataclass(frozen=True)
class Freed:
    """What a cleaning took away."""

    entries: int
    files: int
    bytes: int
    """by which all files of the cache together are smaller."""


@dataclass(frozen=True)
class Damage:
    """Something that was dropped because it is no longer what it was."""

    what: str
    """"index", "entry" or "blob"."""
    name: str
    """kind and key of the entry, digest of the blob, or how the index was rebuilt."""
    reason: str


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what was damaged."""

    entries: int
    blobs: int
    damaged: tuple[Damage, ...]


def sizes(cache: Cache) -> tuple[Size, ...]:
    """Entries and bytes by kind, largest first."""

    def counted(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
        rows = connection.execute("SELECT kind, count(*), coalesce(sum(length(data)), 0) FROM entries GROUP BY kind").fetchall()
        held = {kind: (int(entries), int(total)) for kind, entries, total in rows}
        for kind, digest in connection.execute("SELECT kind, digest FROM entries WHERE data IS NULL"):
            entries, total = held[kind]
            held[kind] = entries, total + _length(cache.path(digest))
        return held

    found = (Size(kind, entries, total) for kind, (entries, total) in cache.do("read", counted).items())
    return tuple(sorted(found, key=lambda size: (-size.bytes, size.kind)))


def clean(cache: Cache, *, everything: bool = False) -> Freed:
    """
    Delete expired entries, blobs that no entry names, and what killed processes left; or all entries and blobs.

    raises  StoreError where the folder cannot be written
    """
    before = _occupied(cache.folder)

    def forget(connection: sqlite3.Connection) -> tuple[int, int]:
        with transaction(connection):
            entries = connection.execute("DELETE FROM entries WHERE ? OR expires <= ?", (everything, cache.now())).rowcount
            named = {digest for (digest,) in connection.execute("SELECT digest FROM entries WHERE data IS NULL")}
            orphans = [digest for digest in cache.blobs.digests() if digest not in named]
            for digest in orphans:
                cache.blobs.remove(digest)
            files = len(orphans) + _remove_remains(cache)
        return entries, files

    entries, files = cache.do("write", forget)
    if entries:
        cache.do("write", _shrink)
    return Freed(entries, files, max(0, before - _occupied(cache.folder)))


def verify(cache: Cache) -> Verified:
    """
    Hold every blob and every entry against its digest and the index against itself; what is damaged is dropped and named.

    raises  StoreError where the folder cannot be read, or damage cannot be removed from it
    """
    reason = cache.do("read", _fault_of_index)
    if reason:
        cache.rebuild(reason)
    digests = tuple(cache.blobs.digests())
    bad = [digest for digest in digests if cache.blobs.read(digest) is None]
    entries, lost = cache.do("read", lambda connection: _faults_of_entries(cache, connection))
    damaged = [Damage("index", cache.index.name, line) for line in cache.repairs]
    damaged += cache.do("write", lambda connection: _dropped(cache, connection, bad, lost)) if bad or lost else []
    return Verified(entries, len(digests), tuple(damaged))


def _fault_of_index(connection: sqlite3.Connection) -> str:
    """The first complaint of SQLite, "" for none."""
    try:
        told = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if told == "ok" else " ".join(told.split())


Row = tuple[str, str, str]
"""kind, key and digest of an entry."""


def _faults_of_entries(cache: Cache, connection: sqlite3.Connection) -> tuple[int, list[Row]]:
    """How many entries there are, and those whose data do not match their digest."""
    entries, lost = 0, []
    for kind, key, digest, data in connection.execute("SELECT kind, key, digest, data FROM entries"):
        entries += 1
        whole = cache.path(digest).exists() if data is None else cache.payload(digest, data) is not None
        if not whole:
            lost.append((kind, key, digest))
    return entries, lost


def _dropped(cache: Cache, connection: sqlite3.Connection, bad: list[str], lost: list[Row]) -> list[Damage]:
    """Delete what is still damaged now that nobody else writes, and name it."""
    damaged = []
    with transaction(connection):
        for digest in bad:
            if cache.blobs.read(digest) is None:
                named = connection.execute("SELECT kind, key, digest FROM entries WHERE digest = ? AND data IS NULL", (digest,)).fetchall()
                cache.blobs.remove(digest)
                damaged += [Damage("blob", digest, "does not match its digest")] if not named else []
                lost = [*lost, *named]
        for kind, key, digest in lost:
            row = connection.execute("SELECT data FROM entries WHERE (kind, key, digest) = (?, ?, ?)", (kind, key, digest)).fetchone()
            if row is not None and cache.payload(digest, row[0]) is None:
                reason = "its blob is damaged or gone" if row[0] is None else "does not match its digest"
                damaged.append(Damage("entry", f"{kind} {key}", reason))
                connection.execute("DELETE FROM entries WHERE kind = ? AND key = ?", (kind, key))
    return damaged


def _remove_remains(cache: Cache) -> int:
    """Delete half-written files of killed processes and an index that was set aside; how many there were."""
    latest = cache.now() - SECONDS_OF_A_WRITE
    halves = [path for path in cache.blobs.folder.glob(f"*/.*{TEMPORARY}") if path.stat().st_mtime < latest]
    aside = [path for end in BESIDE if (path := cache.folder / f"{ASIDE}{end}").exists()]
    for path in (*halves, *aside):
        path.unlink(missing_ok=True)
    return len(halves) + len(aside)


def _shrink(connection: sqlite3.Connection) -> None:
    """Give the room of deleted rows back to the disk, unless another process is at work: then a later cleaning does."""
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _occupied(folder: Path) -> int:
    return sum(_length(path) for path in folder.rglob("*"))


def _length(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
