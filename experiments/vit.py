"""
Attaches a reducer to a timm VisionTransformer; the only file that knows timm's blocks.

Blocks run on the fused scaled-dot-product kernel; a full attention matrix is built only in the one block before a stage
whose reducer asks for the attention that tokens received. Sizes and masks travel as one additive bias of the keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from experiments.backbones import plain
from experiments.errors import ReductionError
from experiments.losses import policy_attention
from experiments.reducers import REGISTRY, Heads, Reducer, Reduction, Shape, View, build
from experiments.reducers.reducer import gather

STRIP_ROWS = 1600
"""tokens that pass an MLP at once on a CPU: 10 MB of hidden layer at the width of DeiT-S."""


@dataclass
class Stream:
    """The tokens on their way through the blocks."""

    tokens: Tensor
    """[b, prefix + n, d]."""
    sizes: Tensor | None = None
    valid: Tensor | None = None
    bias: Tensor | None = None
    """of the keys, from sizes and validity, [b, 1, 1, prefix + n]."""
    received: Tensor | None = None
    policy: Tensor | None = None
    """of masked training, [b, n]."""


@dataclass
class Trace:
    """What happened in one forward pass; indices and labels are those of the original patches."""

    counts: dict[int, Tensor] = field(default_factory=dict)
    """real patch tokens after a block, [b] each: no prefix, no padding, nothing masked; blocks before the first stage drop none."""
    lengths: dict[int, int] = field(default_factory=dict)
    """patch tokens in the tensor after a block, padding included."""
    reductions: list[Reduction | None] = field(default_factory=list)
    """what each stage decided, in indices of the tokens that entered it."""
    kept: list[Tensor | None] = field(default_factory=list)
    """original patches that are still there after each stage, [b, m]; -1: fused or padding; None where nothing was ever kept as such."""
    labels: list[Tensor | None] = field(default_factory=list)
    """token that each original patch belongs to after each stage, [b, N]; None for methods that do not assign."""
    class_features: dict[int, Tensor] = field(default_factory=dict)
    """class token after the block of each stage and after the last one, before the final norm, [b, d]."""
    policies: list[Tensor] = field(default_factory=list)
    """of masked training: patches still kept after each stage, differentiable zeros and ones [b, N]."""
    tokens: Tensor | None = None
    """patch tokens after the final norm, [b, n, d]."""


def default_locations(depth: int) -> tuple[int, int, int]:
    """The blocks with a stage, 0-based: 3, 6 and 9 of twelve (arXiv:2308.04657)."""
    return (depth // 4, depth // 2, 3 * depth // 4)


def shape_of(model: Any) -> Shape:
    """Grid and width of a timm VisionTransformer."""
    rows, columns = model.patch_embed.grid_size
    return Shape((int(rows), int(columns)), int(model.embed_dim))


class ReducedViT(nn.Module):
    """A timm VisionTransformer that drops or merges patch tokens on its way."""

    def __init__(self, model: Any, reducer: Reducer, locations: Sequence[int] | None = None, *, fused: bool = True) -> None:
        super().__init__()
        _check(model)
        self.model = model
        self.reducer = reducer
        self.locations = tuple(locations) if locations is not None else default_locations(len(model.blocks))
        self.fused = fused
        self.prefix = int(model.num_prefix_tokens)

    def forward(self, images: Tensor) -> Tensor:
        """Logits [b, classes]."""
        return self._run(images, None)

    def traced(self, images: Tensor) -> tuple[Tensor, Trace]:
        """Logits and what the stages did."""
        trace = Trace()
        return self._run(images, trace), trace

    def stem(self, images: Tensor) -> Tensor:
        """Tokens [b, prefix + N, d] that enter the block before the first stage: up to there all reducers do the same."""
        vit = self.model
        tokens = vit.norm_pre(vit.patch_drop(vit._pos_embed(vit.patch_embed(images))))
        stream = Stream(tokens.contiguous())
        for index, block in enumerate(vit.blocks[: self._first]):
            self._block(block, stream, index)
        return stream.tokens

    def continued(self, tokens: Tensor) -> tuple[Tensor, Trace]:
        """Logits and trace, from what `stem` gave, which stays as it is."""
        trace = Trace()
        return self._rest(tokens.clone(), trace), trace

    @property
    def _first(self) -> int:
        return max(min(self.locations, default=1) - 1, 0)

    def _run(self, images: Tensor, trace: Trace | None) -> Tensor:
        return self._rest(self.stem(images), trace)

    def _rest(self, tokens: Tensor, trace: Trace | None) -> Tensor:
        vit = self.model
        stream = Stream(tokens)
        for index in range(self._first, len(vit.blocks)):
            block = vit.blocks[index]
            if index in self.locations:
                reduction = self._stage(block, stream, index)
                if trace is not None:
                    _record_stage(trace, reduction)
            else:
                self._block(block, stream, index)
            if trace is not None:
                _record_block(trace, stream, self.prefix, index, index in (*self.locations, len(vit.blocks) - 1))
        tokens = vit.norm(stream.tokens)
        if trace is not None:
            trace.tokens = tokens[:, self.prefix :]
        out: Tensor = vit.forward_head(tokens)
        return out

    def _block(self, block: Any, stream: Stream, index: int) -> None:
        """A block without a stage."""
        mixed = self._attend(_project(block, stream, self.prefix), stream, index)
        stream.tokens = _mlp(block, _add(stream.tokens, _leave(block, mixed)))

    def _attend(self, heads: Heads, stream: Stream, index: int) -> Tensor:
        """Attention of all tokens in block `index`; the stream learns what each received where the next stage asks for it."""
        if not self.reducer.needs_received or index + 1 not in self.locations:
            return _mix(heads, heads.q, self.fused)
        mixed, stream.received = _mix_and_receive(heads, self.prefix)
        return mixed

    def _stage(self, block: Any, stream: Stream, index: int) -> Reduction | None:
        """The block `index`, which has a stage, cut at the reducer's place."""
        stage = self.locations.index(index)
        reduction = None
        if self.reducer.place == "before":
            reduction = self.reducer.reduce(self._view(stream, stage, None))
            self._replace(stream, reduction)
        heads = _project(block, stream, self.prefix)
        if self.reducer.place == "queries":
            reduction = self.reducer.reduce(self._view(stream, stage, heads))
            queries = heads.q if reduction is None else _rows(heads.q, self._index(reduction))
            self._replace(stream, reduction)
            stream.tokens = _add(stream.tokens, _leave(block, _mix(heads, queries, self.fused)))
        else:
            stream.tokens = _add(stream.tokens, _leave(block, self._attend(heads, stream, index)))
        if self.reducer.place == "between":
            reduction = self.reducer.reduce(self._view(stream, stage, heads))
            self._replace(stream, reduction)
        stream.tokens = _mlp(block, stream.tokens)
        return reduction

    def _view(self, stream: Stream, stage: int, heads: Heads | None) -> View:
        return View(stage, stream.tokens, self.prefix, heads, stream.received, stream.sizes, stream.valid, stream.policy)

    def _index(self, reduction: Reduction) -> Tensor:
        """Rows that stay, prefix included, [b, prefix + m]; padding repeats the class token."""
        assert reduction.kept is not None
        index = torch.where(reduction.kept < 0, 0, reduction.kept + self.prefix)
        head = torch.arange(self.prefix, device=index.device).expand(len(index), -1)
        return torch.cat([head, index], 1)

    def _replace(self, stream: Stream, reduction: Reduction | None) -> None:
        """Replace the patch tokens by what left the stage."""
        if reduction is None:
            return
        if reduction.tokens is None:
            stream.tokens = gather(stream.tokens, self._index(reduction))
        else:
            stream.tokens = torch.cat([stream.tokens[:, : self.prefix], reduction.tokens], 1)
        stream.sizes, stream.valid, stream.policy, stream.received = reduction.sizes, reduction.valid, reduction.policy, None
        stream.bias = _bias(stream, self.prefix)


def _check(model: Any) -> None:
    """Raise ReductionError unless the blocks are timm's plain ones."""
    from timm.layers.attention import Attention
    from timm.models.vision_transformer import Block, VisionTransformer

    plain_blocks = isinstance(model, VisionTransformer) and all(_is_plain(block, Block, Attention) for block in model.blocks)
    if not plain_blocks or not model.num_prefix_tokens:
        raise ReductionError("reducers apply to a timm VisionTransformer with plain blocks and a class token")


def _is_plain(block: Any, kind: type, attention: type) -> bool:
    return isinstance(block, kind) and isinstance(block.attn, attention) and getattr(block.attn, "gate", None) is None  # type: ignore[attr-defined]


def _project(block: Any, stream: Stream, prefix: int) -> Heads:
    """Queries, keys and values of a block."""
    attn = block.attn
    tokens = block.norm1(stream.tokens)
    batch, n, _ = tokens.shape
    q, k, v = attn.qkv(tokens).reshape(batch, n, 3, attn.num_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
    policy = None if stream.policy is None else functional.pad(stream.policy, (prefix, 0), value=1.0).unsqueeze(-1)
    return Heads(attn.q_norm(q), attn.k_norm(k), v, attn.scale, stream.bias, policy)


def _mix(heads: Heads, queries: Tensor, fused: bool) -> Tensor:
    """Attention of `queries` [b, h, m, c] to all keys, heads joined: [b, m, h * c]."""
    if heads.policy is not None:
        out = policy_attention((queries * heads.scale) @ heads.k.transpose(-2, -1), heads.v, heads.policy)
    elif fused:
        out = functional.scaled_dot_product_attention(queries, heads.k, heads.v, attn_mask=heads.bias, scale=heads.scale)
    else:
        out = _matrix(heads, queries) @ heads.v
    return out.transpose(1, 2).flatten(2)


def _matrix(heads: Heads, queries: Tensor) -> Tensor:
    """The attention matrix, [b, h, m, n]."""
    logits = (queries * heads.scale) @ heads.k.transpose(-2, -1)
    if heads.bias is not None:
        logits = logits + heads.bias
    return logits.softmax(-1) if torch.is_grad_enabled() else torch.softmax(logits, -1, out=logits)


def _mix_and_receive(heads: Heads, prefix: int) -> tuple[Tensor, Tensor]:
    """Attention of all tokens, and how much every patch received, [b, n]."""
    matrix = _matrix(heads, heads.q)
    return (matrix @ heads.v).transpose(1, 2).flatten(2), matrix.flatten(1, 2).sum(1)[:, prefix:]


def _leave(block: Any, mixed: Tensor) -> Tensor:
    """The last layers of attention, up to the residual sum."""
    attn = block.attn
    norm = getattr(attn, "norm", None)
    out = attn.proj_drop(attn.proj(mixed if norm is None else norm(mixed)))
    result: Tensor = block.drop_path1(block.ls1(out))
    return result


def _add(tokens: Tensor, update: Tensor) -> Tensor:
    """The residual sum; in place where no gradient needs the old tokens, as fresh memory costs more than the sum."""
    return tokens + update if torch.is_grad_enabled() else tokens.add_(update)


def _mlp(block: Any, tokens: Tensor) -> Tensor:
    """Tokens after the MLP and its residual sum; for inference strip by strip, so that the wide hidden layer stays in the cache."""
    if torch.is_grad_enabled() or block.training:
        out: Tensor = tokens + block.drop_path2(block.ls2(block.mlp(block.norm2(tokens))))
        return out
    rows = tokens.view(-1, tokens.shape[-1])
    for strip in torch.split(rows, STRIP_ROWS if rows.device.type == "cpu" else len(rows)):
        strip += block.ls2(_hidden(block.mlp, block.norm2(strip)))
    return tokens


def _hidden(mlp: Any, tokens: Tensor) -> Tensor:
    """The MLP for inference; timm's usual one with its activation in place."""
    from timm.layers.mlp import Mlp

    if type(mlp) is Mlp and type(mlp.act) is nn.GELU:
        hidden = torch.ops.aten.gelu_(mlp.fc1(tokens), approximate=mlp.act.approximate)
        out: Tensor = mlp.fc2(mlp.norm(hidden))
    else:
        out = mlp(tokens)
    return out


def _rows(heads: Tensor, index: Tensor) -> Tensor:
    """Rows `index` [b, m] of [b, h, n, c]."""
    return gather(heads.transpose(1, 2), index).transpose(1, 2)


def _bias(stream: Stream, prefix: int) -> Tensor | None:
    """Bias of the keys: the logarithm of sizes, minus infinity where a token is padding or masked."""
    bias = None
    if stream.sizes is not None:
        bias = stream.sizes.log()
    if stream.valid is not None:
        masked = torch.zeros_like(stream.valid, dtype=stream.tokens.dtype).masked_fill(~stream.valid, -torch.inf)
        bias = masked if bias is None else bias + masked
    return None if bias is None else functional.pad(bias, (prefix, 0))[:, None, None].to(stream.tokens.dtype)


def _record_stage(trace: Trace, reduction: Reduction | None) -> None:
    """Compose the decisions of a stage with those of the earlier ones."""
    trace.reductions.append(reduction)
    if reduction is not None and reduction.policy is not None:
        trace.policies.append(reduction.policy)
    earlier = next((kept for kept in reversed(trace.kept) if kept is not None), None)
    labels = next((found for found in reversed(trace.labels) if found is not None), None)
    if reduction is not None and reduction.kept is not None:
        masked = reduction.tokens is not None and reduction.valid is not None
        earlier = reduction.kept if earlier is None or masked else _compose(earlier, reduction.kept)
    if reduction is not None and reduction.assign is not None:
        labels = reduction.assign if labels is None else reduction.assign.gather(1, labels)
    trace.kept.append(earlier)
    trace.labels.append(labels)


def _compose(earlier: Tensor, kept: Tensor) -> Tensor:
    """Original indices of the kept tokens; -1 stays -1."""
    return torch.where(kept < 0, -1, earlier.gather(1, kept.clamp(min=0)))


def _record_block(trace: Trace, stream: Stream, prefix: int, index: int, features: bool) -> None:
    """Count the tokens after a block, and keep its class token where asked."""
    batch, n, _ = stream.tokens.shape
    full = torch.full((batch,), n - prefix, device=stream.tokens.device)
    real = stream.valid if stream.policy is None else stream.policy.detach() > 0
    trace.counts[index] = full if real is None else real.sum(1)
    trace.lengths[index] = n - prefix
    if features:
        trace.class_features[index] = stream.tokens[:, 0].clone()


def attach(
    model: Any, method: str, keep_rate: float | Sequence[float], *, seed: int = 0, fused: bool = True, **options: bool
) -> ReducedViT:
    """A reducer by name on a given timm VisionTransformer, which is shared and not copied."""
    _check(model)
    reducer = build(method, shape_of(model), keep_rate, seed=seed, **options).to(next(model.parameters()))
    return ReducedViT(model, reducer, fused=fused).train(model.training)


def create(
    method: str,
    *,
    backbone: str = "deit_small_patch16_224",
    keep_rate: float | Sequence[float] = 0.7,
    pretrained: bool = False,
    seed: int = 0,
    **options: bool,
) -> ReducedViT:
    """
    A reduced backbone by names, in eval mode.

    pretrained  take timm's own weights, where its hub can be reached
    options     of the method: mask=True (l1, l2, linf), noise=True (dpcknn)
    raises      ReductionError for an unknown method, backbone or keep rate
    """
    if method not in REGISTRY:
        raise ReductionError(f"no reducer {method!r}; there are {', '.join(REGISTRY)}")
    return attach(plain(backbone, pretrained=pretrained), method, keep_rate, seed=seed, **options)
