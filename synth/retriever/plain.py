"""Text of strangers on one line without anything that steers a terminal: what a server or a file says is data."""

from __future__ import annotations

import unicodedata

_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""marks that turn the direction of writing and can make a line read as what it is not."""


def plain(text: str) -> str:
    """The text on one line: white space collapsed, control characters and marks of direction left out."""
    kept = (" " if letter.isspace() else letter for letter in text if letter.isspace() or not _steers(letter))
    return " ".join("".join(kept).split())


def _steers(letter: str) -> bool:
    return letter in _DIRECTIONS or unicodedata.category(letter) in ("Cc", "Cs")
