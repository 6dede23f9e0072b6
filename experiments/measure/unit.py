"""A unit of work: one measure of one cell, with the digests of everything that its values depend on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache
from typing import Any, ClassVar

from experiments.ledger import key_of
from experiments.ledger.sources import PACKAGE, sources_digest
from experiments.reducers import REGISTRY
from synth.model import CellRequest, LabRecord, Spec

_NEVER = frozenset({"errors", "reducers", "data", "measure.unit", "measure.plan", "ledger", "ledger.sources"})
"""modules that carry values and do not make them; of reducers and data, those that a unit uses are named by it."""
_TRAINING = frozenset({"finetune", "losses", "optimise", "train", "grow"})
"""what a cell off the shelf does not depend on."""


class Unit(ABC):
    """One piece of work: it knows what it depends on, and how to measure it."""

    metric: str
    """of the record that says why there is no value."""
    leaves_out: ClassVar[frozenset[str]] = frozenset()
    """modules that the unit's own module imports for others, "measure.patterns"."""

    def __init__(self, cell: CellRequest, spec: Spec) -> None:
        self.cell = cell
        self.spec = spec

    @property
    def title(self) -> str:
        """What the log calls it."""
        cell = self.cell
        regime = "" if cell.regime == "off_the_shelf" else cell.regime
        parts = (self.metric, cell.method, cell.backbone, cell.dataset, f"{cell.keep_rate:g}", f"seed {cell.seed}", regime)
        return " ".join(part for part in parts if part)

    @abstractmethod
    def digests(self) -> tuple[tuple[str, str], ...]:
        """Of code, weights and data; raises what says why there are none."""

    @abstractmethod
    def measure(self, deadline: float) -> tuple[LabRecord, ...]:
        """The records; raises what says why there are none."""

    def methods(self) -> tuple[str, ...]:
        """Reducers that the values depend on: the cell's, or both of "one|other"."""
        return tuple(self.cell.method.split("|"))

    def code(self) -> tuple[str, str]:
        """
        The pair of digests that stands for sources: the unit's module and all that it imports.

        Of the reducers those of the cell, of the data sets the cell's, and nothing of the training where the cell has none.
        """
        reducers = [REGISTRY[method].__module__.partition(".")[2] for method in self.methods() if method in REGISTRY]
        start = (type(self).__module__.partition(".")[2], *_data_modules(self.cell.dataset), *sorted(set(reducers)))
        idle = _TRAINING if self.cell.regime == "off_the_shelf" else frozenset()
        return ("code", sources_digest(start, _NEVER | idle | self.leaves_out))

    def arguments(self) -> tuple[Any, ...]:
        """Of the specification, those that the values depend on."""
        return ()

    def key(self) -> str:
        """Digest of code, weights, data and arguments."""
        # Without defaults: a new field of cells that says what was always meant expires nothing.
        cell = self.cell.model_dump(exclude_defaults=True)
        return key_of(unit=type(self).__name__, cell=cell, digests=self.digests(), arguments=self.arguments())

    def record(self, metric: str, value: float | None, **fields: Any) -> LabRecord:
        """A record of this unit's cell."""
        return LabRecord(cell=fields.pop("cell", self.cell), metric=metric, value=value, **fields)

    def without(self, reason: str) -> tuple[LabRecord, ...]:
        """The record that stands where no value could be had."""
        return (self.record(self.metric, None, reason=reason),)


@cache
def _data_modules(dataset: str) -> tuple[str, ...]:
    """The file of data/ whose name the data set's begins with; all of them for sets of pictures that are named by their place."""
    names = sorted((path.stem for path in (PACKAGE / "data").glob("[!_]*.py")), key=len)
    return tuple(f"data.{name}" for name in names if dataset.startswith(name))[-1:] or tuple(f"data.{name}" for name in names if dataset)


def groups(cells: tuple[CellRequest, ...], *fields: str) -> dict[tuple[Any, ...], tuple[CellRequest, ...]]:
    """Cells by the values of some of their fields, in order of appearance, each cell once."""
    found: dict[tuple[Any, ...], dict[CellRequest, None]] = {}
    for cell in cells:
        found.setdefault(tuple(getattr(cell, field) for field in fields), {})[cell] = None
    return {key: tuple(members) for key, members in found.items()}
