"""All candidate programs of a statement on a table of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from synth.verifier.operators.grid import Grid
from synth.verifier.operators.mentions import Statement
from synth.verifier.operators.records.aggregates import aggregates
from synth.verifier.operators.records.bindings import bindings
from synth.verifier.operators.records.comparatives import comparatives
from synth.verifier.operators.records.counting import counts
from synth.verifier.operators.records.leading import leading
from synth.verifier.operators.records.likeness import likenesses
from synth.verifier.operators.records.lookups import lookups
from synth.verifier.operators.records.program import Program
from synth.verifier.operators.records.quantified import quantified
from synth.verifier.operators.records.superlatives import superlatives
from synth.verifier.operators.records.terms import Terms

READERS: tuple[Callable[[Terms], Iterator[Program]], ...] = (
    lookups,
    bindings,
    counts,
    superlatives,
    comparatives,
    aggregates,
    quantified,
    likenesses,
    leading,
)
MOST = 60
"""programs of one reader."""


def programs_of(text: str, grid: Grid) -> tuple[Terms, tuple[Program, ...]]:
    """The statement in terms of the table, and every program that a reader finds for it, executed."""
    terms = Terms(Statement(text, grid))
    return terms, tuple(program for reader in READERS for program in islice(reader(terms), MOST))
