"""
SiT, token slimming: a small network gives the weights with which all patches are summed into fewer tokens.

Source: Zong et al. 2022, arXiv:2111.12624, as in the reference code of arXiv:2308.04657, which leaves out the reverse module
and its distillation. Untrained, the weights are almost uniform and every token is about the mean.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from experiments.reducers.reducer import Reducer, Reduction, Shape, View, register


class Slimming(nn.Module):
    """Patch tokens [b, n, d] → weights [b, count, n] that sum to one over the tokens."""

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.weight = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width // 2), nn.GELU(), nn.Linear(width // 2, count))
        self.scale = nn.Parameter(torch.ones(1, 1, 1))

    def forward(self, tokens: Tensor) -> Tensor:
        """Softmax over the tokens of the scaled scores."""
        scores: Tensor = self.weight(tokens) * self.scale
        return scores.transpose(1, 2).softmax(-1)


@register
class SiT(Reducer):
    """Weighted sums of all patches."""

    name = "sit"
    kind = "soft"
    place = "before"
    paper = "2111.12624"
    trained = True

    def __init__(self, shape: Shape, counts: tuple[int, ...], *, seed: int = 0) -> None:
        super().__init__(shape, counts, seed=seed)
        self.cluster_layers = nn.ModuleList(Slimming(shape.width, count) for count in counts)

    def reduce(self, view: View) -> Reduction | None:
        """The sums leave; a patch counts to the sum in which it weighs most."""
        if self.full(view):
            return None
        soft: Tensor = self.cluster_layers[view.stage](view.patches)
        return Reduction(tokens=soft @ view.patches, soft=soft, assign=soft.argmax(1))
