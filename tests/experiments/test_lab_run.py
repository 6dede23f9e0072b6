"""A specification becomes records: complete, resumed, within its budget, with a reason where there is no value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.__main__ import main
from experiments.ledger import Ledger, Row, read_records
from experiments.measure.spot_checks import compare
from experiments.run import run
from synth.model import CellRequest, LabRecord, Spec

METHODS = ("keep_all", "random", "topk", "tome")


def make_spec(*methods: str, measures: tuple[str, ...] = ("performance",), seed: int = 0, **fields: Any) -> Spec:
    """A small specification on the shipped tiny backbone."""
    shape: dict[str, Any] = {"backbone": "proxy_tiny", "dataset": "digit_scenes_multi", "keep_rate": 0.5, "seed": seed}
    shape.update({name: fields.pop(name) for name in ("backbone", "dataset", "keep_rate") if name in fields})
    cells = tuple(CellRequest(method=method, **shape) for method in methods)
    return Spec(measures=measures, cells=cells, **{"images": 48, "replicates": 10, **fields})  # type: ignore[arg-type]


def measured(spec: Spec, folder: Path, name: str = "records.jsonl") -> list[LabRecord]:
    """The records of a run in a folder."""
    run(spec, folder / name, Ledger(folder / "ledger.jsonl"))
    return read_records(folder / name)


def test_every_cell_has_a_performance_with_resamples_and_all_controls_pass(tmp_path: Path) -> None:
    """A trained backbone is measured above chance, and the three controls hold."""
    records = measured(make_spec(*METHODS, images=128), tmp_path)
    values = {record.cell.method: record for record in records if record.metric == "performance"}
    assert set(values) == set(METHODS)
    assert all(len(record.replicates) == 10 and record.unit == "percent" for record in values.values())
    assert (values["keep_all"].value or 0) > 60
    controls = {record.metric: record.passed for record in records if record.metric.startswith("control")}
    assert controls == {"control_keep_all": True, "control_random": True, "control_shuffled_labels": True}


def test_records_carry_what_they_depend_on(tmp_path: Path) -> None:
    """Digests of code, weights and data, a time and a scale are in each record."""
    (record,) = [r for r in measured(make_spec("topk"), tmp_path) if r.metric == "performance"]
    assert [name for name, _ in record.digests] == ["code", "weights", "data", "key"]
    assert record.created
    assert record.scale == "proxy"


def test_a_second_run_takes_everything_from_the_ledger(tmp_path: Path) -> None:
    """The same specification into another file gives the same records, times included."""
    first = measured(make_spec(*METHODS), tmp_path)
    assert measured(make_spec(*METHODS), tmp_path, "again.jsonl") == first


def test_fresh_measures_again(tmp_path: Path) -> None:
    """With `fresh`, nothing is taken from the ledger, and the values are the same."""
    first = measured(make_spec("topk"), tmp_path)
    second = measured(make_spec("topk", fresh=True), tmp_path, "again.jsonl")
    assert [record.value for record in first] == [record.value for record in second]
    assert [record.seconds for record in first] != [record.seconds for record in second]


def test_a_killed_run_resumes_without_loss_or_repetition(tmp_path: Path) -> None:
    """Cut short in the middle of a line, a second run completes the file and repeats nothing."""

    def die(line: str) -> None:
        if line.endswith("performance topk proxy_tiny digit_scenes_multi 0.5 seed 0"):
            raise KeyboardInterrupt

    out = tmp_path / "records.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run(make_spec(*METHODS), out, Ledger(tmp_path / "ledger.jsonl"), log=die)
    out.write_bytes(out.read_bytes()[:-20])
    resumed = measured(make_spec(*METHODS), tmp_path)
    names = [(record.cell, record.metric) for record in resumed]
    assert len(names) == len(set(names)) == 7


def test_what_the_budget_does_not_reach_is_a_record_with_its_reason(tmp_path: Path) -> None:
    """With no time at all every cell says so, and a later run with time measures it."""
    starved = measured(make_spec("topk", budget_seconds=0), tmp_path)
    assert {record.value for record in starved} == {None}
    assert all("budget of 0 s" in record.reason for record in starved)
    assert measured(make_spec("topk"), tmp_path)[-1].value is not None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"seed": 99}, "no trained weights for proxy_tiny .* seed 99; `python -m experiments train"),
        ({"backbone": "deit_small_patch16_224"}, "deit_small_patch16_224 has no weights here"),
        ({"dataset": "imagenet"}, "no data set 'imagenet' here; there are digit_scenes"),
        ({"keep_rate": 7.0}, r"a keep rate lies in \(0, 1\]; got 7"),
    ],
)
def test_what_cannot_be_measured_says_why(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    """A missing checkpoint, backbone or data set and an impossible rate are records with their reason."""
    (record,) = [r for r in measured(make_spec("topk", **fields), tmp_path) if r.metric == "performance"]
    assert record.value is None
    assert __import__("re").search(reason, record.reason)


@pytest.mark.parametrize(("method", "reason"), [("sit", "before it"), ("nonsense", "no reducer 'nonsense'")])
def test_a_method_that_cannot_be_used_does_not_stop_the_others(tmp_path: Path, method: str, reason: str) -> None:
    """Its record says why; the next cell is measured."""
    found = {r.cell.method: r for r in measured(make_spec(method, "topk"), tmp_path) if r.metric == "performance"}
    assert reason in found[method].reason
    assert found["topk"].value is not None


def test_token_counts_are_by_stage_and_scaled_honestly(tmp_path: Path) -> None:
    """On a real shape Top-K's counts speak for the paper, those of ATS with random weights do not."""
    records = measured(make_spec("topk", "ats", measures=("tokens",), backbone="deit_tiny_patch16_224", dataset=""), tmp_path)
    topk = [record for record in records if record.cell.method == "topk"]
    assert [(record.settings, record.value, record.scale) for record in topk] == [
        ((("stage", 1.0),), 98.0, "paper"),
        ((("stage", 2.0),), 49.0, "paper"),
        ((("stage", 3.0),), 24.0, "paper"),
    ]
    assert {record.scale for record in records if record.cell.method == "ats"} == {"proxy"}


def test_speed_is_measured_beside_the_unreduced_model(tmp_path: Path) -> None:
    """Images per second and speed-up of a cell with the rounds as replicates, and its multiply-adds, which need no timing."""
    records = measured(make_spec("topk", measures=("speed", "gmacs"), dataset="", keep_rate=0.25, batch=4), tmp_path)
    found = {record.metric: record for record in records}
    assert set(found) == {"images_per_second", "speedup", "gmacs"}
    assert len(found["speedup"].replicates) >= 3
    assert 0 < (found["gmacs"].value or 0) < 0.013


def test_patterns_compare_every_pair_of_methods(tmp_path: Path) -> None:
    """Pruners get IoU, mergers NMI, all get Procrustes and CKA distances, stage by stage."""
    records = measured(make_spec("topk", "evit", "tome", "kmedoids", measures=("patterns",)), tmp_path)
    metrics = {(record.cell.method, record.metric) for record in records if record.value is not None}
    assert ("evit|topk", "iou") in metrics
    assert ("kmedoids|tome", "nmi") in metrics
    assert ("tome|topk", "iou") not in metrics
    assert ("tome|topk", "procrustes") in metrics
    assert len({name for name, _ in metrics}) == 6


def test_the_command_reads_a_specification_and_writes_records(tmp_path: Path) -> None:
    """`run SPEC --out RECORDS` leaves whole JSON lines, and a malformed specification is exit code 2."""
    (tmp_path / "spec.json").write_text(make_spec("l2").model_dump_json(), "utf-8")
    assert main(["run", str(tmp_path / "spec.json"), "--out", str(tmp_path / "records.jsonl")]) == 0
    lines = (tmp_path / "records.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["metric"] for line in lines][-1] == "performance"
    (tmp_path / "spec.json").write_text('{"cells": []}', "utf-8")
    assert main(["run", str(tmp_path / "spec.json"), "--out", str(tmp_path / "other.jsonl")]) == 2


def spot_checked(folder: Path, **fields: Any) -> list[LabRecord]:
    """The spot checks of a run that is answered by the ledger of a folder."""
    (folder / "checked").unlink(missing_ok=True)
    spec = make_spec(*METHODS, measures=("tokens",), **{"spot_checks": 1, **fields})
    return [record for record in measured(spec, folder, "checked") if record.metric == "control_spot_check"]


def test_a_sample_of_the_ledger_is_measured_again(tmp_path: Path) -> None:
    """As many rows as asked for are checked, drawn by the seed, and pass on the machine that made them."""
    assert spot_checked(tmp_path) == []
    (check,) = spot_checked(tmp_path)
    assert (check.value, check.passed) == (0.0, True)
    assert check.reason.startswith("tokens at stage 1 measured again: ")
    assert [other.cell for other in spot_checked(tmp_path)] == [check.cell]
    assert len({record.cell.method for record in spot_checked(tmp_path, spot_checks=9)}) == len(METHODS)


def test_a_row_that_does_not_hold_fails_its_check(tmp_path: Path) -> None:
    """A number that was changed in the ledger is found, with both numbers in the reason."""
    spot_checked(tmp_path)
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text(
        ledger.read_text("utf-8").replace('"value": 64.0', '"value": 63.0').replace('"value": 32.0', '"value": 33.0'), "utf-8"
    )
    checks = spot_checked(tmp_path, spot_checks=4)
    assert {check.passed for check in checks} == {False}
    assert {check.reason.split(": ")[1] for check in checks} == {
        "64 against 63 in the ledger, tolerance 0.5",
        "32 against 33 in the ledger, tolerance 0.5",
    }


def test_a_spot_check_keeps_to_the_budget(tmp_path: Path) -> None:
    """What would take longer than what is left is not begun."""
    spot_checked(tmp_path)
    assert spot_checked(tmp_path, budget_seconds=0) == []


def test_fresh_without_budget_is_answered_from_the_ledger_and_says_so(tmp_path: Path) -> None:
    """The values are those of the ledger, and their reason tells that they were not measured again."""
    first = measured(make_spec("topk", measures=("tokens",)), tmp_path)
    again = measured(make_spec("topk", measures=("tokens",), fresh=True, budget_seconds=0), tmp_path, "again.jsonl")
    assert [record.value for record in again] == [record.value for record in first]
    assert {record.reason for record in again} == {"from the ledger, as the budget of 0 s did not allow to measure it again"}


def make_row(*values: float, regime: str = "fine_tuned", metric: str = "performance", replicates: tuple[float, ...] = ()) -> Row:
    """A row with a record a value, stage by stage."""
    cell = CellRequest(method="topk", backbone="proxy_tiny", dataset="digit_scenes", keep_rate=0.5, regime=regime)  # type: ignore[arg-type]
    records = [LabRecord(cell=cell, metric=metric, value=v, settings=(("stage", i),), replicates=replicates) for i, v in enumerate(values)]
    return Row.measured("a", (), tuple(records), unit="Performance", cell=cell, asked={})


@pytest.mark.parametrize(
    ("held", "again", "passed"),
    [
        (make_row(50.0, regime="off_the_shelf"), make_row(51.0, regime="off_the_shelf"), True),
        (make_row(50.0, regime="off_the_shelf", replicates=(45.0, 55.0)), make_row(51.1), False),
        (make_row(50.0, replicates=(49.0, 51.0)), make_row(54.2), True),
        (make_row(50.0, replicates=(49.0, 51.0)), make_row(54.3), False),
        (make_row(32.0, 16.0, metric="tokens"), make_row(32.0, 16.6, metric="tokens"), False),
        (make_row(1.0, metric="gmacs"), make_row(1.00001, metric="gmacs"), False),
        (make_row(32.0, 16.0, metric="tokens"), make_row(32.0, metric="tokens"), False),
    ],
)
def test_tolerances_are_as_stated(held: Row, again: Row, passed: bool) -> None:
    """A point off the shelf, three standard errors fine-tuned, half a token, the very multiply-adds; a missing number fails."""
    assert compare(held, again).passed is passed
