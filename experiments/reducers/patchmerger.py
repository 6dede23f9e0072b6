"""
PatchMerger: learned queries attend to the normed patches; each query's answer is a token.

Source: Renggli et al. 2022, arXiv:2202.12015, as in the reference code of arXiv:2308.04657: logits are not divided by the
root of the width, and answers are of normed tokens, so the scale of the stream changes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from experiments.reducers.reducer import Reducer, Reduction, Shape, View, register


class Merger(nn.Module):
    """Queries with the norm of what they look at."""

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.queries = nn.Parameter(torch.randn(count, width))

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """[b, n, d] → answers [b, count, d] and weights [b, count, n]."""
        normed: Tensor = self.norm(tokens)
        soft = (self.queries @ normed.transpose(1, 2)).softmax(-1)
        return soft @ normed, soft


@register
class PatchMerger(Reducer):
    """Answers to learned queries take the place of the patches."""

    name = "patchmerger"
    kind = "soft"
    place = "before"
    paper = "2202.12015"
    trained = True

    def __init__(self, shape: Shape, counts: tuple[int, ...], *, seed: int = 0) -> None:
        super().__init__(shape, counts, seed=seed)
        self.cluster_layers = nn.ModuleList(Merger(shape.width, count) for count in counts)

    def reduce(self, view: View) -> Reduction | None:
        """The answers leave; a patch counts to the query that weighs it most."""
        if self.full(view):
            return None
        tokens, soft = self.cluster_layers[view.stage](view.patches)
        return Reduction(tokens=tokens, soft=soft, assign=soft.argmax(1))
