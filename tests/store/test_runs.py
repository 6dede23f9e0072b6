"""Runs on disk: nothing is lost, and a person's decision is never overwritten."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from builders import make_claim, make_evidence, make_finding, make_provenance, make_run

from synth.errors import NotFound, StoreError
from synth.model import Judgement, Observation, Review, Verdict
from synth.store import runs
from synth.store.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


def review(note: str, decision: str = "accepted") -> Review:
    """A decision by a person."""
    return Review(decision=decision, author="Ada", at="2026-01-02T03:04:05+00:00", note=note)


def test_a_saved_run_loads_equal(tmp_path: Path) -> None:
    """save then load gives the same run and provenance."""
    place, run = Workspace(tmp_path), make_run(make_claim("A beats B."), make_claim("B beats A."))
    runs.save(place, run, make_provenance())
    assert runs.load(place, run.name) == (run, make_provenance())


def test_the_claims_table_has_the_promised_fields(tmp_path: Path) -> None:
    """claims/<run>.json is an object with claims, each with the fields that reviewers and programs rely on."""
    place, run = Workspace(tmp_path), make_run()
    runs.save(place, run, make_provenance())
    (row,) = json.loads((tmp_path / "claims" / f"{run.name}.json").read_text())["claims"]
    promised = {"id", "text", "quote", "paper", "hypothesis", "extraction_confidence", "verdict", "confidence", "evidence", "review"}
    assert promised <= row.keys()
    assert row["hypothesis"] is None
    assert row["reason"] == "names no baseline"
    assert row["review"] is None


def test_reviews_survive_a_new_verdict(tmp_path: Path) -> None:
    """Saving the run again keeps the review and replaces only the machine's verdict."""
    place, claim = Workspace(tmp_path), make_claim()
    run = make_run(claim)
    runs.save(place, run, make_provenance())
    runs.add_review(place, run.name, claim.id, review("first"))
    runs.add_review(place, run.name, claim.id, review("second", "rejected"))
    again = make_run(claim, findings=(make_finding(claim, verdict=Verdict.VERIFIED),))
    runs.save(place, again, make_provenance())
    loaded, _ = runs.load(place, run.name)
    assert [item.note for _, item in loaded.reviews] == ["first", "second"]
    assert loaded.findings[0].verdict == Verdict.VERIFIED
    row = json.loads(runs.claims_path(place, run.name).read_text())["claims"][0]
    assert (row["review"]["decision"], row["review"]["earlier"][0]["note"], row["verdict"]) == ("rejected", "first", "VERIFIED")


def test_a_claim_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    """An id may be shortened as long as it names one claim."""
    place, claim = Workspace(tmp_path), make_claim()
    run = make_run(claim)
    runs.save(place, run, make_provenance())
    assert runs.find_claim(place, claim.id[:6]) == (run.name, claim.id)


def test_an_ambiguous_beginning_is_refused(tmp_path: Path) -> None:
    """A beginning that several claims share is an error that names them."""
    place, run = Workspace(tmp_path), make_run(make_claim("A beats B."), make_claim("B beats A."))
    runs.save(place, run, make_provenance())
    with pytest.raises(NotFound, match="begins 2 claims"):
        runs.find_claim(place, "c-")


def test_what_does_not_exist_is_said_plainly(tmp_path: Path) -> None:
    """No run, no such run and no such claim are errors with the next step."""
    place = Workspace(tmp_path)
    with pytest.raises(NotFound, match="synth run"):
        runs.latest(place)
    with pytest.raises(NotFound, match=r"there is no x\.json"):
        runs.load(place, "x")
    with pytest.raises(NotFound, match="no claim c-1"):
        runs.find_claim(place, "c-1")


@pytest.mark.parametrize("damage", ["", "[]", '{"claims": [{}]}', '{"claims": 3}'])
def test_a_damaged_claims_table_is_one_clear_line(tmp_path: Path, damage: str) -> None:
    """A file that people edit can break; the error says which file and what to do."""
    place, run = Workspace(tmp_path), make_run()
    runs.save(place, run, make_provenance())
    runs.claims_path(place, run.name).write_text(damage)
    with pytest.raises(StoreError):
        runs.load(place, run.name)


COMMITTED = sorted(path.stem for path in (ROOT / "claims").glob("*.json"))


@pytest.mark.parametrize("name", COMMITTED)
def test_runs_of_older_versions_load(name: str) -> None:
    """The runs that are kept with the program were made by earlier versions of it; every claim has its finding."""
    run, circumstances = runs.load(Workspace(ROOT), name)
    assert run.name == name
    assert circumstances.version
    assert run.claims
    assert all(run.finding(claim.id) for claim in run.claims if claim.hypothesis)


@pytest.mark.parametrize("damaged", ["claims/{}.json", "reports/{}/run.json"])
def test_a_run_of_a_newer_version_is_refused(tmp_path: Path, damaged: str) -> None:
    """A format of the future is one line that says to update; neither file is written over."""
    place, run = Workspace(tmp_path), make_run()
    runs.save(place, run, make_provenance())
    path = tmp_path / damaged.format(run.name)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(StoreError, match=r"made by a newer version; got format 99; expected at most 1; update synth"):
        runs.load(place, run.name)


REVIEWER = """
import sys
from pathlib import Path
from synth.model import Review
from synth.store import runs
from synth.store.workspace import Workspace
place, run, claim, who = Workspace(Path(sys.argv[1])), *sys.argv[2:]
for i in range(20):
    runs.add_review(place, run, claim, Review(decision="accepted", author=who, at="2026-01-02T03:04:05+00:00", note=str(i)))
"""


def test_people_who_decide_at_once_lose_no_decision(tmp_path: Path) -> None:
    """Two processes write twenty decisions each on one claim while the run is saved again: all forty stand there."""
    place, claim = Workspace(tmp_path), make_claim()
    run = make_run(claim)
    runs.save(place, run, make_provenance())
    command = [sys.executable, "-c", REVIEWER, str(tmp_path), run.name, claim.id]
    people = [subprocess.Popen([*command, who], cwd=ROOT) for who in ("Ada", "Bob")]
    while any(person.poll() is None for person in people):
        runs.save(place, run, make_provenance())
    assert [person.returncode for person in people] == [0, 0]
    decisions = {(review.author, review.note) for _, review in runs.load(place, run.name)[0].reviews}
    assert decisions == {(who, str(i)) for who in ("Ada", "Bob") for i in range(20)}


def test_timings_are_circumstances(tmp_path: Path) -> None:
    """Two runs that differ in timings alone have one claims table, and each keeps its own numbers."""
    place, claim = Workspace(tmp_path), make_claim()

    def timed(speed: float) -> tuple[str, float]:
        observation = Observation(method="tome", metric="images_per_second", value=speed, origin="measured")
        evidence = make_evidence("rerun", outcome="supported", observations=(observation,), judgement=Judgement(outcome="supported"))
        run = make_run(claim, findings=(make_finding(claim, evidence=(evidence,)),))
        runs.save(place, run, make_provenance())
        assert runs.load(place, run.name)[0] == run
        (loaded,) = runs.load(place, run.name)[0].findings[0].evidence[0].observations
        return runs.claims_path(place, run.name).read_text(), loaded.value

    first, second = timed(100.0), timed(101.5)
    assert first[0] == second[0]
    assert (first[1], second[1]) == (100.0, 101.5)
