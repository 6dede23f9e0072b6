"""
Low-rank adaptation of a transformer (Hu et al. 2021, arXiv:2106.09685) as a classifier of pairs: what is trained, and its training.

Every linear layer W of the blocks becomes W + up @ down; only these and the classifier learn, the rest stays as it is.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from synth.verifier.recipes.contrast import Pair

CLASSES = 3
KEPT_EVERY = 200
"""steps after which the state is kept."""
SMOOTHING = 0.05
"""share of each label that is spread over all: some of the pairs are not what they are taken for."""


@dataclass(frozen=True)
class Plan:
    """How long and how fast something learns."""

    rate: float
    epochs: int
    batch: int = 32
    warm: float = 0.05
    """share of the steps in which the rate rises; then it falls to nothing in a straight line."""
    decay: float = 0.01


class LowRank(nn.Module):
    """A frozen linear layer with a difference of low rank that learns."""

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        super().__init__()
        self.layer = layer.requires_grad_(False)
        self.down = nn.Parameter(torch.randn(rank, layer.in_features) / math.sqrt(layer.in_features))
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[..., in] → [..., out]."""
        told: torch.Tensor = self.layer(x) + nn.functional.linear(nn.functional.linear(x, self.down), self.up)
        return told


class Adapted(nn.Module):
    """A transformer whose blocks learn by low rank, with a classifier on the mean of its last states."""

    def __init__(self, transformer: Any, rank: int) -> None:
        super().__init__()
        self.transformer = transformer.requires_grad_(False)
        for module in list(transformer.encoder.modules()):
            for name, child in list(module.named_children()):
                if isinstance(child, nn.Linear):
                    setattr(module, name, LowRank(child, rank))
        self.classifier = nn.Linear(transformer.config.hidden_size, CLASSES)

    def forward(self, **tokens: torch.Tensor) -> torch.Tensor:
        """Logits of supports, refutes, neutral, [n, 3]."""
        states = self.transformer(**tokens).last_hidden_state
        mask = tokens["attention_mask"][..., None].to(states.dtype)
        logits: torch.Tensor = self.classifier((states * mask).sum(1) / mask.sum(1))
        return logits

    def learned(self) -> dict[str, torch.Tensor]:
        """What differs from the model that it began with, by name."""
        return {name: value.detach().clone() for name, value in self.named_parameters() if value.requires_grad}


def batches(lengths: Sequence[int], size: int, rng: random.Random) -> list[list[int]]:
    """All places once, those of like length together, the batches in random order."""
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i] + rng.random() * 12, i))
    found = [order[at : at + size] for at in range(0, len(order), size)]
    rng.shuffle(found)
    return found


def learn(
    model: Adapted,
    tokenize: Callable[[Sequence[Pair]], Any],
    pairs: Sequence[Pair],
    plan: Plan,
    seed: int,
    kept: Path | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> None:
    """
    Fits the model to the pairs, in place.

    kept     file in which the state is kept and from which an interrupted training goes on
    """
    rng = random.Random(seed)
    steps = [batch for _ in range(plan.epochs) for batch in batches([len(c) + len(e) for c, e, _ in pairs], plan.batch, rng)]
    parameters = [value for value in model.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=plan.rate, weight_decay=plan.decay)
    warm = max(1, int(plan.warm * len(steps)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (len(steps) - step) / max(1, len(steps) - warm)))
    )
    first = _resumed(model, optimizer, schedule, kept)
    model.train()
    for step, loss in enumerate(_steps(model, tokenize, pairs, steps[first:]), first + 1):
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            told(f"step {step} of {len(steps)}, loss {float(loss.detach()):.3f}")
        if kept and step % KEPT_EVERY == 0:
            torch.save({"step": step, "random": torch.get_rng_state(), **_parts(model, optimizer, schedule)}, kept)
    model.eval()


def _steps(
    model: Adapted, tokenize: Callable[[Sequence[Pair]], Any], pairs: Sequence[Pair], steps: Sequence[list[int]]
) -> Iterator[torch.Tensor]:
    for batch in steps:
        tokens = tokenize([pairs[i] for i in batch])
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(**tokens)
        labels = torch.tensor([pairs[i][2] for i in batch])
        yield nn.functional.cross_entropy(logits.float(), labels, label_smoothing=SMOOTHING)


def _parts(model: Adapted, optimizer: Any, schedule: Any) -> dict[str, Any]:
    return {"model": model.learned(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}


def _resumed(model: Adapted, optimizer: Any, schedule: Any, kept: Path | None) -> int:
    if kept is None or not kept.exists():
        return 0
    state = torch.load(kept, weights_only=True)
    torch.set_rng_state(state["random"])
    model.load_state_dict(state["model"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
