"""One side of a comparison, read once: words, names, quantities, directions of a claim or of a passage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from synth.model import vocabulary
from synth.verifier.stance.numbers import Number, numbers_of
from synth.verifier.stance.words import Word, content, words_of

NAME = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z][a-z]*(?:[A-Z0-9][A-Za-z0-9]*)+|[A-Z]{2,}|[A-Z][A-Za-z0-9]*(?:-[A-Z0-9][A-Za-z0-9]*)+)(?![A-Za-z0-9])"
)
KINDS = ("method", "family", "backbone", "dataset", "metric", "task")


@dataclass(frozen=True)
class Named:
    """A name in a sentence."""

    kind: str
    """"method", "dataset", ...; "name" for one that the vocabulary does not know."""
    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Side:
    """A sentence as the rules see it."""

    text: str
    words: tuple[Word, ...]
    content: frozenset[str]
    names: tuple[Named, ...]
    numbers: tuple[Number, ...]

    def of(self, *kinds: str) -> frozenset[str]:
        """The names of these kinds."""
        return frozenset(named.name for named in self.names if named.kind in kinds)

    def within(self, start: int, end: int, *kinds: str) -> frozenset[str]:
        """The names of these kinds between two offsets."""
        return frozenset(named.name for named in self.names if named.kind in kinds and start <= named.start and named.end <= end)


def _names(text: str) -> tuple[Named, ...]:
    known = [Named(mention.term.kind, mention.term.name, mention.start, mention.end) for mention in vocabulary().mentions(text, *KINDS)]  # type: ignore[arg-type]
    taken = [(named.start, named.end) for named in known]
    fresh = [
        Named("name", re.sub(r"[^a-z0-9]", "", match.group().lower()), match.start(), match.end())
        for match in NAME.finditer(text)
        if not any(match.start() < end and start < match.end() for start, end in taken)
    ]
    return tuple(sorted(known + fresh, key=lambda named: (named.start, named.end)))


@lru_cache(maxsize=16384)
def side_of(text: str) -> Side:
    """The sentence, read."""
    words = words_of(text)
    names = _names(text)
    inside = [(named.start, named.end) for named in names if named.kind != "metric"]
    numbers = tuple(number for number in numbers_of(text) if not any(start <= number.start < end for start, end in inside))
    return Side(text, words, content(words), names, numbers)
