"""Training: resumed training equals uninterrupted training, and weights come back as they were saved."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from experiments.backbones import load, plain, weights_digest
from experiments.data import open_data
from experiments.errors import DataError, MissingCheckpoint, ReductionError
from experiments.grow import grow
from experiments.train import Recipe, advance, begin, keep, rate, recipe_for, resume, train

SMALL = Recipe("proxy_tiny", "digit_scenes_multi", steps=6, batch=8)
SCENES = open_data("digit_scenes_multi")


@pytest.fixture(autouse=True)
def few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trained weights are evaluated on few images, as their performance is not what is tested."""
    monkeypatch.setattr("experiments.train.EVALUATION_IMAGES", 20)


def test_resumed_training_equals_uninterrupted_training(tmp_path: Path) -> None:
    """Killed after three steps and resumed, the weights are those of six steps in one go, bit for bit."""
    whole = begin(SMALL, SCENES)
    for step in range(6):
        advance(whole, SMALL, SCENES, step / 6)
    half = begin(SMALL, SCENES)
    for step in range(3):
        advance(half, SMALL, SCENES, step / 6)
    keep(half, SMALL, tmp_path / "x.state")
    other = resume(SMALL, SCENES, tmp_path / "x.state")
    for step in range(3, 6):
        advance(other, SMALL, SCENES, step / 6)
    assert all(torch.equal(a, b) for a, b in zip(whole.averaged.parameters(), other.averaged.parameters(), strict=True))


KILLED = """
import sys
from pathlib import Path
import torch
from experiments.data import open_data
from experiments.train import Recipe, train
torch.set_num_threads(1)
recipe, data = Recipe("proxy_tiny", "digit_scenes_multi", steps=8, batch=8), open_data("digit_scenes_multi")
train(recipe, data, seconds=1e9, folder=Path(sys.argv[1]), every=2)
"""


def test_a_training_killed_at_any_point_goes_on(tmp_path: Path) -> None:
    """A process killed between two steps leaves a state and no weights; the next one ends with those of a run in one go."""
    recipe = replace(SMALL, steps=8)
    command = [sys.executable, "-c", KILLED, str(tmp_path / "killed")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert process.stderr.readline().startswith("digit_scenes_multi-proxy_tiny-0 step 2/8")
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert [path.suffix for path in (tmp_path / "killed").glob("*[!l]")] == [".state"]
    log = io.StringIO()
    resumed = train(recipe, SCENES, seconds=1e9, folder=tmp_path / "killed", every=1, log=log)
    whole = train(recipe, SCENES, seconds=1e9, folder=tmp_path / "whole", log=io.StringIO())
    assert "step 2/8" not in log.getvalue()
    for name, value in load_file(resumed).items():
        torch.testing.assert_close(value, load_file(whole)[name], atol=1e-3, rtol=1e-2)


def test_training_writes_weights_that_load(tmp_path: Path) -> None:
    """A short training leaves weights with the measured performance beside them, and no state."""
    path = train(SMALL, SCENES, seconds=60, folder=tmp_path, log=io.StringIO())
    model = load("proxy_tiny", "digit_scenes_multi", 0, tmp_path)
    assert model.embed_dim == 32
    assert '"steps_done": 6' in path.with_suffix(".json").read_text("utf-8")
    assert sorted(file.suffix for file in tmp_path.iterdir()) == [".json", ".safetensors"]
    assert len(weights_digest(path)) == 64


def test_a_wall_clock_limit_ends_the_schedule_in_time(tmp_path: Path) -> None:
    """With no seconds left no step is taken, and the weights are still written."""
    path = train(Recipe("proxy_tiny", "digit_scenes_multi", steps=10**6), SCENES, seconds=0, folder=tmp_path, log=io.StringIO())
    assert '"steps_done": 0' in path.with_suffix(".json").read_text("utf-8")


def test_the_rate_rises_and_falls() -> None:
    """The learning rate warms up to its peak and ends at a hundredth of it."""
    values = [rate(progress, SMALL) for progress in (0.0, 0.05, 0.5, 1.0)]
    assert values[1] == pytest.approx(SMALL.lr)
    assert values[0] < values[2] < values[1]
    assert values[3] == pytest.approx(SMALL.lr / 100)


def test_a_grown_backbone_computes_the_same() -> None:
    """Twice as wide, before any training, the logits are those of the narrow backbone."""
    torch.manual_seed(0)
    narrow, images = plain("proxy_tiny"), torch.randn(2, 1, 64, 64)
    wide = grow(narrow, plain("proxy_small"), 0)
    with torch.inference_mode():
        torch.testing.assert_close(narrow(images), wide(images), atol=1e-4, rtol=0)


def test_a_set_without_a_split_is_refused_before_it_is_trained_on(tmp_path: Path) -> None:
    """Pictures for testing alone cannot be trained on; the first line says so, and nothing is written."""
    (tmp_path / "val/cat").mkdir(parents=True)
    Image.new("RGB", (32, 32)).save(tmp_path / "val/cat/a.png")
    data = open_data(f"imagefolder:{tmp_path}?side=32&patch=8")
    with pytest.raises(DataError, match=r"no images in the validation split of imagefolder:"):
        train(Recipe("proxy_tiny", data.name, steps=1), data, seconds=9, folder=tmp_path / "weights")
    assert not (tmp_path / "weights").exists()


def test_weights_of_any_data_set_have_a_name_and_their_own_shape(tmp_path: Path) -> None:
    """Trained on pictures in a folder, weights load without the pictures, for their size and number of classes."""
    for name in ("train", "val"):
        for c in "abc":
            (tmp_path / name / c).mkdir(parents=True)
            for i in range(4):
                Image.new("RGB", (20, 20), (9 * i,) * 3).save(tmp_path / name / c / f"{i}.png")
    data = open_data(f"imagefolder:{tmp_path}?side=16&patch=4")
    path = train(Recipe("proxy_tiny", data.name, steps=1, batch=4), data, seconds=99, folder=tmp_path / "weights", log=io.StringIO())
    assert path.parent == tmp_path / "weights"
    model = load("proxy_tiny", data.name, 0, tmp_path / "weights")
    with torch.inference_mode():
        assert tuple(model(data.pixels(data.take("test", 5, 0).images)).shape) == (5, 3)


def test_unknown_names_and_missing_weights_are_clear(tmp_path: Path) -> None:
    """A backbone without recipe and missing weights name themselves."""
    with pytest.raises(ReductionError, match="no recipe for backbone 'huge'"):
        recipe_for("huge", "digit_scenes", 0)
    with pytest.raises(MissingCheckpoint, match="python -m experiments train --backbone proxy_base"):
        load("proxy_base", "digit_scenes", 4, tmp_path)
