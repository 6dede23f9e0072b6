"""Which of the numbers that fit a hypothesis its sentence means: that on an A100 where it says so, not the one on a V100 beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synth.model import Amount, Cell, Claim, Observation, Table
from synth.verifier.lookup import stated_value
from synth.verifier.operators.rivals import rival_of


@dataclass(frozen=True)
class _Spot:
    """A reported number at its place; all fit the hypothesis alike."""

    observation: Observation
    table: Table
    cell: Cell
    fit: float = 1.0


def meant(claim: Claim, observations: Sequence[Observation], tables: Mapping[tuple[str, int], Table]) -> tuple[Observation, ...]:
    """
    The observations but for those of a stated value beside which the sentence names another one better.

    tables   by paper and number
    """
    if not isinstance(claim.hypothesis, Amount) or not stated_value(claim.hypothesis):
        return tuple(observations)
    spots = [spot for each in observations if (spot := _spot(each, tables)) is not None]
    beside = {id(spot.observation) for spot in spots if rival_of(spot, spots, claim.text) is not None}
    return tuple(each for each in observations if id(each) not in beside)


def _spot(each: Observation, tables: Mapping[tuple[str, int], Table]) -> _Spot | None:
    table = tables.get((each.paper_id or "", each.table if each.table is not None else -1))
    cell = next((cell for cell in table.cells if (cell.row, cell.column) == each.cell), None) if table else None
    return None if table is None or cell is None else _Spot(each, table, cell)
