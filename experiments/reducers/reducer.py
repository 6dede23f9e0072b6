"""
The one interface of all token-reduction methods, and their registry.

A reducer answers one question a stage: given the tokens that enter it, which patch tokens leave it? It sees tensors and
knows nothing of timm; `vit.py` asks it at the right place of the right block. Prefix tokens (class, distillation) are
never its business: it returns patch tokens only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from experiments.errors import ReductionError

Place = Literal["before", "queries", "between"]
"""
before: on the residual stream that enters the block; between: after attention, before the MLP;
queries: inside attention, so that only the kept tokens ask while all tokens answer.
"""
Kind = Literal["none", "pruning", "merging", "soft"]


@dataclass(frozen=True)
class Shape:
    """What a reducer has to know of the backbone."""

    grid: tuple[int, int]
    """patches down and across."""
    width: int
    """channels of a token."""

    @property
    def patches(self) -> int:
        """Number of patch tokens of an unreduced image."""
        return self.grid[0] * self.grid[1]


@dataclass(frozen=True)
class Heads:
    """Queries, keys and values of the block under way, all [b, heads, prefix + n, channels of a head], and the bias of its keys."""

    q: Tensor
    k: Tensor
    v: Tensor
    scale: float
    bias: Tensor | None
    """added to the logits of every query, [b, 1, 1, prefix + n]."""
    policy: Tensor | None = None
    """tokens that masked training still keeps, differentiable zeros and ones [b, prefix + n, 1]; None: all."""

    def class_row(self) -> Tensor:
        """Attention of the class token to all tokens, [b, heads, prefix + n], without building the full matrix."""
        logits = (self.k * (self.q[:, :, :1] * self.scale)).sum(-1)
        if self.bias is not None:
            logits = logits + self.bias[:, :, 0]
        return logits.softmax(-1)


@dataclass(frozen=True)
class View:
    """What a reducer sees at a stage."""

    stage: int
    """0-based."""
    tokens: Tensor
    """[b, prefix + n, d]; at place "queries" those that enter the block."""
    prefix: int
    heads: Heads | None = None
    """None at place "before"."""
    received: Tensor | None = None
    """attention that every patch received in the previous block, summed over heads and queries, [b, n]; only where asked for."""
    sizes: Tensor | None = None
    """patches merged into each patch token, [b, n]; None: one each."""
    valid: Tensor | None = None
    """False where a token is padding or masked, [b, n]; None: all are real."""
    policy: Tensor | None = None
    """patches that masked training still keeps, differentiable zeros and ones [b, n]; None: all."""

    @property
    def patches(self) -> Tensor:
        """The patch tokens, [b, n, d]."""
        return self.tokens[:, self.prefix :]


@dataclass(frozen=True)
class Reduction:
    """What leaves a stage. `n` tokens entered, `m` leave; indices count patch tokens that entered the stage."""

    tokens: Tensor | None = None
    """[b, m, d]; None: the kept tokens, gathered."""
    kept: Tensor | None = None
    """[b, m] in the order in which they leave, -1 for a token that is none of the entering ones; centres of a clustering."""
    assign: Tensor | None = None
    """cluster of every entering token, [b, n]."""
    soft: Tensor | None = None
    """weights of entering tokens in the leaving ones, [b, m, n]."""
    sizes: Tensor | None = None
    """patches in each leaving token, [b, m]; later blocks add its logarithm to the logits."""
    valid: Tensor | None = None
    """False where a leaving token is padding or masked, [b, m]."""
    policy: Tensor | None = None
    """of masked training, which removes nothing: the patches still kept, differentiable zeros and ones [b, n]."""


def stage_counts(patches: int, keep_rate: float | Sequence[float], stages: int = 3) -> tuple[int, ...]:
    """
    Patch tokens that each stage keeps: int(N * r**s) of the original N, at least one.

    keep_rate  one rate, or for every stage an absolute share (at most 1) or a count (above 1)
    raises     ReductionError for a rate outside (0, 1]
    """
    if isinstance(keep_rate, (int, float)):
        if not 0 < keep_rate <= 1:
            raise ReductionError(f"a keep rate lies in (0, 1]; got {keep_rate}")
        return tuple(max(1, int(patches * keep_rate**stage)) for stage in range(1, stages + 1))
    if len(keep_rate) != stages or min(keep_rate) <= 0 or max(keep_rate) > patches:
        raise ReductionError(f"expected {stages} shares or counts between 0 and {patches}; got {tuple(keep_rate)}")
    return tuple(max(1, int(patches * rate if rate <= 1 else rate)) for rate in keep_rate)


class Reducer(nn.Module):
    """A token-reduction method, built for one backbone shape and one keep rate."""

    name: ClassVar[str]
    kind: ClassVar[Kind]
    place: ClassVar[Place]
    paper: ClassVar[str] = ""
    """arXiv id of the method."""
    trained: ClassVar[bool] = False
    """whether its parameters mean nothing before training."""
    adaptive: ClassVar[bool] = False
    """whether the number of tokens depends on the image."""
    needs_received: ClassVar[bool] = False
    """whether it reads the attention received in the previous block."""

    def __init__(self, shape: Shape, counts: tuple[int, ...], *, seed: int = 0) -> None:
        super().__init__()
        self.shape = shape
        self.counts = counts
        self.seed = seed

    def reduce(self, view: View) -> Reduction | None:
        """What leaves the stage; None where everything stays."""
        raise NotImplementedError

    def promised(self) -> tuple[int, ...]:
        """Patch tokens in the tensor after each stage; a ceiling for adaptive methods."""
        return self.counts

    def entering(self, stage: int) -> int:
        """Nominal number of patch tokens that enter a stage."""
        return self.counts[stage - 1] if stage else self.shape.patches

    def full(self, view: View) -> bool:
        """Whether the stage is asked for at least as many tokens as it has."""
        return self.counts[view.stage] >= view.patches.shape[1]


REGISTRY: dict[str, type[Reducer]] = {}


def register(kind: type[Reducer]) -> type[Reducer]:
    """Class decorator: make a reducer known by its name."""
    REGISTRY[kind.name] = kind
    return kind


def build(name: str, shape: Shape, keep_rate: float | Sequence[float], *, stages: int = 3, seed: int = 0, **options: bool) -> Reducer:
    """
    A reducer by name; its new parameters depend on `seed` alone.

    raises  ReductionError for an unknown name
    """
    if name not in REGISTRY:
        raise ReductionError(f"no reducer {name!r}; there are {', '.join(REGISTRY)}")
    state = torch.random.get_rng_state()
    torch.manual_seed(seed)
    try:
        reducer = REGISTRY[name](shape, stage_counts(shape.patches, keep_rate, stages), seed=seed, **options)
        reducer.apply(_initialise)
    finally:
        torch.random.set_rng_state(state)
    return reducer


def _initialise(module: nn.Module) -> None:
    """Linear layers start at a truncated normal of 0.02 without bias, as in the reference code of arXiv:2308.04657."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)


def gather(tokens: Tensor, index: Tensor) -> Tensor:
    """Rows `index` [b, m] of `tokens` [b, n, ...]: [b, m, ...]."""
    # Indexing copies whole rows, which torch.gather with an expanded index does not.
    return tokens[torch.arange(len(tokens), device=tokens.device).unsqueeze(1), index]


def add_rows(tokens: Tensor, index: Tensor, rows: Tensor) -> Tensor:
    """`tokens` [b, m, d] with every one of `rows` [b, r, d] added to the token that `index` [b, r] gives it."""
    batch, count, width = tokens.shape
    # One axis for all tokens of the batch: adding whole rows is several times faster than scattering single channels.
    where = index + count * torch.arange(batch, device=index.device).unsqueeze(1)
    return tokens.reshape(-1, width).index_add(0, where.flatten(), rows.reshape(-1, width)).view(batch, count, width)


def squared_distances(tokens: Tensor) -> Tensor:
    """
    Squared Euclidean distances between the tokens [b, n, d] of an image: [b, n, n], exactly 0 on the diagonal.

    From one matrix product, for any number of tokens; the reference's cdist takes differences where there are 25 tokens or fewer.
    """
    products = tokens @ tokens.transpose(1, 2)
    squares = products.diagonal(dim1=1, dim2=2)
    return (squares.unsqueeze(1) + squares.unsqueeze(2)).sub_(products, alpha=2).clamp_(min=0)


def nearest(distance: Tensor, centres: Tensor) -> Tensor:
    """Which of the centres is nearest to every token, the first of equals: distance [b, n, n], centres [b, k] → [b, n]."""
    return distance.gather(2, centres.unsqueeze(1).expand(-1, distance.shape[1], -1)).argmin(-1)


def top(scores: Tensor, count: int) -> Tensor:
    """Indices [b, count] of the highest scores [b, n], highest first."""
    return scores.topk(count, dim=1).indices
