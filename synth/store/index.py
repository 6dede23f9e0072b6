"""The SQLite file of the cache: how it is opened, and the steps from the tables of one version to those of the next."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from synth.errors import StoreError

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE IF NOT EXISTS entries (
            kind TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, data BLOB, created REAL NOT NULL, expires REAL,
            PRIMARY KEY (kind, key)
        ) WITHOUT ROWID
        """,
    ),
    (
        "CREATE INDEX entries_of_files ON entries (digest) WHERE data IS NULL",
        "CREATE INDEX entries_that_expire ON entries (expires) WHERE expires IS NOT NULL",
    ),
)
"""what makes version 1 of nothing, 2 of 1, ...; a step that was published is never changed."""

SCHEMA = len(MIGRATIONS)


def connect(place: Path | str) -> sqlite3.Connection:
    """The database at a path or a `file:` address; texts that are no UTF-8 are damage that a lookup misses, not an error."""
    connection = sqlite3.connect(place, timeout=30.0, check_same_thread=False, uri=isinstance(place, str))
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything within is kept or nothing; no other process writes meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        yield


def migrate(connection: sqlite3.Connection, folder: Path) -> None:
    """
    Bring the tables to this version, in one transaction: all steps or none. Entries stay.

    raises  StoreError if a newer version made them
    """
    if _version(connection, folder) == SCHEMA:
        return
    with transaction(connection):
        for step in MIGRATIONS[_version(connection, folder) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _version(connection: sqlite3.Connection, folder: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA:
        raise StoreError(
            f"the cache {folder} was made by a newer version",
            got=f"schema {version}",
            expected=f"at most {SCHEMA}",
            then="update synth or delete the folder",
        )
    return version
