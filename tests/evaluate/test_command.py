"""`synth evaluate` as people and programs call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from labelled_sets import MAKERS, plain, scitab
from workplace import call


def test_json_is_one_flat_object_of_figures(tmp_path: Path) -> None:
    """Named numbers, and below "details" what stands behind them; the pace goes to stderr, so that stdout repeats."""
    answer = call("evaluate", scitab(tmp_path / "set"), "--json", "-w", tmp_path)
    assert answer.code == 0
    assert {"macro_f1", "accuracy", "ece", "ece_low", "brier", "selective_accuracy_50", "claim_only_macro_f1", "swap_nei"} <= set(
        answer.data
    )
    assert all(not isinstance(value, dict | list | str) for key, value in answer.data.items() if key != "details")
    assert answer.data["details"]["confusion"]["SUPPORT"].keys() == {"SUPPORT", "REFUTE", "NEI"}
    assert "a second)" in answer.err
    assert call("evaluate", tmp_path / "set", "--json", "-w", tmp_path).out == answer.out


def test_people_read_figures_confusion_and_causes(tmp_path: Path) -> None:
    """The same as tables, with the causes of error that the witnesses gave."""
    answer = call("evaluate", scitab(tmp_path / "set"), "-w", tmp_path)
    assert answer.code == 0
    assert all(text in answer.out for text in ("scitab, split dev", "macro f1", "said REFUTE"))


def test_sentences_are_shown_with_the_cues_of_errors(tmp_path: Path) -> None:
    """Sets of sentences have no confusion, and tell what was missed."""
    answer = call("evaluate", MAKERS["biomed_claims"](tmp_path / "set"), "-w", tmp_path)
    assert answer.code == 0
    assert "average precision" in answer.out


def test_malformed_lines_are_told_and_counted(tmp_path: Path) -> None:
    """One line each on stderr, at most 20 of them, the count in the figures, and exit code 1 because the set is not whole."""
    folder = plain(tmp_path / "set")
    with (folder / "dev.jsonl").open("a") as file:
        file.write("{\n" * 30)
    answer = call("evaluate", folder, "--json", "-w", tmp_path)
    assert answer.code == 1
    assert (answer.data["malformed"], answer.data["n"]) == (30, 3)
    told = [line for line in answer.err.splitlines() if "left out" in line]
    assert len(told) == 20
    assert told[0].startswith("synth: dev.jsonl line 4: not JSON")
    assert "and 10 more such lines" in answer.err


def test_out_holds_figures_items_and_diagram(tmp_path: Path) -> None:
    """The JSON of the command, one record an item, and a picture; without --out nothing is written but the workspace's cache."""
    folder = plain(tmp_path / "set")
    answer = call("evaluate", folder, "--json", "--out", tmp_path / "out", "-w", tmp_path / "place")
    assert json.loads((tmp_path / "out" / "evaluation.json").read_text("utf-8")) == answer.data
    items = [json.loads(line) for line in (tmp_path / "out" / "items.jsonl").read_text("utf-8").splitlines()]
    assert [item["label"] for item in items] == ["SUPPORT", "REFUTE", "NEI"]
    assert {"claim", "said", "holds", "reason", "said_on_swapped"} <= items[0].keys()
    assert (tmp_path / "out" / "reliability.png").is_file()
    assert sorted(path.name for path in (tmp_path / "set").iterdir()) == ["dev.jsonl"]


def test_limit_and_seed_choose_items(tmp_path: Path) -> None:
    """Two of three, and the choice is told in the details."""
    answer = call("evaluate", plain(tmp_path / "set"), "--limit", "2", "--seed", "5", "--json", "-w", tmp_path)
    assert (answer.data["n"], answer.data["details"]["limit"], answer.data["details"]["seed"]) == (2, 2, 5)


def test_a_folder_of_sets_is_one_table(tmp_path: Path) -> None:
    """Each set scored as it is alone, its figures under its name, its files in a folder of its own, what is no set passed over."""
    sets = tmp_path / "sets"
    alone = call("evaluate", scitab(sets / "tables"), "--json", "-w", tmp_path).data
    MAKERS["biomed_claims"](sets / "abstracts")
    (sets / "notes").mkdir()
    answer = call("evaluate", sets, "--json", "--out", tmp_path / "out", "-w", tmp_path)
    assert answer.code == 0
    assert {name.removeprefix("tables_"): value for name, value in answer.data.items() if name.startswith("tables_")} == {
        name: value for name, value in alone.items() if name != "details"
    }
    assert answer.data["details"].keys() == {"abstracts", "tables"}
    told = (tmp_path / "out" / "sets.md").read_text("utf-8")
    assert [line.split(" | ")[0] for line in told.splitlines() if line.startswith("| ")] == [
        *("| set", "| ---", "| abstracts", "| tables", "| tables")
    ]
    assert json.loads((tmp_path / "out" / "sets.json").read_text("utf-8"))["tables_macro_f1"] == alone["macro_f1"]
    assert (tmp_path / "out" / "tables" / "reliability.png").is_file()


def test_a_set_that_cannot_be_scored_is_named_and_the_others_are(tmp_path: Path) -> None:
    """One line on stderr and exit code 1; where no set can be scored, one line and exit code 2."""
    plain(tmp_path / "sets" / "mine")
    (scitab(tmp_path / "sets" / "theirs") / "dev.jsonl").rename(tmp_path / "sets" / "theirs" / "test.jsonl")
    answer = call("evaluate", tmp_path / "sets", "--json", "-w", tmp_path)
    assert (answer.code, answer.data["mine_n"]) == (1, 3)
    assert "theirs is not scored" in answer.err
    nothing = call("evaluate", tmp_path / "sets", "--split", "none", "-w", tmp_path)
    assert (nothing.code, nothing.out) == (2, "")
    assert "no set in" in nothing.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none",), "is no folder"),
        (("set", "--split", "heldout"), "one of: dev"),
        (("set", "--limit", "0"), "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_meant_ends_with_2(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    """One line that says what was expected."""
    plain(tmp_path / "set")
    answer = call("evaluate", tmp_path / arguments[0], *arguments[1:], "-w", tmp_path)
    assert answer.code == 2
    assert message in answer.err
    assert answer.out == ""
