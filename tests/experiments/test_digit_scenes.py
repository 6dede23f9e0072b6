"""Scenes are deterministic, their digits disjoint between splits, their labels what is on the canvas."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.data.digit_scenes import DATASETS, DIGIT, SIDE, _digits, compose
from experiments.errors import DataError


@pytest.mark.parametrize("dataset", list(DATASETS))
def test_equal_seeds_give_equal_scenes(dataset: str) -> None:
    """The same name, split, number and seed give the same bytes; another seed does not."""
    assert compose(dataset, "test", 20, 3).digest() == compose(dataset, "test", 20, 3).digest()
    assert compose(dataset, "test", 20, 3).digest() != compose(dataset, "test", 20, 4).digest()


def test_no_digit_is_in_two_splits() -> None:
    """Train, validation and test share no image of a handwritten digit."""
    seen = [{digit.tobytes() for digit in _digits(split)[0]} for split in ("train", "validation", "test")]
    assert not seen[0] & seen[1]
    assert not seen[0] & seen[2]
    assert not seen[1] & seen[2]


def test_labels_have_the_promised_number_of_classes() -> None:
    """A single-label scene has one class, a multi-label scene one to four (two digits may be of one class), and all ten occur."""
    single = compose("digit_scenes", "train", 200, 0)
    assert set(single.labels.tolist()) == set(range(10))
    several = compose("digit_scenes_multi", "train", 200, 0).labels.sum(1)
    assert several.min() >= 1
    assert several.max() == 4


def test_digits_are_off_the_centre_and_most_of_a_scene_is_background() -> None:
    """The brightest digit-sized window wanders over the canvas, and a digit covers less than a sixth of it."""
    images = compose("digit_scenes", "train", 60, 0).images.astype(float)
    columns = [int(image.sum(0).argmax()) for image in images]
    assert np.std(columns) > 8
    assert DIGIT**2 / SIDE**2 < 1 / 6


def test_an_unknown_data_set_is_named() -> None:
    """The error says what was asked and what there is."""
    with pytest.raises(DataError, match=r"no data set 'mnist'.*digit_scenes"):
        compose("mnist", "test", 1, 0)
