"""Files that change as one: wherever the writing is broken off, the old ones are whole, or the new ones follow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import make_claim, make_evidence, make_finding, make_provenance, make_run

from synth.model import Review, Run, Update, Verdict
from synth.store import runs, together
from synth.store.together import finish, write_together
from synth.store.workspace import Workspace

FILES = 4
"""the journal, run.json, the search log and the claims table."""


class Killed(BaseException):
    """The process ends here."""


def kill_after(monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    """Let so many files be written, and none after them."""
    left, real = [writes], together.write_atomic

    def write(path: Path, data: bytes | str) -> None:
        if not left[0]:
            raise Killed
        left[0] -= 1
        real(path, data)

    monkeypatch.setattr(together, "write_atomic", write)


def states() -> tuple[Run, Run]:
    """A run, and the same with another verdict on another reason."""
    claim = make_claim()
    later = make_finding(claim, verdict=Verdict.VERIFIED, evidence=(make_evidence(reason="a new paper says so"),))
    return make_run(claim), make_run(claim, findings=(later,), notices=("updated",))


@pytest.mark.parametrize("writes", range(FILES + 1))
def test_a_run_is_saved_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    """Killed after any number of files: what is loaded next is the old run whole or the new run whole, never a mixture."""
    place, (old, new) = Workspace(tmp_path), states()
    runs.save(place, old, make_provenance())
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_after(patch, writes)
        runs.save(place, new, make_provenance())
        raise Killed
    loaded, _ = runs.load(place, old.name)
    assert loaded == (old if writes == 0 else new)
    assert not list(tmp_path.rglob("unfinished.json"))


def test_a_review_after_a_broken_save_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision made on a run whose change was not finished stands on the new table, and stays when the run is loaded."""
    place, (old, new) = Workspace(tmp_path), states()
    runs.save(place, old, make_provenance())
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_after(patch, 2)
        runs.save(place, new, make_provenance())
    review = Review(decision="accepted", author="Ada", at="2026-01-02T03:04:05+00:00")
    runs.add_review(place, old.name, old.claims[0].id, review)
    loaded, _ = runs.load(place, old.name)
    assert loaded.reviews == ((old.claims[0].id, review),)
    assert loaded.findings == new.findings


def test_updates_are_added_to_and_never_taken_away(tmp_path: Path) -> None:
    """A run that is made again, or saved by a process that knew of fewer updates, keeps those that its files hold."""
    place, (old, _) = Workspace(tmp_path), states()
    first, second = (Update(provenance=make_provenance(started=f"2026-0{month}-01T00:00:00+00:00")) for month in (1, 2))
    runs.save(place, old.model_copy(update={"updates": (first,)}), make_provenance())
    assert runs.save(place, old, make_provenance()).updates == (first,)
    assert runs.save(place, old.model_copy(update={"updates": (second,)}), make_provenance()).updates == (first, second)
    assert runs.load(place, old.name)[0].updates == (first, second)


def test_a_journal_writes_nothing_outside_its_folder(tmp_path: Path) -> None:
    """A journal in a workspace of a stranger that names a file elsewhere leaves that file alone."""
    root, outside = tmp_path / "workspace", tmp_path / "outside.txt"
    root.mkdir()
    (root / "unfinished.json").write_text(json.dumps({"../outside.txt": "bad", "inside.txt": "good"}))
    finish(root / "unfinished.json", root)
    assert not outside.exists()
    assert (root / "inside.txt").read_text() == "good"


@pytest.mark.parametrize("text", ["[1, 2]", "{", '{"a.txt": 1}'])
def test_a_journal_that_says_nothing_usable_is_put_away(tmp_path: Path, text: str) -> None:
    """What no process of ours wrote changes no file and stands in nobody's way."""
    (tmp_path / "unfinished.json").write_text(text)
    finish(tmp_path / "unfinished.json", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_files_are_written_in_the_order_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last file is written last: a claims table stands only when the rest of its run does."""
    seen: list[str] = []
    real: Callable[[Path, bytes | str], None] = together.write_atomic
    monkeypatch.setattr(together, "write_atomic", lambda path, data: (seen.append(path.name), real(path, data)))
    write_together(tmp_path / "journal.json", tmp_path, {tmp_path / name: name for name in ("b", "a", "c")})
    assert seen == ["journal.json", "b", "a", "c"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]
