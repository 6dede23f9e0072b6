"""Bootstrap intervals that draw whole documents, because items on one document are no independent draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
DRAWS = 500
LEVEL = 0.95


def interval(
    groups: Sequence[str], figure: Callable[[Integers], float], seed: int, draws: int = DRAWS, *, centred: bool = False
) -> tuple[float, float]:
    """
    Percentile interval of a figure over draws of groups with replacement.

    groups   the group of each item
    figure   numbers of items, with repeats → the figure
    centred  move the interval by the mean excess of the draws: an error over bins, which is never below 0, grows by the repeats of a draw
    returns  (low, high) at LEVEL; (nan, nan) for no items
    """
    if not len(groups):
        return float("nan"), float("nan")
    _, group = np.unique(np.array(groups), return_inverse=True)
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    rng = np.random.default_rng(seed)
    values = [figure(np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])) for _ in range(draws)]
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    excess = float(np.mean(values)) - figure(np.arange(len(groups))) if centred else 0.0
    return max(float(low) - excess, 0.0), float(high) - excess
