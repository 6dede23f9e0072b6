"""How many: rows, different entries, the most frequent one, and shares of a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable

from synth.verifier.operators.comparison import Relation, holds


def satisfies(count: int, relation: str, stated: float) -> bool:
    """Whether a count is what is stated: exactly so many, or at least, more than, ...; a relation of time counts as "exactly"."""
    known: dict[str, Relation] = {"=": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}
    return holds(count, known.get(relation, "="), stated)


def distinct(entries: Iterable[Hashable]) -> int:
    """How many different entries there are."""
    return len(set(entries))


def most_frequent(entries: Iterable[Hashable]) -> tuple[int, frozenset[Hashable]]:
    """(how often the most frequent entries come, these entries); nothing is 0 times the most frequent."""
    counted = Counter(entries)
    most = max(counted.values(), default=0)
    return most, frozenset(entry for entry, count in counted.items() if count == most)


def share(part: frozenset[int], whole: frozenset[int]) -> float | None:
    """Share of the whole that is in the part; None of nothing."""
    return len(part & whole) / len(whole) if whole else None
