"""What the laboratory answered, kept by measure and cell while claims are judged, and how records read as numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from synth.model import TIMED, LabRecord, Measure, Observation
from synth.verifier.bench import count
from synth.verifier.cells import Wanted
from synth.verifier.controls import PREFIX, SPOT_CHECK, Control, joined
from synth.verifier.laboratory import METRICS, cells_of
from synth.verifier.places import SIZES

ORDER: tuple[Measure, ...] = ("gmacs", "tokens", "speed", "performance", "patterns")


@dataclass(frozen=True)
class Given:
    """One record and whether it was measured for this very question, not taken from the ledger."""

    record: LabRecord
    now: bool


class Answers:
    """Records by measure and cell; controls by place; spot checks of the ledger by measure."""

    def __init__(self) -> None:
        self._cells: dict[Wanted, list[Given]] = {}
        self._controls: dict[tuple[Measure, str, str, str], dict[tuple[str, int], LabRecord]] = defaultdict(dict)
        self._spots: dict[Measure, dict[object, LabRecord]] = defaultdict(dict)

    def __contains__(self, wanted: Wanted) -> bool:
        return wanted in self._cells

    def __getitem__(self, wanted: Wanted) -> Sequence[Given]:
        return self._cells.get(wanted, ())

    def settle(self, wanted: Wanted) -> None:
        """Remember that a cell was asked for, even if nothing came of it."""
        self._cells.setdefault(wanted, [])

    def take(self, measure: Measure, records: Iterable[LabRecord], since: str) -> None:
        """
        Keep the records of one specification.

        since  when it was asked, ISO 8601 by the second: what was created before is from the ledger. Performance that a
               specification of patterns gives is kept as performance too, unless that was asked for by itself before.
        """
        known = set(self._cells)
        for record in records:
            given = Given(record, now=not record.created or record.created >= since)
            self._keep(measure, given)
            alone = measure == "patterns" and record.metric not in METRICS["patterns"]
            if alone and ("performance", record.cell) not in known:
                self._keep("performance", given)

    def _keep(self, measure: Measure, given: Given) -> None:
        record, cell = given.record, given.record.cell
        if record.metric == SPOT_CHECK:
            self._spots[measure][cell, record.reason] = record
        elif record.metric.startswith(PREFIX):
            self._controls[measure, cell.backbone, cell.dataset, cell.regime][record.metric, cell.seed] = record
        else:
            self._cells.setdefault((measure, cells_of(record)[0]), []).append(given)

    def controls_of(self, wanted: Collection[Wanted]) -> list[Control]:
        """Controls of the places of some cells, all seeds of one together, then the spot checks of the ledger that answered them."""
        places = sorted({(measure, cell.backbone, cell.dataset, cell.regime) for measure, cell in wanted})
        by_name: dict[tuple[str, str, str, str], list[LabRecord]] = defaultdict(list)
        for place in places:
            for (metric, _), record in sorted(self._controls.get(place, {}).items()):
                if record not in by_name[metric, *place[1:]]:
                    by_name[metric, *place[1:]].append(record)
        measures = {measure for measure, _ in wanted}
        spots = [record for measure in ORDER if measure in measures for record in self._spots.get(measure, {}).values()]
        spots = sorted(dict.fromkeys(spots), key=lambda each: each.model_dump_json())
        found = [joined(records) for records in (*by_name.values(), *([spot] for spot in spots))]
        return [each for each in found if each.state != "not run"] or found

    def sources(self, wanted: Collection[Wanted]) -> str:
        """ "104 cells from the ledger, 2 cells measured now": those with a value, by where it comes from."""
        given = [self[each] for each in wanted]
        now = sum(any(each.now and each.record.value is not None for each in cell) for cell in given)
        valued = sum(any(each.record.value is not None for each in cell) for cell in given)
        return f"{count(valued - now, 'cell')} from the ledger, {count(now, 'cell')} measured now"


def has_value(given: Iterable[Given], measure: Measure) -> bool:
    """Whether a cell has the number that it was asked for; token counts alone do not answer for performance."""
    wanted = (*METRICS[measure], "performance") if measure == "patterns" else METRICS[measure]
    return any(each.record.value is not None and each.record.metric in wanted for each in given)


def in_order(wanted: Wanted) -> tuple[object, ...]:
    """Cells of one backbone and data set together and all seeds of a cell next to each other, so that a cut leaves whole cells."""
    measure, cell = wanted
    size = next((rank for rank, name in enumerate(SIZES) if name in cell.backbone), len(SIZES))
    return (ORDER.index(measure), size, cell.dataset, cell.backbone, cell.regime, -cell.keep_rate, cell.method, cell.seed)


def observation_of(record: LabRecord) -> Observation | None:
    """A measured value in long form; None for a control and for a cell without a value."""
    if record.value is None or record.metric.startswith(PREFIX):
        return None
    return Observation(
        method=record.cell.method,
        metric=record.metric,
        value=record.value,
        backbone=record.cell.backbone,
        dataset=record.cell.dataset,
        settings=tuple(sorted({"keep_rate": record.cell.keep_rate, **dict(record.settings)}.items())),
        unit=record.unit,
        # Real shapes have random weights and no data: no regime trained them.
        regime=record.cell.regime if record.cell.dataset else "",
        seed=None if record.metric in TIMED else record.cell.seed,
        replicates=record.replicates,
        origin="measured",
        record=record.digest(),
        scale=record.scale,
    )


def told(record: LabRecord) -> str:
    """Why a cell has no value, without the name of the laboratory's exception."""
    return re.sub(r"^[A-Z]\w+: ", "", record.reason)
