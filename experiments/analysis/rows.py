"""Ledger → the records that an analysis may use, and how many it may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from experiments.ledger import SHIPPED, Ledger
from synth.model import LabRecord


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
    wanted = set(metrics)
    found: dict[tuple[object, ...], LabRecord] = {}
    images: dict[str, int] = {}
    for row in Ledger(ledger or SHIPPED.with_name("none")).rows():
        if (dataset and row.cell.dataset not in ("", dataset)) or (backbone and row.cell.backbone != backbone):
            continue
        if wanted.isdisjoint(value["metric"] for value in row.values) and wanted:
            continue
        images[row.cell.dataset] = max(row.asked.get("images", 0), images.get(row.cell.dataset, 0))
        for record in row.records:
            if not wanted or record.metric in wanted:
                found[record.cell, record.metric, record.settings, dict(record.digests).get("data")] = record
    return Rows(tuple(_of_regime(list(found.values()), regime)), images=images)


def _of_regime(records: Sequence[LabRecord], regime: str | None) -> list[LabRecord]:
    if regime is None:
        tuned = any(record.cell.regime == "fine_tuned" and record.value is not None for record in records)
        regime = "fine_tuned" if tuned else "off_the_shelf"
    return [r for r in records if r.cell.regime.startswith(regime) or r.cell.method == "keep_all" or not r.cell.dataset]
