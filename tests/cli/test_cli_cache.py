"""`synth cache`: what it says, what it deletes, and its exit codes."""

from __future__ import annotations

from pathlib import Path

from workplace import call, kept, process, run_arguments

from synth.store.cache import INLINE_BYTES, Cache

LARGE = b"L" * (INLINE_BYTES + 1)


def test_size_counts_by_kind(done: Path) -> None:
    """The kinds of a finished run are listed with entries and bytes, and the sums are theirs."""
    data = call("cache", "size", "-w", done, "--json").data
    kinds = {kind["kind"]: kind for kind in data["kinds"]}
    assert kinds["evidence"]["entries"] == kept(done, "evidence")
    assert data["bytes"] == sum(kind["bytes"] for kind in data["kinds"]) > 0
    assert f"{kinds['embedding']['entries']:,}" in call("cache", "size", "-w", done).out


def test_clean_says_what_it_freed_and_a_run_goes_on(done: Path, copy: Path) -> None:
    """A whole cache is left alone; with --all nothing is held, and the same run fills it again."""
    held = kept(copy, "evidence")
    assert call("cache", "clean", "-w", copy, "--json").data["entries"] == 0
    assert kept(copy, "evidence") == held
    answer = call("cache", "clean", "--all", "-w", copy)
    assert answer.code == 0
    assert answer.out.startswith("freed ")
    assert call("cache", "size", "-w", copy, "--json").data["kinds"] == []
    assert call(*run_arguments(done / "papers", copy)).code == 1
    assert kept(copy, "evidence") == held


def test_verify_ends_with_1_where_something_was_damaged(tmp_path: Path) -> None:
    """Exit code 0 for a whole cache; 1 with the name of what was dropped, once."""
    cache = Cache(tmp_path / ".synth")
    cache.path(cache.put("pdf", "https://a.org/b", LARGE)).write_bytes(b"")
    cache.close()
    answer = call("cache", "verify", "-w", tmp_path)
    assert answer.code == 1
    assert answer.out.splitlines() == [
        "dropped: entry pdf https://a.org/b: its blob is damaged or gone",
        "1 entries and 1 blobs verified, 1 damaged",
    ]
    answer = call("cache", "verify", "-w", tmp_path, "--json")
    assert (answer.code, answer.data) == (0, {"entries": 0, "blobs": 0, "damaged": []})


def test_a_damaged_index_is_one_line_on_stderr(tmp_path: Path) -> None:
    """The repair is told once, whichever command met it, and verify counts it as damage."""
    cache = Cache(tmp_path / ".synth")
    cache.put("pdf", "k", LARGE)
    cache.close()
    cache.index.write_bytes(b"not a database" * 100)
    answer = process("cache", "verify", "-w", tmp_path, "--json")
    assert (answer.code, [damage["what"] for damage in answer.data["damaged"]]) == (1, ["index"])
    assert answer.err.count("\n") == 1
    assert "set aside as index.damaged.sqlite, 1 entries saved" in answer.err
