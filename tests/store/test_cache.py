"""The cache may forget, and never lies."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from synth.errors import StoreError
from synth.store.cache import INLINE_BYTES, Cache

SMALL = b"small"
LARGE = b"L" * (INLINE_BYTES + 1)
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("data", [b"", SMALL, LARGE], ids=["empty", "inline", "file"])
def test_what_was_put_is_got_by_another_process_too(tmp_path: Path, data: bytes) -> None:
    """Bytes of any size come back as they were, after the cache was closed, under their kind alone."""
    cache = Cache(tmp_path)
    assert cache.put("pdf", "k", data) == hashlib.sha256(data).hexdigest()
    cache.close()
    assert Cache(tmp_path).get("pdf", "k") == data
    assert Cache(tmp_path).get("feed", "k") is None


def test_the_newest_value_counts(tmp_path: Path) -> None:
    """A key holds one value."""
    cache = Cache(tmp_path)
    cache.put("pdf", "k", LARGE)
    cache.put("pdf", "k", SMALL)
    assert cache.get("pdf", "k") == SMALL


def test_values_expire(tmp_path: Path) -> None:
    """What is past its time is absent, and what has no time stays."""
    clock = [1000.0]
    cache = Cache(tmp_path, now=lambda: clock[0])
    cache.put("feed", "day", SMALL, seconds=86_400)
    cache.put("feed", "ever", SMALL)
    clock[0] += 86_399
    assert cache.get("feed", "day") == SMALL
    clock[0] += 1
    assert cache.get("feed", "day") is None
    assert cache.get("feed", "ever") == SMALL


def test_a_corrupted_file_is_a_miss_and_is_repaired_by_the_next_put(tmp_path: Path) -> None:
    """A blob that no longer matches its digest counts as absent."""
    cache = Cache(tmp_path)
    digest = cache.put("pdf", "k", LARGE)
    cache.path(digest).write_bytes(LARGE[:-1] + b"?")
    assert cache.get("pdf", "k") is None
    cache.put("pdf", "k", LARGE)
    assert cache.get("pdf", "k") == LARGE


def test_a_lost_file_and_a_corrupted_row_are_misses(tmp_path: Path) -> None:
    """Neither a deleted blob nor a changed row is given out."""
    cache = Cache(tmp_path)
    cache.path(cache.put("pdf", "file", LARGE)).unlink()
    cache.put("pdf", "row", SMALL)
    with sqlite3.connect(cache.index) as connection:
        connection.execute("UPDATE entries SET data = ? WHERE key = 'row'", (b"smell",))
    connection.close()
    assert cache.get_many("pdf", ["file", "row"]) == {}


def test_many_keys_come_back_in_one_call(tmp_path: Path) -> None:
    """More keys than SQLite takes in one statement are no trouble."""
    cache = Cache(tmp_path)
    items = {f"k{i}": str(i).encode() for i in range(1200)}
    cache.put_many("embedding", items)
    assert cache.get_many("embedding", [*items, "unknown"]) == items


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A file where the folder should be is a StoreError, not a traceback of SQLite."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"could not write the cache .*file"):
        Cache(tmp_path / "file").put("pdf", "k", SMALL)


def test_a_full_disk_is_one_line_and_leaves_no_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the blob cannot be written, the index does not speak of it."""
    cache = Cache(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left on device"):
            cache.put("pdf", "k", LARGE)
    assert cache.get("pdf", "k") is None


def test_threads_share_one_cache(tmp_path: Path) -> None:
    """Eight threads write and read without losing anything."""
    cache = Cache(tmp_path)
    threads = [threading.Thread(target=lambda n=n: [cache.put("t", f"{n}-{i}", bytes([n, i])) for i in range(20)]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(cache.get("t", f"{n}-{i}") == bytes([n, i]) for n in range(8) for i in range(20))


WRITER = """
import sys, itertools
from pathlib import Path
from synth.store.cache import Cache
cache = Cache(Path(sys.argv[1]))
name, count = sys.argv[2], int(sys.argv[3])
for i in itertools.count() if count < 0 else range(count):
    cache.put("p", f"{name}-{i}", f"{name}-{i}".encode() * (4000 if i % 2 else 1))
    print(i, flush=True)
"""


def _writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), name, str(count)], stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_processes_that_start_at_once_share_one_cache(tmp_path: Path) -> None:
    """Two processes make the index together and neither loses an entry."""
    writers = [_writer(tmp_path, name, 30) for name in "ab"]
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    cache = Cache(tmp_path)
    for name in "ab":
        for i in range(30):
            assert cache.get("p", f"{name}-{i}") == f"{name}-{i}".encode() * (4000 if i % 2 else 1)


def test_a_killed_writer_leaves_a_whole_cache(tmp_path: Path) -> None:
    """After kill -9 in the middle of writing, everything that was reported as written is there, and writing goes on."""
    writer = _writer(tmp_path, "k", -1)
    assert writer.stdout is not None
    last = [int(writer.stdout.readline()) for _ in range(25)][-1]
    writer.send_signal(signal.SIGKILL)
    writer.communicate(timeout=60)
    cache = Cache(tmp_path)
    assert all(cache.get("p", f"k-{i}") == f"k-{i}".encode() * (4000 if i % 2 else 1) for i in range(last + 1))
    cache.put("p", "after", SMALL)
    assert cache.get("p", "after") == SMALL
