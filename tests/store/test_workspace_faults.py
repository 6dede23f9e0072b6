"""Disks that lie, fill up or may not be written: each ends in one line, and nothing else is lost."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from unprivileged import freeze, unprivileged

from synth.errors import StoreError
from synth.store import upkeep
from synth.store.cache import INLINE_BYTES, Cache
from synth.store.http import Call, PoliteClient
from synth.store.limiter import Limiter
from synth.store.workspace import Workspace, write_atomic

__all__ = ["unprivileged"]

LARGE = b"L" * (INLINE_BYTES + 1)
PAGE = 4096


def filled(folder: Path, count: int = 200) -> dict[str, bytes]:
    """A closed cache of so many small entries over many pages and three blobs; what it holds by key."""
    items = {f"k{i:04}": f"{i:04}".encode() * 100 for i in range(count)} | {f"large{i}": LARGE + bytes([i]) for i in range(3)}
    cache = Cache(folder)
    cache.put_many("p", items)
    cache.close()
    return items


def overwrite(index: Path, page: int) -> None:
    """Put noise in the place of one page of a database."""
    with index.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(b"\xa5" * PAGE)


@pytest.mark.parametrize("page", [0, 1, 5, 12, -1], ids=["header", "root", "early", "middle", "last"])
def test_a_damaged_page_costs_no_more_than_its_entries(tmp_path: Path, page: int, caplog: pytest.LogCaptureFixture) -> None:
    """One line, the index is set aside, blobs are found by their names, nothing false is given out, and writing goes on."""
    items = filled(tmp_path)
    index = tmp_path / "index.sqlite"
    overwrite(index, page % (index.stat().st_size // PAGE))
    cache = Cache(tmp_path)
    verified = upkeep.verify(cache)
    found = cache.get_many("p", list(items))
    assert found.items() <= items.items()
    assert {"large0", "large1", "large2"} <= found.keys()
    if page not in (0, 1):  # without the root of its tree, no row can be found
        assert len(found) > len(items) - 40
    assert [damage.what for damage in verified.damaged] == ["index"]
    assert [record.getMessage().count("set aside as index.damaged.sqlite") for record in caplog.records] == [1]
    assert (tmp_path / "index.damaged.sqlite").exists()
    cache.put("p", "after", LARGE)
    assert cache.get("p", "after") == LARGE
    assert upkeep.verify(Cache(tmp_path)).damaged == ()


def test_damage_is_repaired_where_it_is_met(tmp_path: Path) -> None:
    """No command has to be called: the lookup that meets the damage answers with what is left."""
    filled(tmp_path)
    (tmp_path / "index.sqlite").write_bytes(b"not a database" * 100)
    cache = Cache(tmp_path)
    assert cache.get_many("p", ["k0000", "large1"]) == {"large1": LARGE + b"\1"}
    assert len(cache.repairs) == 1


class Papers(BaseHTTPRequestHandler):
    """One paper, and how often it was fetched."""

    fetched = 0

    def do_GET(self) -> None:
        type(self).fetched += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(LARGE)))
        self.end_headers()
        self.wfile.write(LARGE)

    def log_message(self, *arguments: object) -> None:
        """Nothing on stderr."""


def test_a_corrupted_blob_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A paper is asked for once, and once more when its file no longer is what it was; what is given out is right both times."""
    monkeypatch.setattr(Papers, "fetched", 0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Papers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    client = PoliteClient(cache=Cache(tmp_path), limiter=Limiter(tmp_path / "lanes"))
    call = Call(f"http://127.0.0.1:{server.server_port}/paper.pdf", lane="test", kind="pdf", pause=0.0)
    try:
        assert client.get(call).content == client.get(call).content == LARGE
        assert Papers.fetched == 1
        (digest,) = Cache(tmp_path).blobs.digests()
        Cache(tmp_path).path(digest).write_bytes(LARGE)  # the body without the head that was kept with it
        assert client.get(call).content == LARGE
        assert Papers.fetched == 2
        assert client.get(call).content == LARGE
        assert Papers.fetched == 2
    finally:
        client.close()
        server.shutdown()
        server.server_close()


def test_another_process_goes_on_after_a_repair(tmp_path: Path) -> None:
    """Whoever has the damaged index open finds the new one, and what both write is kept."""
    items = filled(tmp_path)
    one, other = Cache(tmp_path), Cache(tmp_path)
    assert other.get("p", "k0001") == items["k0001"]
    one.rebuild("as a test says")
    other.put("p", "other", b"1")
    one.put("p", "one", b"1")
    assert one.get_many("p", ["other", "one", "k0001"]).keys() == {"other", "one", "k0001"}


def test_a_folder_deleted_under_a_process_is_made_again(tmp_path: Path) -> None:
    """Safe to delete at any time: the process that had it open forgets and goes on."""
    cache = Cache(tmp_path / "cache")
    cache.put("p", "k", b"1")
    shutil.rmtree(tmp_path / "cache")
    assert cache.get("p", "k") is None
    cache.put("p", "k", b"2")
    assert Cache(tmp_path / "cache").get("p", "k") == b"2"


CALLS = ("open", "fsync", "replace")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("after", range(4))
def test_a_disk_that_is_full_at_any_step_costs_only_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, after: int) -> None:
    """Whichever call finds no room, the old file and the old entries stay, and no temporary file does."""
    path, cache = tmp_path / "kept.txt", Cache(tmp_path / "cache")
    write_atomic(path, "old")
    cache.put("p", "old", LARGE)
    left = [after]

    def full(call: Callable[..., Any]) -> Callable[..., Any]:
        def limited(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return call(*arguments, **options)

        return limited

    def attempt(write: Callable[[], object]) -> bool:
        left[0] = after
        with monkeypatch.context() as patch:
            owner = Path if name != "fsync" else os
            patch.setattr(owner, name, full(getattr(owner, name)))
            try:
                write()
            except StoreError as error:
                assert "No space left on device" in str(error)
                assert "\n" not in str(error)
                return False
        return True

    written = attempt(lambda: write_atomic(path, "new"))
    assert path.read_text() == "new" if written else path.read_text() in ("old", "new")
    kept = attempt(lambda: cache.put("p", "new", LARGE + b"new"))
    assert cache.get("p", "new") == (LARGE + b"new" if kept else None)
    assert cache.get("p", "old") == LARGE
    assert not list(tmp_path.rglob("*.tmp"))
    cache.put("p", "new", LARGE + b"new")
    assert cache.get("p", "new") == LARGE + b"new"


def test_an_index_that_finds_no_room_is_one_line(tmp_path: Path) -> None:
    """SQLite's own limit stands for the full disk: a StoreError, and the entries from before."""
    cache = Cache(tmp_path)
    cache.put("p", "old", b"old")
    cache.do("read", lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchone())
    with pytest.raises(StoreError, match=r"database or disk is full; check that the folder is writable and the disk has room"):
        cache.put_many("p", {f"k{i}": bytes(INLINE_BYTES) for i in range(20)})
    assert cache.get_many("p", ["old", "k0"]) == {"old": b"old"}


def test_a_cache_that_may_only_be_read_is_read(unprivileged: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What it holds is used, what is new is not kept, and one line says so."""
    items = filled(unprivileged / "cache")
    freeze(unprivileged)
    cache = Cache(unprivileged / "cache")
    assert cache.get_many("p", list(items)) == items
    cache.put("p", "new", LARGE)
    cache.put("p", "newer", b"1")
    assert cache.get_many("p", ["new", "newer"]) == {}
    assert [record.getMessage() for record in caplog.records] == [
        f"the cache {unprivileged / 'cache'} cannot be written: what it holds is used, and nothing is added"
    ]


def test_a_folder_without_a_cache_that_may_only_be_read_is_an_empty_cache(unprivileged: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is found and nothing fails; claims that cannot be written are one line."""
    freeze(unprivileged)
    place = Workspace(unprivileged)
    assert place.cache.get("p", "k") is None
    place.cache.put("p", "k", b"1")
    assert len(caplog.records) == 1
    with pytest.raises(StoreError, match=r"could not write .*claims/run\.json: Permission denied; check that the folder is writable"):
        write_atomic(place.claims / "run.json", "{}")
    with pytest.raises(StoreError, match=r"could not write in the workspace .*: Permission denied"), place.alone():
        pass


def test_an_index_that_may_only_be_read_in_a_folder_that_may_be_written(unprivileged: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The first write finds out, says so once and is left out; lookups go on."""
    items = filled(unprivileged / "cache")
    for place in (unprivileged / "cache", unprivileged / "cache" / "index.lock"):
        place.chmod(0o777)
    freeze(unprivileged / "cache" / "index.sqlite")
    cache = Cache(unprivileged / "cache")
    cache.put("p", "new", b"1")
    assert cache.get_many("p", [*items, "new"]) == items
    assert len(caplog.records) == 1
