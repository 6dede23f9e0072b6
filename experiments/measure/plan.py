"""A specification → units of work, in the order in which they are done: what is shared comes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from experiments.measure import accuracy, throughput
from experiments.measure.unit import Unit
from synth.model import Spec


def plan(spec: Spec, weights: Path | None = None) -> Iterator[Unit]:
    """
    All units of a specification.

    weights  folder where fine-tuned weights are kept and found again; none: they are made when needed and not kept
    """
    if "tokens" in spec.measures:
        yield from throughput.token_units(spec)
    if "gmacs" in spec.measures:
        yield from throughput.cost_units(spec)
    if "speed" in spec.measures:
        yield from throughput.units(spec)
    yield from accuracy.units(spec, weights)
