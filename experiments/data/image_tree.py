"""Pictures in folders named by class, below a folder for each split (ImageNet, NABirds): the layout of torchvision's ImageFolder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from experiments.data.interface import Split
from experiments.data.picture_files import Entry, Listing, contained
from experiments.errors import DataError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
"""of pictures; other files are passed over."""
FOLDERS: dict[Split, tuple[str, ...]] = {"train": ("train",), "validation": ("val", "validation"), "test": ("test",)}


class ImageTree(Listing):
    """
    The tree at `root`, with train/ and val/ or test/ in it.

    Without a labelled test/ (ImageNet's has no classes) val/ is the test split, and validation is a part of train/.

    raises  DataError if there is no such tree, or its splits have different classes
    """

    multi_label = False

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise DataError(f"no folder {root}; expected one with train/ and val/ or test/, each with a folder a class")
        self.root = root
        self.folders = _folders(root)
        self.classes = _common([(folder, _classes(root, folder)) for folder in self.folders.values()])

    def entries(self, split: Split) -> tuple[Entry, ...]:
        """Pictures of a split by class and name."""
        if split not in self.folders:
            return ()
        found: list[Entry] = []
        for label, name in enumerate(self.classes):
            pictures = [Entry(path, (label,)) for path in _pictures(self.root, self.folders[split] / name)]
            if not pictures:
                raise DataError(f"no pictures in {self.folders[split] / name}; expected {', '.join(SUFFIXES)} files, or no such class")
            found += pictures
        return tuple(found)


def _folders(root: Path) -> dict[Split, Path]:
    found = {split: folder for split, names in FOLDERS.items() if (folder := _labelled(root, names))}
    if "test" not in found and "validation" in found:
        found["test"] = found.pop("validation")
    if "test" not in found:
        raise DataError(f"no labelled test pictures in {root}; expected val/ or test/ with a folder for each class")
    return found


def _labelled(root: Path, names: tuple[str, ...]) -> Path | None:
    """The first folder of these names that has folders in it."""
    for folder in (root / name for name in names):
        if folder.is_dir() and any(child.is_dir() for child in contained(root, folder).iterdir()):
            return folder
    return None


def _classes(root: Path, folder: Path) -> tuple[str, ...]:
    names = sorted(child.name for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))
    for name in names:
        contained(root, folder / name)
    return tuple(names)


def _common(classes: list[tuple[Path, tuple[str, ...]]]) -> tuple[str, ...]:
    """The classes of all splits; DataError if they differ."""
    (first, expected), *others = classes
    for folder, found in others:
        if found != expected:
            name = min(set(expected) ^ set(found))
            raise DataError(f"{first} and {folder} have different classes ({name!r} is in one only); expected the same in both")
    return expected


def _pictures(root: Path, folder: Path) -> Iterator[str]:
    """Paths relative to the root, sorted; links out of the tree are refused even if they would not be chosen."""
    for entry in sorted(os.scandir(folder), key=lambda found: found.name):
        if entry.is_symlink():
            contained(root, Path(entry.path))
        if entry.is_dir(follow_symlinks=False):
            yield from _pictures(root, Path(entry.path))
        elif entry.name.lower().endswith(SUFFIXES) and not entry.name.startswith("."):
            yield Path(entry.path).relative_to(root).as_posix()
