"""
DPC-KNN: cluster the patches around density peaks and average each cluster.

Source: Zeng et al. 2022, arXiv:2204.08680, as in the reference code of arXiv:2308.04657, which drops TCFormer's
convolution and attention bias. It adds noise below 1e-6 to the density, in evaluation too; here only with `noise=True`.
It raises where fewer than five tokens enter a stage; here as many neighbours are used as there are.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from experiments.reducers.reducer import Reducer, Reduction, Shape, View, add_rows, nearest, register, squared_distances, top

NEIGHBOURS = 5


def density_peaks(squared: Tensor, neighbours: int = NEIGHBOURS, noise: bool = False) -> Tensor:
    """
    How much each token is a centre: its density times the distance to the nearest denser token.

    squared  squares of distances [b, n, n]
    returns  [b, n]; the densest token gets the largest distance of its image
    """
    near = squared.topk(min(neighbours, squared.shape[-1]), dim=-1, largest=False).values
    density = (-near.mean(-1)).exp()
    if noise:
        density = density + torch.rand_like(density) * 1e-6
    denser = density.unsqueeze(1) > density.unsqueeze(2)
    farthest = squared.amax((1, 2), keepdim=True)
    return torch.where(denser, squared, farthest).amin(-1).sqrt() * density


def cluster(distance: Tensor, centres: Tensor) -> Tensor:
    """Index of the nearest centre for every token, centres to themselves: distance [b, n, n], centres [b, k] → [b, n]."""
    own = torch.arange(centres.shape[1], device=centres.device).expand_as(centres)
    return nearest(distance, centres).scatter(1, centres, own)


def average(tokens: Tensor, assign: Tensor, weight: Tensor, count: int) -> Tensor:
    """Weighted means of clusters: tokens [b, n, d], assign [b, n], weight [b, n] → [b, count, d]."""
    total = weight.new_zeros(len(weight), count).scatter_add(1, assign, weight) + 1e-6
    share = (weight / total.gather(1, assign)).unsqueeze(-1)
    return add_rows(tokens.new_zeros(len(tokens), count, tokens.shape[-1]), assign, tokens * share)


class Score(nn.Module):
    """How much a token weighs in its cluster's mean, as a logarithm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 1)

    def forward(self, tokens: Tensor) -> Tensor:
        """[b, n, d] → [b, n]."""
        out: Tensor = self.score(tokens)
        return out.squeeze(-1)


@register
class DPCKNN(Reducer):
    """Merges each patch into the nearest density peak; untrained weights are nearly equal."""

    name = "dpcknn"
    kind = "merging"
    place = "before"
    paper = "2204.08680"

    def __init__(self, shape: Shape, counts: tuple[int, ...], *, seed: int = 0, noise: bool = False) -> None:
        super().__init__(shape, counts, seed=seed)
        self.noise = noise
        self.cluster_layers = nn.ModuleList(Score(shape.width) for _ in counts)

    def reduce(self, view: View) -> Reduction | None:
        """The clusters' means, by falling score of their centres."""
        if self.full(view):
            return None
        tokens, count = view.patches, self.counts[view.stage]
        with torch.no_grad():
            squared = squared_distances(tokens) / tokens.shape[-1]
            centres = top(density_peaks(squared, noise=self.noise), count)
            assign = cluster(squared, centres)
        weight = self.cluster_layers[view.stage](tokens).exp()
        return Reduction(tokens=average(tokens, assign, weight, count), kept=centres, assign=assign)
