"""
A statement and tables to a verdict with its steps.

    1. A table named by the statement ("Table 3") is the only one asked.
    2. On a table of results it is read clause by clause (results/); where that finds nothing and most of its words are entries and
       headers of the table, as one on records. On any other table it is read as one on records, by a vote of programs (records/);
       where that finds nothing, as one on results.
    3. The table on which the reading is strongest speaks; where none has what the statement names, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from synth.model import Outcome, Table
from synth.verifier.operators.grid import Grid, grid_of
from synth.verifier.operators.lexicon import stems
from synth.verifier.operators.records.features import coverage, features
from synth.verifier.operators.records.program import Program
from synth.verifier.operators.records.programs import programs_of
from synth.verifier.operators.records.terms import Terms
from synth.verifier.operators.records.vote import vote
from synth.verifier.operators.results.claim import Reading, read_claim
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.matrix import Matrix, matrix_of

NUMERIC, MEASURED = 0.75, 0.4
"""share of the columns that hold numbers, and of the numbers that have decimals, from which a table is one of results."""
WIDE = 0.6
"""share of a statement's telling words that one program must read for it to be one on records in any table."""
FAINT, PLAIN = 0.1, 0.3
"""strengths below which what programs on records say gives way to a reading of results, and which such a reading must have then."""
DOUBTED = 0.7
"""what is left of the strength of a reading of results on a table that does not look like one."""
READ = 0.25
"""share of its telling words that some program must read of a statement that names no entry and no header."""
SWING = 0.35
"""how far the strongest reading of results moves the probability from one half: 0.85 at most, as observed on sure readings."""
BESIDE, LEAST = 0.3, 0.02
"""how much the other clauses of a claim move its probability, and how far the deciding one keeps it from one half."""
LEANING = 0.6
"""probability that a table does not speak of a claim that no operator reads as it is said: more likely than not."""
SHOWN = 4
"""steps that are kept."""
_TABLE = re.compile(r"\b[Tt](?:able|ab\.)\s*(\d+|[IVX]+)\b")


@dataclass(frozen=True)
class TableReading:
    """What tables say on a statement."""

    outcome: Outcome
    reason: str
    probability: float | None = None
    """that the statement holds; None without evidence."""
    strength: float = 0.0
    """0..1: how much it counts against the reading of another table."""
    steps: tuple[str, ...] = ()
    """what a reader can check on the cells."""
    table: Table | None = None
    silent: float = 0.0
    """0..1: probability that the table does not speak of the statement after all."""


NOTHING = TableReading("no_evidence", "there is no table with anything to read")


@lru_cache(maxsize=256)
def _grid(table: Table) -> Grid:
    return grid_of(table)


def has_results(grid: Grid) -> bool:
    """Whether a table holds measured results rather than records: nearly all columns numbers, many of them with decimals."""
    body = [column for column in grid.columns if not column.is_label]
    numeric = [column for column in body if column.kind == "number"]
    matrix = matrix_of(grid)
    printed = [row[place].text for place in matrix.places for row in matrix.grid.rows if row[place].read.number is not None]
    decimals = sum("." in text or "±" in text for text in printed)
    measured = decimals >= MEASURED * len(printed) or bool(set(matrix.caption) & stems("telling_measures"))
    return bool(printed) and max(len(numeric), len(matrix.places)) >= NUMERIC * len(body) and measured and _speaks_of_measures(matrix)


def _speaks_of_measures(matrix: Matrix) -> bool:
    """Whether labels or caption name a measure, or print marks the best: so do tables of results, and few of records."""
    marked = any(entry.bold or "±" in entry.text for row in matrix.grid.rows for entry in row)
    return marked or bool(matrix.vocabulary & (stems("measures") | stems("own")) - stems("stop"))


def check(text: str, tables: Sequence[Table]) -> TableReading:
    """What the tables say on a statement, in the words of the table that says it most clearly."""
    named = {match.group(1) for match in _TABLE.finditer(text)}
    asked = [table for table in tables if named & set(table.label.split())] or tables
    readings = [_read(text, table) for table in asked if table.cells]
    return max(readings, key=lambda reading: (reading.strength, reading.outcome != "no_evidence"), default=NOTHING)


def _read(text: str, table: Table) -> TableReading:
    grid = _grid(table)
    measured = has_results(grid)
    results = _results(text, grid) if measured else NOTHING
    if results.outcome in ("supported", "refuted"):
        return results
    terms, programs = programs_of(text, grid)
    widest = max((coverage(terms, program) for program in programs), default=0.0)
    if measured and widest < WIDE:
        return results
    records = _records(grid, terms, programs, widest)
    if records.strength >= FAINT:
        return records
    otherwise = _results(text, grid)
    if records.outcome != "no_evidence" and otherwise.strength < PLAIN:
        return records
    return replace(otherwise, strength=DOUBTED * otherwise.strength)


def _results(text: str, grid: Grid) -> TableReading:
    reading = read_claim(text, matrix_of(grid))
    found = reading.found
    if found is None:
        return _leaning(grid, reading)
    outcome: Outcome = "supported" if found.holds else "refuted"
    probability = _probability(found, reading.beside)
    steps = tuple(
        step
        for each in (found, *(other for other in reading.every if other is not found and other.holds == found.holds))
        for step in each.steps
    )
    return TableReading(
        outcome, f"{grid.name}: {steps[0]}" if steps else grid.name, probability, found.strength, steps[:SHOWN], grid.source
    )


def _probability(found: Found, beside: Sequence[Found]) -> float:
    """
    That a claim holds, on the side of its deciding clause.

    Every clause must hold, so what the others come to moves the probability, but never over one half: it decided.
    """
    signed = found.signed + BESIDE * sum(each.signed for each in beside) / max(1, len(beside))
    kept = max(signed, LEAST) if found.holds else min(signed, -LEAST)
    return 0.5 + SWING * max(-1.0, min(1.0, kept))


def _leaning(grid: Grid, reading: Reading) -> TableReading:
    """No evidence, or an open reading that leans where direction and polarity of the claim could be read on cells that it names."""
    lean = reading.lean
    if lean is None:
        return TableReading("no_evidence", reading.reason, table=grid.source)
    reason = f"{grid.name}: {reading.reason}; read loosely, {lean.steps[0]}"
    return TableReading("inconclusive", reason, _probability(lean, reading.beside), 0.0, lean.steps[:SHOWN], grid.source, LEANING)


def _records(grid: Grid, terms: Terms, programs: Sequence[Program], widest: float) -> TableReading:
    if not programs or (widest < READ and not terms.mentions and not terms.headers):
        return TableReading("no_evidence", "the table names nothing that the statement speaks of", table=grid.source)
    probability = vote()(features(terms, programs))
    outcome: Outcome = "supported" if probability > 0.5 else "refuted"
    steps = _steps(terms, programs, holds=probability > 0.5)
    strength = 2 * abs(probability - 0.5) * widest
    return TableReading(outcome, f"{grid.name}: {steps[0]}" if steps else grid.name, probability, strength, steps, grid.source)


def _steps(terms: Terms, programs: Sequence[Program], *, holds: bool) -> tuple[str, ...]:
    """What the programs that agree with the verdict found, the ones that read most of the statement first."""
    agreeing = sorted(
        (each for each in programs if each.holds == holds and each.steps), key=lambda each: -coverage(terms, each) * each.link
    )
    said = (f"{each.operator.replace('_', ' ')} {'holds' if each.holds else 'fails'}: {'; '.join(each.steps)}" for each in agreeing)
    return tuple(dict.fromkeys(said))[:SHOWN]
