"""
Which way a whole clause points: the product of all its pointing words, so that "loss of X reduces Y" and "X raises Y" agree.

What stands before a pointing word and what stands behind it are its roles: "A inhibits B" is not "B inhibits A".
"""

from __future__ import annotations

import math

from synth.verifier.stance.cues import cues_of, sign_of
from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side

CLAUSE_MARKS = frozenset([",", ";", ":", ".", "but", "whereas", "while", "although"])
FEWEST = 2
"""words that a clause shares with the claim before its direction says anything of it."""
Clause = tuple[frozenset[str], int]
"""(content stems without pointing words, product of the signs or 0 where nothing points)."""


def _clauses(side: Side) -> list[Clause]:
    signs = {cue.word.start: cue.sign for cue in cues_of(side) if not cue.condition}
    found: list[Clause] = []
    stems: set[str] = set()
    pointing: list[int] = []
    for word in side.words:
        if word.text in CLAUSE_MARKS:
            found.append((frozenset(stems), math.prod(pointing) if pointing else 0))
            stems, pointing = set(), []
        elif word.start in signs:
            pointing.append(signs[word.start])
        elif word.is_content:
            stems.add(word.stem)
    return [*found, (frozenset(stems), math.prod(pointing) if pointing else 0)]


def _ends(side: Side) -> list[tuple[frozenset[str], frozenset[str]]]:
    """For each pointing verb: what stands before it and what behind it, exchanged where the verb is passive."""
    found = []
    for i, word in enumerate(side.words):
        if not sign_of(word):
            continue
        before = frozenset(other.stem for other in side.words[max(0, i - 8) : i] if other.is_content and not sign_of(other))
        behind = frozenset(other.stem for other in side.words[i + 1 : i + 9] if other.is_content and not sign_of(other))
        passive = word.text.endswith("ed") and any(other.text == "by" for other in side.words[i + 1 : i + 3])
        found.append((behind, before) if passive else (before, behind))
    return [pair for pair in found if pair[0] and pair[1]]


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / min(len(a), len(b))


def _roles(claim: Side, passage: Side) -> tuple[float, float]:
    """How far the ends of the best aligned verbs coincide in the same places and in exchanged ones."""
    same, swapped = 0.0, 0.0
    for a in _ends(claim):
        for b in _ends(passage):
            straight, crossed = min(_share(a[0], b[0]), _share(a[1], b[1])), min(_share(a[0], b[1]), _share(a[1], b[0]))
            same, swapped = max(same, straight), max(swapped, crossed)
    return same, swapped


def polarity(claim: Side, passage: Side) -> Signal:
    """Agreement (+1) to opposition (-1) of the directions of the clauses on the claim's matter, and the order of the roles."""
    sign = math.prod(cue.sign for cue in cues_of(claim) if not cue.condition) if cues_of(claim) else 0
    shared = [(len(stems & claim.content), product) for stems, product in _clauses(passage) if product]
    told = [(count, product) for count, product in shared if count >= FEWEST]
    chain = sign * sum(count * product for count, product in told) / max(sum(count for count, _ in told), 1)
    same, swapped = _roles(claim, passage)
    features = (("chain", chain), ("roles_same", same), ("roles_swapped", swapped))
    return Signal("polarity", features)
