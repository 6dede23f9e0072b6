"""
What the tables of a claim's own paper say on the words of the claim, as evidence.

Most sentences of a paper can be read on its tables in some way, and most such ways hold by chance: "40 %" is the difference of
some two numbers. So only a sure reading decides, for or against; what any other one says stays visible as its stances. And what the
paper states in its own words is never refuted because a number was not found in its tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from synth.model import Claim, Document, Evidence, Judgement, Outcome, Stances, Table
from synth.verifier.operators.lexicon import stems
from synth.verifier.operators.results.cues import CUES
from synth.verifier.operators.stated import Lookup, look_up_stated
from synth.verifier.operators.statement import read_stated
from synth.verifier.operators.verdict import TableReading, check
from synth.verifier.operators.words import Token, tokens_of

SURE = 0.8
"""strength of a reading from which it decides."""


def stated_evidence(claim: Claim, document: Document) -> Evidence | None:
    """The value that the claim gives for its own paper's system, looked up in the paper's tables; None where it gives none."""
    statement = read_stated(claim.text)
    if statement is None:
        return None
    found = look_up_stated(statement, document.tables)
    if found.outcome == "refuted" and is_own_sentence(claim):
        return _evidence(document, _opened(_reading_of(found), "the paper says it itself, and a number not found refutes nothing"))
    return None if found.outcome == "no_evidence" else _evidence(document, _reading_of(found))


def sentence_evidence(claim: Claim, document: Document) -> Evidence | None:
    """The words of the claim read as operators on the paper's tables; None where no table has what it speaks of."""
    reading = check(claim.text, document.tables)
    if reading.outcome in ("supported", "refuted") and reading.strength < SURE:
        reading = _opened(reading, "the reading is not sure enough to decide")
    return None if reading.outcome == "no_evidence" else _evidence(document, reading)


def is_own_sentence(claim: Claim) -> bool:
    """
    Whether the claim is what its passage says: it has no number, no denial and no relation that the passage does not have.

    A sentence with another number or a "not" is somebody else's, wherever it was taken from.
    """
    if claim.passage is None:
        return False
    return _telling(tokens_of(claim.text)) <= _telling(tokens_of(claim.passage.text))


def _telling(tokens: Iterable[Token]) -> frozenset[str]:
    return frozenset(token.stem for token in tokens if token.value is not None or token.stem in CUES or token.stem in stems("denial"))


def _opened(reading: TableReading, why: str) -> TableReading:
    """A reading that decides nothing, and why."""
    return replace(reading, outcome="inconclusive", reason=f"{reading.reason}; {why}")


def _reading_of(found: Lookup) -> TableReading:
    table = found.place.table if found.place else None
    return TableReading(found.outcome, found.reason, found.probability, abs(2 * (found.probability or 0.5) - 1), (found.reason,), table)


def _evidence(document: Document, reading: TableReading) -> Evidence:
    outcome: Outcome = reading.outcome
    steps = tuple(f"{number}. {step}" for number, step in enumerate((*reading.steps, f"outcome: {outcome}"), start=1))
    place = f"{document.paper.id}, {_name(reading.table)}" if reading.table else document.paper.id
    return Evidence(
        witness="tables",
        outcome=outcome,
        probability=reading.probability if outcome != "inconclusive" else _lean(reading.probability),
        stances=stances_of(reading.probability, reading.silent),
        independence="own_tables",
        scale="paper",
        from_note=document.paper.kind == "note",
        reason=f"{place}: {reading.reason}",
        judgement=Judgement(outcome=outcome, probability=reading.probability, n_cells=len(reading.steps), steps=steps, scale="paper"),
    )


def stances_of(probability: float | None, silent: float = 0.0) -> Stances | None:
    """
    What tables say apart from whether they decide; None where they say nothing.

    probability   that the claim holds, if they speak of it
    silent        probability that they do not speak of it
    """
    if probability is None:
        return None
    speaks = 1.0 - silent
    return Stances(supports=speaks * probability, refutes=speaks * (1 - probability), neutral=silent)


def _lean(probability: float | None) -> float | None:
    """Half of the way to a decision is left open."""
    return None if probability is None else 0.5 + (probability - 0.5) / 2


def _name(table: Table) -> str:
    name = table.label or f"table {table.index + 1}"
    return f"{name} (page {table.page})" if table.page else name
