"""The ledger: a row belongs to the very sources, weights, data and arguments that made it, and is never believed for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.ledger.build import pack, specifications
from experiments.ledger.sources import blanked, reached, sources_digest
from experiments.measure.plan import plan
from synth.model import CellRequest, Spec

CELL = CellRequest(method="l2", backbone="proxy_tiny", dataset="digit_scenes", keep_rate=0.5, seed=0)

PLAIN = """def f(x):
    text = "# no comment"
    return f"{x} # none {text!r}"
class Empty(ValueError):
FIELD = 1"""

EXPLAINED = '''# Häufige Frage: warum?
"""What this is."""

def f(x):  # äöü
    """Say  # what."""
    text = "# no comment"  # but this is

    return f"{x} # none {text!r}"   

class Empty(ValueError):
    """A docstring
    of two lines."""

FIELD = 1
"""one line under the field."""
'''


def make_package(folder: Path, **sources: str) -> Path:
    """A package "lab" with modules by name; "a__b" is the module b of the package a."""
    package = folder / "lab"
    for name, source in {"__init__": "", **sources}.items():
        path = package.joinpath(*name.split("___")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
    return package


def test_explanations_are_blanked_out() -> None:
    """Comments, docstrings, blank lines and trailing space go; marks of a comment within a text stay."""
    assert blanked(EXPLAINED) == PLAIN


def test_imports_are_followed_by_syntax(tmp_path: Path) -> None:
    """Modules are reached from modules, within functions too; a name that is no module belongs to the package's own file."""
    package = make_package(
        tmp_path,
        main="from lab.tools import hammer, LIST\nimport os",
        tools_____init__="LIST = []",
        tools___hammer="def f():\n    import lab.nail",
        nail="from lab import main",
        idle="",
    )
    assert reached(["main"], package=package) == ("main", "nail", "tools", "tools.hammer")
    assert reached(["main"], ["tools", "nail"], package=package) == ("main", "tools.hammer")


def test_a_digest_changes_with_code_and_with_nothing_else(tmp_path: Path) -> None:
    """A comment in a module that is reached changes nothing; a constant in it changes everything."""
    digests = [
        sources_digest(("main",), package=make_package(tmp_path / name, main="import lab.nail", nail=nail))
        for name, nail in {"plain": "N = 1", "explained": '"""Nail."""\nN = 1  # mm', "other": "N = 2"}.items()
    ]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("fields", "reads", "ignores"),
    [
        (
            {"method": "evit"},
            {"vit", "reducers.evit", "reducers.topk", "data.digit_scenes", "measure.forward"},
            {"reducers.ats", "measure.patterns"},
        ),
        ({"method": "topk"}, {"reducers.topk"}, {"reducers.evit", "train", "losses", "measure.controls"}),
    ],
)
def test_a_performance_depends_on_its_own_method_alone(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], reads: set[str], ignores: set[str]
) -> None:
    """The digest of a cell off the shelf reads its method, what that imports and its data set, and nothing of the other methods."""
    monkeypatch.setattr("experiments.measure.unit.sources_digest", lambda start, leave_out: " ".join(reached(start, leave_out)))
    spec = Spec(measures=("performance",), cells=(CELL.model_copy(update=fields),))
    (unit,) = [unit for unit in plan(spec) if unit.metric == "performance"]
    modules = set(unit.code()[1].split())
    assert reads <= modules
    assert not ignores & modules


def test_packing_depends_on_the_content_alone(tmp_path: Path) -> None:
    """The same lines in another order give the same file."""
    for name, lines in (("a", "x\ny\n"), ("b", "y\nx\nx\n")):
        (tmp_path / name).write_text(lines)
        assert pack(tmp_path / name, tmp_path / f"{name}.gz") == 2
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_what_is_shipped_covers_what_claims_ask_for() -> None:
    """All methods that need no training, at every keep rate, width, seed and data set."""
    trained, shapes = specifications(1.0)
    assert len(trained.cells) == 3 * 2 * 3 * (10 * 4 + 1)
    assert len({cell.method for cell in shapes.cells}) == 15
