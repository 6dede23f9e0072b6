"""One number in long form, whether a paper reports it or the laboratory measured it."""

from __future__ import annotations

from typing import Literal

from synth.model.base import Record

Scale = Literal["paper", "proxy"]


class Observation(Record):
    """One value of one metric for one method under stated conditions."""

    method: str
    """canonical name of the vocabulary ("topk"), or the slug of the name that the table uses."""
    metric: str
    """canonical name ("top1_percent", "images_per_second", "tokens", "gmacs"), or a slug."""
    value: float
    backbone: str = ""
    dataset: str = ""
    settings: tuple[tuple[str, float], ...] = ()
    """sorted pairs, (("keep_rate", 0.7), ("stage", 1.0))."""
    unit: str = ""
    """"percent", "images/s", "tokens", "gmacs", "" for a plain number."""
    regime: str = ""
    """of a measured number on trained weights: "off_the_shelf", "fine_tuned" or "fine_tuned_no_teacher"; else empty."""
    seed: int | None = None
    deviation: float | None = None
    """standard deviation as printed beside the value; None where none is given."""
    decimals: int | None = None
    """printed decimals of a reported value: its precision is half a unit of the last one."""
    replicates: tuple[float, ...] = ()
    """the metric on bootstrap resamples of the images; resample i is the same draw for every method and backbone of one data set."""
    origin: Literal["reported", "measured"]
    paper_id: str | None = None
    table: int | None = None
    cell: tuple[int, int] | None = None
    """row and column in the table."""
    page: int | None = None
    record: str | None = None
    """digest of the laboratory's record."""
    scale: Scale = "paper"
    confidence: float = 1.0
    """how sure the linking of the number to its names is, 0..1."""

    def setting(self, name: str) -> float | None:
        """The value of a setting, None where the observation does not state it."""
        return dict(self.settings).get(name)
