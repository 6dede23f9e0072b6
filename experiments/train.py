"""
Trains a small backbone from scratch on a data set: AdamW, cosine schedule, EMA of the weights.

Step i composes its batch from (seed, i), so a run that was killed goes on as if nothing had happened. A wall-clock limit
brings the schedule to its end in time: progress is the larger of steps done and time used. The recipe follows
arXiv:2308.04657 scaled down; the test split is used once, at the end, and chooses no epoch.
"""

from __future__ import annotations

import copy
import math
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.backbones import CHECKPOINTS, checkpoint, load, plain, save
from experiments.data import DATASETS, Data, Split
from experiments.errors import DataError, ReductionError
from experiments.grow import grow
from experiments.progress import progress

EVALUATED: tuple[Split, ...] = ("validation", "test")
EVALUATION_IMAGES, EVALUATION_SEED = 1000, 1


@dataclass(frozen=True)
class Recipe:
    """Everything that the trained weights depend on."""

    backbone: str
    dataset: str
    seed: int = 0
    steps: int = 1200
    batch: int = 64
    lr: float = 4e-3
    weight_decay: float = 0.05
    warmup: float = 0.05
    """share of the schedule."""
    ema: float = 0.995
    initial: str = ""
    """weights to start from: the name of another data set, same backbone and seed; empty: at random."""
    grown_from: str = ""
    """narrower backbone to double the width of: same data set and seed."""


_SCHEDULES = {
    "proxy_tiny": (1200, 300, 4e-3, ""),
    "proxy_small": (150, 80, 1.5e-3, "proxy_tiny"),
    "proxy_base": (100, 50, 1e-3, "proxy_small"),
}
"""steps on digit_scenes_multi, steps from there on digit_scenes, learning rate of the former, narrower backbone to grow from."""
_ELSEWHERE: dict[str, Any] = {"steps": 5000, "batch": 64, "lr": 3e-3}
"""on any other data set, from random weights: six times each of CIFAR-10's images."""


def recipe_for(backbone: str, dataset: str, seed: int) -> Recipe:
    """
    The recipe of the shipped weights.

    On digit scenes the narrowest backbone starts from random weights, each wider one is grown from the one before; the
    multi-label scenes come first, the single-label ones start from them. On other data every backbone starts from random weights.
    """
    if backbone not in _SCHEDULES:
        raise ReductionError(f"no recipe for backbone {backbone!r}; there are {', '.join(_SCHEDULES)}")
    first, further, lr, narrower = _SCHEDULES[backbone]
    if dataset not in DATASETS:
        return Recipe(backbone, dataset, seed, **_ELSEWHERE)
    if DATASETS[dataset]:
        return Recipe(backbone, dataset, seed, first, lr=lr, grown_from=narrower)
    return Recipe(backbone, dataset, seed, further, lr=lr / 2, initial="digit_scenes_multi")


@dataclass
class State:
    """A training under way; everything that a resumed run needs."""

    model: Any
    averaged: Any
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0


def rate(progress: float, recipe: Recipe) -> float:
    """Learning rate at a share of the schedule: linear warm-up, then half a cosine down to a hundredth."""
    if progress < recipe.warmup:
        return recipe.lr * max(progress / recipe.warmup, 1e-3)
    along = min((progress - recipe.warmup) / (1 - recipe.warmup), 1.0)
    return recipe.lr * (0.01 + 0.99 * (1 + math.cos(math.pi * along)) / 2)


def loss_of(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy for class indices [b], binary cross entropy summed over classes for [b, c]."""
    if labels.dim() == 1:
        return torch.nn.functional.cross_entropy(logits, labels)
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction="sum") / len(labels)


def _start(recipe: Recipe, data: Data, folder: Path) -> Any:
    torch.manual_seed(recipe.seed)
    if recipe.initial:
        return load(recipe.backbone, recipe.initial, recipe.seed, folder)
    if recipe.grown_from:
        narrow = load(recipe.grown_from, recipe.dataset, recipe.seed, folder)
        return grow(narrow, plain(recipe.backbone, data.format), recipe.seed)
    return plain(recipe.backbone, data.format)


def begin(recipe: Recipe, data: Data, folder: Path = CHECKPOINTS) -> State:
    """A fresh state: weights at random by seed, or those that the recipe starts from."""
    model = _start(recipe, data, folder)
    decayed = [p for p in model.parameters() if p.dim() > 1 and p.requires_grad]
    free = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": free, "weight_decay": 0.0}]
    return State(model.train(), copy.deepcopy(model).eval(), torch.optim.AdamW(groups, lr=recipe.lr, fused=True))


def advance(state: State, recipe: Recipe, data: Data, progress: float) -> float:
    """One optimiser step on the next batch; returns its loss."""
    scenes = data.training_batch(recipe.batch, (recipe.seed, state.step, 7))
    for group in state.optimizer.param_groups:
        group["lr"] = rate(progress, recipe)
    loss = loss_of(state.model(data.pixels(scenes.images)), torch.from_numpy(scenes.labels))
    state.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.model.parameters(), 1.0)
    state.optimizer.step()
    decay = min(recipe.ema, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        for mean, value in zip(state.averaged.parameters(), state.model.parameters(), strict=True):
            mean.lerp_(value, 1 - decay)
    state.step += 1
    return float(loss.detach())


def keep(state: State, recipe: Recipe, path: Path) -> None:
    """Write the state so that a kill at any point leaves the old one or the new one."""
    data = {
        "recipe": asdict(recipe),
        "model": state.model.state_dict(),
        "averaged": state.averaged.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "step": state.step,
        "seconds": state.seconds,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(data, partial)
    partial.replace(path)


def resume(recipe: Recipe, data: Data, path: Path, folder: Path = CHECKPOINTS) -> State:
    """The state at `path` if it belongs to this recipe, else a fresh one."""
    state = begin(recipe, data, folder)
    if not path.is_file():
        return state
    stored = torch.load(path, weights_only=True)
    if stored["recipe"] != asdict(recipe):
        return state
    state.model.load_state_dict(stored["model"])
    state.averaged.load_state_dict(stored["averaged"])
    state.optimizer.load_state_dict(stored["optimizer"])
    state.step, state.seconds = stored["step"], stored["seconds"]
    return state


def _evaluated(data: Data, split: Split) -> int:
    """How many images of a split the trained weights are evaluated on; DataError if it has none."""
    size = data.size(split)
    if size == 0:
        raise DataError(f"no images in the {split} split of {data.name}; trained weights are evaluated on validation and test")
    return min(EVALUATION_IMAGES, size or EVALUATION_IMAGES)


def evaluate(model: Any, data: Data, split: Split) -> float:
    """The data set's own metric in percent, without reduction, on 1000 images or as many as there are."""
    from experiments.measure.scores import performance, resamples

    n = _evaluated(data, split)
    scenes = data.take(split, n, EVALUATION_SEED)
    with torch.inference_mode():
        logits = torch.cat([model.eval()(data.pixels(scenes.images[i : i + 125])) for i in range(0, n, 125)])
    return performance(logits.numpy(), scenes.labels, resamples(n, 0, 0, data.name))[0]


def train(recipe: Recipe, data: Data, *, seconds: float, folder: Path = CHECKPOINTS, every: int = 100, log: Any = sys.stderr) -> Path:
    """
    Train, or go on training, and write weights and facts.

    seconds  wall-clock limit; the schedule is cut so that it ends by then
    every    steps between two saved states, and between two lines where the log is no terminal
    returns  path of the weights, averaged over the last steps
    """
    for split in EVALUATED:
        _evaluated(data, split)
    path = checkpoint(recipe.backbone, recipe.dataset, recipe.seed, folder)
    state = resume(recipe, data, path.with_suffix(".state"), folder)
    before, start, running = state.seconds, time.monotonic(), 0.0
    with progress(path.stem, recipe.steps, every=every, file=log) as report:
        while state.step < recipe.steps and state.seconds < seconds:
            loss = advance(state, recipe, data, max(state.step / recipe.steps, state.seconds / seconds))
            state.seconds = before + time.monotonic() - start
            running = loss if not running else 0.98 * running + 0.02 * loss
            if state.step % every == 0:
                keep(state, recipe, path.with_suffix(".state"))
            report(state.step, f"loss {running:.3f} {state.seconds:.0f} s")
    state.averaged.load_state_dict({name: value.half().float() for name, value in state.averaged.state_dict().items()})
    measured = {split: round(evaluate(state.averaged, data, split), 2) for split in EVALUATED}
    save(state.averaged, path, {**_facts(recipe, data, state, seconds), "metric": data.metric, "performance": measured})
    path.with_suffix(".state").unlink(missing_ok=True)
    print(f"{path.stem}: {measured} after {state.step} steps, {state.seconds:.0f} s", file=log, flush=True)
    return path


def _facts(recipe: Recipe, data: Data, state: State, seconds: float) -> dict[str, Any]:
    """What is known of a training at its end, but for the performance."""
    command = f"python -m experiments train --backbone {recipe.backbone} --dataset {recipe.dataset} --seed {recipe.seed}"
    return {
        "command": command if recipe.dataset in DATASETS else f"{command} --data FOLDER",
        "recipe": asdict(recipe),
        "format": asdict(data.format),
        "data": data.identity("test", _evaluated(data, "test"), EVALUATION_SEED),
        "steps_done": state.step,
        "limit_seconds": seconds,
        "seconds": round(state.seconds, 1),
    }
