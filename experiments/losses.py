"""
Losses of the reference protocol: asymmetric loss for several labels, and DynamicViT's masked attention and four-part loss.

Sources: Ridnik et al. 2021, arXiv:2009.14119; Rao et al. 2021, arXiv:2106.02034; weights as in the code of arXiv:2308.04657.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

EPS = 1e-6


def asymmetric(logits: Tensor, targets: Tensor, *, gamma_negative: float = 4.0, gamma_positive: float = 0.0, clip: float = 0.05) -> Tensor:
    """Asymmetric loss of logits [b, c] and targets [b, c] of zeros and ones, summed over batch and classes."""
    positive = logits.sigmoid()
    negative = (1 - positive + clip).clamp(max=1)
    likelihood = targets * positive.clamp(min=1e-8).log() + (1 - targets) * negative.clamp(min=1e-8).log()
    chance = targets * positive + (1 - targets) * negative
    gamma = gamma_positive * targets + gamma_negative * (1 - targets)
    return -(likelihood * (1 - chance) ** gamma).sum()


def policy_softmax(logits: Tensor, policy: Tensor, eps: float = EPS) -> Tensor:
    """
    Softmax over tokens that a policy still keeps; every token sees itself.

    logits  [b, h, n, n]
    policy  [b, n, 1], 1 keep, 0 drop, differentiable
    """
    n = logits.shape[-1]
    own = torch.eye(n, dtype=logits.dtype, device=logits.device)
    seen = policy.transpose(1, 2).unsqueeze(1)
    weight = (logits - logits.amax(-1, keepdim=True)).exp() * (seen + (1 - seen) * own)
    return (weight + eps / n) / (weight.sum(-1, keepdim=True) + eps)


def policy_attention(logits: Tensor, values: Tensor, policy: Tensor, eps: float = EPS) -> Tensor:
    """
    `policy_softmax(logits, policy) @ values`, [b, h, n, c]: the mask meets the values, and no masked matrix is built.

    A third of the time of the former. The largest logit that is taken out gets no gradient, which it has only through `eps`.
    """
    n = logits.shape[-1]
    seen = policy.unsqueeze(1)
    counted = torch.cat([values, torch.ones_like(values[..., :1])], -1)
    weight = (logits - logits.detach().amax(-1, keepdim=True)).exp()
    own = weight.diagonal(dim1=-2, dim2=-1).unsqueeze(-1) * (1 - seen)
    sums = weight @ (seen * counted) + own * counted
    return (sums[..., :-1] + eps / n * values.sum(-2, keepdim=True)) / (sums[..., -1:] + eps)


def classification(logits: Tensor, labels: Tensor) -> Tensor:
    """
    Cross entropy for classes [b]; the asymmetric loss for several labels [b, c], summed over classes, mean over images.

    The reference sums the latter over the batch: a factor that AdamW does not see, but that would drown DynamicViT's other terms.
    """
    if labels.dim() == 1:
        return functional.cross_entropy(logits, labels)
    return asymmetric(logits, labels) / len(labels)


def kept_share(masks: Sequence[Tensor], ratios: Sequence[float]) -> Tensor:
    """Squared difference of the share that each stage keeps, masks [b, n], to what it should keep; mean over stages and images."""
    return torch.stack([((mask.mean(1) - ratio) ** 2).mean() for mask, ratio in zip(masks, ratios, strict=True)]).mean()


def distillation(logits: Tensor, teacher_logits: Tensor, multi_label: bool = False) -> Tensor:
    """
    Divergence of the student's predictions from the teacher's, mean over images.

    multi_label  every class is a yes or no of its own, so divergences of these are summed; a softmax over them would mean nothing
    """
    if not multi_label:
        return functional.kl_div(logits.log_softmax(-1), teacher_logits.log_softmax(-1), reduction="batchmean", log_target=True)
    mine, theirs = (torch.stack([functional.logsigmoid(x), functional.logsigmoid(-x)], -1) for x in (logits, teacher_logits))
    return functional.kl_div(mine, theirs, reduction="batchmean", log_target=True)


def token_distance(tokens: Tensor, teacher_tokens: Tensor, mask: Tensor, kind: Literal["mse", "kl"] = "mse") -> Tensor:
    """Distance of the student's tokens [b, n, d] from the teacher's, over those that `mask` [b, n] keeps; 0 where it keeps none."""
    kept = mask.bool()
    mine, theirs = tokens[kept], teacher_tokens[kept]
    if not len(mine):
        return tokens.sum() * 0
    if kind == "mse":
        return functional.mse_loss(mine, theirs)
    return functional.kl_div(mine.log_softmax(-1), theirs.log_softmax(-1), reduction="batchmean", log_target=True)


def dynamicvit(
    logits: Tensor,
    labels: Tensor,
    masks: Sequence[Tensor],
    ratios: Sequence[float],
    *,
    teacher_logits: Tensor | None,
    tokens: Tensor,
    teacher_tokens: Tensor | None,
    token_loss: Literal["mse", "kl"] = "mse",
) -> Tensor:
    """
    Classification + 2 x kept share + 0.5 x logits of the teacher + 0.5 x tokens of the teacher; without teacher the first two.

    masks   kept tokens of each stage [b, n], compared with `ratios`, shares of the original number
    tokens  patch features after the final norm [b, n, d]; only those kept at the last stage count
    """
    loss = classification(logits, labels) + 2.0 * kept_share(masks, ratios)
    if teacher_logits is None or teacher_tokens is None:
        return loss
    alike = token_distance(tokens, teacher_tokens, masks[-1], token_loss)
    return loss + 0.5 * distillation(logits, teacher_logits, labels.dim() == 2) + 0.5 * alike
