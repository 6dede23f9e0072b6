"""The house stands: arrows point down only, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_STORIES = ("pipeline", "gathering", "claiming", "controlling", "auditing", "updating", "revisiting", "rehearing", "evaluating", "batch")
STORIES = tuple(f"synth.{name}" for name in (*_STORIES, "cross_validating", "calibrating"))
"""what joins the stations."""
STATIONS = ("retriever", "reader", "extractor", "verifier", "reviewer", "report", "evaluate")
GROUND = ("model", "errors")
HEAVY = (
    "torch",
    "sentence_transformers",
    "timm",
    "pymupdf",
    "torchvision",
    "transformers",
    "matplotlib",
    "sklearn",
    "scipy",
    "numpy",
    "arxiv",
)


def imports_of(path: Path) -> set[str]:
    """Dotted names of all modules that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(*parts: str) -> list[Path]:
    """Python files of a folder, or the one file."""
    place = ROOT.joinpath(*parts)
    return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


def reaches(path: Path, *forbidden: str) -> set[str]:
    """The imports of a file that lie in one of the forbidden packages."""
    return {name for name in imports_of(path) for package in forbidden if name == package or name.startswith(f"{package}.")}


@pytest.mark.parametrize("station", STATIONS)
def test_stations_never_import_one_another(station: str) -> None:
    """A station knows the store, the model and the errors, and no other station."""
    others = [f"synth.{other}" for other in STATIONS if other != station]
    for path in files("synth", station):
        assert not reaches(path, *others, *STORIES, "synth.cli", "experiments"), path


def test_the_store_knows_no_station() -> None:
    """The store stands below the stations."""
    for path in files("synth", "store"):
        assert not reaches(path, *(f"synth.{station}" for station in STATIONS), *STORIES, "synth.cli"), path


@pytest.mark.parametrize("part", GROUND)
def test_the_ground_floor_imports_nothing_above(part: str) -> None:
    """Records and errors import nothing of synth but themselves."""
    for path in files("synth", part):
        inside = {name for name in imports_of(path) if name.startswith("synth.")}
        assert all(name.startswith(("synth.model", "synth.errors")) for name in inside), path


def test_the_laboratory_knows_only_the_model() -> None:
    """experiments imports synth.model and nothing else of synth."""
    for path in files("experiments"):
        inside = {name for name in imports_of(path) if name.split(".")[0] == "synth"}
        assert all(name.startswith("synth.model") for name in inside - {"synth"}), path


def test_synth_never_imports_the_laboratory() -> None:
    """The rerun witness starts the laboratory as a process; no import ties the two."""
    for path in files("synth"):
        assert not reaches(path, "experiments"), path


def test_help_imports_nothing_heavy() -> None:
    """`synth --help` is instant because no heavy package is imported for it."""
    code = f"import sys; import synth.cli.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True, cwd=ROOT)
    assert answer.stdout.strip() == "[]"
