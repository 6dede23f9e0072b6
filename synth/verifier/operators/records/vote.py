"""
The vote of executed programs: boosted trees over features.py, fitted to labelled statements (recipes/train_statements.py).

The trees know operators, coverage and flags and no word of a statement, so what they learned is how far each kind of program is
to be trusted when it says so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Tree:
    """One tree: at node i go left where feature[i] is at most threshold[i]; feature -1 is a leaf with a value."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def __call__(self, row: list[float]) -> float:
        """The value of the leaf that a row of features falls into."""
        node = 0
        while self.feature[node] >= 0:
            node = self.left[node] if row[self.feature[node]] <= self.threshold[node] else self.right[node]
        return self.value[node]


@dataclass(frozen=True)
class Vote:
    """Log-odds that a statement holds, as the sum of trees."""

    names: tuple[str, ...]
    start: float
    trees: tuple[Tree, ...]

    def __call__(self, features: Mapping[str, float]) -> float:
        """Probability that the statement holds."""
        row = [features.get(name, 0.0) for name in self.names]
        return 1.0 / (1.0 + math.exp(-self.start - sum(tree(row) for tree in self.trees)))


def vote_from(data: Mapping[str, Any]) -> Vote:
    """The vote written in vote.json."""
    trees = tuple(Tree(*(tuple(tree[part]) for part in ("feature", "threshold", "left", "right", "value"))) for tree in data["trees"])
    return Vote(tuple(data["features"]), float(data["start"]), trees)


@cache
def vote() -> Vote:
    """The vote that ships with the program."""
    return vote_from(json.loads(resources.files(__package__).joinpath("vote.json").read_text("utf-8")))
