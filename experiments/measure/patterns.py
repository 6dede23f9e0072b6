"""
How alike two reductions are: IoU of kept tokens, NMI of clusterings, Procrustes, CKA and PWCCA distances of class features.

Sources: the analysis code of Haurum et al. 2023, arXiv:2308.04657; Ding et al. 2021, arXiv:2108.01661, for the distances.
"""

from __future__ import annotations

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
    """Entropy of counts along the last axis, in nats."""
    share = counts / counts.sum(-1, keepdims=True)
    return np.asarray(-(share * np.log(np.where(share > 0, share, 1))).sum(-1))


def homogeneity_completeness_nmi(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """Of labels [n, N] each, for every image [n]: `a` as the classes, `b` as the clusters, NMI normalised by the arithmetic mean."""
    table = np.einsum("nik,nil->nkl", _one_hot(a), _one_hot(b)).astype(np.float64)
    of_a, of_b = _entropy(table.sum(2)), _entropy(table.sum(1))
    mutual = of_a + of_b - _entropy(table.reshape(len(table), -1))
    homogeneity = np.where(of_a > 0, mutual / np.where(of_a > 0, of_a, 1), 1.0)
    completeness = np.where(of_b > 0, mutual / np.where(of_b > 0, of_b, 1), 1.0)
    total = homogeneity + completeness
    return homogeneity, completeness, np.where(total > 0, 2 * homogeneity * completeness / np.where(total > 0, total, 1), 0.0)


def nmi(a: Array, b: Array) -> Array:
    """Normalised mutual information of two clusterings of every image: labels [n, N] each → [n]."""
    return homogeneity_completeness_nmi(a, b)[2]


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


def canonical_correlations(a: Array, b: Array) -> tuple[Array, Array]:
    """Canonical correlations [d] of normalised features [d, n] (n > d) and the canonical variables of `a`, [d, n]."""
    _, _, va = np.linalg.svd(a, full_matrices=False)
    _, _, vb = np.linalg.svd(b, full_matrices=False)
    u, correlations, _ = np.linalg.svd(va @ vb.T)
    return correlations, u.T @ va


def pwcca_distance(a: Array, b: Array) -> float:
    """One minus the mean canonical correlation, weighted by how much of `a` lies along each variable; not symmetric."""
    correlations, variables = canonical_correlations(a, b)
    weights = np.abs(variables @ a.T).sum(1)
    return float(1 - (weights * correlations).sum() / weights.sum())
