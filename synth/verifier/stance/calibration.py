"""
What the probabilities of each backend are worth: the entries of calibration.json, and the line that a report prints of one.

A backend without an entry, which is any that nobody measured on labelled pairs, is uncalibrated and says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources

from synth.model import Finding, Record


class Calibrated(Record):
    """How far the probabilities of one backend were off, on documents apart from those that it was fitted to."""

    fitted_on: str
    measured_on: str
    n: int
    ece: float
    """expected calibration error of the most probable stance, 15 bins of equal mass."""
    low: float
    high: float
    """ends of its bootstrap interval of 95 %, documents drawn whole."""
    noise_floor: float
    """what perfect calibration would show on as many claims."""
    transfer_on: str = ""
    transfer_n: int = 0
    transfer_ece: float | None = None
    """the same on a set that nothing was fitted to."""
    transfer_low: float | None = None
    transfer_high: float | None = None
    command: str


@cache
def calibrated_backends() -> dict[str, Calibrated]:
    """The entries of calibration.json by the name of the backend; empty where the file is absent."""
    file = resources.files("synth.verifier").joinpath("calibration.json")
    entries = json.loads(file.read_text("utf-8")).get("backends", {}) if file.is_file() else {}
    return {name: Calibrated.model_validate(entry) for name, entry in entries.items()}


def calibration_lines(findings: Sequence[Finding]) -> tuple[str, ...]:
    """One line on each backend that read stance for these findings, in the order of their names."""
    readers = {item.stances.reader for finding in findings for item in finding.evidence if item.stances and item.stances.reader}
    return tuple(calibration_line(reader) for reader in sorted(readers))


def calibration_line(reader: str) -> str:
    """One line on the backend with this name: what it was measured on and how far it was off, or that it is uncalibrated."""
    entry = calibrated_backends().get(reader)
    if entry is None:
        return f"stance was read by {reader}, uncalibrated: its probabilities are raw scores, measured on no labelled pairs"
    line = (
        f"stance was read by {reader}, expected calibration error {entry.ece:.3f} ({entry.low:.3f} to {entry.high:.3f}) "
        f"on {entry.n} claims of {entry.measured_on}"
    )
    if entry.transfer_ece is None:
        return line
    return f"{line}, {entry.transfer_ece:.3f} on {entry.transfer_n} of {entry.transfer_on}, a set of another kind"
