"""A damaged index to a whole one: what can still be read of its rows, and what the blobs tell of themselves."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from synth.store.blobs import Blobs, Entry, digest_of
from synth.store.index import connect, migrate

ASIDE = "index.damaged.sqlite"
"""the last index that was set aside; `synth cache clean` deletes it."""

BESIDE = ("", "-wal", "-shm")
"""the files of one database in WAL mode."""

NEWEST_WINS = """
INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, key) DO UPDATE
SET digest = excluded.digest, data = excluded.data, created = excluded.created, expires = excluded.expires WHERE excluded.created > created
"""


def rebuild(index: Path, blobs: Blobs) -> tuple[Path, int]:
    """
    Put a whole index in place of the damaged one; to be called under the lock of the index, with no connection of one's own.

    returns  where the damaged index lies now, and how many entries were saved
    """
    aside = index.with_name(ASIDE)
    made = index.with_name("index.made.sqlite")
    for left in (aside, made):
        _delete(left)
    for end in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(f"{index}{end}", f"{aside}{end}")
    with contextlib.closing(connect(made)) as connection:
        migrate(connection, index.parent)
        with connection:
            for entry in chain(blobs.entries(), _salvaged(aside)):
                connection.execute(NEWEST_WINS, entry)
        saved = int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])
    # The log of the damaged index would be taken for that of the new one.
    for end in BESIDE[1:]:
        Path(f"{index}{end}").unlink(missing_ok=True)
    made.replace(index)
    return aside, saved


def _salvaged(index: Path) -> Iterator[Entry]:
    """The rows up to the first damaged page from either end, as far as they match their digests."""
    with contextlib.closing(connect(index)) as connection:
        for order in ("ASC", "DESC"):
            with contextlib.suppress(sqlite3.DatabaseError):
                rows = connection.execute(
                    f"SELECT kind, key, digest, data, created, expires FROM entries ORDER BY kind {order}, key {order}"
                )
                yield from filter(_is_whole, map(Entry._make, rows))


def _is_whole(entry: Entry) -> bool:
    texts = all(type(part) is str for part in (entry.kind, entry.key, entry.digest))
    times = type(entry.created) is float and type(entry.expires) in (float, type(None))
    return texts and times and (entry.data is None or (type(entry.data) is bytes and digest_of(entry.data) == entry.digest))


def _delete(database: Path) -> None:
    for end in BESIDE:
        Path(f"{database}{end}").unlink(missing_ok=True)
