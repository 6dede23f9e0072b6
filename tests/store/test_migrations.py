"""What an older version made opens, and what a newer version made is left alone."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from pathlib import Path

import pytest

from synth.errors import StoreError
from synth.store import index
from synth.store.cache import INLINE_BYTES, Cache

ROOT = Path(__file__).resolve().parents[2]
LARGE = b"L" * (INLINE_BYTES + 1)
VERSION_1 = """
CREATE TABLE entries (
    kind TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, data BLOB, created REAL NOT NULL, expires REAL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""


def make_version_1(folder: Path) -> None:
    """A cache as the first version left it: an index without indices, and a blob without its names."""
    digest = hashlib.sha256(LARGE).hexdigest()
    blob = folder / "blobs" / digest[:2] / digest[2:]
    blob.parent.mkdir(parents=True)
    blob.write_bytes(LARGE)
    with contextlib.closing(sqlite3.connect(folder / "index.sqlite")) as connection:
        connection.execute(VERSION_1)
        small = ("feed", "small", hashlib.sha256(b"small").hexdigest(), b"small", 1.0, None)
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", [small, ("pdf", "large", digest, None, 1.0, None)])
        connection.execute("PRAGMA user_version = 1")
        connection.commit()


def version(folder: Path) -> int:
    """The version that the index says it has."""
    with contextlib.closing(sqlite3.connect(folder / "index.sqlite")) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_cache_of_the_first_version_keeps_its_entries(tmp_path: Path) -> None:
    """Small and large entries of the older version are found, and the index is of this version afterwards."""
    make_version_1(tmp_path)
    cache = Cache(tmp_path)
    assert (cache.get("feed", "small"), cache.get("pdf", "large")) == (b"small", LARGE)
    cache.put("feed", "new", b"new")
    cache.close()
    assert version(tmp_path) == index.SCHEMA


def test_a_step_that_fails_leaves_the_older_version_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All steps or none: after an error in the last one, the index is of the version that it was, with its entries."""
    make_version_1(tmp_path)
    broken = (*index.MIGRATIONS, ("CREATE TABLE half_done (x)", "CREATE NONSENSE"))
    with monkeypatch.context() as patch:
        patch.setattr(index, "MIGRATIONS", broken)
        patch.setattr(index, "SCHEMA", len(broken))
        with pytest.raises(StoreError, match="NONSENSE"):
            Cache(tmp_path).get("feed", "small")
    assert version(tmp_path) == 1
    assert Cache(tmp_path).get("feed", "small") == b"small"


def test_a_newer_index_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    """One line says which version is needed; the file is not touched."""
    cache = Cache(tmp_path)
    cache.put("pdf", "k", b"small")
    cache.close()
    with contextlib.closing(sqlite3.connect(cache.index)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = cache.index.read_bytes()
    with pytest.raises(StoreError, match=f"made by a newer version; got schema 99; expected at most {index.SCHEMA}; update synth"):
        Cache(tmp_path).get("pdf", "k")
    assert cache.index.read_bytes() == before
