"""What earlier runs of the laboratory wrote for a specification, so that nothing is measured twice in a workspace."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from synth.model import LabRecord, Spec
from synth.store.workspace import write_atomic
from synth.verifier import laboratory

ASKED = "asked"
"""file that holds when a specification was last measured: what is older came from the ledger."""


def folder_of(spec: Spec, parent: Path, python: str) -> Path:
    """The folder of a specification: what is asked, of which laboratory, whatever time and checks it may take."""
    asked = spec.model_copy(update={"budget_seconds": 0.0, "fresh": False, "spot_checks": 0}).model_dump_json()
    return parent / hashlib.sha256(f"{asked}\n{python}\n{laboratory.laboratory_digest()}".encode()).hexdigest()[:16]


def note_asking(folder: Path) -> None:
    """Write down that a specification is measured now."""
    write_atomic(folder / ASKED, datetime.now(UTC).isoformat(timespec="seconds"))


def asked_at(folder: Path) -> str:
    """When the specification was last measured, ISO 8601 by the second; empty where that is not known."""
    path = folder / ASKED
    return path.read_text("utf-8") if path.is_file() else ""


def records(folder: Path, spec: Spec, *, whole: bool = True) -> tuple[LabRecord, ...] | None:
    """Records of an earlier run; None if there is none, or a cell lacks its value and the whole is asked for."""
    path = folder / "records.jsonl"
    if not path.is_file():
        return None
    found = laboratory.believed(path.read_text("utf-8").splitlines(), spec).records
    valued = {record.cell for record in found if record.value is not None and not record.metric.startswith("control_")}
    return found if not whole or valued >= set(spec.cells) else None
