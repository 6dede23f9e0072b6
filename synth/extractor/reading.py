"""What a reader of the grammar gives back, and the parts that every statement shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from synth.extractor.scene import Scene
from synth.extractor.words import quantifier_of
from synth.model import AllOf, AnyOf, Group, Quantifier, Statement

Part = Statement | AllOf | AnyOf


@dataclass(frozen=True)
class Reading:
    """What a clause asserts."""

    parts: tuple[Part, ...]
    used: tuple[tuple[int, int], ...] = ()
    """negations that the reading took into account; any other voids it."""
    notes: tuple[str, ...] = ()
    subject: Group | None = None
    """for a following clause that names none."""
    other: Group | None = None
    metric: str | None = None


@dataclass(frozen=True)
class Refusal:
    """The clause is of a reader's kind, and this is why it cannot be expressed."""

    reason: str


Reader = Callable[[Scene], Reading | Refusal | None]
"""None: the clause is not of this reader's kind."""


def quantified(scene: Scene) -> tuple[Quantifier, tuple[str, ...]]:
    """(quantifier, assumptions) of the clause, the assumptions of its conditions included."""
    quantifier, assumption = quantifier_of(scene.text)
    return quantifier, (*scene.assumptions, *((assumption,) if assumption else ()))


def no_subject(scene: Scene) -> Refusal:
    """Why no method could be read where one was needed."""
    unresolved = next((span for span in scene.of("self") if not span.members), None)
    if unresolved:
        return Refusal(f"names no method: “{scene.text[unresolved.start : unresolved.end]}” is not resolved")
    pronoun = next(iter(scene.of("pronoun")), None)
    if pronoun:
        return Refusal(f"names no method: “{scene.text[pronoun.start : pronoun.end]}” stays ambiguous")
    return Refusal("names no method")
