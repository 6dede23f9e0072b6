"""Runs and claims in short: always what the files say, whatever became of what was kept of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import make_claim, make_evidence, make_finding, make_provenance, make_run

from synth.errors import NotFound, StoreError
from synth.extractor.parse import parse
from synth.model import Review, Verdict
from synth.store import derived, listing, runs
from synth.store.workspace import Workspace

READ = "Top-K pruning achieves higher accuracy than random pruning on ImageNet-1K with DeiT-S."


def saved(place: Workspace, name: str = "a-run-000000", finished: str = "2026-01-02T03:05:06+00:00") -> None:
    """A run with a claim that was verified, one that was not, and one that nobody heard yet."""
    one, other, third = make_claim("A beats B."), make_claim(READ, hypothesis=parse(READ).hypothesis, reason=""), make_claim("Ü = ü.")
    heard = (make_evidence("text", outcome="supported"), make_evidence("rerun"), make_evidence("text", outcome="failed"))
    findings = (make_finding(one, verdict=Verdict.VERIFIED, confidence=0.25, evidence=heard), make_finding(other))
    run = make_run(one, other, third, findings=findings, name=name)
    runs.save(place, run, make_provenance(finished=finished))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with one run; its files are taken for what they look like however young they are."""
    monkeypatch.setattr(derived, "RACY_SECONDS", -1.0)
    found = Workspace(tmp_path)
    saved(found)
    return found


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were read for listings."""
    names: list[str] = []
    real = Path.read_bytes

    def read(path: Path) -> bytes:
        if path.suffix == ".json":
            names.append(path.name)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    return names


def change_in_place(path: Path, old: str, new: str) -> None:
    """Put other text of the same length into a file that stays the same file, with the times that it had."""
    before = path.stat()
    with path.open("r+b") as file:
        data = file.read()
        assert len(old.encode()) == len(new.encode())
        assert data.count(old.encode()) >= 1
        file.seek(0)
        file.write(data.replace(old.encode(), new.encode()))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def from_files(place: Workspace, folder: Path) -> listing.Table:
    """The listing of a workspace that never kept anything."""
    bare = Workspace(folder)
    bare.claims, bare.reports = place.claims, place.reports
    return listing.table(bare, "a-run-000000")


def test_rows_are_what_the_whole_run_says(place: Workspace) -> None:
    """Text, kind, verdict, confidence, outcomes and review in a row are those of the run that is read and validated whole."""
    claim = make_claim("A beats B.")
    runs.add_review(place, "a-run-000000", claim.id, Review(decision="rejected", author="Ada", at="2026-01-02T03:04:05+00:00"))
    run, _ = runs.load(place, "a-run-000000")
    found = listing.table(place, run.name)
    assert [(row.id, row.text, row.paper, row.reason) for row in found.rows] == [
        (each.id, each.text, each.paper_id, each.reason) for each in run.claims
    ]
    assert [(row.verdict, row.confidence) for row in found.rows] == [("VERIFIED", 0.25), ("UNVERIFIED", 0.5), (None, None)]
    assert [row.kind for row in found.rows] == [None, "compare", None]
    assert [row.outcomes for row in found.rows] == [
        ["supported", None, "no_evidence"], ["no_evidence"] * 3, [None] * 3,
    ]  # fmt: skip
    assert [row.decision for row in found.rows] == ["rejected", None, None]


def test_what_is_kept_gives_what_the_files_give(place: Workspace, tmp_path: Path, reads: list[str]) -> None:
    """The second listing reads no claims table and is the first one, which is that of the files."""
    first, heads = listing.table(place, "a-run-000000"), listing.summaries(place)
    assert set(reads) == {"a-run-000000.json", "run.json"}
    reads.clear()
    again = Workspace(place.root)
    assert (listing.table(again, "a-run-000000"), listing.summaries(again)) == (first, heads)
    assert reads == []
    assert from_files(place, tmp_path / "bare") == first
    assert heads == (listing.Summary("a-run-000000", "Does token merging pay?", 3, "2026-01-02T03:05:06+00:00", ""),)


def test_a_change_is_seen_whatever_the_times_say(place: Workspace) -> None:
    """Text of the same length put into the same file with the same date is listed."""
    listing.table(place, "a-run-000000")
    change_in_place(listing.claims_path(place, "a-run-000000"), "A beats B.", "A beats C.")
    assert listing.table(place, "a-run-000000").rows[0].text == "A beats C."


def test_a_file_that_was_just_written_is_read_again(tmp_path: Path, reads: list[str]) -> None:
    """Two changes within one tick of the clock look the same: a young file is read at each listing."""
    place = Workspace(tmp_path)
    saved(place)
    path = listing.claims_path(place, "a-run-000000")
    for old, new in (("A beats B.", "A beats C."), ("A beats C.", "A beats D."), ("A beats D.", "A beats E.")):
        change_in_place(path, old, new)
        reads.clear()
        assert listing.table(place, "a-run-000000").rows[0].text == new
        assert path.name in reads


def test_a_review_and_a_new_verdict_are_listed_at_once(place: Workspace) -> None:
    """What `accept` and a second run write stands in the next listing."""
    claim = make_claim("A beats B.")
    listing.table(place, "a-run-000000")
    runs.add_review(place, "a-run-000000", claim.id, Review(decision="accepted", author="Ada", at="2026-01-02T03:04:05+00:00"))
    assert listing.table(place, "a-run-000000").rows[0].decision == "accepted"
    run, circumstances = runs.load(place, "a-run-000000")
    turned = run.findings[0].model_copy(update={"verdict": Verdict.REFUTED})
    runs.save(place, run.model_copy(update={"findings": (turned, *run.findings[1:])}), circumstances)
    assert listing.table(place, "a-run-000000").rows[0][5::3] == ("REFUTED", "accepted")


def _delete(place: Workspace) -> None:
    place.cache.index.unlink()


def _turn_one_letter(place: Workspace) -> None:
    with place.cache.index.open("r+b") as file:
        data = file.read().replace(b"A beats B.", b"A beats Z.")
        file.seek(0)
        file.write(data)


def _no_database(place: Workspace) -> None:
    place.cache.index.write_bytes(b"nothing of the kind" * 500)


def _newer(place: Workspace) -> None:
    place.cache.do("write", lambda connection: connection.execute("PRAGMA user_version = 99"))


def _in_the_way(place: Workspace) -> None:
    for path in place.cache_dir.iterdir():
        path.unlink()
    place.cache_dir.rmdir()
    place.cache_dir.write_text("a file where a folder should be")


@pytest.mark.parametrize("damage", [_delete, _turn_one_letter, _no_database, _newer, _in_the_way])
def test_whatever_happens_to_what_is_kept_the_listing_stays(place: Workspace, damage: Callable[[Workspace], None]) -> None:
    """Deleted, changed in one letter, no database, of a newer version, or not to be used at all: the files are listed."""
    first, heads = listing.table(place, "a-run-000000"), listing.summaries(place)
    place.cache.do("write", lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
    place.cache.close()
    damage(place)
    place.cache.close()
    again = Workspace(place.root)
    assert (listing.table(again, "a-run-000000"), listing.summaries(again)) == (first, heads)


def test_the_damage_of_one_letter_was_real(place: Workspace) -> None:
    """The cache held the text whose change went unseen, so that the test above changes something."""
    listing.table(place, "a-run-000000")
    place.cache.do("write", lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
    assert b"A beats B." in place.cache.index.read_bytes()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda table: table["claims"][0].pop("id"), r"cannot be understood; got claims\.0\.id"),
        (lambda table: table["claims"][0].update(verdict="MAYBE"), r"claims\.0\.verdict"),
        (lambda table: table.update(claims=3), r"got claims: "),
        (lambda table: table.update(format=99), r"made by a newer version; got format 99; expected at most 1; update synth"),
    ],
)
def test_a_table_that_breaks_is_an_error_each_time(place: Workspace, damage: Callable[[dict], object], said: str) -> None:
    """A fault of a file is said with its place, on the second look too, and never hidden by what was kept before."""
    listing.table(place, "a-run-000000")
    path = listing.claims_path(place, "a-run-000000")
    broken = json.loads(path.read_text())
    damage(broken)
    path.write_text(json.dumps(broken))
    for _ in range(2):
        with pytest.raises(StoreError, match=said):
            listing.table(place, "a-run-000000")
        (summary,) = listing.summaries(place)
        assert (not summary.fault) == ("verdict" in said)


def test_a_run_that_is_gone_is_gone(place: Workspace) -> None:
    """A deleted claims table is no run any more; a deleted run.json is said."""
    listing.table(place, "a-run-000000")
    listing.circumstances_path(place, "a-run-000000").unlink()
    with pytest.raises(NotFound, match=r"there is no run\.json"):
        listing.table(place, "a-run-000000")
    assert "there is no run.json" in listing.summaries(place)[0].fault
    listing.claims_path(place, "a-run-000000").unlink()
    assert listing.summaries(place) == ()
    with pytest.raises(NotFound, match=r"there is no a-run-000000\.json"):
        listing.table(place, "a-run-000000")


def test_the_newest_run_is_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are told apart by when they say that they finished, kept or not; a new one is seen."""
    monkeypatch.setattr(derived, "RACY_SECONDS", -1.0)
    place = Workspace(tmp_path)
    for name, finished in (("b", "2026-01-03"), ("a", "2026-01-05"), ("c", "2026-01-04")):
        saved(place, name, finished)
    for _ in range(2):
        assert runs.names(place) == ("a", "c", "b")
    saved(place, "d", "2026-01-06")
    assert runs.latest(place) == "d"
    assert runs.find_claim(place, make_claim("A beats B.").id) == ("d", make_claim("A beats B.").id)


def test_one_claim_of_a_run_is_that_of_the_whole_run(place: Workspace) -> None:
    """Reading a run for one claim gives this claim, its finding and all else of the run."""
    whole, circumstances = runs.load(place, "a-run-000000")
    wanted = whole.claims[1]
    only, same = runs.load(place, "a-run-000000", only=wanted.id)
    assert (only.claims, only.findings, same) == ((wanted,), (whole.finding(wanted.id),), circumstances)
    assert only.model_copy(update={"claims": whole.claims, "findings": whole.findings}) == whole
