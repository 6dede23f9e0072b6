"""The words of lexicon.toml: what the readers of statements know of English, each list with the reason for it there."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


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
    from synth.verifier.operators.words import stem  # the stems themselves need the list of irregular words

    return frozenset(stem(word) for word in words(name))
