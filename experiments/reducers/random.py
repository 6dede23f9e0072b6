"""Random pruning: the control that every method with an idea should beat."""

from __future__ import annotations

import torch
from torch import Tensor

from experiments.reducers.reducer import Reducer, Reduction, View, register


def random_index(batch: int, n: int, count: int, seed: int) -> Tensor:
    """`count` of `n` token indices a row, without replacement, rising; the same for the same seed: [b, count]."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(batch, n, generator=generator).topk(count, dim=1).indices.sort(1).values


@register
class RandomPruning(Reducer):
    """Keeps patches drawn at random, for every image anew and in training for every batch anew; cut where Top-K cuts."""

    name = "random"
    kind = "pruning"
    place = "queries"

    def reduce(self, view: View) -> Reduction | None:
        """As many random tokens as the stage keeps."""
        if self.full(view):
            return None
        batch, n, _ = view.patches.shape
        seed = int(torch.randint(2**31, ())) if self.training else self.seed * 1009 + view.stage
        index = random_index(batch, n, self.counts[view.stage], seed)
        return Reduction(kept=index.to(view.tokens.device))
