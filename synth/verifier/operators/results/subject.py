"""The lines of a table that a clause speaks of, and how they are joined and called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synth.verifier.operators.results.naming import Named


@dataclass(frozen=True)
class Subject:
    """Lines that a clause speaks of, and how sure that is."""

    lines: frozenset[int]
    link: float
    against: frozenset[int] = frozenset()
    """what they were held against where they were last spoken of."""


NOBODY = Subject(frozenset(), 0.0)


def lines_of(names: Iterable[Named]) -> frozenset[int]:
    """All lines that names stand for."""
    return frozenset(index for name in names for index in name.lines)


def narrowest(names: Iterable[Named]) -> tuple[Named, ...]:
    """The names without those that another one narrows down: "discriminative training ... the CS-only-discriminative model"."""
    every = tuple(names)
    return tuple(name for name in every if not any(other.lines < name.lines for other in every))


def mean_score(names: Iterable[Named]) -> float:
    """Mean of the names' scores, 0 for none."""
    scores = [name.score for name in names]
    return sum(scores) / len(scores) if scores else 0.0


def short(label: str, length: int = 40) -> str:
    """A label for a step, cut where it is long."""
    return label if len(label) <= length else label[: length - 1].rstrip() + "…"
