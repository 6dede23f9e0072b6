"""
Fine-tunes a trained backbone together with a reducer, each method with its own losses and all under one recipe.

Scaled down from arXiv:2308.04657: AdamW, cosine with warm-up, EMA. No method but DynamicViT trains otherwise than it runs;
the unreduced backbone and random pruning are fine-tuned alike, so that they are fair baselines. No drop path and no mixing
of images: the schedules are a few hundred times shorter than the paper's. The test split is never looked at, and no epoch is chosen.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.backbones import CHECKPOINTS, checkpoint, load, weights_digest
from experiments.data import Data, open_data
from experiments.errors import ReductionError, Unfinished
from experiments.ledger.sources import sources_digest
from experiments.losses import classification, dynamicvit
from experiments.measure.forward import one_thread_an_operation
from experiments.optimise import adamw, descend, follow, rate, write_whole
from experiments.reducers import REGISTRY
from experiments.vit import ReducedViT, attach
from synth.model import CellRequest
from synth.model.experiment import Regime

TAUGHT = ("dynamicvit",)
"""methods that the reference gives a teacher: the frozen backbone that they start from."""
UNREDUCED = ("keep_all",)
"""methods that the keep rate does not change."""
SAVE_SECONDS = 20.0
"""wall-clock time between two saved states: what a kill can cost."""
CURVE_STEPS = 10
"""steps between two points of the learning curve."""
_CARRIERS = frozenset({"errors", "reducers", "data", "ledger", "ledger.sources", "measure.forward"})
"""modules that carry values and do not make them."""


@dataclass(frozen=True)
class Recipe:
    """Everything that the fine-tuned weights depend on, beside the initial weights and the code."""

    method: str
    backbone: str
    dataset: str
    keep_rate: float
    seed: int = 0
    """of the backbone, of new parameters, of the batches and of random draws."""
    regime: Regime = "fine_tuned"
    steps: int = 100
    batch: int = 64
    lr: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.1
    """share of the schedule."""
    ema: float = 0.98

    @property
    def taught(self) -> bool:
        """Whether a teacher takes part."""
        return self.regime == "fine_tuned" and self.method in TAUGHT

    def digest(self) -> str:
        """Of all fields, 16 characters."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


SCHEDULES = {"proxy_tiny": (100, 3e-3), "proxy_small": (60, 2e-3), "proxy_base": (40, 1e-3)}
"""
Steps and highest learning rate by backbone, one rate for old and new parameters as in the reference.

Settled on the validation split of digit_scenes, seed 0, keep rate 0.25: of 1e-3, 3e-3, 6e-3 the narrowest (Top-K, SiT, PatchMerger,
Sinkhorn, keep-all), of 1e-3, 2e-3, 4e-3 the next (Top-K, SiT, Sinkhorn), of 5e-4 to 2e-3 the widest (Top-K, SiT), where all were
within the noise of a thousand images.
"""


def recipe_for(cell: CellRequest) -> Recipe:
    """
    The standard recipe of a cell; cells that train alike (without a teacher where there is none) share it.

    raises  ReductionError where the cell asks for no fine-tuning, or of a backbone that has no recipe
    """
    if cell.regime == "off_the_shelf":
        raise ReductionError("an off-the-shelf cell is not fine-tuned; ask for the regime fine_tuned")
    if cell.backbone not in SCHEDULES:
        raise ReductionError(f"no recipe to fine-tune {cell.backbone!r}; there are {', '.join(SCHEDULES)}")
    steps, lr = SCHEDULES[cell.backbone]
    regime = cell.regime if cell.method in TAUGHT else "fine_tuned"
    rate = 1.0 if cell.method in UNREDUCED else cell.keep_rate
    return Recipe(cell.method, cell.backbone, cell.dataset, rate, cell.seed, regime, steps, lr=lr)


@dataclass
class State:
    """A fine-tuning under way; everything that a resumed one needs."""

    model: ReducedViT
    averaged: ReducedViT
    optimizer: torch.optim.Optimizer
    teacher: Any = None
    """a timm model in eval mode, or none."""
    step: int = 0
    seconds: float = 0.0
    curve: list[tuple[int, float]] = field(default_factory=list)
    """(step, mean training loss of the steps since the last point)."""
    recent: list[float] = field(default_factory=list)


def begin(recipe: Recipe, checkpoints: Path = CHECKPOINTS) -> State:
    """A fresh state: the trained backbone with the method attached, its new parameters by seed."""
    backbone = load(recipe.backbone, recipe.dataset, recipe.seed, checkpoints)
    teacher = copy.deepcopy(backbone).requires_grad_(False) if recipe.taught else None
    model = attach(backbone, recipe.method, recipe.keep_rate, seed=recipe.seed)
    averaged = copy.deepcopy(model).eval()
    undecayed = {f"model.{name}" for name in backbone.no_weight_decay()}
    return State(model.train(), averaged, adamw(model, recipe.weight_decay, undecayed), teacher)


def objective(state: State, recipe: Recipe, images: Tensor, labels: Tensor) -> Tensor:
    """The loss of a batch: that of classification, and DynamicViT's further terms where masks were drawn."""
    logits, trace = state.model.traced(images)
    if not trace.policies:
        return classification(logits, labels)
    assert trace.tokens is not None
    teacher_logits, teacher_tokens = _taught(state, images)
    ratios = [recipe.keep_rate**stage for stage in range(1, len(trace.policies) + 1)]
    return dynamicvit(
        logits, labels, trace.policies, ratios, teacher_logits=teacher_logits, tokens=trace.tokens, teacher_tokens=teacher_tokens
    )


@torch.no_grad()
def _taught(state: State, images: Tensor) -> tuple[Tensor | None, Tensor | None]:
    """The teacher's logits and patch tokens after its final norm."""
    if state.teacher is None:
        return None, None
    tokens = state.teacher.forward_features(images)
    return state.teacher.forward_head(tokens), tokens[:, state.model.prefix :]


def advance(state: State, recipe: Recipe, data: Data, progress: float) -> float:
    """One optimiser step on the next batch, at a share of the schedule; returns its loss."""
    scenes = data.training_batch(recipe.batch, (recipe.seed, state.step, 11))
    with torch.random.fork_rng(devices=[]):
        # Masks and random pruning draw from here: a resumed run must draw what an uninterrupted one does.
        torch.manual_seed(recipe.seed * 100_003 + state.step)
        loss = objective(state, recipe, data.pixels(scenes.images), torch.from_numpy(scenes.labels))
        descend(state.model, state.optimizer, loss, rate(progress, recipe.lr, recipe.warmup))
    follow(state.averaged, state.model, state.step, recipe.ema)
    state.step += 1
    _remember(state, float(loss.detach()))
    return float(loss.detach())


def _remember(state: State, loss: float) -> None:
    state.recent.append(loss)
    if state.step % CURVE_STEPS == 0:
        state.curve.append((state.step, round(sum(state.recent) / len(state.recent), 5)))
        state.recent.clear()


def keep(state: State, recipe: Recipe, path: Path) -> None:
    """Write the state; a kill at any point leaves the old one or the new one."""
    parts = {"model": state.model.state_dict(), "averaged": state.averaged.state_dict(), "optimizer": state.optimizer.state_dict()}
    course = {"step": state.step, "seconds": state.seconds, "curve": state.curve, "recent": state.recent}
    write_whole(path, {"recipe": asdict(recipe), **parts, **course})


def resume(recipe: Recipe, path: Path | None, checkpoints: Path = CHECKPOINTS) -> State:
    """The state at `path` if there is one of this recipe, else a fresh one."""
    state = begin(recipe, checkpoints)
    if path is None or not path.is_file():
        return state
    data = torch.load(path, weights_only=True)
    if data["recipe"] != asdict(recipe):
        return state
    for part in ("model", "averaged", "optimizer"):
        getattr(state, part).load_state_dict(data[part])
    return replace(state, **{name: data[name] for name in ("step", "seconds", "curve", "recent")})


def tuned(cell: CellRequest, folder: Path | None = None, **limits: Any) -> ReducedViT:
    """The fine-tuned model of a cell under its standard recipe; folder and limits as for `tune`."""
    return tune(recipe_for(cell), folder, **limits)


def tune(
    recipe: Recipe,
    folder: Path | None = None,
    *,
    seconds: float | None = None,
    deadline: float | None = None,
    data_folder: Path | str | None = None,
    checkpoints: Path = CHECKPOINTS,
    log: Callable[[str], None] = lambda line: None,
) -> ReducedViT:
    """
    The fine-tuned model in eval mode, its weights averaged over the last steps and rounded to half precision.

    folder    where weights are kept and found again, with the learning curve beside them; none: in memory only
    seconds   wall-clock limit; the schedule is cut so that it ends by then, and the weights depend on the machine
    deadline  of time.monotonic(): past it the state is kept and Unfinished raised; a later call goes on from there
    log       is told the loss every few steps
    raises    MissingCheckpoint, DataError, ReductionError, Unfinished
    """
    data = open_data(recipe.dataset, data_folder)
    path = None if folder is None else folder / f"{name_of(recipe, data, checkpoints, seconds)}.safetensors"
    if path is not None and path.is_file():
        return _stored(recipe, path, checkpoints)
    unfinished = None if path is None else path.with_suffix(".state")
    state = resume(recipe, unfinished, checkpoints)
    with one_thread_an_operation():  # More threads sum in another order, and the weights would depend on the machine.
        _train(state, recipe, data, unfinished, seconds, deadline, log)
    rounded = {name: value.half() for name, value in state.averaged.state_dict().items()}
    if path is not None:
        _store(state, recipe, rounded, path)
    return _filled(state.averaged, rounded)


def name_of(recipe: Recipe, data: Data, checkpoints: Path = CHECKPOINTS, seconds: float | None = None) -> str:
    """File name of the weights: the cell, and a digest of recipe, initial weights, code and time limit."""
    initial = weights_digest(checkpoint(recipe.backbone, recipe.dataset, recipe.seed, checkpoints))
    whole = hashlib.sha256(f"{recipe.digest()} {initial} {_code(recipe, data)} {seconds}".encode()).hexdigest()[:16]
    cell = checkpoint(recipe.backbone, recipe.dataset, recipe.seed).stem
    return f"{recipe.method}-{recipe.keep_rate:g}-{cell}-{whole}"


def _code(recipe: Recipe, data: Data) -> str:
    """Digest of the sources that the weights depend on: of the reducers the recipe's, of the data sets its own."""
    modules = (REGISTRY[recipe.method].__module__, type(data).__module__)
    return sources_digest(("finetune", *(name.partition(".")[2] for name in modules)), _CARRIERS)


def _train(
    state: State,
    recipe: Recipe,
    data: Data,
    path: Path | None,
    seconds: float | None,
    deadline: float | None,
    log: Callable[[str], None],
) -> None:
    """Advance to the end of the schedule, keeping the state at `path` from time to time."""
    before, start = state.seconds, time.monotonic()
    kept = start
    while state.step < recipe.steps and (seconds is None or state.seconds < seconds):
        now = time.monotonic()
        late = deadline is not None and now >= deadline
        if path is not None and (late or now - kept >= SAVE_SECONDS):
            keep(state, recipe, path)
            kept = now
        if late:
            raise Unfinished(f"the time was used up after {state.step} of {recipe.steps} steps of fine-tuning {recipe.method}")
        advance(state, recipe, data, max(state.step / recipe.steps, state.seconds / seconds if seconds else 0.0))
        state.seconds = before + time.monotonic() - start
        if state.step % CURVE_STEPS == 0:
            log(
                f"{recipe.method} {recipe.keep_rate:g} step {state.step}/{recipe.steps} loss {state.curve[-1][1]:.3f} {state.seconds:.0f} s"
            )


def _store(state: State, recipe: Recipe, rounded: dict[str, Tensor], path: Path) -> None:
    """Write the weights and, beside them, recipe and learning curve; the unfinished state goes."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"recipe": asdict(recipe), "steps_done": state.step, "seconds": round(state.seconds, 1), "loss": state.curve}
    curve, weights = (path.with_name(f"{path.name}.{os.getpid()}.{kind}") for kind in ("json", "partial"))
    curve.write_text(json.dumps(facts) + "\n", "utf-8")
    curve.replace(path.with_suffix(".json"))
    save_file({name: value.contiguous() for name, value in rounded.items()}, weights)
    weights.replace(path)
    path.with_suffix(".state").unlink(missing_ok=True)


def _stored(recipe: Recipe, path: Path, checkpoints: Path) -> ReducedViT:
    from safetensors.torch import load_file

    backbone = load(recipe.backbone, recipe.dataset, recipe.seed, checkpoints)
    return _filled(attach(backbone, recipe.method, recipe.keep_rate, seed=recipe.seed), load_file(path))


def _filled(model: ReducedViT, weights: dict[str, Tensor]) -> ReducedViT:
    model.load_state_dict({name: value.float() for name, value in weights.items()})
    return model.eval()
