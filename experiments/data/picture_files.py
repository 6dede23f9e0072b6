"""
A data set of picture files under one folder; a `Listing` says which files a split has, and only those that are needed are read.

Prepared as in arXiv:2308.04657: with one label, 256/224 of the side at the shorter edge and a crop of the centre; with
several labels, both edges to the side, whatever the aspect. Training: with one label a crop of random size and a flip, with several a
flip and a square cut out. RandAugment, mixup and random erasing of that protocol are left out.
"""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from experiments.data.augment import cut_out, flips, window
from experiments.data.interface import Array, Data, Format, Scenes, Split, choose, normalised
from experiments.data.pictures import decoded
from experiments.errors import DataError

VALIDATION = 0.1
"""share of the training files that is the validation split where there is none."""
LARGEST_FILE = 2**28
"""bytes."""


@dataclass(frozen=True)
class Entry:
    """One picture."""

    path: str
    """relative to the root, with "/"."""
    labels: tuple[int, ...]
    """places in the list of classes."""


class Listing(ABC):
    """Which pictures there are."""

    root: Path
    """what no picture may lie outside of."""
    classes: tuple[str, ...]
    """sorted by name."""
    multi_label: bool

    @abstractmethod
    def entries(self, split: Split) -> tuple[Entry, ...]:
        """
        Pictures of a split, in an order that only the names decide; none if the set has no such split of its own.

        raises  DataError if the split is damaged
        """


class PictureFiles(Data):
    """Pictures of any size as images of one size."""

    def __init__(self, name: str, listing: Listing, side: int = 224, patch: int = 16) -> None:
        if patch < 1 or side < patch or side % patch:
            raise DataError(f"side {side} and patch {patch} of {name}; expected a side that is a multiple of the patch")
        self.name = name
        self.listing = listing
        self.format = Format(side, patch, 3, len(listing.classes), listing.multi_label)
        self.entries = cache(self._entries)

    def size(self, split: Split) -> int:
        """How many pictures a split has."""
        return len(self.entries(split))

    def take(self, split: Split, n: int, seed: int) -> Scenes:
        """`n` different pictures of a split, whole but for the edges."""
        chosen = self._chosen(split, n, seed)
        return self._scenes(chosen, [self._fitted(self._picture(entry)) for entry in chosen])

    def training_batch(self, n: int, seed: tuple[int, ...]) -> Scenes:
        """`n` training pictures, cropped (one label) or with a square cut out (several), and flipped at random."""
        rng, pool = np.random.default_rng(seed), self.entries("train")
        if not pool:
            raise DataError(f"{self.name} has no training pictures; add a folder or rows for train")
        chosen = [pool[i] for i in rng.integers(0, len(pool), n)]
        if self.format.multi_label:
            images = [cut_out(np.asarray(self._fitted(self._picture(entry))), rng) for entry in chosen]
        else:
            images = [self._cropped(self._picture(entry), rng) for entry in chosen]
        scenes = self._scenes(chosen, images)
        return Scenes(flips(scenes.images, rng), scenes.labels, scenes.multi_label)

    def pixels(self, images: Array) -> Tensor:
        """uint8 [n, s, s, 3] → float32 [n, 3, s, s] with the mean and deviation of ImageNet's channels taken out."""
        return normalised(images)

    def identity(self, split: Split, n: int, seed: int) -> str:
        """Digest of names, sizes, content and labels of what `take` would read; nothing is decoded."""
        digest = hashlib.sha256(repr((self.format, self.listing.classes)).encode())
        for entry in self._chosen(split, n, seed):
            data = read(self.listing.root, entry.path)
            digest.update(repr((entry.path, entry.labels, len(data), hashlib.sha256(data).hexdigest())).encode())
        return digest.hexdigest()

    def _entries(self, split: Split) -> tuple[Entry, ...]:
        """Where the set has no validation split of its own, a part of its training pictures that is the same in every run."""
        if split == "test" or self.listing.entries("validation"):
            return self.listing.entries(split)
        whole = self.listing.entries("train")
        order = np.random.default_rng(20230804).permutation(len(whole))
        held_out = round(VALIDATION * len(whole))
        return tuple(whole[i] for i in sorted(order[:held_out] if split == "validation" else order[held_out:]))

    def _chosen(self, split: Split, n: int, seed: int) -> list[Entry]:
        pool = self.entries(split)
        return [pool[i] for i in choose(len(pool), n, seed, split, self.name)]

    def _picture(self, entry: Entry) -> Any:
        return decoded(read(self.listing.root, entry.path), f"{entry.path} in {self.listing.root}")

    def _fitted(self, image: Any) -> Any:
        from PIL.Image import Resampling

        side = self.format.side
        if self.format.multi_label:
            return image.resize((side, side), Resampling.BILINEAR)
        width, height = image.size
        edge = min(width, height) * 224 / 256
        left, top = (width - edge) / 2, (height - edge) / 2
        return image.resize((side, side), Resampling.BICUBIC, box=(left, top, left + edge, top + edge))

    def _cropped(self, image: Any, rng: np.random.Generator) -> Any:
        from PIL.Image import Resampling

        return image.resize((self.format.side, self.format.side), Resampling.BICUBIC, box=window(image.width, image.height, rng))

    def _scenes(self, entries: list[Entry], images: list[Any]) -> Scenes:
        stack = np.stack([np.asarray(image) for image in images])
        if not self.format.multi_label:
            return Scenes(stack, np.array([entry.labels[0] for entry in entries], np.int64), False)
        labels = np.zeros((len(entries), self.format.classes), np.float32)
        for row, entry in zip(labels, entries, strict=True):
            row[list(entry.labels)] = 1
        return Scenes(stack, labels, True)


def contained(root: Path, path: Path) -> Path:
    """
    The real place of a path below `root`.

    raises  DataError if it does not exist, or a link or ".." leads out of `root`
    """
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(f"{str(path)!r} is absent; put it back or take it out of the list") from error
    if not real.is_relative_to(root.resolve()):
        raise DataError(f"{path} leads out of {root}; copy the picture into it")
    return real


def read(root: Path, name: str) -> bytes:
    """The bytes of a picture; DataError if it is absent, outside of `root`, no plain file or larger than 256 MiB."""
    path = contained(root, root / name)
    if not path.is_file() or path.stat().st_size > LARGEST_FILE:
        raise DataError(f"{path} is no file of at most {LARGEST_FILE} bytes; replace it or leave it out")
    if not os.access(path, os.R_OK):
        raise DataError(f"{path} may not be read; allow it to be read")
    return path.read_bytes()
