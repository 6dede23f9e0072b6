"""
ATS, adaptive token sampling: patches are sampled by class attention times the length of their values; few if attention is narrow.

Source: Fayyaz et al. 2022, arXiv:2111.15667, as in the reference code of arXiv:2308.04657: fixed points in place of drawn
ones, and the token whose cumulated score is nearest to a point in place of the inverse distribution function. The
reference measures nearness through a matrix product, whose rounding flips picks from machine to machine; here |a - b|.
The number of points follows from a float range as in the reference: K - 1, for some K it is K.
"""

from __future__ import annotations

import torch
from torch import Tensor

from experiments.reducers.reducer import Reducer, Reduction, View, register


def significance(row: Tensor, values: Tensor) -> Tensor:
    """Share of each token in sum over heads of attention [b, h, n] times length of the value [b, h, n, c]: [b, n]."""
    scores: Tensor = (row * values.norm(dim=-1)).sum(1)
    return scores / (scores.sum(1, keepdim=True) + 1e-6)


def sample_points(count: int) -> Tensor:
    """Points 1/2K, 3/2K, ... below (2K-1)/2K for K = count + 1."""
    k = count + 1
    return torch.arange(1 / (2 * k), (2 * k - 1) / (2 * k), 1 / k)


def picked(scores: Tensor, points: Tensor, valid: Tensor | None) -> Tensor:
    """Whether a token's cumulated score is the nearest to some point, bool [b, n]; the first one wins a tie, padding never does."""
    total = scores.cumsum(1)
    if valid is not None:
        total = total.masked_fill(~valid, 2.0)
    nearest = (total.unsqueeze(1) - points.unsqueeze(-1)).abs().argmin(-1)
    return torch.zeros_like(scores, dtype=torch.bool).scatter(1, nearest, True)


def pack(chosen: Tensor) -> Tensor:
    """Chosen positions [b, n] → their rising indices [b, m], m the largest number of them, -1 behind the last one of a row."""
    n = chosen.shape[1]
    index = torch.arange(n, device=chosen.device).expand_as(chosen).masked_fill(~chosen, n)
    packed = index.sort(1).values[:, : int(chosen.sum(1).max())]
    return packed.masked_fill(packed == n, -1)


@register
class ATS(Reducer):
    """Keeps at most the promised number of patches, fewer where attention is concentrated; images are padded to the longest."""

    name = "ats"
    kind = "pruning"
    place = "queries"
    paper = "2111.15667"
    adaptive = True

    def reduce(self, view: View) -> Reduction | None:
        """The sampled tokens in their order; padding is index -1 and not valid."""
        count = self.counts[view.stage]
        if count >= self.shape.patches:
            return None
        assert view.heads is not None
        row = view.heads.class_row()[:, :, view.prefix :]
        scores = significance(row, view.heads.v[:, :, view.prefix :])
        kept = pack(picked(scores, sample_points(count).to(scores), view.valid))
        return Reduction(kept=kept, valid=kept >= 0)

    def promised(self) -> tuple[int, ...]:
        """The ceiling: the number of sample points."""
        return tuple(min(len(sample_points(count)), self.shape.patches) if count < self.shape.patches else count for count in self.counts)
