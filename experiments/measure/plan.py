"""A specification → units of work, in the order in which they are done: what is shared comes first, controls come last."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from experiments.ledger import code_digest, key_of
from synth.model import CellRequest, LabRecord, Spec


class Unit(ABC):
    """One piece of work: it knows what it depends on, and how to measure it."""

    metric: str
    """of the record that says why there is no value."""

    def __init__(self, cell: CellRequest, spec: Spec) -> None:
        self.cell = cell
        self.spec = spec

    @property
    def title(self) -> str:
        """What the log calls it."""
        cell = self.cell
        return " ".join(
            part for part in (self.metric, cell.method, cell.backbone, cell.dataset, f"{cell.keep_rate:g}", f"seed {cell.seed}") if part
        )

    @abstractmethod
    def digests(self) -> tuple[tuple[str, str], ...]:
        """Of weights and data; raises what says why there are none."""

    @abstractmethod
    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """The records; raises what says why there are none."""

    def arguments(self) -> tuple[Any, ...]:
        """Of the specification, those that the values depend on."""
        return ()

    def key(self) -> str:
        """Digest of code, weights, data and arguments."""
        return key_of(unit=type(self).__name__, cell=self.cell.model_dump(), digests=self.digests(), arguments=self.arguments())

    def record(self, metric: str, value: float | None, **fields: Any) -> LabRecord:
        """A record of this unit's cell."""
        return LabRecord(cell=fields.pop("cell", self.cell), metric=metric, value=value, **fields)

    def without(self, reason: str) -> tuple[LabRecord, ...]:
        """The record that stands where no value could be had."""
        return (self.record(self.metric, None, reason=reason),)


def code() -> tuple[str, str]:
    """The pair that every unit's digests begin with."""
    return ("code", code_digest())


def groups(cells: tuple[CellRequest, ...], *fields: str) -> dict[tuple[Any, ...], tuple[CellRequest, ...]]:
    """Cells by the values of some of their fields, in order of appearance, each cell once."""
    found: dict[tuple[Any, ...], dict[CellRequest, None]] = {}
    for cell in cells:
        found.setdefault(tuple(getattr(cell, field) for field in fields), {})[cell] = None
    return {key: tuple(members) for key, members in found.items()}


def plan(spec: Spec) -> Iterator[Unit]:
    """All units of a specification."""
    from experiments.measure import accuracy, throughput

    if "tokens" in spec.measures:
        yield from throughput.token_units(spec)
    if "gmacs" in spec.measures:
        yield from throughput.cost_units(spec)
    if "speed" in spec.measures:
        yield from throughput.units(spec)
    yield from accuracy.units(spec)
