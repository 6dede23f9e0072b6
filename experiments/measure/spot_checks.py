"""
Whether a row of the ledger holds on this machine: the same unit, measured again, within a tolerance that is fixed beforehand.

Off the shelf, rounding alone can differ between machines. Fine-tuning magnifies it: the weights are others, as from another
seed, so that a difference within the resampling error of the row says nothing against it.
"""

from __future__ import annotations

import statistics

from experiments.ledger import Row
from synth.model import LabRecord

SPOT_CHECK = "control_spot_check"
TOLERANCES = {"performance": 1.0, "tokens": 0.5, "gmacs": 0.0}
"""largest difference that passes: points, tokens, exactly the same; other metrics are not checked."""
ERRORS = 3.0
"""standard errors that pass for fine-tuned cells, if that is more."""


def checkable(row: Row) -> bool:
    """Whether there is a tolerance for what the row holds."""
    return bool(row.values) and all(record.metric in TOLERANCES for record in row.records)


def compare(held: Row, again: Row) -> LabRecord:
    """The control that says how far a second measurement is from the row."""
    told = {(record.metric, record.settings): record for record in again.records}
    pairs = [(record, told.get((record.metric, record.settings))) for record in held.records]
    differences = [_difference(one, other) for one, other in pairs]
    excess = [difference - tolerance(one) for (one, _), difference in zip(pairs, differences, strict=True)]
    worst = excess.index(max(excess))
    record, other = pairs[worst]
    value = "nothing" if other is None or other.value is None else f"{other.value:g}"
    stage = "".join(f" at {name} {place:g}" for name, place in record.settings)
    words = f"{record.metric}{stage} measured again: {value} against {record.value:g} in the ledger, tolerance {tolerance(record):.3g}"
    return LabRecord(
        cell=held.cell,
        metric=SPOT_CHECK,
        value=max(differences) if max(differences) < float("inf") else None,
        unit=record.unit,
        passed=max(excess) <= 0,
        reason=words,
        seconds=again.seconds,
        digests=(*again.digests, ("key", held.key)),
        created=again.created,
    )


def tolerance(record: LabRecord) -> float:
    """Of a record of the ledger, in its unit."""
    least = TOLERANCES[record.metric]
    if record.cell.regime == "off_the_shelf" or len(record.replicates) < 2:
        return least
    return max(least, ERRORS * statistics.stdev(record.replicates))


def _difference(one: LabRecord, other: LabRecord | None) -> float:
    """Infinite where one of both has a value and the other has none."""
    if one.value is None or other is None or other.value is None:
        return 0.0 if other is not None and one.value is other.value else float("inf")
    return abs(one.value - other.value)
