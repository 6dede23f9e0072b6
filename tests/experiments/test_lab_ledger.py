"""The ledger: a row belongs to the very sources, weights, data and arguments that made it, and is never believed for others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.__main__ import main
from experiments.backbones import checkpoint
from experiments.ledger import Ledger, Row, append_lines
from experiments.ledger.current import current_rows
from experiments.ledger.holdings import pack
from experiments.ledger.sources import blanked, reached, sources_digest
from experiments.measure.plan import plan
from experiments.run import run
from experiments.sweep.shipped import specifications
from synth.model import CellRequest, LabRecord, Spec

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


def make_row(key: str = "a" * 24, value: float = 1.0, **fields: Any) -> Row:
    """A row with one record."""
    record = LabRecord(cell=CELL, metric="performance", value=value, replicates=(value, 2 * value))
    return Row.measured(key, (("code", "c"),), (record,), unit="Performance", cell=CELL, asked={"images": 64}, **fields)


def test_a_row_gives_its_records_back() -> None:
    """Written and read, a record has its cell, its digests with the key, and its numbers with 6 digits."""
    row = Row.parse(make_row("ab", 1 / 3).line)
    assert row is not None
    (record,) = row.records
    assert (record.cell, record.value, record.replicates) == (CELL, 0.333333, (0.333333, 0.666667))
    assert record.digests == (("code", "c"), ("key", "ab"))
    assert set(row.made) == {"python", "torch", "timm", "machine", "threads"}


def test_two_writers_share_a_ledger(tmp_path: Path) -> None:
    """What one wrote after the other had opened the file is still there, and a torn line costs nothing else."""
    path = tmp_path / "ledger.jsonl"
    one, other = Ledger(path), Ledger(path)
    one.put(make_row("a"))
    other.put(make_row("b"))
    path.write_bytes(path.read_bytes() + b'{"key": "d", "torn')
    one.refresh()
    append_lines(path, [make_row("c").line])
    one.refresh()
    for ledger in (one, Ledger(path)):
        assert [key for key in "abcd" if ledger.get(key) is not None] == ["a", "b", "c"]


def test_a_failed_row_is_kept_and_never_found(tmp_path: Path) -> None:
    """A reason is in the ledger, and no key leads to it."""
    ledger = Ledger(tmp_path / "ledger.jsonl", None)
    ledger.put(Row.without("it broke\ntwice", unit="Performance", cell=CELL, asked={}))
    assert [row.failed for row in Ledger(ledger.path, None).failures()] == ["it broke twice"]
    assert not ledger.keys()


def test_a_row_is_current_until_what_it_depends_on_changes(tmp_path: Path) -> None:
    """Rows as they were measured are current; with another digest, or of a method that is gone, they are not."""
    spec = Spec(measures=("gmacs", "tokens", "patterns"), cells=(CELL, CELL.model_copy(update={"method": "l1"})), images=16, replicates=2)
    run(spec, tmp_path / "records", Ledger(tmp_path / "ledger.jsonl", None))
    rows = list(Ledger(tmp_path / "ledger.jsonl", None).rows())
    assert sorted(row.unit for row in rows) == ["Gmacs", "Gmacs", "Pattern", "Tokens", "Tokens"]
    gone = rows[0].model_copy(update={"key": "1" * 24, "cell": CELL.model_copy(update={"method": "gone"})})
    other = rows[1].model_copy(update={"key": "0" * 24})
    assert list(current_rows([*rows, gone, other])) == rows


def test_every_shipped_row_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    """The listing counts every row once and none is stale; after a change of the sources, `sweep --preset shipped` measures anew."""
    code = main(["ledger", "--check", "--json"])
    counted = json.loads(capsys.readouterr().out)
    assert sum(line["current"] for line in counted) == len(Ledger(Path("nowhere")).keys())
    assert code == sum(line["stale"] for line in counted) == 0


def test_packing_depends_on_the_content_alone(tmp_path: Path) -> None:
    """The same rows in another order give the same file, which reads like a ledger."""
    rows = [make_row("a", created="1"), make_row("b", created="2")]
    assert pack(rows, tmp_path / "one.gz") == pack([rows[1], rows[0], rows[1]], tmp_path / "two.gz") == 2
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    assert Ledger(tmp_path / "none", tmp_path / "one.gz").get("b") == rows[1]


def test_what_is_shipped_covers_what_claims_ask_for() -> None:
    """All methods at every keep rate, width and data set, three seeds of the smallest backbone; only seeds whose weights are shipped."""
    plain, tuned, shapes = specifications()
    assert len(plain.cells) == (3 + 3 + 2) * 2 * (10 * 4 + 1)
    assert all(checkpoint(cell.backbone, cell.dataset, cell.seed).is_file() for cell in (*plain.cells, *tuned.cells))
    assert len(tuned.cells) == (3 + 1 + 1) * 2 * (15 * 4 + 1)
    assert len({cell.method for cell in shapes.cells}) == 15
    assert {cell.backbone for spec in specifications(data_folder="there") for cell in spec.cells if cell.dataset == "cifar10"} == {
        "proxy_tiny"
    }
