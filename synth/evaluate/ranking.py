"""How far down a ranking what was wanted stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def first_rank(ranking: Sequence[object], wanted: Collection[object]) -> int | None:
    """1-based place of the first that is wanted; None where none is."""
    return next((place for place, found in enumerate(ranking, 1) if found in wanted), None)


def hits_at(ranks: Sequence[int | None], k: int) -> float:
    """Share of rankings whose first wanted thing is among the first k; 0 for no rankings."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks) if ranks else 0.0


def mean_reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """Mean of 1 / rank, 0 where nothing wanted was found."""
    return sum(1 / rank for rank in ranks if rank is not None) / len(ranks) if ranks else 0.0


def recall_at(rankings: Sequence[Sequence[object]], wanted: Sequence[Collection[object]], k: int) -> float:
    """Mean share of what is wanted that is among the first k; rankings that want nothing do not count."""
    shares = [len(set(ranking[:k]) & set(goal)) / len(set(goal)) for ranking, goal in zip(rankings, wanted, strict=True) if goal]
    return float(np.mean(shares)) if shares else 0.0


def average_precision(score: Floats, marked: Floats) -> float:
    """
    Area under the steps of precision over recall, as scikit-learn defines it; 0 where nothing is marked.

    Items of equal score enter together, so their order is of no account.
    """
    total = float(marked.sum())
    if not total:
        return 0.0
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    right = np.cumsum(marked[order])[last]
    precision, recall = right / (last + 1), right / total
    return float(np.sum(np.diff(np.append(0.0, recall)) * precision))
