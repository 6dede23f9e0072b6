"""How the pipeline tells what it is doing: a callable that is injected, so that nothing below the command line prints."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]
"""takes one line, "reading 3 of 15: Token Merging"."""


def silent(line: str) -> None:
    """Say nothing."""
