"""The words of lexicon.toml: what the readers of statements know of English, each list with its reason, and stems to compare words by."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_SUFFIXES = ("ies", "ing", "ed", "es", "s")
_VOWELS = set("aeiouy")


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("lexicon.toml").read_text("utf-8"))


@cache
def table(name: str) -> tuple[str, ...]:
    """The lines of one list."""
    return tuple(line.strip() for line in str(_data()[name]).strip().splitlines() if line.strip())


@cache
def words(name: str) -> frozenset[str]:
    """The words of one list, split at white space."""
    return frozenset(word for line in table(name) for word in line.split())


@cache
def stems(name: str) -> frozenset[str]:
    """The words of one list, each cut to its stem."""
    return frozenset(stem(word) for word in words(name))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A form shared by the inflections of a word: "games" and "game" → "gam", "finished" → "finish", "won" → "win"."""
    base = _irregular().get(word) or _cut(word)
    return base.removesuffix("e") if len(base) > 3 else base


def _cut(word: str) -> str:
    """The word without the ending of a plural, a past or a participle."""
    if len(word) <= 3 or not word.isalpha():
        return word
    suffix = next((each for each in _SUFFIXES if word.endswith(each) and len(word) - len(each) >= 3), "")
    base = word.removesuffix(suffix)
    if suffix == "ies":
        return base + "y"
    if suffix == "s":
        return word if base[-1] in "su" else base
    if suffix == "es":
        return base if base.endswith(("ss", "x", "ch", "sh", "z")) else base + "e"
    if not _VOWELS & set(base):
        return word
    return base[:-1] if suffix and base[-1] == base[-2] and base[-1] not in "lsz" else base


@cache
def _irregular() -> dict[str, str]:
    return {form: line.split()[0] for line in table("irregular") for form in line.split()[1:]}
