"""
DynamicViT: a small network scores the patches before each stage; the highest stay.

Source: Rao et al. 2021, arXiv:2106.02034, as in the reference code of arXiv:2308.04657. In training mode it draws
straight-through Gumbel masks and keeps all tokens, so that the choice has a gradient. Untrained its choice is arbitrary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from experiments.reducers.reducer import Reducer, Reduction, Shape, View, register, top


class Predictor(nn.Module):
    """Patch tokens [b, n, d] → log-probabilities [b, n, 2] of keeping (column 0) and dropping each."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.in_conv = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU())
        self.out_conv = nn.Sequential(
            nn.Linear(width, width // 2),
            nn.GELU(),
            nn.Linear(width // 2, width // 4),
            nn.GELU(),
            nn.Linear(width // 4, 2),
            nn.LogSoftmax(-1),
        )

    def forward(self, tokens: Tensor, policy: Tensor | None = None) -> Tensor:
        """
        Half of the channels stay local, half become the mean over the tokens that `policy` [b, n, 1] still keeps.

        The reference adds 1e-6 after the division, not to the divisor.
        """
        hidden = self.in_conv(tokens)
        half = hidden.shape[-1] // 2
        local, other = hidden[..., :half], hidden[..., half:]
        if policy is None:
            mean = other.mean(1, keepdim=True) + 1e-6
        else:
            # A random draw may keep no patch of an image: its mean is 0, where the reference divides by 0.
            mean = (other * policy).sum(1, keepdim=True) / policy.sum(1, keepdim=True).clamp(min=1) + 1e-6
        out: Tensor = self.out_conv(torch.cat([local, mean.expand_as(other)], -1))
        return out


@register
class DynamicViT(Reducer):
    """Keeps the patches with the highest predicted log-probability of staying, highest first."""

    name = "dynamicvit"
    kind = "pruning"
    place = "before"
    paper = "2106.02034"
    trained = True

    def __init__(self, shape: Shape, counts: tuple[int, ...], *, seed: int = 0) -> None:
        super().__init__(shape, counts, seed=seed)
        self.score_predictor = nn.ModuleList(Predictor(shape.width) for _ in counts)

    def reduce(self, view: View) -> Reduction | None:
        """The highest scores leave; in training mode all tokens do, with the policy that later attention obeys."""
        if self.full(view):
            return None
        if self.training:
            return Reduction(tokens=view.patches, policy=self.drawn(view))
        return Reduction(kept=top(self.score_predictor[view.stage](view.patches)[..., 0], self.counts[view.stage]))

    def drawn(self, view: View) -> Tensor:
        """Which patches a random draw keeps, zeros and ones [b, n] with the gradient of the soft choice; what was dropped stays so."""
        kept = view.patches.new_ones(view.patches.shape[:2]) if view.policy is None else view.policy
        scores = self.score_predictor[view.stage](view.patches, kept.unsqueeze(-1))
        return nn.functional.gumbel_softmax(scores, tau=1.0, hard=True)[..., 0] * kept
