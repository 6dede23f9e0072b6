"""The README and the program name the same commands and the same options."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from synth.cli.app import app

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
ROWS = [line.split(" | ", 1) for line in README.splitlines() if line.startswith("| `synth ")]
BELOW = README.rsplit("| `synth ", 1)[1].split("Settings come from")[0]
"""what is said of all commands together."""


def commands() -> dict[str, Any]:
    """All commands of the program by name, "claims show"."""
    found: dict[str, Any] = {}

    def walk(group: Any, name: str) -> None:
        for word, command in group.commands.items():
            full = f"{name} {word}".strip()
            if hasattr(command, "commands"):
                walk(command, full)
            else:
                found[full] = command

    walk(typer.main.get_command(app), "")
    return found


def options(command: Any) -> set[str]:
    """The long options of a command."""
    return {name for parameter in command.params for name in parameter.opts if name.startswith("--")}


def named_in(cell: str) -> list[str]:
    """Commands in the first cell of a row: "`synth claims accept ID`, `reject ID`" names two."""
    found: list[str] = []
    for code in re.findall(r"`([^`]+)`", cell):
        words = [word for word in code.split() if re.fullmatch(r"[a-z]+", word)]
        # A code without "synth" goes on from the command before it.
        found.append(" ".join(words[1:] if words[0] == "synth" else [*found[-1].split()[:-1], *words]))
    return ["claims list" if name == "claims" else name for name in found]


def test_the_readme_names_every_command_and_no_other() -> None:
    """Whoever reads the table knows all commands, and each of them exists."""
    assert sorted(name for cell, _ in ROWS for name in named_in(cell)) == sorted(commands())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_options_of_a_row_exist(row: list[str]) -> None:
    """Every option that a row names belongs to a command of that row."""
    known = {option for name in named_in(row[0]) for option in options(commands()[name])}
    assert set(re.findall(r"--[a-z][a-z-]+", " ".join(row))) <= known


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_is_explained(name: str) -> None:
    """An option of a command stands in the row of that command or in the text for all commands."""
    told = next(" ".join(row) for row in ROWS if name in named_in(row[0]))
    assert options(commands()[name]) - {"--help"} <= set(re.findall(r"--[a-z][a-z-]+", told + BELOW))


def test_the_exit_codes_are_written_down() -> None:
    """The four exit codes stand in the README in the words of the program."""
    assert "Exit codes: 0 done · 1 done, and a claim was refuted or a check failed · 2 usage · 3 could not" in " ".join(README.split())
