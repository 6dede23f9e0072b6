"""
EViT: Top-K, and one token more that holds what was dropped.

Source: Liang et al. 2022, arXiv:2202.07800, as in the reference code of arXiv:2308.04657: counts are shares of the
original patches, and the weights of the fused token are the bare attentions, which do not sum to one.
"""

from __future__ import annotations

import torch
from torch import Tensor

from experiments.reducers.reducer import Reducer, Reduction, View, gather, register, top
from experiments.reducers.topk import class_attention


def fuse(tokens: Tensor, scores: Tensor, kept: Tensor) -> Tensor:
    """The sum of the tokens [b, n, d] that are not kept, weighted by their scores [b, n]: [b, 1, d]."""
    return scores.scatter(1, kept, 0.0).unsqueeze(1) @ tokens


@register
class EViT(Reducer):
    """Keeps the patches with the highest class attention and fuses the others; a fused token competes again later."""

    name = "evit"
    kind = "pruning"
    place = "between"
    paper = "2202.07800"

    def reduce(self, view: View) -> Reduction | None:
        """The highest scores, then the fused token (index -1)."""
        if self.full(view):
            return None
        assert view.heads is not None
        scores = class_attention(view.heads.class_row(), view.prefix)
        kept = top(scores, self.counts[view.stage])
        tokens = torch.cat([gather(view.patches, kept), fuse(view.patches, scores, kept)], 1)
        return Reduction(tokens=tokens, kept=torch.nn.functional.pad(kept, (0, 1), value=-1))

    def promised(self) -> tuple[int, ...]:
        """One more than Top-K, once anything was cut."""
        return tuple(min(count + 1, self.shape.patches) if count < self.shape.patches else count for count in self.counts)
