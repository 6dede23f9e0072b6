"""How large a cache is, what may go, and what no longer is what it was."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from synth.store import upkeep
from synth.store.cache import INLINE_BYTES, Cache
from synth.store.upkeep import Damage, Freed, Size

SMALL = b"small"
LARGE = b"L" * (INLINE_BYTES + 1)
OTHER = b"O" * (INLINE_BYTES + 1)


def test_sizes_are_of_the_data_by_kind(tmp_path: Path) -> None:
    """Rows and files are counted alike, largest kind first; an empty cache has no kinds."""
    cache = Cache(tmp_path)
    assert upkeep.sizes(cache) == ()
    cache.put_many("pdf", {"a": LARGE, "b": SMALL})
    cache.put("feed", "a", SMALL)
    assert upkeep.sizes(cache) == (Size("pdf", 2, len(LARGE) + len(SMALL)), Size("feed", 1, len(SMALL)))


def test_cleaning_takes_what_expired_and_what_nothing_names(tmp_path: Path) -> None:
    """Expired entries go with their blobs, replaced blobs go, and everything else stays."""
    clock = [1000.0]
    cache = Cache(tmp_path, now=lambda: clock[0])
    cache.put("pdf", "kept", LARGE)
    cache.put("feed", "short", OTHER, seconds=10)
    gone = cache.put("pdf", "replaced", b"R" * (INLINE_BYTES + 1))
    cache.put("pdf", "replaced", SMALL)
    clock[0] += 10
    freed = upkeep.clean(cache)
    assert (freed.entries, freed.files) == (1, 2)
    assert freed.bytes >= 2 * len(OTHER)
    assert (cache.get("pdf", "kept"), cache.get("pdf", "replaced"), cache.path(gone).exists()) == (LARGE, SMALL, False)
    assert upkeep.clean(cache) == Freed(0, 0, 0)


def test_a_blob_with_two_names_stays_while_one_is_left(tmp_path: Path) -> None:
    """Cleaning does not take data that another entry still names."""
    clock = [1000.0]
    cache = Cache(tmp_path, now=lambda: clock[0])
    cache.put("feed", "short", LARGE, seconds=10)
    cache.put("pdf", "kept", LARGE)
    clock[0] += 10
    assert upkeep.clean(cache).files == 0
    assert cache.get("pdf", "kept") == LARGE


def test_cleaning_everything_leaves_an_empty_cache_that_works(tmp_path: Path) -> None:
    """Nothing is held afterwards, no blob is left, and writing goes on."""
    cache = Cache(tmp_path)
    cache.put_many("pdf", {"a": LARGE, "b": SMALL})
    freed = upkeep.clean(cache, everything=True)
    assert (freed.entries, freed.files) == (2, 1)
    assert upkeep.sizes(cache) == ()
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    cache.put("pdf", "a", LARGE)
    assert cache.get("pdf", "a") == LARGE


def test_a_half_written_file_is_left_to_its_writer_for_an_hour(tmp_path: Path) -> None:
    """What a killed process left is deleted; what may still be written is not."""
    clock = [0.0]
    cache = Cache(tmp_path, now=lambda: clock[0])
    half = cache.path(cache.put("pdf", "k", LARGE)).parent / ".abc.1.0.tmp"
    half.write_bytes(b"half")
    clock[0] = half.stat().st_mtime + 3599
    assert upkeep.clean(cache).files == 0
    clock[0] += 2
    assert upkeep.clean(cache).files == 1
    assert not half.exists()


def test_a_whole_cache_is_verified(tmp_path: Path) -> None:
    """Nothing is named and nothing is dropped where nothing is wrong."""
    cache = Cache(tmp_path)
    cache.put_many("pdf", {"a": LARGE, "b": SMALL})
    assert upkeep.verify(cache) == upkeep.Verified(2, 1, ())
    assert cache.get_many("pdf", ["a", "b"]) == {"a": LARGE, "b": SMALL}


def test_damage_is_named_and_dropped(tmp_path: Path) -> None:
    """A changed blob, a lost blob, a changed row and a blob that nothing names: each is told apart, and gone the second time."""
    cache = Cache(tmp_path)
    cache.put_many("pdf", {"changed": LARGE, "lost": OTHER, "row": SMALL, "whole": b"whole"})
    changed, lost = cache.put("pdf", "changed", LARGE), cache.put("pdf", "lost", OTHER)
    cache.path(changed).write_bytes(LARGE[:-1])
    cache.path(lost).unlink()
    nameless = cache.path("0" * 64)
    nameless.parent.mkdir(parents=True)
    nameless.write_bytes(b"not what the name says")
    with contextlib.closing(sqlite3.connect(cache.index)) as connection:
        connection.execute("UPDATE entries SET data = ? WHERE key = 'row'", (b"smell",))
        connection.commit()
    assert sorted(upkeep.verify(cache).damaged, key=lambda damage: damage.name) == [
        Damage("blob", "0" * 64, "does not match its digest"),
        Damage("entry", "pdf changed", "its blob is damaged or gone"),
        Damage("entry", "pdf lost", "its blob is damaged or gone"),
        Damage("entry", "pdf row", "does not match its digest"),
    ]
    assert upkeep.verify(cache) == upkeep.Verified(1, 0, ())
    assert cache.get("pdf", "whole") == b"whole"
