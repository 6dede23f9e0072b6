"""What a command has to show: the data for programs, and the same for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from synth.report.escape import plain


@dataclass(frozen=True)
class View:
    """One answer in two forms."""

    data: Any
    """what `--json` prints."""
    parts: tuple[Any, ...]
    """what rich prints otherwise, in order."""


def line(text: str, style: str = "") -> Text:
    """One line of untrusted text: no control code, no markup."""
    return Text(plain(text), style=style)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> Table:
    """A table of untrusted texts; the last column takes the room that is left."""
    drawn = Table(title=line(title) if title else None, title_justify="left", expand=False, show_lines=False)
    for name in columns:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(line(cell) for cell in row))
    return drawn
