"""Groups of methods within a panel: who stands on each side, how a group becomes one value, and what chance would give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth.verifier.bench import population
from synth.verifier.bootstrap import Array, generator
from synth.verifier.panel import Panel

CHANCE_DRAWS = 20_000


def chance_of(first: int, second: int, by: str, other_by: str) -> float:
    """Chance that a group of exchangeable methods comes out ahead of another, given how each becomes one value."""
    if by in ("best", "each") and other_by in ("best", "each") and not (by == "each" and first > 1):
        return first / (first + second)
    rng = generator("chance", str(first), str(second), by, other_by)
    a, b = rng.normal(size=(CHANCE_DRAWS, first)), rng.normal(size=(CHANCE_DRAWS, second))
    return round(float((reduced(a, by, first=True) > reduced(b, other_by, first=False)).mean()), 3)


def reduced(values: Array, by: str, *, first: bool) -> Array:
    """One value for a group along the last axis, NaN left out; "each" is the weakest of the first and the strongest of the second."""
    with np.errstate(invalid="ignore"):
        if by == "median":
            return np.asarray(np.nanmedian(values, axis=-1))
        if by == "mean":
            return np.asarray(np.nanmean(values, axis=-1))
        if by == "each" and first:
            return np.asarray(np.nanmin(values, axis=-1))
        return np.asarray(np.nanmax(values, axis=-1))


def others_in(panel: Panel, subject: Sequence[str], other: Sequence[str]) -> list[str]:
    """The other side of a comparison: those named, else every observed method outside the subject."""
    return [method for method in population(panel, other, ()) if method not in subject]


def peopled(panel: Panel, rivals: Sequence[str]) -> Array:
    """[places]: whether a measured place has at least half of the rivals; a reported table says itself who its rivals are."""
    if not any(each.origin == "measured" for each in panel.used):
        return np.ones(len(panel.places))
    return np.asarray(2 * (~np.isnan(panel.values[0][:, panel.columns(rivals)])).sum(1) >= len(rivals), dtype=float)


def both(panel: Panel, subject: Sequence[str], other: Sequence[str]) -> Array:
    """[places]: whether a member of each side was observed."""
    seen = ~np.isnan(panel.values[0])
    return np.asarray(seen[:, panel.columns(subject)].any(1) & seen[:, panel.columns(other)].any(1), dtype=float)
