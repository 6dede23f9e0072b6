"""Data sets by name; every one of them is deterministic by seed and disjoint between its splits."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from experiments.data.digit_scenes import DATASETS, DigitScenes, load_scenes
from experiments.data.interface import Data, Format, Scenes, Split
from experiments.errors import DataError

NAMES = (*DATASETS, "cifar10")
"""Sets that need no path in their name."""


def open_data(name: str, folder: Path | str | None = None) -> Data:
    """
    The data set of this name; one object a name and folder.

    name    one of NAMES
    folder  where real data sets lie; the digit scenes need none
    raises  DataError for an unknown name
    """
    return _opened(name, None if folder in (None, "") else Path(str(folder)))


@cache
def _opened(name: str, folder: Path | None) -> Data:
    if name in DATASETS:
        return DigitScenes(name)
    if name == "cifar10":
        from experiments.data.cifar10 import Cifar10

        return Cifar10(folder)
    raise DataError(f"no data set {name!r} here; there are {', '.join(NAMES)}")


__all__ = ["DATASETS", "NAMES", "Data", "Format", "Scenes", "Split", "load_scenes", "open_data"]
