"""
Top-K: keep the patches that the class token attends to most.

Source: the baseline of Haurum et al. 2023, arXiv:2308.04657; EViT without its fused token. The reference cuts between
attention and MLP; as dropped tokens are not read again, cutting the queries gives the same output for less.
It hard-codes 196 patches and crashes when nothing is to be cut; here any number works and nothing is cut.
"""

from __future__ import annotations

from torch import Tensor

from experiments.reducers.reducer import Reducer, Reduction, View, register, top


def class_attention(row: Tensor, prefix: int) -> Tensor:
    """Attention of the class token to the patches, mean over heads: [b, heads, prefix + n] → [b, n]."""
    return row[:, :, prefix:].mean(1)


@register
class TopK(Reducer):
    """Keeps the patches with the highest class attention, in falling order."""

    name = "topk"
    kind = "pruning"
    place = "queries"
    paper = "2308.04657"

    def reduce(self, view: View) -> Reduction | None:
        """The highest scores leave."""
        if self.full(view):
            return None
        assert view.heads is not None
        return Reduction(kept=top(class_attention(view.heads.class_row(), view.prefix), self.counts[view.stage]))
