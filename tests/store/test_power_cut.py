"""The power goes at every step of a write: what was written before is there, and what was reported as written too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from builders import make_claim, make_provenance, make_run
from power import Disk

from synth.model import Review
from synth.store import runs, upkeep
from synth.store.blobs import Blobs, Entry, digest_of
from synth.store.cache import Cache
from synth.store.workspace import Workspace, write_atomic

MOST_STEPS = 40
"""more calls to the disk than any write below makes."""


@pytest.mark.parametrize("renames", [False, True], ids=["names lost", "names kept"])
def test_a_file_is_old_or_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: bool) -> None:
    """At no step is a file empty, cut or gone, and after the call has returned it is the new one; in a new folder too."""
    for name, old in (("kept.txt", "old" * 100), ("a/b/made.txt", None)):
        for steps in range(MOST_STEPS):
            root = tmp_path / f"disk-{steps}-{old is None}"
            root.mkdir()
            if old is not None:
                (root / name).write_text(old)
            disk = Disk(root, tmp_path / "safe", renames=renames)
            done = disk.run(monkeypatch, steps, lambda root=root, name=name: write_atomic(root / name, "new" * 100))
            found = (root / name).read_text() if (root / name).exists() else None
            assert found in ((old, "new" * 100) if not done else ("new" * 100,)), steps
            if done:
                break
        assert done
        assert steps >= 3


def test_a_review_survives_a_run_that_is_saved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the power goes while a run is saved a second time, the claims table loads and the person's decision stands in it."""
    claim = make_claim()
    run = make_run(claim)
    decision = Review(decision="accepted", author="Ada", at="2026-01-02T03:04:05+00:00", note="seen")
    for steps in range(MOST_STEPS):
        root = tmp_path / f"disk-{steps}"
        place = Workspace(root)
        runs.save(place, run, make_provenance())
        runs.add_review(place, run.name, claim.id, decision)
        disk = Disk(root, tmp_path / "safe", renames=False)
        done = disk.run(monkeypatch, steps, lambda place=place: runs.save(place, run, make_provenance(commit="later")))
        loaded, _ = runs.load(place, run.name)
        assert loaded.reviews == ((claim.id, decision),)
        if done:
            break
    assert done


@pytest.mark.parametrize("renames", [False, True], ids=["names lost", "names kept"])
def test_a_blob_is_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: bool) -> None:
    """At no step does a blob give out anything but its data; after the call it is there, with its name."""
    data = b"L" * 20_000
    entry = Entry("pdf", "k", digest_of(data), None, 1.0, None)
    for steps in range(MOST_STEPS):
        root = tmp_path / f"disk-{steps}"
        root.mkdir()
        blobs = Blobs(root / "blobs")
        done = Disk(root, tmp_path / "safe", renames=renames).run(monkeypatch, steps, lambda blobs=blobs: blobs.write(entry, data))
        assert blobs.read(entry.digest) in ((data,) if done else (None, data))
        assert list(blobs.entries()) in (([entry],) if done else ([], [entry]))
        if done:
            break
    assert done


def test_a_log_cut_anywhere_holds_the_first_writes_whole(tmp_path: Path) -> None:
    """SQLite's log cut at any place is an index with the transactions before it: no error, no half of one, none out of order."""
    cache = Cache(tmp_path / "cache")
    for i in range(30):
        cache.put_many("p", {f"{i}-a": b"a" * 500 * (i + 1), f"{i}-b": str(i).encode()})
    log = tmp_path / "cache" / "index.sqlite-wal"
    size = log.stat().st_size
    counts = []
    for place in range(0, size + 1, size // 24):
        copy = tmp_path / "copy"
        shutil.copytree(tmp_path / "cache", copy)
        (copy / "index.sqlite-shm").unlink()
        with (copy / log.name).open("r+b") as file:
            file.truncate(place)
        left = Cache(copy)
        found = left.get_many("p", [f"{i}-{name}" for i in range(30) for name in "ab"])
        counts.append(len(found))
        assert list(found) == [] or set(found) == {f"{i}-{name}" for i in range(len(found) // 2) for name in "ab"}
        assert upkeep.verify(left).damaged == ()
        left.close()
        shutil.rmtree(copy)
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 60)
