"""
The executed programs of a statement as numbers for the vote: what each operator says, how much of the statement it reads, how far
the programs agree, and what stands against parts of the statement that no program reads. No content word of the statement is a
feature; of its function words only whether one asks for an operator, "most" or "only", and whether a program took it up.
"""

from __future__ import annotations

from collections.abc import Sequence

from synth.verifier.operators.records.program import Program
from synth.verifier.operators.records.terms import Terms

TOP = 5
"""programs that read most of the statement, whose agreement is told."""
ASKING = (
    *("highest", "lowest", "best", "worst", "early", "late", "more", "less", "negation", "counting", "distinct", "total", "average"),
    *("every", "most_of", "same", "only", "leading", "trailing", "often", "comparing"),
)
"""lists of the lexicon whose words ask for an operator."""


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
    "count*share"       of all its programs, those that hold against those that fail, -1..1; "*gap": the best of either
    "asks_only"         1 where the statement has such a word; "asks_only*read" where a program takes it up
    """
    return _led(terms, programs) | _agreed(terms, programs) | _asked(terms, programs) | _sizes(terms)


def _led(terms: Terms, programs: Sequence[Program]) -> dict[str, float]:
    """What the leading program of each operator says."""
    found: dict[str, float] = {}
    widest = max((coverage(terms, program) for program in programs), default=0.0)
    for operator, (program, part) in leaders(terms, programs).items():
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


def _agreed(terms: Terms, programs: Sequence[Program]) -> dict[str, float]:
    """How far the programs agree, all of them and those of each operator."""
    weighed = [(coverage(terms, program) * program.link, 1.0 if program.holds else -1.0) for program in programs]
    mass = sum(weight * weight for weight, _ in weighed)
    top = sorted(weighed, key=lambda each: -each[0])[:TOP]
    found = {
        "gap": _gap(weighed),
        "top": sum(sign for _, sign in top) / max(1, len(top)),
        "mass": sum(sign * weight * weight for weight, sign in weighed) / mass if mass else 0.0,
    }
    for operator in dict.fromkeys(program.operator for program in programs):
        own = [each for each, program in zip(weighed, programs, strict=True) if program.operator == operator]
        found |= {f"{operator}*share": sum(sign for _, sign in own) / len(own), f"{operator}*gap": _gap(own)}
    return found


def _gap(weighed: Sequence[tuple[float, float]]) -> float:
    """How much more of the statement the best program that holds reads than the best that fails."""
    holding, failing = (max((weight for weight, sign in weighed if sign == side), default=0.0) for side in (1.0, -1.0))
    return holding - failing


def _asked(terms: Terms, programs: Sequence[Program]) -> dict[str, float]:
    """Words that ask for an operator, and whether a program takes them up."""
    read = frozenset().union(*(program.used for program in programs))
    asked = {name: terms.statement.cues(name) for name in ASKING}
    found = {f"asks_{name}": 1.0 for name, places in asked.items() if places}
    return found | {f"asks_{name}*read": 1.0 for name, places in asked.items() if read & frozenset(places)}


def _sizes(terms: Terms) -> dict[str, float]:
    """How large statement and table are, and how much of the one stands in the other."""
    words = [terms.statement.keys[place] for place in terms.content]
    entries, heads = terms.grid.words, frozenset(word for column in terms.grid.columns for word in column.key)
    n = max(1, len(words))
    return {
        "in_entries": sum(word in entries for word in words) / n,
        "in_heads": sum(word in heads for word in words) / n,
        "in_table": sum(word in entries or word in heads for word in words) / n,
        "words": float(len(terms.words)),
        "rows": float(terms.grid.size),
        "columns": float(len(terms.grid.columns)),
        "numbers": float(len(terms.numbers)),
        "ordinals": float(sum(number.ordinal for number in terms.numbers)),
        "mentions": float(len(terms.mentions)),
        "headers": float(len(terms.headers)),
    }
