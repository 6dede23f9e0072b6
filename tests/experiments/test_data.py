"""Data sets open by name, say their shape, and refuse what is unknown."""

from __future__ import annotations

import pytest

from experiments.data import Format, load_scenes, open_data
from experiments.errors import DataError


def test_digit_scenes_are_the_bytes_that_the_shipped_weights_were_measured_on() -> None:
    """Taken through the interface, the scenes are those that were composed before there was one."""
    data = open_data("digit_scenes")
    assert data.format == Format(64, 8, 1, 10)
    assert data.identity("test", 16, 0) == load_scenes("digit_scenes", "test", 16, 0).digest()
    assert data.identity("test", 16, 0) == "e5be9eb1f7b8d40e16c58730e3ef108a9c21f8b216176868cd44f9079ac7a712"


def test_an_unknown_data_set_is_named() -> None:
    """The error says what was asked and what there is."""
    with pytest.raises(DataError, match=r"no data set 'mnist' here; there are digit_scenes, digit_scenes_multi, cifar10"):
        open_data("mnist")
