"""
Data sets by name; every one of them is deterministic by seed and disjoint between its splits.

digit_scenes, digit_scenes_multi    composed here
cifar10                             in the folder of real data sets
imagefolder:PATH                    a folder of train/ and val/ or test/ with a folder a class (ImageNet, NABirds)
csv:PATH?separator=;                a list of pictures with several labels (COCO, NUS-WIDE)

A path is relative to the folder of real data sets. After "?" also side and patch, in pixels, joined by "&"; by default 224 and 16.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

from experiments.data.digit_scenes import DATASETS, DigitScenes, load_scenes
from experiments.data.interface import Data, Format, Scenes, Split
from experiments.errors import DataError

NAMES = (*DATASETS, "cifar10")
"""Sets that need no path in their name."""
PATH_NAMES = ("imagefolder:PATH", "csv:PATH")
_OPTIONS = {"imagefolder": {"side", "patch"}, "csv": {"side", "patch", "separator"}}


def open_data(name: str, folder: Path | str | None = None) -> Data:
    """
    The data set of this name; one object a name and folder.

    folder  where real data sets lie; the digit scenes need none
    raises  DataError for an unknown name, or pictures that are missing or damaged
    """
    return _opened(name, None if folder in (None, "") else Path(str(folder)))


@cache
def _opened(name: str, folder: Path | None) -> Data:
    if name in DATASETS:
        return DigitScenes(name)
    if name == "cifar10":
        from experiments.data.cifar10 import Cifar10

        return Cifar10(folder)
    kind, _, rest = name.partition(":")
    if kind not in _OPTIONS or not rest:
        raise DataError(f"no data set {name!r} here; there are {', '.join(NAMES + PATH_NAMES)}")
    path, _, query = rest.partition("?")
    return _pictures(name, kind, (folder or Path()) / path, dict(parse_qsl(query, keep_blank_values=True)))


def _pictures(name: str, kind: str, path: Path, options: dict[str, str]) -> Data:
    from experiments.data.image_tree import ImageTree
    from experiments.data.label_table import LabelTable
    from experiments.data.picture_files import PictureFiles

    unknown = sorted(options.keys() - _OPTIONS[kind])
    if unknown:
        raise DataError(f"no option {unknown[0]!r} in {name!r}; there are {', '.join(sorted(_OPTIONS[kind]))}")
    sizes = [options.get("side", "224"), options.get("patch", "16")]
    if not all(size.isdecimal() and len(size) < 5 for size in sizes):
        raise DataError(f"side and patch {' and '.join(sizes)} in {name!r}; expected pixels, as in side=224&patch=16")
    separator = options.get("separator", ";")
    if len(separator) != 1:
        raise DataError(f"separator {separator!r} in {name!r}; expected one character")
    listing = ImageTree(path) if kind == "imagefolder" else LabelTable(path, separator)
    return PictureFiles(name, listing, *map(int, sizes))


__all__ = ["DATASETS", "NAMES", "PATH_NAMES", "Data", "Format", "Scenes", "Split", "load_scenes", "open_data"]
