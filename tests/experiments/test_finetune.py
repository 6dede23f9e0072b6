"""Fine-tuning: every method learns by its own losses, a kill costs nothing but time, and the teacher stays as it is."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from experiments import finetune
from experiments.data import open_data
from experiments.errors import ReductionError, Unfinished
from experiments.finetune import Recipe, State, advance, begin, keep, objective, recipe_for, resume, tune
from experiments.reducers import REGISTRY
from synth.model import CellRequest
from synth.model.experiment import Regime

DATA = open_data("digit_scenes")
WITH_PARAMETERS = ("dynamicvit", "dpcknn", "sit", "patchmerger", "sinkhorn")


def make_recipe(method: str = "topk", keep_rate: float = 0.5, steps: int = 4, regime: Regime = "fine_tuned") -> Recipe:
    """A few steps of the narrowest backbone."""
    return Recipe(method, "proxy_tiny", "digit_scenes", keep_rate, 0, regime, steps, batch=8)


def run(state: State, recipe: Recipe, until: int) -> list[float]:
    """Losses of the steps up to one."""
    return [advance(state, recipe, DATA, step / recipe.steps) for step in range(state.step, until)]


def same(a: State, b: State) -> bool:
    """Whether two trainings hold the same weights, bit for bit."""
    pairs = [
        *zip(a.model.parameters(), b.model.parameters(), strict=True),
        *zip(a.averaged.parameters(), b.averaged.parameters(), strict=True),
    ]
    return all(torch.equal(one, other) for one, other in pairs)


def loss_of(state: State, recipe: Recipe) -> torch.Tensor:
    """The loss of one batch."""
    scenes = DATA.training_batch(16, (0, 0))
    return objective(state, recipe, DATA.pixels(scenes.images), torch.from_numpy(scenes.labels))


@pytest.mark.parametrize("method", sorted(REGISTRY))
def test_every_parameter_gets_a_gradient(method: str) -> None:
    """Of the backbone and of what the method brings, none is left out of the loss."""
    recipe = make_recipe(method)
    state = begin(recipe)
    loss_of(state, recipe).backward()
    silent = [name for name, value in state.model.named_parameters() if value.grad is None or not value.grad.any()]
    assert silent == []
    assert bool(list(state.model.reducer.parameters())) == (method in WITH_PARAMETERS)


def test_masked_training_drives_the_kept_share_to_the_keep_rate() -> None:
    """Before training DynamicViT's draw keeps half a stage; told to keep 0.9, it keeps more after a few steps, and the loss falls."""
    recipe = replace(make_recipe("dynamicvit", 0.9, 12), lr=4e-3, warmup=0.0)
    state = begin(recipe)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        before = kept_shares(state)
        losses = run(state, recipe, 12)
        after = kept_shares(state)
    assert abs(after[0] - 0.9) < abs(before[0] - 0.9)
    assert abs(after[2] - 0.9**3) < abs(before[2] - 0.9**3)
    assert sum(losses[-4:]) < sum(losses[:4])


def kept_shares(state: State) -> list[float]:
    """Share of the patches that a random draw keeps at each stage."""
    scenes = DATA.training_batch(32, (1, 1))
    with torch.no_grad():
        _, trace = state.model.traced(DATA.pixels(scenes.images))
    return [float(policy.mean()) for policy in trace.policies]


def test_without_a_teacher_two_terms_go() -> None:
    """The loss of the regime without teacher is smaller by what the teacher adds, and the same weights start it."""
    with_teacher, without = make_recipe("dynamicvit"), make_recipe("dynamicvit", regime="fine_tuned_no_teacher")
    losses = []
    for recipe in (with_teacher, without):
        torch.manual_seed(1)
        losses.append(loss_of(begin(recipe), recipe).item())
    assert losses[1] < losses[0]
    assert begin(without).teacher is None


def test_the_teacher_is_not_trained() -> None:
    """After some steps the teacher still holds the weights it came with, and the student does not."""
    recipe = make_recipe("dynamicvit")
    state = begin(recipe)
    before = [value.clone() for value in state.teacher.parameters()]
    run(state, recipe, 2)
    assert all(torch.equal(one, other) for one, other in zip(before, state.teacher.parameters(), strict=True))
    assert not any(value.requires_grad for value in state.teacher.parameters())
    assert not all(torch.equal(one, other) for one, other in zip(before, state.model.model.parameters(), strict=True))


@pytest.mark.parametrize("method", ["dynamicvit", "random"])
def test_resumed_fine_tuning_equals_uninterrupted(method: str, tmp_path: Path) -> None:
    """Killed after two of four steps and resumed, weights and learning curve are those of four steps in one go, random draws and all."""
    recipe = make_recipe(method)
    whole, half = begin(recipe), begin(recipe)
    run(whole, recipe, 4)
    run(half, recipe, 2)
    keep(half, recipe, tmp_path / "x.state")
    torch.rand(5)
    other = resume(recipe, tmp_path / "x.state")
    assert other.step == 2
    run(other, recipe, 4)
    assert same(whole, other)
    assert whole.recent == other.recent


def test_a_state_of_another_recipe_is_not_gone_on_from(tmp_path: Path) -> None:
    """A state that another learning rate made is left alone."""
    recipe = make_recipe()
    keep(begin(recipe), recipe, tmp_path / "x.state")
    state = begin(recipe)
    run(state, recipe, 1)
    keep(state, recipe, tmp_path / "x.state")
    assert resume(replace(recipe, lr=1e-5), tmp_path / "x.state").step == 0
    assert resume(recipe, tmp_path / "x.state").step == 1


def test_what_was_fine_tuned_before_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second call takes no step and gives the same logits as the first, whose weights were not yet on the disk."""
    recipe, images = make_recipe("dpcknn", steps=2), DATA.pixels(DATA.take("validation", 8, 0).images)
    first = tune(recipe, tmp_path)
    monkeypatch.setattr(finetune, "advance", None)
    second = tune(recipe, tmp_path)
    with torch.inference_mode():
        assert torch.equal(first(images), second(images))
    assert not second.training
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".safetensors"]


def test_a_deadline_keeps_what_was_reached(tmp_path: Path) -> None:
    """Out of time, the state lies beside the weights to come, the error says how far it got, and a later call ends it."""
    recipe = make_recipe()
    with pytest.raises(Unfinished, match="0 of 4 steps of fine-tuning topk"):
        tune(recipe, tmp_path, deadline=time.monotonic())
    assert [path.suffix for path in tmp_path.iterdir()] == [".state"]
    tune(recipe, tmp_path)
    assert not list(tmp_path.glob("*.state"))


def test_a_time_limit_ends_the_schedule_and_has_a_name_of_its_own(tmp_path: Path) -> None:
    """With no seconds given, weights come back untrained and are not found as those of the whole schedule."""
    recipe = make_recipe(steps=10**6)
    tune(recipe, tmp_path, seconds=0.0)
    facts = next(tmp_path.glob("*.json")).read_text("utf-8")
    assert '"steps_done": 0' in facts
    assert finetune.name_of(recipe, DATA, seconds=0.0) != finetune.name_of(recipe, DATA)


def test_weights_are_named_by_what_they_depend_on() -> None:
    """Another method, rate, learning rate, regime or seed is another file."""
    recipe = make_recipe("dynamicvit")
    others = [{"method": "topk"}, {"keep_rate": 0.7}, {"lr": 1.0}, {"regime": "fine_tuned_no_teacher"}, {"seed": 1}]
    names = {finetune.name_of(replace(recipe, **change), DATA) for change in [{}, *others]}  # type: ignore[arg-type]
    assert len(names) == len(others) + 1


def test_cells_that_train_alike_share_a_recipe() -> None:
    """Only DynamicViT has a teacher to lose, and no keep rate changes the unreduced backbone."""

    def of(method: str, regime: Regime, keep_rate: float = 0.5) -> Recipe:
        return recipe_for(CellRequest(method=method, backbone="proxy_tiny", dataset="digit_scenes", keep_rate=keep_rate, regime=regime))

    assert of("topk", "fine_tuned_no_teacher") == of("topk", "fine_tuned")
    assert of("dynamicvit", "fine_tuned_no_teacher") != of("dynamicvit", "fine_tuned")
    assert of("keep_all", "fine_tuned", 0.25) == of("keep_all", "fine_tuned", 0.9)
    with pytest.raises(ReductionError, match="ask for the regime fine_tuned"):
        of("topk", "off_the_shelf")
    with pytest.raises(ReductionError, match="no recipe to fine-tune 'deit_tiny'"):
        recipe_for(CellRequest(method="topk", backbone="deit_tiny", keep_rate=0.5, regime="fine_tuned"))
