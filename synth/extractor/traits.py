"""What the role model sees of a sentence: its words, how it begins, and where it stands; numbers and names are of no account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

SIZE = 2**16
"""columns that the traits are hashed into."""

_WORD = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*|[%?:;()\[\]=<>©]")
FAR = 6
"""sentences from the beginning or the end from which the distance is no longer counted."""


def words(text: str) -> list[str]:
    """The words of a text in small letters, every number as "#"."""
    return ["#" if word[0].isdigit() else word for word in _WORD.findall(text.lower())]


def traits(text: str, place: int | None = None, of: int = 0) -> Iterator[str]:
    """
    Named traits of one sentence.

    place, of   its number and how many there are, where it stands in an abstract; None elsewhere
    """
    said = words(text)
    bounded = ["^", *said, "$"]
    yield from said
    yield from (f"{one} {two}" for one, two in pairwise(bounded))
    yield from (f"begins {n} {' '.join(said[:n])}" for n in (1, 2, 3))
    yield f"length {min(len(said) // 5, 10)}"
    if place is not None:
        yield f"from start {min(place, FAR)}"
        yield f"from end {min(of - 1 - place, FAR)}"
        yield f"tenth {10 * place // max(of - 1, 1)}"
        yield f"of {min(of, 12)}"


def matrix(texts: Sequence[Sequence[str]], *, placed: Sequence[bool]) -> Any:
    """
    Sparse float64 [sentences, SIZE] of texts one behind the other; rows have unit length.

    placed  for each text, whether places count in it
    """
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.preprocessing import normalize

    rows = (
        set(traits(sentence, place if counts else None, len(text)))
        for text, counts in zip(texts, placed, strict=True)
        for place, sentence in enumerate(text)
    )
    hashed = FeatureHasher(SIZE, input_type="string", alternate_sign=False).transform(sorted(row) for row in rows)
    return normalize(hashed)
