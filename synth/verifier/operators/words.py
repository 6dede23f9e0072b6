"""
The words of statements, headers and cells in a form in which they can be compared: tokens, stems, numbers written as words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from synth.verifier.operators.lexicon import stem, stems, table

_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\.\d+(?=\s|$)|\d+(?:st|nd|rd|th)\b|\d+|[^\W\d_]+|[^\w\s]")
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "_": " "})


@dataclass(frozen=True)
class Token:
    """One token of a statement."""

    text: str
    """lower case, without accents."""
    stem: str
    start: int
    end: int
    """offsets in the statement."""
    value: float | None = None
    """of a number, in digits or as a word."""
    ordinal: bool = False
    """ "3rd" or "third"."""


@cache
def _numbers() -> dict[str, float]:
    return {word: float(place) for place, word in enumerate(" ".join(table("cardinals")).split())} | {
        word: float(value) for word, value in (line.split() for line in table("large"))
    }


@cache
def _ordinals() -> dict[str, float]:
    return {word: float(place) for place, word in enumerate(" ".join(table("ordinals")).split(), start=1)}


def plain(text: str) -> str:
    """Lower case, no accents, one kind of dash and quote."""
    text = unicodedata.normalize("NFKD", text.translate(_DASHES).lower())
    return "".join(char for char in text if not unicodedata.combining(char))


def _value(text: str) -> tuple[float | None, bool]:
    if text[0].isdigit() or (text[0] == "." and len(text) > 1):
        if text[-1].isalpha():
            return float(text[:-2]), True
        return float(text.replace(",", "")), False
    if text in _ordinals():
        return _ordinals()[text], True
    return _numbers().get(text), False


@lru_cache(maxsize=100_000)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens in order; a number keeps its decimals, marks stand alone."""
    found: list[Token] = []
    for match in _TOKEN.finditer(plain(text)):
        word = match.group()
        value, ordinal = _value(word)
        found.append(Token(word, stem(word), match.start(), match.end(), value, ordinal))
    return tuple(found)


@lru_cache(maxsize=200_000)
def key(text: str) -> tuple[str, ...]:
    """What two spellings of a name have in common: the stems of its words and its numbers, without marks."""
    return tuple(number_key(token) for token in tokens_of(text) if token.text[0].isalnum() or token.text[0] == ".")


def number_key(token: Token) -> str:
    """A stem, or a number in its shortest form: "08" and "8.0" are "8"."""
    if token.value is not None and token.text[0] in "0123456789.":
        return f"{token.value:g}" if token.value < 1e6 else f"{token.value:.0f}"
    return token.stem


@lru_cache(maxsize=50_000)
def weight(word: str) -> float:
    """How much the key of a word says: nothing for marks, little for words without meaning of their own."""
    if not word[0].isalnum() and word[0] != ".":
        return 0.0
    return 0.1 if word in stems("stop") else 1.0


def letters_in(short: str, long: str) -> bool:
    """Whether a word has the letters of another in their order."""
    letters = iter(long)
    return all(letter in letters for letter in short)


def runs(wanted: Sequence[str], said: Sequence[str]) -> list[tuple[int, int, int]]:
    """(start in wanted, start in said, length) of the longest common runs of words."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(said):
        places.setdefault(word, []).append(place)
    found: list[tuple[int, int, int]] = []
    for start, word in enumerate(wanted):
        for place in places.get(word, ()):
            if start and place and said[place - 1] == wanted[start - 1]:
                continue
            length = 1
            while start + length < len(wanted) and place + length < len(said) and wanted[start + length] == said[place + length]:
                length += 1
            found.append((start, place, length))
    return found
