"""Words that point up or down, and the comparisons that a sentence makes with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from synth.verifier.stance.side import Side, side_of
from synth.verifier.stance.words import Word, lexicon, stem

SIGNS = {
    form: (sign, changes)
    for name, sign, changes in (("upper", 1, False), ("lower", -1, False), ("up", 1, True), ("down", -1, True))
    for word in lexicon(name)
    for form in (stem(word), word)
}
RELATIONS = frozenset(stem(word) for word in lexicon("relations"))
WINDOW = 8
"""content words on either side of a cue that are taken as what it is about; the weight halves at the third."""
OPENING = re.compile(r"\s*(?:compared (?:with|to)|relative to|in contrast to|unlike|against)\b[^,]*,", re.IGNORECASE)
CONDITION = frozenset(["at", "under", "when", "during"])


@dataclass(frozen=True)
class Cue:
    """A word that points somewhere, with what stands around it."""

    word: Word
    sign: int
    """+1 up or -1 down, turned round where the word stands negated."""
    changes: bool
    """whether it tells a change or comparison ("rises"), not a state ("high")."""
    context: tuple[tuple[str, float], ...]
    """content stems nearby with their weight, 1 beside the cue and less farther off; pointing words left out."""
    condition: bool
    """whether it only says where: "at lower keep rates"."""


@dataclass(frozen=True)
class Comparison:
    """left is above (sign +1) or below (-1) right."""

    left: frozenset[str]
    right: frozenset[str]
    sign: int
    word: str
    context: frozenset[str]


def _entry(word: Word) -> tuple[int, bool]:
    return SIGNS.get(word.text) or (SIGNS.get(word.stem) if len(word.stem) > 2 else None) or (0, False)


def _turned(side: Side, at: int) -> int:
    """-1 where the word stands negated or behind "less", else 1."""
    return -1 if side.words[at].negated != (at > 0 and side.words[at - 1].text == "less") else 1


def sign_of(word: Word) -> int:
    """Where a word points by itself: +1, -1 or 0."""
    return _entry(word)[0]


def _context(side: Side, at: int) -> tuple[tuple[str, float], ...]:
    weights: dict[str, float] = {}
    for part in (side.words[:at][::-1], side.words[at + 1 :]):
        near = [word.stem for word in part if word.is_content and not sign_of(word)][:WINDOW]
        for distance, name in enumerate(near):
            weights[name] = max(weights.get(name, 0.0), 1.0 / (1.0 + 0.5 * distance))
    return tuple(sorted(weights.items()))


def cues_of(side: Side) -> tuple[Cue, ...]:
    """The pointing words of a sentence in order; a negation turns their sign."""
    return _cues(side.text)


@lru_cache(maxsize=16384)
def _cues(text: str) -> tuple[Cue, ...]:
    side, found = side_of(text), []
    named = [(name.start, name.end) for name in side.names if name.kind != "name"]
    for i, word in enumerate(side.words):
        sign, changes = _entry(word)
        if sign and not any(start <= word.start < end for start, end in named):
            before = {other.text for other in side.words[max(0, i - 2) : i]}
            condition = bool(before & CONDITION) and not word.text.endswith(("s", "ed"))
            found.append(Cue(word, sign * _turned(side, i), changes, _context(side, i), condition))
    return tuple(found)


def _terms(side: Side, start: int, end: int) -> frozenset[str]:
    """What stands between two offsets: names where there are any, else content stems."""
    names = side.within(start, end, "method", "family", "backbone", "name")
    if names:
        return frozenset(f"@{name}" for name in names)
    return frozenset(word.stem for word in side.words if start <= word.start and word.end <= end and word.is_content and not sign_of(word))


def _bounds(side: Side, at: int) -> tuple[int, int]:
    """Offsets of the clause around the word with this index."""
    marks = {";", ":", "but", "whereas", "while"}
    before = [word.end for word in side.words[:at] if word.text in marks]
    after = [word.start for word in side.words[at + 1 :] if word.text in marks]
    return (before[-1] if before else 0), (after[0] if after else len(side.text))


def comparisons_of(side: Side) -> tuple[Comparison, ...]:
    """The comparisons with two ends: "A outperforms B", "A is outperformed by B", "A has fewer tokens than B", "compared with B, A ..."."""
    found = []
    for i, word in enumerate(side.words):
        sign = sign_of(word)
        if not sign or word.stem not in RELATIONS:
            continue
        start, end = _bounds(side, i)
        following = [other for other in side.words[i + 1 :] if other.start < end]
        pivot = next(
            (other for other in following if other.text in ("than", "over", "by", "to", "of", "behind", "compared", "relative")), None
        )
        passive = word.text.endswith("ed") and pivot is not None and pivot.text == "by" and pivot.start - word.end < 12
        verb = word.stem in ("outperform", "beat", "exce", "exceed", "surpas", "underperform", "trail", "lag") and not passive
        at = word.end if verb else (pivot.end if pivot is not None else None)
        opening = OPENING.match(side.text[start:end])
        if at is not None:
            left, right = _terms(side, start, word.start), _terms(side, at, end)
        elif opening is not None:
            left, right = _terms(side, start + opening.end(), word.start), _terms(side, start, start + opening.end())
        else:
            continue
        if passive:
            left, right = right, left
        if left and right:
            context = frozenset(other.stem for other in side.words if start <= other.start < end and other.is_content)
            found.append(Comparison(left, right, sign * _turned(side, i), word.text, context))
    return tuple(found)
