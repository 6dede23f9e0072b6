"""
ToMe: merge the most similar pairs of tokens, by the keys of the block under way.

Source: Bolya et al. 2023, arXiv:2210.09461, as in the reference code of arXiv:2308.04657: once a stage in place of every
block. At most half of the patches can go at a stage, so keep rate 0.25 leaves far more tokens than others keep.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.reducers.reducer import Reducer, Reduction, View, add_rows, gather, register


@dataclass(frozen=True)
class Matching:
    """Which tokens are merged into which; applying it to tokens, sizes or sources is one and the same operation."""

    unmerged: Tensor
    """positions among all tokens of the even ones that stay, patches only, rising [b, u]."""
    merged: Tensor
    """positions of the even tokens that go [b, r]."""
    target: Tensor
    """where each of them goes: index among the odd tokens [b, r]."""
    odd: Tensor
    """positions of the odd patch tokens [m]."""
    skipped: int
    """odd tokens that are prefix tokens and take no part."""

    def sum(self, tokens: Tensor) -> Tensor:
        """Sums of merged tokens: [b, n, d] → patches [b, u + m, d], unmerged even ones first."""
        into = add_rows(tokens[:, self.odd], self.target - self.skipped, gather(tokens, self.merged))
        return torch.cat([gather(tokens, self.unmerged), into], 1)

    def assign(self, n: int) -> Tensor:
        """Index of the leaving token of every one of `n` entering tokens, [b, n]; -1 for prefix tokens."""
        batch, kept = self.unmerged.shape
        out = self.unmerged.new_full((batch, n), -1)
        out = out.scatter(1, self.unmerged, torch.arange(kept, device=out.device).expand(batch, -1))
        out[:, self.odd] = kept + torch.arange(len(self.odd), device=out.device)
        return out.scatter(1, self.merged, self.target - self.skipped + kept)


def bipartite_matching(keys: Tensor, r: int, protected: int = 1) -> Matching:
    """
    Pair alternate tokens by cosine similarity and choose the r closest pairs.

    keys       [b, n, d], mean over heads
    r          tokens removed per image; clipped to (n - protected) // 2
    protected  leading tokens that are never merged (class, distillation)

    Source: arXiv:2210.09461, section 3.
    """
    n = keys.shape[1]
    r = max(0, min(r, (n - protected) // 2))
    unit = keys / keys.norm(dim=-1, keepdim=True)
    scores = unit[:, ::2] @ unit[:, 1::2].transpose(1, 2)
    even, odd = (protected + 1) // 2, protected // 2
    scores[:, :even] = -torch.inf
    scores[:, :, :odd] = -torch.inf
    best, partner = scores.max(-1)
    order = best.argsort(1, descending=True)
    merged = order[:, :r]
    unmerged = order[:, r:].sort(1).values[:, even:]
    return Matching(unmerged * 2, merged * 2, partner.gather(1, merged), torch.arange(1 + 2 * odd, n, 2, device=keys.device), odd)


def merge(matching: Matching, tokens: Tensor, sizes: Tensor) -> tuple[Tensor, Tensor]:
    """Size-weighted means of merged tokens [b, n, d] → patches [b, m, d], and the new sizes [b, m]."""
    held = matching.sum(sizes.unsqueeze(-1))
    return matching.sum(tokens * sizes.unsqueeze(-1)) / held, held.squeeze(-1)


@register
class ToMe(Reducer):
    """Merges the closest pairs; later attention counts a token by its size."""

    name = "tome"
    kind = "merging"
    place = "between"
    paper = "2210.09461"

    def reduce(self, view: View) -> Reduction | None:
        """Unmerged even tokens, then the odd ones."""
        r = self.entering(view.stage) - self.counts[view.stage]
        if r <= 0:
            return None
        assert view.heads is not None
        ones = view.tokens.new_ones(view.tokens.shape[:2])
        sizes = ones if view.sizes is None else torch.cat([ones[:, : view.prefix], view.sizes], 1)
        matching = bipartite_matching(view.heads.k.mean(1), r, view.prefix)
        tokens, held = merge(matching, view.tokens, sizes)
        return Reduction(tokens=tokens, sizes=held, assign=matching.assign(view.tokens.shape[1])[:, view.prefix :])

    def promised(self) -> tuple[int, ...]:
        """Counts under the cap of half of the patches a stage."""
        held, counts = self.shape.patches, []
        for stage, count in enumerate(self.counts):
            held -= max(0, min(self.entering(stage) - count, held // 2))
            counts.append(held)
        return tuple(counts)
