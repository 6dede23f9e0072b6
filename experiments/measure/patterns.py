"""
How alike two reductions are: IoU of kept tokens, NMI and AMI of clusterings, Procrustes, CKA and PWCCA distances of class features.

Sources: the analysis code of Haurum et al. 2023, arXiv:2308.04657; Ding et al. 2021, arXiv:2108.01661, for the distances.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def iou(a: Array, b: Array) -> Array:
    """Intersection over union of the kept patches of every image: bool [n, N] each → [n]; 0 where both are empty."""
    both, either = (a & b).sum(1), (a | b).sum(1)
    return np.asarray(both / np.maximum(either, 1))


def expected_iou(a: Array, b: Array) -> float:
    """IoU that two random sets of the same sizes have: what is left above it is agreement."""
    n, one, two = a.shape[1], a.sum(1).mean(), b.sum(1).mean()
    both = one * two / n
    return float(both / max(one + two - both, 1e-9))


def ioa(a: Array, b: Array) -> Array:
    """Intersection over the size of the smaller set of every image [n]."""
    return np.asarray((a & b).sum(1) / np.maximum(np.minimum(a.sum(1), b.sum(1)), 1))


def _one_hot(labels: Array) -> Array:
    return np.asarray(labels[..., None] == np.arange(int(labels.max()) + 1), dtype=np.float32)


def _entropy(counts: Array) -> Array:
    """Entropy of whole counts along the last axis, in nats; exactly 0 where all lie together, whatever rounding says."""
    total = counts.sum(-1)
    steps = np.arange(int(total.max()) + 1, dtype=np.float64)
    # x log x is looked up: a table holds few different counts, and logarithms are slow.
    terms = (steps * np.log(np.maximum(steps, 1)))[counts.astype(np.intp)]
    entropy = np.log(total) - terms.sum(-1) / total
    return np.where(entropy < 1e-12, 0.0, entropy)


def _table(a: Array, b: Array) -> Array:
    """How many patches of every image lie in cluster k of `a` and l of `b`: labels [n, N] each → [n, k, l]."""
    return np.asarray(np.swapaxes(_one_hot(a), 1, 2) @ _one_hot(b), dtype=np.float64)


def homogeneity_completeness_nmi(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Of labels [n, N] each, for every image [n]: `a` as the classes, `b` as the clusters, NMI normalised by the arithmetic mean."""
    return _shares(*_information(_table(a, b)))


def _shares(of_a: Array, of_b: Array, mutual: Array) -> tuple[Array, Array, Array]:
    homogeneity = np.where(of_a > 0, mutual / np.where(of_a > 0, of_a, 1), 1.0)
    completeness = np.where(of_b > 0, mutual / np.where(of_b > 0, of_b, 1), 1.0)
    total = homogeneity + completeness
    return homogeneity, completeness, np.where(total > 0, 2 * homogeneity * completeness / np.where(total > 0, total, 1), 0.0)


def nmi(a: Array, b: Array) -> Array:
    """Normalised mutual information of two clusterings of every image: labels [n, N] each → [n]."""
    return homogeneity_completeness_nmi(a, b)[2]


def _information(table: Array) -> tuple[Array, Array, Array]:
    """Entropies of both clusterings and their mutual information, in nats, [n] each."""
    of_a, of_b = _entropy(table.sum(2)), _entropy(table.sum(1))
    return of_a, of_b, of_a + of_b - _entropy(table.reshape(len(table), -1))


@cache
def _expected_term(patches: int) -> Array:
    """
    What two clusters of sizes i and j add to the mutual information of random clusterings, in nats: [patches + 1, patches + 1].

    Source: Vinh, Epps and Bailey 2010, JMLR 11, equation 24; it depends on the two sizes alone, so one table serves all images.
    """
    from scipy.stats import hypergeom

    i, j, common = np.meshgrid(*[np.arange(1, patches + 1)] * 3, indexing="ij")
    weight = hypergeom.pmf(common, patches, i, j)
    terms = np.zeros((patches + 1, patches + 1))
    terms[1:, 1:] = (weight * common / patches * np.log(patches * common / (i * j))).sum(2)
    return terms


def _sizes(counts: Array, patches: int) -> Array:
    """How many clusters of every image have each size: cluster sizes [n, k] → [n, patches + 1]."""
    return np.asarray((counts[:, :, None] == np.arange(patches + 1)).sum(1), dtype=np.float64)


def nmi_and_ami(a: Array, b: Array) -> tuple[Array, Array]:
    """
    Normalised mutual information, and the same adjusted for chance, of labels [n, N] each for every image: [n] each.

    AMI is 0 on average for unrelated clusterings, however fine; 1 for equal ones.
    """
    table, patches = _table(a, b), a.shape[1]
    of_a, of_b, mutual = _information(table)
    expected = np.einsum(
        "ni,ij,nj->n", _sizes(table.sum(2), patches), _expected_term(patches), _sizes(table.sum(1), patches), optimize=True
    )
    room = (of_a + of_b) / 2 - expected
    same = np.isclose(room, 0)
    return _shares(of_a, of_b, mutual)[2], np.where(same, 1.0, (mutual - expected) / np.where(same, 1, room))


def normalised(features: Array) -> Array:
    """Features [n, d] → float64 [d, n], centred over the images, of Frobenius norm one."""
    centred = (features - features.mean(0)).T.astype(np.float64)
    return np.asarray(centred / max(np.linalg.norm(centred), 1e-12))


def procrustes(a: Array, b: Array) -> float:
    """Orthogonal Procrustes distance of normalised features [d, n], 0 (a rotation of each other) to 2."""
    return float(np.square(a).sum() + np.square(b).sum() - 2 * np.linalg.svd(a @ b.T, compute_uv=False).sum())


def cka_distance(a: Array, b: Array) -> float:
    """One minus linear CKA of normalised features [d, n], 0 to 1."""
    return float(1 - np.square(b @ a.T).sum() / (np.linalg.norm(a @ a.T) * np.linalg.norm(b @ b.T)))


def axes(a: Array) -> Array:
    """Orthonormal rows [d, n] that span the features [d, n]."""
    _, _, rows = np.linalg.svd(a, full_matrices=False)
    return np.asarray(rows)


def canonical_correlations(a: Array, b: Array) -> tuple[Array, Array]:
    """Canonical correlations [d] of normalised features [d, n] (n > d) and the canonical variables of `a`, [d, n]."""
    va = axes(a)
    u, correlations, _ = np.linalg.svd(va @ axes(b).T)
    return correlations, u.T @ va


def pwcca_distance(a: Array, b: Array) -> float:
    """One minus the mean canonical correlation, weighted by how much of `a` lies along each variable; not symmetric."""
    correlations, variables = canonical_correlations(a, b)
    return _weighted(a, variables, correlations)


def pwcca_both(a: Array, b: Array, axes_a: Array, axes_b: Array) -> float:
    """Mean of PWCCA's distance in both orders, from features [d, n] and their axes; NaN unless there are more images than channels."""
    if a.shape[1] <= max(len(a), len(b)):
        return float("nan")
    u, correlations, v = np.linalg.svd(axes_a @ axes_b.T)
    return (_weighted(a, u.T @ axes_a, correlations) + _weighted(b, v @ axes_b, correlations)) / 2


def _weighted(features: Array, variables: Array, correlations: Array) -> float:
    weights = np.abs(variables @ features.T).sum(1)
    if not weights.sum():
        return float("nan")
    return float(1 - (weights * correlations).sum() / weights.sum())
