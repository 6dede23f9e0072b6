"""What a ledger holds: rows counted by data set, backbone, regime and method; and its packing into one small file."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from experiments.ledger import Ledger
from experiments.ledger.current import current_keys
from experiments.ledger.rows import Row


class Group(NamedTuple):
    """What rows are counted by; pairs of methods together."""

    dataset: str
    backbone: str
    regime: str
    method: str


class Holding(NamedTuple):
    """Rows of one group."""

    group: Group
    current: int
    stale: int
    """measured with other code, weights, data or arguments; never used."""
    failed: int
    """units that have a reason and no current row."""


def holdings(ledger: Ledger) -> list[Holding]:
    """Counts of all groups, sorted."""
    rows = list(ledger.rows())
    keys = current_keys(rows)
    measured = {_unit(row) for row in rows if row.key in keys}
    failed = {_unit(row): row for row in ledger.failures() if _unit(row) not in measured}
    counts = [
        Counter(_group(row) for row in some)
        for some in ((row for row in rows if row.key in keys), (row for row in rows if row.key not in keys), failed.values())
    ]
    return [Holding(group, *(count[group] for count in counts)) for group in sorted(set().union(*counts))]


def _unit(row: Row) -> tuple[object, ...]:
    return (row.unit, row.cell, tuple(row.asked.items()))


def _group(row: Row) -> Group:
    cell = row.cell
    return Group(cell.dataset or "none", cell.backbone, cell.regime, "pairs" if "|" in cell.method else cell.method)


def pack(rows: Iterable[Row], target: Path) -> int:
    """Compress rows, one a key and sorted by it, so that the same rows give the same file; returns how many."""
    lines = [row.line for row in sorted({row.key: row for row in rows}.values(), key=lambda row: row.key)]
    # No time stamp in the header: the file depends on its content alone.
    target.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=9, mtime=0))
    return len(lines)
