"""What a data set is to the laboratory: images with labels by split, the shape that a backbone needs for them, and an identity."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from experiments.errors import DataError

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
Array = npt.NDArray[Any]
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""of channels in 0..1, as timm's ImageNet weights expect them."""


@dataclass(frozen=True)
class Format:
    """The shape of a data set, which fixes the input and the head of a backbone."""

    side: int
    """pixels of an image's edge."""
    patch: int
    """pixels of a patch's edge."""
    channels: int
    classes: int
    multi_label: bool = False


@dataclass(frozen=True)
class Scenes:
    """A stack of images with their labels."""

    images: Array
    """uint8 [n, side, side] (grey) or [n, side, side, 3]."""
    labels: Array
    """int64 [n] (single-label) or float32 [n, classes] of zeros and ones (multi-label)."""
    multi_label: bool

    def digest(self) -> str:
        """SHA-256 of pixels and labels."""
        return hashlib.sha256(self.images.tobytes() + self.labels.tobytes()).hexdigest()


class Data(ABC):
    """A data set; the same arguments give the same images in any process."""

    name: str
    """the name that opens it."""
    format: Format

    @property
    def metric(self) -> str:
        """Its own measure of performance: "top1_percent" or, with several labels, "map_percent"."""
        return "map_percent" if self.format.multi_label else "top1_percent"

    @abstractmethod
    def size(self, split: Split) -> int | None:
        """How many images a split has; None where any number can be had."""

    @abstractmethod
    def take(self, split: Split, n: int, seed: int) -> Scenes:
        """
        `n` different images of a split as they are evaluated, chosen by `seed`.

        raises  DataError if the data are missing or damaged, or the split has fewer images
        """

    @abstractmethod
    def training_batch(self, n: int, seed: tuple[int, ...]) -> Scenes:
        """`n` images of the training split, augmented as this data set is trained on; equal seeds give equal batches."""

    @abstractmethod
    def pixels(self, images: Array) -> Tensor:
        """Images as `Scenes` holds them → the float32 input [n, channels, side, side] of a backbone."""

    def identity(self, split: Split, n: int, seed: int) -> str:
        """Digest of what `take` gives for the same arguments; other content has another digest."""
        return self.take(split, n, seed).digest()


def choose(available: int, n: int, seed: int, split: Split, name: str) -> Array:
    """
    Indices [n] of different images out of `available`, in an order that only the seed and the split decide.

    raises  DataError if there are fewer
    """
    if not 0 < n <= available:
        raise DataError(f"{n} images asked of {name}, whose {split} split has {available}; ask for 1 to {available}")
    return np.random.default_rng((seed, SPLITS.index(split))).permutation(available)[:n]


def normalised(images: Array, mean: tuple[float, ...] = IMAGENET_MEAN, deviation: tuple[float, ...] = IMAGENET_DEVIATION) -> Tensor:
    """Colour images, uint8 [n, s, s, 3] → float32 [n, 3, s, s] with the given mean and deviation of each channel taken out."""
    scaled = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).float() / 255
    return (scaled - torch.tensor(mean).view(1, -1, 1, 1)) / torch.tensor(deviation).view(1, -1, 1, 1)
