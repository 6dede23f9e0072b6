"""
The single entry: reads a specification, measures its cells and appends one record a line.

Units of work (a measure of a cell) are looked up in the ledger first. Each record is flushed to the disk when it is known,
so a killed run resumes where it stopped. What cannot be measured is a record without value, with its reason; the same
cell may be measured later, and then the later line counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from experiments.ledger import Ledger, Row, append_lines, asked, read_records
from experiments.measure.plan import plan
from experiments.measure.unit import Unit
from synth.model import LabRecord, Spec


class Sink:
    """The file of records: appends those that it does not hold yet."""

    def __init__(self, path: Path, *, fresh: bool) -> None:
        self.path = path
        self._held = set() if fresh else {_name(record) for record in read_records(path) if record.value is not None}

    def write(self, records: Iterable[LabRecord]) -> None:
        """Append the records that are new, a line each, flushed together: a unit of work may have many."""
        new = [record for record in records if record.value is None or _name(record) not in self._held]
        if new:
            append_lines(self.path, [record.model_dump_json() for record in new])
            self._held.update(map(_name, new))


def _name(record: LabRecord) -> tuple[object, ...]:
    return (record.cell, record.metric, record.settings, dict(record.digests).get("key"))


def run(spec: Spec, out: Path, ledger: Ledger, *, log: Callable[[str], None] = lambda line: None) -> None:
    """
    Measure what the specification asks for, within its budget.

    log  is told one line a unit of work
    """
    start = time.monotonic()
    deadline = start + spec.budget_seconds
    out.parent.mkdir(parents=True, exist_ok=True)
    out.touch()
    sink = Sink(out, fresh=spec.fresh)
    for unit in plan(spec, ledger.weights):
        sink.write(_records(unit, ledger, deadline))
        log(f"{time.monotonic() - start:6.1f} s  {unit.title}")


def _records(unit: Unit, ledger: Ledger, deadline: float) -> tuple[LabRecord, ...]:
    """The records of a unit: from the ledger, measured now, or the reason why there are none."""
    try:
        key = unit.key()
    except Exception as error:
        return unit.without(reason_of(error))
    held = None if unit.spec.fresh else ledger.get(key)
    if held is not None:
        return held.records
    if time.monotonic() >= deadline:
        return unit.without(f"the budget of {unit.spec.budget_seconds:g} s was used up before this was measured")
    row = measure(unit, key, deadline)
    if row.failed:
        return unit.without(row.failed)
    ledger.put(row)
    return row.records


def measure(unit: Unit, key: str, deadline: float) -> Row:
    """The row of a unit that is measured now; one that holds the reason where it gives no value."""
    began = time.monotonic()
    try:
        records = unit.measure(deadline)
    except Exception as error:
        return failed(unit, reason_of(error))
    if all(record.value is None for record in records):
        return failed(unit, next((record.reason for record in records), "it has no records"))
    seconds = round(time.monotonic() - began, 4)
    return Row.measured(key, unit.digests(), records, unit=type(unit).__name__, cell=unit.cell, asked=asked(unit.spec), seconds=seconds)


def failed(unit: Unit, reason: str) -> Row:
    """The row that says why a unit has no value."""
    return Row.without(reason, unit=type(unit).__name__, cell=unit.cell, asked=asked(unit.spec))


def reason_of(error: Exception) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
