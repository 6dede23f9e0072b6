"""
Every way in which the program itself can fail its user; an outcome (refuted, skipped) is a value, not an error.

SynthError                       root; cli.py turns it into one line and an exit code
├── UsageError          exit 2   what the user typed or configured cannot be meant
├── NotFound            exit 2   a run, a claim or a file that was named does not exist
├── SourceError         exit 3   a place that papers come from did not answer as it should
│   └── NothingRetrieved         no source gave a single readable paper
├── StoreError          exit 3   the workspace cannot be read or written
└── LaboratoryError     exit 3   the experiments process could not be started or understood
"""

from __future__ import annotations

from typing import Any


class SynthError(Exception):
    """One line for the user: what happened, what was expected, what to do next."""

    exit_code = 3

    def __init__(self, message: str, *, got: str = "", expected: str = "", then: str = "") -> None:
        parts = [message]
        if got:
            parts.append(f"got {got}")
        if expected:
            parts.append(f"expected {expected}")
        if then:
            parts.append(then)
        super().__init__("; ".join(parts))


class UsageError(SynthError):
    """What the user typed or configured cannot be meant."""

    exit_code = 2


class NotFound(SynthError):
    """A run, a claim or a file that was named does not exist."""

    exit_code = 2


class SourceError(SynthError):
    """A place that papers come from did not answer as it should."""


class NothingRetrieved(SourceError):
    """No source gave a single readable paper, so there is nothing to report on; `log` holds what was asked of whom."""

    def __init__(self, message: str, *, log: tuple[Any, ...] = (), **parts: str) -> None:
        super().__init__(message, **parts)
        self.log = log


class StoreError(SynthError):
    """The workspace cannot be read or written."""


class LaboratoryError(SynthError):
    """The experiments process could not be started or its records could not be understood."""
