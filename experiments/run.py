"""
The single entry: reads a specification, measures its cells and appends one record a line.

Units of work (a measure of a cell) are looked up in the ledger first. Each record is flushed to the disk when it is known,
so a killed run resumes where it stopped. What cannot be measured is a record without value, with its reason; the same
cell may be measured later, and then the later line counts. Of what the ledger answers, a sample is measured again: `spot_checks`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from experiments.ledger import Ledger, Row, append_lines, asked, read_records
from experiments.measure.plan import plan
from experiments.measure.spot_checks import SPOT_CHECK, checkable, compare
from experiments.measure.unit import Unit
from synth.model import LabRecord, Spec

Log = Callable[[str], None]


class Sink:
    """The file of records: appends those that it does not hold yet."""

    def __init__(self, path: Path, *, fresh: bool) -> None:
        self.path = path
        self._held = set() if fresh else {_name(record) for record in read_records(path) if record.value is not None}

    def write(self, records: Iterable[LabRecord]) -> None:
        """Append the records that are new, a line each, flushed together: a unit of work may have many."""
        new = [record for record in records if record.value is None or record.metric == SPOT_CHECK or _name(record) not in self._held]
        if new:
            append_lines(self.path, [record.model_dump_json() for record in new])
            self._held.update(map(_name, new))


def _name(record: LabRecord) -> tuple[object, ...]:
    return (record.cell, record.metric, record.settings, dict(record.digests).get("key"))


def run(spec: Spec, out: Path, ledger: Ledger, *, log: Log = lambda line: None) -> None:
    """
    Measure what the specification asks for, within its budget.

    log  is told one line a unit of work
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    out.touch()
    _Run(spec, out, ledger, log).go()


class _Run:
    """One specification under way."""

    def __init__(self, spec: Spec, out: Path, ledger: Ledger, log: Log) -> None:
        self.spec = spec
        self.ledger = ledger
        self.log = log
        self.start = time.monotonic()
        self.deadline = self.start + spec.budget_seconds
        self.sink = Sink(out, fresh=spec.fresh)
        self.held: list[tuple[Unit, Row]] = []

    @property
    def left(self) -> float:
        """Seconds of the budget."""
        return self.deadline - time.monotonic()

    def go(self) -> None:
        """Units one by one, then spot checks of those that the ledger has answered."""
        # What is measured again is also fine-tuned again: weights that lie there would hide what training does here.
        for unit in plan(self.spec, None if self.spec.fresh else self.ledger.weights):
            self.sink.write(self._records(unit))
            self._tell(unit.title)
        for record in self._spot_checks():
            self.sink.write([record])
            self._tell(f"{record.metric} {'passed' if record.passed else 'failed'}: {record.reason}")

    def _records(self, unit: Unit) -> tuple[LabRecord, ...]:
        """The records of a unit: from the ledger, measured now, or the reason why there are none."""
        try:
            key = unit.key()
        except Exception as error:
            return unit.without(reason_of(error))
        held = self.ledger.get(key)
        if held is not None and not self.spec.fresh:
            self.held.append((unit, held))
            return held.records
        if self.left <= (held.seconds if held else 0.0):
            return self._out_of_time(unit, held)
        row = measure(unit, key, self.deadline)
        if row.failed:
            return self._out_of_time(unit, held) if held and self.left <= 0 else unit.without(row.failed)
        self.ledger.put(row)
        return row.records

    def _out_of_time(self, unit: Unit, held: Row | None) -> tuple[LabRecord, ...]:
        """What stands for a unit that the budget does not reach: the ledger's records, which then say so, or the reason."""
        budget = f"the budget of {self.spec.budget_seconds:g} s"
        if held is None:
            return unit.without(f"{budget} was used up before this was measured")
        self._tell(f"{unit.title} is taken from the ledger: {budget} does not allow to measure it again")
        told = f"from the ledger, as {budget} did not allow to measure it again"
        return tuple(record.model_copy(update={"reason": "; ".join(filter(None, (record.reason, told)))}) for record in held.records)

    def _spot_checks(self) -> Iterator[LabRecord]:
        """Some of the rows that were used, drawn by the seed; one that takes longer than what is left is passed over."""
        drawn = [(unit, row) for unit, row in self.held if checkable(row)]
        random.Random(self.spec.seed).shuffle(drawn)
        seconds: dict[tuple[str, ...], float] = {}
        for unit, row in drawn:
            # Units share passes and fine-tuned weights, and whichever row came first has paid for them.
            seconds[_price(unit)] = max(seconds.get(_price(unit), 0.0), row.seconds)
        again = {(type(unit), unit.cell): unit for unit in plan(self.spec)} if self.spec.spot_checks else {}
        checks = 0
        for unit, held in drawn:
            if checks < self.spec.spot_checks and seconds[_price(unit)] < self.left:
                row = measure(again[type(unit), unit.cell], held.key, self.deadline)
                if row.failed:
                    self._tell(f"{unit.title} could not be checked: {row.failed}")
                    continue
                checks += 1
                yield compare(held, row)

    def _tell(self, line: str) -> None:
        self.log(f"{time.monotonic() - self.start:6.1f} s  {line}")


def _price(unit: Unit) -> tuple[str, ...]:
    """What the time of a unit depends on."""
    return (unit.cell.backbone, unit.cell.dataset, unit.cell.regime)


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
