"""
What the laboratory's built-in controls mean for a finding.

Exact ones (keep-all equals the plain model, a ledger row holds when it is measured again) hold or the numbers mean nothing.
Statistical ones (random pruning ranks low, shuffled labels give chance) are read over the seeds of a place together, as one
seed in a few is out by noise; where most seeds fail, what was measured at that place tells methods apart no better than
chance, and the place is set aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from synth.model import LabRecord

PREFIX = "control_"
SPOT_CHECK = "control_spot_check"
STATISTICAL = frozenset({"control_random", "control_shuffled_labels"})

State = Literal["passed", "failed", "set aside", "not run"]


@dataclass(frozen=True)
class Control:
    """One control at one place, over all of its seeds."""

    name: str
    place: tuple[str, str]
    """(backbone, data set)"""
    seeds: int
    reason: str
    """what was compared, on the seed that came out worst."""
    state: State
    value: float | None

    @property
    def line(self) -> str:
        """ "random on proxy_tiny digit_scenes, 3 seeds: random pruning ranks low: ...: passed (-12.5)"."""
        where = f"{self.name} on {' '.join(part for part in self.place if part)}" + (f", {self.seeds} seeds" if self.seeds > 1 else "")
        why = f": {self.reason}" if self.reason else ""
        return f"{where}{why}: {self.state}" + ("" if self.value is None else f" ({self.value:g})")


def joined(records: Sequence[LabRecord]) -> Control:
    """The control that the records of one place and one kind are together."""
    metric, cell = records[0].metric, records[0].cell
    ran = [record for record in records if record.passed is not None]
    worst = next((record for record in ran if not record.passed), (ran or list(records))[0])
    values = [record.value for record in ran if record.value is not None]
    value = float(f"{np.mean(values):.6g}") if values else None
    name = metric.removeprefix(PREFIX).replace("_", " ")
    return Control(name, (cell.backbone, cell.dataset), len(ran), worst.reason, _state(metric, ran), value)


def _state(metric: str, ran: Sequence[LabRecord]) -> State:
    if not ran:
        return "not run"
    passed = sum(bool(record.passed) for record in ran)
    if metric in STATISTICAL:
        return "passed" if 2 * passed > len(ran) else "set aside"
    return "passed" if passed == len(ran) else "failed"


def voided(controls: Sequence[Control], places: Sequence[tuple[str, str]]) -> list[Control]:
    """Controls that void the whole finding: exact ones that fail, or those of the places that are set aside where no place is left."""
    failed = [control for control in controls if control.state == "failed"]
    aside = [control for control in controls if control.state == "set aside"]
    return failed or (aside if aside and set(places) <= {control.place for control in aside} else [])
