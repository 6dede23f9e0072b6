"""
Fixed radial patterns: keep the patches within a radius of the centre, in the l1, l2 or l-infinity norm.

Source: the baselines of Haurum et al. 2023, arXiv:2308.04657, in their keep-rate mode. The reference masks the logits and
removes nothing; `mask=True` does the same, the default removes the tokens, which gives the same class token for less.
Its float32 grid splits radii that are equal in exact arithmetic, and its grid is lopsided for odd sides; both are kept.
"""

from __future__ import annotations

import torch
from torch import Tensor

from experiments.reducers.reducer import Reducer, Reduction, Shape, View, register

NORMS = {"l1": 1.0, "l2": 2.0, "linf": float("inf")}


def distances(grid: tuple[int, int], norm: float) -> Tensor:
    """Distance of every patch from the centre of the grid, row by row, float32 [rows * columns]."""
    axes = [torch.linspace(-side // 2, side // 2, side) for side in grid]
    rows, columns = torch.meshgrid(*axes, indexing="ij")
    distance: Tensor = torch.linalg.vector_norm(torch.stack([rows, columns]), ord=norm, dim=0)
    return distance.flatten()


def radius(distance: Tensor, count: int) -> float:
    """The radius that holds the number of patches nearest to `count`; the smaller one if two are equally near."""
    values, numbers = torch.unique(distance, return_counts=True)
    held = numbers.cumsum(0)
    return float(values[(held - count).abs().argmin()])


class Radial(Reducer):
    """Keeps the patches near the centre, the same ones in every image, row by row."""

    kind = "pruning"
    place = "before"
    paper = "2308.04657"

    def __init__(self, shape: Shape, counts: tuple[int, ...], *, seed: int = 0, mask: bool = False) -> None:
        super().__init__(shape, counts, seed=seed)
        self.mask = mask
        distance = distances(shape.grid, NORMS[self.name])
        self.radii = tuple(float("inf") if count >= shape.patches else radius(distance, count) for count in counts)
        inside = [distance <= limit for limit in self.radii]
        before = [torch.ones_like(inside[0]), *inside[:-1]]
        for stage, (now, held) in enumerate(zip(inside, before, strict=True)):
            self.register_buffer(f"inside{stage}", now, persistent=False)
            self.register_buffer(f"index{stage}", now[held].nonzero()[:, 0], persistent=False)

    def reduce(self, view: View) -> Reduction | None:
        """The patches within the radius leave, or all of them with the others masked."""
        batch = len(view.tokens)
        inside: Tensor = getattr(self, f"inside{view.stage}")
        if self.mask:
            kept = inside.nonzero()[:, 0]
            return Reduction(tokens=view.patches, kept=kept.expand(batch, -1), valid=inside.expand(batch, -1))
        index: Tensor = getattr(self, f"index{view.stage}")
        whole = len(index) == view.patches.shape[1]
        return Reduction(tokens=view.patches if whole else None, kept=index.expand(batch, -1))

    def promised(self) -> tuple[int, ...]:
        """What the chosen radii hold."""
        return tuple(int(getattr(self, f"inside{stage}").sum()) for stage in range(len(self.counts)))


@register
class L1(Radial):
    """A diamond around the centre."""

    name = "l1"


@register
class L2(Radial):
    """A disc around the centre."""

    name = "l2"


@register
class LInf(Radial):
    """A square around the centre."""

    name = "linf"
