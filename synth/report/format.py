"""What a format is: something that turns a run and its circumstances into the text of one file."""

from __future__ import annotations

from typing import Protocol

from synth.model import Provenance, Run


class Format(Protocol):
    """One way to write a run down."""

    name: str
    """as the user asks for it: "md"."""
    file_name: str
    """under reports/<run>/."""

    def render(self, run: Run, provenance: Provenance) -> str:
        """The whole file; the same run gives the same text."""
        ...
