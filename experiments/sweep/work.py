"""What a process of a sweep does: the units of a chunk that the ledger does not hold, told step by step to whoever asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from synth.model import Spec

Kind = Literal["planned", "held", "began", "row"]


class Step(NamedTuple):
    """One message of a process at work; plain values, so that it travels between machines."""

    kind: Kind
    """planned: this unit belongs to the chunk; held: the ledger has it; began: it is measured now; row: it is done, well or not."""
    line: str
    """the unit as a row without values; of a done one its row."""


def work(spec: str, held: frozenset[str], weights: str, seconds: float) -> Iterator[Step]:
    """
    Measure the units of a chunk, one thread, one by one.

    spec     specification of the chunk, JSON
    held     keys of the rows that are in the ledger already
    weights  folder for fine-tuned weights
    seconds  time that the whole chunk may take
    """
    import torch

    from experiments.measure.plan import plan
    from experiments.run import failed, measure, reason_of

    torch.set_num_threads(1)
    deadline = time.monotonic() + seconds
    units = list(plan(Spec.model_validate_json(spec), Path(weights)))
    names = [failed(unit, "it was not reached").line for unit in units]
    yield from (Step("planned", name) for name in names)
    done = set(held)
    for unit, name in zip(units, names, strict=True):
        try:
            key = unit.key()
        except Exception as error:
            yield Step("row", failed(unit, reason_of(error)).line)
            continue
        if key in done:
            yield Step("held", name)
            continue
        yield Step("began", name)
        yield Step("row", measure(unit, key, deadline).line)
        done.add(key)
