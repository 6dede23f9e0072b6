"""The words that relate results to one another, with what they compare and in which direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from synth.verifier.operators.lexicon import table
from synth.verifier.operators.words import stem

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
