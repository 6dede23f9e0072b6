"""The contract with the laboratory: a specification of cells goes in, records come out. Shared by synth and experiments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synth.model.base import Record
from synth.model.observation import Scale

Measure = Literal["performance", "tokens", "speed", "gmacs", "patterns"]
"""
performance: accuracy or mAP; tokens: counts by stage; speed: images/s on real shapes; gmacs: multiply-adds on real shapes,
which no machine changes; patterns: IoU, NMI, ...
"""

Regime = Literal["off_the_shelf", "fine_tuned", "fine_tuned_no_teacher"]
"""
off_the_shelf: the reducer on the trained backbone as it is; fine_tuned: both trained further together, with the method's own
losses; fine_tuned_no_teacher: the same without distillation, for the one method that has a teacher.
"""


class CellRequest(Record):
    """One (reducer, backbone, data set, keep rate, seed, regime) to measure."""

    method: str
    backbone: str
    """a name of the laboratory's registry, "proxy_tiny", or a timm model, "deit_small_patch16_224"."""
    dataset: str = ""
    """"digit_scenes", "digit_scenes_multi"; empty for speed, which needs no data."""
    keep_rate: float
    seed: int = 0
    regime: Regime = "off_the_shelf"


class Spec(Record):
    """What the laboratory is asked to measure."""

    measures: tuple[Measure, ...]
    cells: tuple[CellRequest, ...] = Field(min_length=1)
    images: int = 512
    """test images per cell."""
    replicates: int = 200
    """bootstrap resamples over images kept per performance record."""
    batch: int = 16
    """images per batch in speed measurements."""
    budget_seconds: float = 120.0
    """what is not measured by then is a record with its reason."""
    seed: int = 0
    fresh: bool = False
    """measure again what the budget allows, even where the ledger holds the cell."""
    spot_checks: int = 0
    """units of work from the ledger that are measured again to see whether they hold on this machine; drawn by `seed`."""
    data_folder: str = ""
    """where data sets lie that are not embedded."""


class LabRecord(Record):
    """One line of the laboratory's answer: a value, or the reason why there is none."""

    cell: CellRequest
    metric: str
    """
    "performance", "tokens", "images_per_second", "gmacs", or the name of a control:
    "control_keep_all", "control_random", "control_shuffled_labels", "control_spot_check".
    """
    value: float | None
    unit: str = ""
    settings: tuple[tuple[str, float], ...] = ()
    """further coordinates, (("stage", 1.0),) for token counts."""
    replicates: tuple[float, ...] = ()
    scale: Scale = "proxy"
    passed: bool | None = None
    """of a control: whether it holds; None for a measurement."""
    reason: str = ""
    """why there is no value, or what a control compared."""
    seconds: float = 0.0
    digests: tuple[tuple[str, str], ...] = ()
    """what the value depends on: (("code", ...), ("weights", ...), ("data", ...))."""
    created: str = ""
    """ISO 8601, UTC."""
