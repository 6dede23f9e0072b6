"""Evaluations of several sets → one table: the figures that each set is known by, with interval, controls and calibration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from synth.evaluate.claims import Figures
from synth.evaluate.scoring import Evaluation
from synth.store.workspace import write_atomic

HEADLINES: dict[str, tuple[str, ...]] = {
    "scifact": ("macro_f1", "recall_at_10", "rationale_in_top_3"),
    "citation_integrity": ("macro_f1",),
    "healthver": ("macro_f1",),
    "plain": ("macro_f1",),
    "scitab": ("macro_f1", "twins_ranked"),
    "tabfact": ("accuracy",),
    "tdms_claims": ("macro_f1", "swapped_accuracy"),
    "cl_scisumm": ("rationale_in_top_1", "rationale_in_top_5", "rationale_in_top_10"),
    "ncg": ("f1",),
    "biomed_claims": ("f1",),
    "csabstruct": ("macro_f1",),
}
"""by format; other figures of a set stand in its own evaluation."""
OF_CLAIMS = ("macro_f1", "accuracy")
"""figures that have a twin without evidence."""
_COUNTS = (("recall_at", "retrieval_n"), ("rationale", "rationale_n"), ("twins", "twins_n"), ("swapped", "swapped_n"))
"""which figure counts the items behind those that begin so; "n" behind all others."""
COLUMNS = ("set", "items", "figure", "value", "claim only", "swapped: NEI", "calibration error")


def overview(found: Mapping[str, Evaluation]) -> list[tuple[str, ...]]:
    """
    The rows of the table, set by set in the order given.

    returns  texts in the order of COLUMNS, shares in percent, empty where the set has no such figure
    """
    return [
        _row(name, each, figure, first=place == 0)
        for name, each in found.items()
        for place, figure in enumerate(HEADLINES[each.details["format"]])
    ]


def flat(found: Mapping[str, Evaluation]) -> Figures:
    """The figures of all sets in one object, "scifact_macro_f1"."""
    return {f"{name}_{figure}": value for name, each in found.items() for figure, value in each.data.items() if figure != "details"}


def markdown(found: Mapping[str, Evaluation], command: str) -> str:
    """The table as Markdown, below the command that makes it."""
    lines = [f"    {command}", "", f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in overview(found))]) + "\n"


def save(found: Mapping[str, Evaluation], out: Path, command: str) -> None:
    """Write sets.md and sets.json, the table and all its figures, into a folder."""
    write_atomic(out / "sets.md", markdown(found, command))
    write_atomic(out / "sets.json", json.dumps({"command": command, **flat(found)}, indent=1) + "\n")


def _row(name: str, evaluation: Evaluation, figure: str, *, first: bool) -> tuple[str, ...]:
    told = evaluation.figures
    judged = figure in OF_CLAIMS
    return (
        name,
        _count(evaluation, figure),
        figure.replace("_", " "),
        _with_interval(told, figure),
        _percent(told.get(f"claim_only_{figure}")) if judged else "",
        _percent(told.get("swap_nei")) if judged else "",
        _with_interval(told, "ece", percent=False) if first else "",
    )


def _count(evaluation: Evaluation, figure: str) -> str:
    """How many items stand behind a figure."""
    name = next((name for start, name in _COUNTS if figure.startswith(start)), "n")
    return str(evaluation.figures.get(name, ""))


def _percent(value: float | int | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def _with_interval(told: Figures, name: str, *, percent: bool = True) -> str:
    value, low, high = (told.get(f"{name}{end}") for end in ("", "_low", "_high"))
    if value is None:
        return ""
    shown = [_percent(each) if percent else f"{each:.3f}" for each in (value, low, high) if each is not None]
    return f"{shown[0]} ({shown[1]} to {shown[2]})" if len(shown) == 3 else shown[0]
