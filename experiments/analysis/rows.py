"""Ledger → the records that an analysis may use, and how many it may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from experiments.ledger import SHIPPED, Ledger, Row
from experiments.ledger.current import current_keys
from synth.model import CellRequest, LabRecord


@dataclass(frozen=True)
class Rows:
    """Records of one selection."""

    records: tuple[LabRecord, ...]
    stale: int = 0
    """rows whose code, weights or data have changed since: not used."""
    images: Mapping[str, int] = field(default_factory=dict)
    """test images by data set; the most where rows differ."""


def read_rows(
    ledger: Path | None = None, *, metrics: Iterable[str] = (), dataset: str = "", backbone: str = "", regime: str | None = None
) -> Rows:
    """
    The current records of the shipped ledger, and of a further one where given; a later line of the same cell counts more.

    metrics  names to read; none: all
    regime   None: fine-tuned rows where there are any, else those off the shelf. Unreduced and data-free rows always stay
    """
    wanted = frozenset(metrics)
    rows = [row for row in Ledger(ledger or SHIPPED.with_name("none")).rows() if _asked_for(row, wanted, dataset, backbone)]
    rows = _of_regime(rows, regime)
    keys = current_keys(rows)
    current = [row for row in rows if row.key in keys]
    return Rows(_records(current, wanted), len(rows) - len(current), _images(current))


def _asked_for(row: Row, metrics: frozenset[str], dataset: str, backbone: str) -> bool:
    named = (not dataset or row.cell.dataset in ("", dataset)) and (not backbone or row.cell.backbone == backbone)
    return named and (not metrics or any(value["metric"] in metrics for value in row.values))


def _of_regime(rows: Sequence[Row], regime: str | None) -> list[Row]:
    if regime is None:
        tuned = any(row.cell.regime == "fine_tuned" and _ranked(row.cell) for row in rows)
        regime = "fine_tuned" if tuned else "off_the_shelf"
    return [row for row in rows if row.cell.regime.startswith(regime) or not _ranked(row.cell)]


def _ranked(cell: CellRequest) -> bool:
    return cell.method != "keep_all" and bool(cell.dataset)


def _records(rows: Iterable[Row], metrics: frozenset[str]) -> tuple[LabRecord, ...]:
    found: dict[tuple[object, ...], LabRecord] = {}
    for record in (record for row in rows for record in row.records):
        if not metrics or record.metric in metrics:
            # Rows on other images are not the same measurement.
            found[record.cell, record.metric, record.settings, dict(record.digests).get("data")] = record
    return tuple(found.values())


def _images(rows: Iterable[Row]) -> dict[str, int]:
    images: dict[str, int] = {}
    for row in rows:
        images[row.cell.dataset] = max(row.asked.get("images", 0), images.get(row.cell.dataset, 0))
    return images
