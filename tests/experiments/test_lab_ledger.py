"""The shipped ledger: it belongs to this very code and these weights, and it is never believed for others."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from experiments.ledger import SHIPPED, Ledger, code_digest
from experiments.ledger.build import pack, specifications
from experiments.run import run
from synth.model import CellRequest, LabRecord, Spec

CELL = CellRequest(method="l2", backbone="proxy_tiny", dataset="digit_scenes", keep_rate=0.5, seed=0)


def test_the_shipped_ledger_belongs_to_this_code() -> None:
    """After a change of the laboratory's code the ledger has to be measured again; this test says so."""
    with gzip.open(SHIPPED, "rt", encoding="utf-8") as file:
        units = [json.loads(line) for line in file]
    codes = {dict(record["digests"])["code"] for unit in units for record in unit["records"]}
    assert codes == {code_digest()}, "run `python -m experiments.ledger.build`"


def test_a_shipped_cell_is_not_measured_again(tmp_path: Path) -> None:
    """A cell of the ledger comes from it, with the time at which it was measured."""
    spec = Spec(measures=("performance",), cells=(CELL,), budget_seconds=0.0)
    run(spec, tmp_path / "out.jsonl", Ledger(tmp_path / "ledger.jsonl"))
    records = [LabRecord.model_validate_json(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert {record.metric for record in records if record.value is not None} >= {"performance", "control_keep_all"}
    assert not (tmp_path / "ledger.jsonl").exists()


def test_other_arguments_are_not_answered_from_the_ledger(tmp_path: Path) -> None:
    """Another number of images is another measurement."""
    spec = Spec(measures=("performance",), cells=(CELL,), images=64, budget_seconds=0.0)
    run(spec, tmp_path / "out.jsonl", Ledger(tmp_path / "ledger.jsonl"))
    records = [LabRecord.model_validate_json(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert {record.value for record in records} == {None}


def test_a_shipped_value_is_what_this_machine_measures(tmp_path: Path) -> None:
    """Measured afresh, a shipped cell gives the same number but for the last bits of floating point."""
    spec = Spec(measures=("performance",), cells=(CELL,), fresh=True)
    for name, asked in (("fresh", spec), ("kept", spec.model_copy(update={"fresh": False}))):
        run(asked, tmp_path / name, Ledger(tmp_path / f"{name}.ledger"))
    fresh, kept = (
        next(record for line in (tmp_path / name).read_text().splitlines() if (record := LabRecord.model_validate_json(line)).cell == CELL)
        for name in ("fresh", "kept")
    )
    assert fresh.created != kept.created
    assert abs((fresh.value or 0) - (kept.value or 0)) < 0.4  # two of 512 images


def test_packing_depends_on_the_content_alone(tmp_path: Path) -> None:
    """The same lines in another order give the same file."""
    for name, lines in (("a", "x\ny\n"), ("b", "y\nx\nx\n")):
        (tmp_path / name).write_text(lines)
        assert pack(tmp_path / name, tmp_path / f"{name}.gz") == 2
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_what_is_shipped_covers_what_claims_ask_for() -> None:
    """All methods that need no training, at every keep rate, width, seed and data set."""
    trained, shapes = specifications(1.0)
    assert len(trained.cells) == 3 * 2 * 3 * (10 * 4 + 1)
    assert len({cell.method for cell in shapes.cells}) == 15
