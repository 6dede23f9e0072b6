"""The ways in which the laboratory can fail its caller; inside a run each of them becomes a record with its reason."""

from __future__ import annotations


class ReductionError(Exception):
    """A reducer was asked for something that it cannot mean: an unknown name, a keep rate outside (0, 1]."""


class MissingCheckpoint(Exception):
    """No trained weights are shipped for a backbone, data set and seed; the message names the command that makes them."""


class DataError(Exception):
    """A data set is unknown, missing or damaged."""


class Unfinished(Exception):
    """The time for a training ended before its schedule; what was reached is kept, and a later run goes on from there."""
