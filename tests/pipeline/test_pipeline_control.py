"""A run controls itself with wrong siblings of what it verified."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workplace import VERIFIED, call, report_file, rows, run_arguments

from synth.store import runs
from synth.store.workspace import Workspace
from synth.verifier import laboratory


def test_a_run_holds_its_control(done: Path) -> None:
    """Siblings of verified claims only, with what was said to them, in the run, its record and its report; the shares add up."""
    place = Workspace(done)
    saved, _ = runs.load(place, runs.latest(place))
    assert saved.siblings
    verified = {row["id"] for row in rows(done).values() if row["verdict"] == "VERIFIED"}
    assert {each.of for each in saved.siblings} == verified
    assert len(saved.siblings) <= len(saved.claims)
    assert all(bool(each.steps) != each.is_caught for each in saved.siblings)
    assert "### Control: wrong siblings" in report_file(done).read_text("utf-8")
    assert len(json.loads((report_file(done).parent / "run.json").read_text("utf-8"))["siblings"]) == len(saved.siblings)


def test_the_contrary_of_a_verified_claim_is_caught(done: Path) -> None:
    """Where the tables of the papers decide, the exchanged comparison is refuted by them."""
    place = Workspace(done)
    saved, _ = runs.load(place, runs.latest(place))
    identity = rows(done)[VERIFIED]["id"]
    wrong = {each.kind: each for each in saved.siblings or () if each.of == identity}
    assert wrong, "no sibling of the claim was drawn"
    assert all(each.is_caught for kind, each in wrong.items() if kind in ("negated", "comparison turned round", "subject swapped"))


def test_the_control_can_be_left_out(done: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--no-control makes no sibling, says so, and leaves the verdicts as they are; the JSON of the command tells both."""
    monkeypatch.setattr(laboratory, "run", None)
    answer = call(*run_arguments(done / "papers", copy), "--no-control", "--json")
    assert answer.data["control"] is None
    assert "Switched off for this run." in report_file(copy).read_text("utf-8")
    again = call(*run_arguments(done / "papers", copy), "--json")
    assert again.data["control"]["made"] == again.data["control"]["caught"] + again.data["control"]["missed"] > 0
    assert again.data["verdicts"] == answer.data["verdicts"]
