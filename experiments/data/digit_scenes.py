"""
Scenes composed from scikit-learn's handwritten digits: whole digits off the centre, on a canvas cluttered with pieces of digits.

A digit covers nine of the 64 patches of 8 px, so most tokens are background. `digit_scenes` shows one digit (its class is
the label), `digit_scenes_multi` two to four in different quarters (the set of classes is the label). The handwritten
digits of the three splits are disjoint; the same (data set, split, number, seed) gives the same bytes on any machine.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

from experiments.data.interface import SPLITS, Array, Data, Format, Scenes, Split
from experiments.errors import DataError

SIDE = 64
"""pixels of a scene's edge."""
PATCH = 8
CLASSES = 10
DIGIT = 24
"""pixels of a pasted digit's edge: the 8 x 8 originals, three times as large."""
PIECES = 8
"""clutter: square pieces of digits, one patch wide, that carry the same strokes but no class."""
DATASETS = {"digit_scenes": False, "digit_scenes_multi": True}
"""name → whether a scene has several labels."""
_SPLITS: dict[Split, slice] = {"train": slice(0, 1000), "validation": slice(1000, 1300), "test": slice(1300, None)}


@cache
def _digits(split: Split) -> tuple[Array, Array]:
    """Digits of a split as float32 [m, 24, 24] in 0..1, and their classes [m]."""
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits

    source = load_digits()
    order = np.random.default_rng(20230804).permutation(len(source.target))[_SPLITS[split]]
    small = source.images[order].astype(np.float32) / 16
    large = np.clip(zoom(small, (1, 3, 3), order=1, grid_mode=True, mode="nearest"), 0, 1)
    return large.astype(np.float32), source.target[order].astype(np.int64)


def _background(n: int, rng: np.random.Generator) -> Array:
    """Tilted planes of grey with noise, float32 [n, 64, 64]."""
    ramp = np.linspace(-0.5, 0.5, SIDE, dtype=np.float32)
    tilt = rng.uniform(-0.3, 0.3, (n, 2, 1, 1)).astype(np.float32)
    level = rng.uniform(0.05, 0.3, (n, 1, 1)).astype(np.float32)
    noise = rng.standard_normal((n, SIDE, SIDE), dtype=np.float32) * np.float32(0.05)
    scene: Array = level + tilt[:, 0] * ramp[None, :, None] + tilt[:, 1] * ramp[None, None, :] + noise
    return scene


def _paste(canvas: Array, patch: Array, top: int, left: int) -> None:
    """Lay a patch onto a canvas; the brighter of the two shows."""
    edge = patch.shape[0]
    window = canvas[top : top + edge, left : left + edge]
    np.maximum(window, patch, out=window)


def _places(multi: bool, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Top left corners of the digits: anywhere on the patch grid (single), one in each of two to four quarters (multi)."""
    if not multi:
        return [(int(rng.integers(0, 6)) * PATCH, int(rng.integers(0, 6)) * PATCH)]
    quarters = rng.permutation(4)[: int(rng.integers(2, 5))]
    half = SIDE // 2
    return [(int(q) // 2 * half + int(rng.integers(0, 2)) * PATCH, int(q) % 2 * half + int(rng.integers(0, 2)) * PATCH) for q in quarters]


def _clutter(canvas: Array, digits: Array, rng: np.random.Generator) -> None:
    """Scatter pieces of digits over a canvas."""
    corners = rng.integers(0, SIDE // PATCH, (PIECES, 2)) * PATCH
    crops = rng.integers(0, DIGIT - PATCH + 1, (PIECES, 2))
    chosen = rng.integers(0, len(digits), PIECES)
    contrast = rng.uniform(0.3, 0.8, PIECES)
    for (top, left), (y, x), index, strength in zip(corners, crops, chosen, contrast, strict=True):
        _paste(canvas, digits[index, y : y + PATCH, x : x + PATCH] * np.float32(strength), int(top), int(left))


def compose(dataset: str, split: Split, n: int, seed: int | tuple[int, ...]) -> Scenes:
    """
    Compose `n` scenes.

    dataset  "digit_scenes" or "digit_scenes_multi"
    seed     any seed of numpy's generator; equal seeds give equal scenes
    raises   DataError for a data set or a split that does not exist
    """
    if dataset not in DATASETS or split not in _SPLITS:
        raise DataError(f"no data set {dataset!r} with a split {split!r}; there are {', '.join(DATASETS)} with {', '.join(_SPLITS)}")
    multi = DATASETS[dataset]
    rng = np.random.default_rng(seed)
    digits, classes = _digits(split)
    images = _background(n, rng)
    labels = np.zeros((n, CLASSES), dtype=np.float32)
    for canvas, row in zip(images, labels, strict=True):
        _clutter(canvas, digits, rng)
        for top, left in _places(multi, rng):
            index = int(rng.integers(0, len(digits)))
            canvas[top : top + DIGIT, left : left + DIGIT] *= np.float32(0.5)
            _paste(canvas, digits[index] * np.float32(rng.uniform(0.75, 1.0)), top, left)
            row[classes[index]] = 1
    pixels = (np.clip(images, 0, 1) * 255).round().astype(np.uint8)
    return Scenes(pixels, labels if multi else labels.argmax(1), multi)


@cache
def load_scenes(dataset: str, split: Split = "test", n: int = 512, seed: int = 0) -> Scenes:
    """The scenes on which everything of one run is measured; composed once a process."""
    return compose(dataset, split, n, (seed, SPLITS.index(split)))


class DigitScenes(Data):
    """Digit scenes as a data set: composed when they are asked for, so that any number of them can be had."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.format = Format(SIDE, PATCH, 1, CLASSES, DATASETS[name])

    def size(self, split: Split) -> None:
        """None: any number of scenes can be composed."""

    def take(self, split: Split, n: int, seed: int) -> Scenes:
        """`n` scenes of the digits of a split."""
        return load_scenes(self.name, split, n, seed)

    def training_batch(self, n: int, seed: tuple[int, ...]) -> Scenes:
        """`n` fresh scenes of the training digits; composing them is all the augmentation they need."""
        return compose(self.name, "train", n, seed)

    def pixels(self, images: Array) -> Tensor:
        """uint8 [n, 64, 64] → float32 [n, 1, 64, 64], about of mean 0 and deviation 1."""
        return (torch.from_numpy(images).float().unsqueeze(1) / 255 - 0.25) / 0.25
