"""
The single entry: reads a specification, measures its cells and appends one record a line.

Units of work (a measure of a cell) are looked up in the ledger first. Each record is flushed to the disk when it is known,
so a killed run resumes where it stopped. What cannot be measured is a record without value, with its reason; the same
cell may be measured later, and then the later line counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from experiments.ledger import Ledger, append_lines, read_records
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
    for unit in plan(spec):
        for records in _done(unit, spec, ledger, deadline):
            sink.write(records)
        log(f"{time.monotonic() - start:6.1f} s  {unit.title}")


def _done(unit: Unit, spec: Spec, ledger: Ledger, deadline: float) -> Iterator[tuple[LabRecord, ...]]:
    """The records of a unit: from the ledger, measured now, or the reason why there are none."""
    try:
        key = unit.key()
    except Exception as error:
        yield _failed(unit, error)
        return
    held = None if spec.fresh else ledger.get(key)
    if held is not None:
        yield held
        return
    if time.monotonic() >= deadline:
        yield unit.without(f"the budget of {spec.budget_seconds:g} s was used up before this was measured")
        return
    began = time.monotonic()
    try:
        records = unit.measure(deadline)
    except Exception as error:
        yield _failed(unit, error)
        return
    records = tuple(_stamped(record, unit, key, time.monotonic() - began) for record in records)
    if records and all(record.value is not None for record in records):
        ledger.put(key, records)
    yield records


def _failed(unit: Unit, error: Exception) -> tuple[LabRecord, ...]:
    return unit.without(f"{type(error).__name__}: {error}")


def _stamped(record: LabRecord, unit: Unit, key: str, seconds: float) -> LabRecord:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    digests = (*unit.digests(), ("key", key))
    return record.model_copy(update={"digests": digests, "created": now, "seconds": round(seconds, 4)})
