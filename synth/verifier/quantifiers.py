"""Which share of the cells a quantifier asks for, in one table with the reason; the words of claims map to it in the extractor."""

from __future__ import annotations

from dataclasses import dataclass

from synth.model import Quantifier


@dataclass(frozen=True)
class Share:
    """What a quantifier demands of the cells."""

    support_at: float
    """share of cells that must show it."""
    each_dataset: bool
    """whether every data set must reach the share by itself."""
    against_chance: bool
    """whether it must exceed the chance level by an exact test at 5 %; refuted then means "not above chance"."""
    over_cells: bool
    """whether it speaks of several cells, so that a single one can neither show nor refute it."""
    reason: str


TABLE: dict[Quantifier, Share] = {
    "all": Share(0.8, True, False, True, "noise spares no table: four cells in five, in each data set, more than half of them for certain"),
    "consistently": Share(0.8, True, False, True, "as 'all': the word promises every data set"),
    "stated": Share(0.8, False, False, False, "a plain statement speaks for its cells in general, and for each data set that it names"),
    "mostly": Share(0.6, False, False, True, "clearly more than half"),
    "on_average": Share(0.8, False, False, False, "cells are averaged within a data set first; then as a plain statement"),
    "regularly": Share(0.5, False, True, True, "half of the cells, and more often than chance would"),
    "often": Share(0.5, False, True, True, "half of the cells, and more often than chance would"),
    "sometimes": Share(0.2, False, True, True, "one cell in five, and more often than chance would"),
}

REFUTE_AT = 0.5
"""a share at or below this speaks against, where the upper bound stays below the share for support."""
FLOOR = 0.5
"""the lower bound must exceed this for support."""
SIGNIFICANCE = 0.05
LEAST_CELLS = 2
"""one cell shows no consistency."""
