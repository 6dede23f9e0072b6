"""The words that relate results to one another, with what they compare and in which direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from synth.verifier.operators.lexicon import stem, stems, table, words
from synth.verifier.operators.words import Token

Kind = Literal["superlative", "comparative", "change", "merit"]


@dataclass(frozen=True)
class Cue:
    """One relating word."""

    kind: Kind
    by_merit: bool
    """better or worse, which depends on the measure, rather than higher or lower."""
    sign: int
    """1 upwards, -1 downwards."""


def _cues() -> dict[str, Cue]:
    lists: tuple[tuple[Kind, str], ...] = (
        ("superlative", "superlatives"),
        ("comparative", "comparatives"),
        ("change", "changes"),
        ("merit", "merits"),
    )
    found: dict[str, Cue] = {}
    for kind, name in lists:
        for word, mode, sign in (line.split() for line in table(name)):
            found.setdefault(stem(word), Cue(kind, mode == "better", int(sign)))
    return found


CUES: dict[str, Cue] = _cues()
"""by stem."""

MOVED = 8
"""words in front of "up" and "down" among which the verb stands that they belong to."""


def cue_at(tokens: Sequence[Token], place: int) -> Cue | None:
    """
    The relation that begins at a place of a clause: a phrase, a particle behind its verb, or one word.

    A noun that is a measure ("loss", "cost") relates nothing, and "gains more than" is one relation, not two.
    """
    text = tokens[place].text
    for phrase, cue in _phrases():
        if text == phrase[0] and tuple(token.text for token in tokens[place : place + len(phrase)]) == phrase:
            return cue
    if text in ("up", "down"):
        moved = any(token.stem in stems("movers") for token in tokens[max(0, place - MOVED) : place])
        return Cue("change", False, 1 if text == "up" else -1) if moved else None
    if text in ("as", "so") and place + 2 < len(tokens) and tokens[place + 2].text == "as":
        return _graded().get(tokens[place + 1].stem)
    if 0 < place < len(tokens) - 1 and tokens[place - 1].text in ("as", "so") and tokens[place + 1].text == "as":
        return None
    found = None if text in words("lower_is_better") else CUES.get(tokens[place].stem)
    behind = CUES.get(tokens[place + 1].stem) if place + 1 < len(tokens) else None
    if found and found.kind == "change" and behind and behind.kind == "comparative" and not behind.by_merit:
        return Cue("comparative", found.by_merit, found.sign * behind.sign)
    return found


@cache
def _graded() -> dict[str, Cue]:
    """What "as ... as" says at least, and what its denial denies: by stem, every adjective that relates or grades."""
    lists = (*table("gradable"), *table("merits"), *(f"{word} better 1" for word in words("worthy")))
    return {stem(word): Cue("comparative", mode == "better", int(sign)) for word, mode, sign in map(str.split, lists)}


@cache
def _phrases() -> tuple[tuple[tuple[str, ...], Cue], ...]:
    """Phrases with what they relate, the longest first."""
    found = [(tuple(words_), Cue("change", mode == "better", int(sign))) for *words_, mode, sign in map(str.split, table("phrases"))]
    return tuple(sorted(found, key=lambda each: -len(each[0])))
