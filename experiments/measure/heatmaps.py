"""
Where on the image patches vanish, and how alike two such maps are.

Source: the analysis code of Haurum et al. 2023, arXiv:2308.04657: a map holds for every patch the mean depth at which it is
lost (the number of blocks if never). Its EMD call does not run with today's packages; here it is a linear programme.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def depth_map(kept: Sequence[Array], locations: Sequence[int], depth: int, grid: tuple[int, int]) -> Array:
    """Mean depth at which each patch is lost: bool [n, N] after every stage → [rows, columns]."""
    lost = np.full(kept[0].shape, float(depth))
    for members, block in reversed(list(zip(kept, locations, strict=True))):
        lost = np.where(members, lost, float(block))
    return np.asarray(lost.mean(0).reshape(grid))


def _share(heat: Array) -> Array:
    return np.asarray(heat / heat.sum(), dtype=np.float64)


def kl(one: Array, two: Array) -> float:
    """Kullback-Leibler divergence of two maps in bits, each normed to sum one; no epsilon."""
    p, q = _share(one).ravel(), _share(two).ravel()
    return float((p[p > 0] * np.log2(p[p > 0] / q[p > 0])).sum())


def jensen_shannon(one: Array, two: Array) -> float:
    """
    Mean divergence of the middle from either map, in bits, as the reference takes it.

    The divergence of Jensen and Shannon is that of either map from the middle, the other way round.
    """
    middle = (_share(one) + _share(two)) / 2
    return (kl(middle, one) + kl(middle, two)) / 2


def pearson(one: Array, two: Array) -> float:
    """Linear correlation of the patches' values."""
    return float(np.corrcoef(one.ravel(), two.ravel())[0, 1])


def spearman(one: Array, two: Array) -> float:
    """Rank correlation of the patches' values."""
    from scipy.stats import spearmanr

    return float(spearmanr(one.ravel(), two.ravel()).statistic)


def similarity(one: Array, two: Array) -> float:
    """Sum of the smaller values of both maps, each first scaled to 0..1 and then normed to sum one."""
    scaled = [_share((heat - heat.min()) / max(float(np.ptp(heat)), 1e-12)) for heat in (one, two)]
    return float(np.minimum(*scaled).sum())


def earth_movers(one: Array, two: Array) -> float:
    """
    Least mean distance, in patches, by which mass has to move to turn one map into the other.

    What a cell has in both maps stays, as distances obey the triangle inequality: the programme is over surplus and lack alone.
    """
    from scipy.optimize import linprog
    from scipy.sparse import eye, kron, vstack

    surplus = (_share(one) - _share(two)).ravel()
    cells = np.stack(np.unravel_index(np.arange(surplus.size), one.shape), 1)
    give, take = np.flatnonzero(surplus > 0), np.flatnonzero(surplus < 0)
    if not give.size or not take.size:
        return 0.0
    cost = np.linalg.norm(cells[give][:, None] - cells[take][None], axis=-1).ravel()
    flows = vstack([kron(eye(give.size), np.ones((1, take.size))), kron(np.ones((1, give.size)), eye(take.size))])
    # Rounding leaves the two sides a little apart, which would make the programme infeasible.
    given, taken = surplus[give], -surplus[take]
    moved = np.concatenate([given, taken * given.sum() / taken.sum()])
    return float(linprog(cost, A_eq=flows.tocsr(), b_eq=moved, method="highs").fun)


MEASURES: dict[str, Callable[[Array, Array], float]] = {
    "kl_bits": kl,
    "js_bits": jensen_shannon,
    "pearson": pearson,
    "spearman": spearman,
    "sim": similarity,
    "emd_patches": earth_movers,
}
"""all of them by name, with their unit; KL is of the first map from the second."""


def compared(one: Array, two: Array) -> dict[str, float]:
    """Every measure of two maps; correlations and SIM are NaN where a map is flat, as nothing vanishes there more than elsewhere."""
    flat = float(np.ptp(one)) == 0 or float(np.ptp(two)) == 0
    return {
        name: float("nan") if flat and name in ("pearson", "spearman", "sim") else measure(one, two) for name, measure in MEASURES.items()
    }
