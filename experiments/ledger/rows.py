"""
One line of the ledger: the records of a unit of work with what they depend on and how they came about.

What all records of a unit share is written once. A row that failed holds its reason instead of a key, so that it is never
found when a value is asked for.
"""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self

from pydantic import Field

from synth.model import CellRequest, LabRecord, Spec
from synth.model.base import Record

_ASKED = ("images", "replicates", "seed", "batch")
_SHARED = {"cell", "digests", "created", "seconds"}


class Row(Record):
    """What one unit of work gave, or why it gave nothing."""

    key: str = ""
    """digest of code, weights, data and arguments; empty where the unit failed."""
    unit: str
    """its kind, "Performance"."""
    cell: CellRequest
    asked: dict[str, int]
    """of the specification: images, replicates, seed, batch."""
    digests: tuple[tuple[str, str], ...] = ()
    """(("code", ...), ("weights", ...), ("data", ...))."""
    made: dict[str, str] = Field(default_factory=dict)
    """versions, threads and kind of machine."""
    created: str = ""
    """ISO 8601, UTC."""
    seconds: float = 0.0
    failed: str = ""
    """why there is no value."""
    values: tuple[dict[str, Any], ...] = ()
    """fields of the records that are neither shared nor defaults."""

    @classmethod
    def measured(cls, key: str, digests: tuple[tuple[str, str], ...], records: tuple[LabRecord, ...], **fields: Any) -> Self:
        """A row of records; values are rounded to 6 digits, here and nowhere else."""
        values = tuple(_rounded(record.model_dump(mode="json", exclude=_SHARED, exclude_defaults=True)) for record in records)
        return cls(**{"key": key, "digests": digests, "values": values, "made": circumstances(), "created": now()} | fields)

    @classmethod
    def without(cls, reason: str, **fields: Any) -> Self:
        """A row that holds a reason and no value."""
        return cls(failed=" ".join(reason.split()), made=circumstances(), created=now(), **fields)

    @classmethod
    def parse(cls, line: str) -> Self | None:
        """The row of a line; None where a kill cut the line short."""
        try:
            return cls.model_validate_json(line)
        except ValueError:
            return None

    @property
    def line(self) -> str:
        """JSON without defaults; the key stands first, so that a line can be found without being parsed."""
        return json.dumps(self.model_dump(mode="json", exclude_defaults=True))

    @property
    def records(self) -> tuple[LabRecord, ...]:
        """The records, whole again."""
        shared = {"cell": self.cell, "digests": (*self.digests, ("key", self.key)), "created": self.created, "seconds": self.seconds}
        return tuple(LabRecord.model_validate({"value": None} | value | shared) for value in self.values)


def asked(spec: Spec) -> dict[str, int]:
    """Of a specification what a row needs to be asked for again."""
    return {name: getattr(spec, name) for name in _ASKED}


def now() -> str:
    """UTC by the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@cache
def _versions() -> dict[str, str]:
    import timm
    import torch

    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    return {"python": platform.python_version(), "torch": str(torch.__version__), "timm": timm.__version__, "machine": machine}


def circumstances() -> dict[str, str]:
    """Versions, threads and the kind of machine, never its name."""
    import torch

    return _versions() | {"threads": str(torch.get_num_threads())}


def _rounded(value: Any) -> Any:
    """Every number with 6 digits."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return {name: _rounded(item) for name, item in value.items()} if isinstance(value, dict) else value
