"""
The executed programs of a statement as numbers for the vote: what each operator says, how much of the statement it reads, and
what stands against parts of the statement that no program reads. No word of the statement is a feature.
"""

from __future__ import annotations

from collections.abc import Sequence

from synth.verifier.operators.records.program import Program
from synth.verifier.operators.records.terms import Terms


def coverage(terms: Terms, program: Program) -> float:
    """Share of the statement's telling words that a program reads, 0..1."""
    return len(program.used & terms.content) / max(1, len(terms.content))


def leaders(terms: Terms, programs: Sequence[Program]) -> dict[str, tuple[Program, float]]:
    """The program of each operator that reads most of the statement, with its coverage."""
    found: dict[str, tuple[float, Program, float]] = {}
    for program in programs:
        part = coverage(terms, program)
        if program.operator not in found or part * program.link > found[program.operator][0]:
            found[program.operator] = (part * program.link, program, part)
    return {operator: (program, part) for operator, (_, program, part) in found.items()}


def features(terms: Terms, programs: Sequence[Program]) -> dict[str, float]:
    """
    The features by name; what is not there is 0.

    "count"             1 where the operator's leading program holds, -1 where it fails
    "count*covered"     the same times its coverage; "*link" times its link; "*widest" where none reads more
    "count:starts"      the same where its flag is set
    """
    found: dict[str, float] = {}
    chosen = leaders(terms, programs)
    widest = max((coverage(terms, program) for program in programs), default=0.0)
    for operator, (program, part) in chosen.items():
        sign = 1.0 if program.holds else -1.0
        found |= {operator: sign, f"{operator}*covered": sign * part, f"{operator}*link": sign * program.link}
        if part >= widest - 1e-9:
            found[f"{operator}*widest"] = sign
        found |= {f"{operator}:{flag}": sign for flag in program.flags}
    if programs:
        read = frozenset().union(*(program.used for program in programs))
        found["numbers_unread"] = float(sum(number.place not in read for number in terms.numbers))
        found["unread"] = 1.0 - widest
        found["denials"] = float(len(terms.denials))
    return found
