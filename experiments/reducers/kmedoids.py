"""
K-Medoids: cluster the patches around tokens of their own and keep those medoids.

Source: Marin et al. 2021, arXiv:2110.03860, as in the reference code of arXiv:2308.04657: start at the tokens that received
most attention; a candidate's cost is its weight times its distance to all tokens, not only its cluster's, and the
medoids are not averaged. The reference loops over clusters; here one scatter finds every cluster's cheapest member.
"""

from __future__ import annotations

import torch
from torch import Tensor

from experiments.reducers.reducer import Reducer, Reduction, View, nearest, register, squared_distances, top

ITERATIONS = 3


def cheapest_members(cost: Tensor, assign: Tensor, count: int) -> Tensor:
    """Index of the member with the lowest cost in each cluster: cost [b, n], assign [b, n] → [b, count]; 0 for an empty one."""
    batch, n = cost.shape
    lowest = cost.new_full((batch, count), torch.inf).scatter_reduce(1, assign, cost, "amin")
    index = torch.arange(n, device=cost.device).expand(batch, n).masked_fill(cost != lowest.gather(1, assign), n)
    found = assign.new_full((batch, count), n).scatter_reduce(1, assign, index, "amin")
    return found.masked_fill(found == n, 0)


def medoids(squared: Tensor, weight: Tensor, count: int, iterations: int = ITERATIONS) -> tuple[Tensor, Tensor]:
    """Medoids [b, count] and the cluster of every token [b, n], from squared distances [b, n, n] and weights [b, n]."""
    cost = weight * squared.sqrt().sum(-1)
    centres = top(weight, count)
    for _ in range(iterations):
        centres = cheapest_members(cost, nearest(squared, centres), count)
    return centres, nearest(squared, centres)


@register
class KMedoids(Reducer):
    """Keeps one medoid of every cluster, in the order of the clusters."""

    name = "kmedoids"
    kind = "merging"
    place = "before"
    paper = "2110.03860"
    needs_received = True

    def reduce(self, view: View) -> Reduction | None:
        """The medoids leave; in a first block, before which none attended, all patches weigh alike."""
        if self.full(view):
            return None
        received = view.patches.new_ones(view.patches.shape[:2]) if view.received is None else view.received
        with torch.no_grad():
            centres, assign = medoids(squared_distances(view.patches), received, self.counts[view.stage])
        return Reduction(kept=centres, assign=assign)
