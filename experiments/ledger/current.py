"""
Which rows of a ledger are current: those whose key the plan of today gives, asked for the row's cell with the row's arguments.

A row that is not is stale: its code, weights, data or recipe have changed since. It is shown and never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from experiments.backbones import weights_digest
from experiments.data.interface import Data
from experiments.ledger.rows import Row
from experiments.measure import accuracy
from experiments.measure.plan import plan
from experiments.measure.unit import Unit
from synth.model import CellRequest, Spec
from synth.model.experiment import Measure

_MEASURES: dict[str, Measure] = {
    "Tokens": "tokens",
    "ShapeTokens": "tokens",
    "Gmacs": "gmacs",
    "Speed": "speed",
    "Pattern": "patterns",
}
"""measure that gives a unit; the others come with performance."""


def current_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """Those rows that may be used, in their order."""
    rows = list(rows)
    keys = current_keys(rows)
    yield from (row for row in rows if row.key in keys)


def current_keys(rows: Iterable[Row]) -> frozenset[str]:
    """Keys of the rows that may be used."""
    asked: dict[tuple[Measure, tuple[tuple[str, int], ...]], dict[CellRequest, None]] = {}
    wanted: set[str] = set()
    for row in rows:
        measure = _MEASURES.get(row.unit, "performance")
        asked.setdefault((measure, tuple(row.asked.items())), {}).update(dict.fromkeys(_cells(row.cell)))
        wanted.add(row.key)
    units = (unit for (measure, fields), cells in asked.items() for unit in plan(_spec(measure, fields, cells)))
    with _digested_once():
        return frozenset(key for unit in units if (key := _key(unit)) in wanted)


@contextmanager
def _digested_once() -> Iterator[None]:
    """Files of weights and test images are digested once each: thousands of rows share them."""
    identity = Data.identity
    vars(accuracy)["weights_digest"] = cache(weights_digest)
    Data.identity = cache(identity)  # type: ignore[method-assign]
    try:
        yield
    finally:
        vars(accuracy)["weights_digest"] = weights_digest
        Data.identity = identity  # type: ignore[method-assign]


def _cells(cell: CellRequest) -> list[CellRequest]:
    """The cell itself, or the two that "one|other" compares."""
    return [cell.model_copy(update={"method": method}) for method in cell.method.split("|")]


def _spec(measure: Measure, fields: tuple[tuple[str, int], ...], cells: Iterable[CellRequest]) -> Spec:
    return Spec(measures=(measure,), cells=tuple(cells)).model_copy(update=dict(fields))


def _key(unit: Unit) -> str:
    """The key; empty where today there is none, since weights, data or the method are gone."""
    try:
        return unit.key()
    except Exception:
        return ""
