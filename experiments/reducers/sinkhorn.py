"""
Sinkhorn: patches are shared out among learned centres by entropic optimal transport.

Source: the soft clustering baseline of Haurum et al. 2023, arXiv:2308.04657, after Caron et al. 2020, arXiv:2006.09882. With
its eps of 1 the plan is nearly uniform and tokens become alike. The reference rewrites its centres to unit length in
every forward; here they are normed on the way, which is the same up to the last bit.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from experiments.reducers.reducer import Reducer, Reduction, Shape, View, register


def transport(scores: Tensor, eps: float = 1.0, iterations: int = 3) -> Tensor:
    """
    Plan [b, k, n] between k centres and n tokens after `iterations` rounds of scaling in the log domain.

    Uniform marginals whose totals differ (k against n), without a dustbin: every column sums to 1, rows to about n / k.
    """
    k, n = scores.shape[1:]
    level = -math.log(k + n)
    logits = scores / eps
    rows, columns = torch.zeros_like(logits[:, :, :1]), torch.zeros_like(logits[:, :1])
    for _ in range(iterations):
        rows = level - torch.logsumexp(logits + columns, 2, keepdim=True)
        columns = level - torch.logsumexp(logits + rows, 1, keepdim=True)
    return (logits + rows + columns - level).exp()


class Centres(nn.Module):
    """Unit directions that patches are compared with."""

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.v = nn.Parameter(torch.randn(count, width))

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """[b, n, d] → sums of unit tokens [b, count, d] and the plan [b, count, n]."""
        unit = nn.functional.normalize(tokens, dim=-1)
        plan = transport(nn.functional.normalize(self.v, dim=-1) @ unit.transpose(1, 2))
        return plan @ unit, plan


@register
class Sinkhorn(Reducer):
    """Sums of unit tokens, weighted by the transport plan."""

    name = "sinkhorn"
    kind = "soft"
    place = "before"
    paper = "2308.04657"
    trained = True

    def __init__(self, shape: Shape, counts: tuple[int, ...], *, seed: int = 0) -> None:
        super().__init__(shape, counts, seed=seed)
        self.cluster_layers = nn.ModuleList(Centres(shape.width, count) for count in counts)

    def reduce(self, view: View) -> Reduction | None:
        """The sums leave; a patch counts to the centre that takes most of it."""
        if self.full(view):
            return None
        tokens, plan = self.cluster_layers[view.stage](view.patches)
        return Reduction(tokens=tokens, soft=plan, assign=plan.argmax(1))
