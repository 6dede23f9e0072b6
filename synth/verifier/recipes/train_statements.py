"""
Fit the vote of programs on tables of records, measure it on tables that it did not see, write operators/records/vote.json.

    python -m synth.verifier.recipes.train_statements --bench ../shared/data/bench

Learned from: TabFact, development tables (Chen et al. 2020; repository MIT, data CC BY 4.0). The figures are those of votes fitted
to four fifths of the tables on the statements of the others, all five ways; the shipped vote learns from all of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.model import Cell, Table
from synth.verifier.numbers import is_absent, number_of
from synth.verifier.operators.grid import grid_of
from synth.verifier.operators.records.features import features
from synth.verifier.operators.records.programs import programs_of
from synth.verifier.recipes.labelled import lines

COMMAND = "python -m synth.verifier.recipes.train_statements --bench ../shared/data/bench"
TARGET = Path(__file__).parents[1] / "operators" / "records" / "vote.json"
SEED = 0
FOLDS = 5
LEAST = 20
"""statements in which a feature must occur."""
TREES: dict[str, Any] = {
    "max_iter": 80,
    "learning_rate": 0.06,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 20,
    "max_features": 0.3,
    "random_state": SEED,
}
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Statement:
    """A labelled statement as features."""

    table: str
    features: dict[str, float]
    holds: bool


def table_of(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> Table:
    """A Table of plain rows; the leading columns of words name the rows, the first one in any case."""
    labels = 1
    while labels < len(columns) - 1 and 2 * sum(number_of(row[labels]) is None and not is_absent(row[labels]) for row in rows) > len(rows):
        labels += 1
    cells = [
        Cell(
            row=i,
            column=j,
            text=text.strip(),
            row_path=tuple(each.strip() for each in row[: min(j, labels)] if each.strip()),
            column_path=(head.strip(),),
        )
        for i, row in enumerate(rows, start=1)
        for j, (text, head) in enumerate(zip(row, columns, strict=True))
        if text.strip()
    ]
    return Table(paper_id="", index=0, caption=caption, cells=tuple(cells))


def statements(folder: Path) -> list[Statement]:
    """The statements of TabFact's development tables."""
    grids = {
        each["table_id"]: grid_of(table_of(each["columns"], each["rows"], each["caption"])) for each in lines(folder / "dev_tables.jsonl")
    }
    return [
        Statement(each["table_id"], features(*programs_of(each["claim"], grids[each["table_id"]])), each["label"] == "SUPPORT")
        for each in lines(folder / "dev.jsonl")
    ]


def names_of(read: Sequence[Statement]) -> list[str]:
    """The features that occur often enough, in order."""
    seen: dict[str, int] = {}
    for each in read:
        for name, value in each.features.items():
            seen[name] = seen.get(name, 0) + (value != 0)
    return sorted(name for name, count in seen.items() if count >= LEAST)


def matrix(read: Sequence[Statement], names: Sequence[str]) -> Array:
    """[statements, features]."""
    return np.array([[each.features.get(name, 0.0) for name in names] for each in read])


def fit(read: Sequence[Statement], names: Sequence[str]) -> Any:
    """Boosted trees over the features."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(**TREES).fit(matrix(read, names), np.array([each.holds for each in read]))


def fold_of(table: str) -> int:
    """0 to FOLDS - 1, by digest of the table's name."""
    return int(hashlib.sha256(table.encode()).hexdigest(), 16) % FOLDS


def measure(read: Sequence[Statement]) -> dict[str, float]:
    """Accuracy and mean squared error of probabilities, each statement by trees fitted to tables of the other folds."""
    said: list[float] = []
    came: list[bool] = []
    for fold in range(FOLDS):
        own = [each for each in read if fold_of(each.table) != fold]
        other = [each for each in read if fold_of(each.table) == fold]
        names = names_of(own)
        said += fit(own, names).predict_proba(matrix(other, names))[:, 1].tolist()
        came += [each.holds for each in other]
    probability, truth = np.array(said), np.array(came)
    return {
        "n": len(read),
        "accuracy": round(float(np.mean((probability > 0.5) == truth)), 4),
        "brier": round(float(np.mean((probability - truth) ** 2)), 4),
    }


def described(model: Any, names: Sequence[str]) -> dict[str, Any]:
    """The trees as lists of nodes; thresholds lie between values of the features, so a few decimals are enough."""
    trees = []
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        trees.append(
            {
                "feature": [-1 if node["is_leaf"] else int(node["feature_idx"]) for node in nodes],
                "threshold": [0.0 if node["is_leaf"] else round(float(node["num_threshold"]), 6) for node in nodes],
                "left": [int(node["left"]) for node in nodes],
                "right": [int(node["right"]) for node in nodes],
                "value": [round(float(node["value"]), 5) if node["is_leaf"] else 0.0 for node in nodes],
            }
        )
    return {"features": list(names), "start": round(float(np.ravel(model._baseline_prediction)[0]), 6), "trees": trees}


def main() -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True, help="folder of the labelled sets")
    read = statements(parser.parse_args().bench / "tabfact")
    names = names_of(read)
    data = described(fit(read, names), names)
    data["made_by"] = {"command": COMMAND, "seed": SEED, "trees": TREES, "learned_from": "TabFact, development tables (MIT, CC BY 4.0)"}
    data["measured"] = measure(read)
    TARGET.write_text(json.dumps(data, separators=(",", ":")) + "\n", "utf-8")
    print(json.dumps(data["measured"]))  # noqa: T201


if __name__ == "__main__":
    main()
