"""The laboratory's pages, weights and imports keep what they promise."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import experiments
from experiments.__main__ import _parser
from experiments.backbones import CHECKPOINTS, load
from experiments.inventory import inventory

HERE = Path(experiments.__file__).parent
FACTS = sorted(CHECKPOINTS.glob("*.json"))


def test_readme_and_command_line_name_the_same_commands() -> None:
    """Every command of the program is in the README, and no other."""
    written = set(re.findall(r"^python -m experiments (\w+)", (HERE / "README.md").read_text("utf-8"), re.MULTILINE))
    usage = _parser().format_help()
    assert written == set(re.findall(r"^    (\w+)  ", usage, re.MULTILINE))


def test_every_method_is_in_the_readme() -> None:
    """The listing of the program and the README name the same methods."""
    text = (HERE / "README.md").read_text("utf-8")
    assert [row["name"] for row in inventory()["methods"] if not re.search(rf"\b{row['name']}\b", text)] == []


def test_of_synth_only_the_model_is_imported() -> None:
    """The laboratory runs alone: it knows the records and no station."""
    found = set()
    for path in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "synth":
                found.add(".".join((node.module or "").split(".")[:2]))
            if isinstance(node, ast.Import):
                found.update(name.name for name in node.names if name.name.split(".")[0] == "synth")
    assert found == {"synth.model"}


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.stem)
def test_shipped_weights_load_and_are_far_above_chance(path: Path) -> None:
    """Each file belongs to the recipe beside it, and was measured at more than twice chance."""
    facts = json.loads(path.read_text("utf-8"))
    recipe = facts["recipe"]
    assert path.stem == f"{recipe['dataset']}-{recipe['backbone']}-{recipe['seed']}"
    load(recipe["backbone"], recipe["dataset"], recipe["seed"])
    assert facts["performance"]["test"] > (20 if facts["metric"] == "top1_percent" else 54)


def test_the_narrowest_backbone_has_three_seeds_on_both_data_sets() -> None:
    """Fewer than three seeds could decide nothing."""
    names = {path.stem for path in FACTS}
    assert {f"{dataset}-proxy_tiny-{seed}" for dataset in ("digit_scenes", "digit_scenes_multi") for seed in range(3)} <= names
