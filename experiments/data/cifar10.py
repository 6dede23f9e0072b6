"""
CIFAR-10 (Krizhevsky 2009), from torchvision's folder or from `cifar10_jpeg.npz`: its images as JPEG bytes behind one another.

The two hold different pixels, as JPEG loses some, so their identities differ. Five thousand of the training images are the
validation split. Augmentation: crop out of a frame of 4 px, horizontal flip. Patches of 4 px make 8 x 8 tokens.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from torch import Tensor

from experiments.data.augment import crops, flips
from experiments.data.interface import Array, Data, Format, Scenes, Split, choose, normalised
from experiments.data.pictures import decoded
from experiments.errors import DataError

Half = Literal["train", "test"]

ARRAYS = "cifar10_jpeg.npz"
BATCHES = "cifar-10-batches-py"
SIDE, CLASSES, FRAME = 32, 10, 4
VALIDATION = 0.1
"""share of the training images."""
MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
"""of the training images' channels, in 0..1."""
SHIPPED: dict[Half, str] = {
    "train": "4fb4c0e36d7996e29bea6e7819ef3e08ed19d321d6bdceee78d5c6c444566469",
    "test": "d9427161100144d0c8aa5179a9c0e2cd4625f58c84be4bcfd86b218d22b07e58",
}
"""digests of the images and labels in `cifar10_jpeg.npz` once decoded, on which the shipped weights and rows were made."""
LARGEST_MEMBER = 2**30
"""bytes that one array of the file may take once unpacked; the real ones take 46 MB."""


class Cifar10(Data):
    """
    CIFAR-10 out of `folder`, read when its images are first needed.

    Without a folder nothing can be read, but the identity of what the shipped rows were measured on is known.
    """

    name = "cifar10"
    format = Format(SIDE, 4, 3, CLASSES)

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def size(self, split: Split) -> int:
        """How many images a split has."""
        return len(self._pool(split).labels)

    def take(self, split: Split, n: int, seed: int) -> Scenes:
        """`n` different images of a split, chosen by seed."""
        pool = self._pool(split)
        index = choose(len(pool.labels), n, seed, split, self.name)
        return Scenes(pool.images[index], pool.labels[index], False)

    def training_batch(self, n: int, seed: tuple[int, ...]) -> Scenes:
        """`n` training images, cropped out of a frame of 4 px and flipped at random."""
        pool, rng = self._pool("train"), np.random.default_rng(seed)
        index = rng.integers(0, len(pool.labels), n)
        return Scenes(flips(crops(pool.images[index], FRAME, rng), rng), pool.labels[index], False)

    def pixels(self, images: Array) -> Tensor:
        """uint8 [n, 32, 32, 3] → float32 [n, 3, 32, 32], each channel of mean 0 and deviation 1 over the training images."""
        return normalised(images, MEAN, DEVIATION)

    def identity(self, split: Split, n: int, seed: int) -> str:
        """Digest of the whole split together with what was chosen of it."""
        half: Half = "test" if split == "test" else "train"
        content = SHIPPED[half] if self.folder is None else _content(self.folder, half)
        return hashlib.sha256(f"{content} {split} {n} {seed}".encode()).hexdigest()

    def _pool(self, split: Split) -> Scenes:
        if self.folder is None:
            raise DataError(f"no folder for cifar10; state the one that holds {ARRAYS} or {BATCHES} (--data FOLDER)")
        return _split(self.folder, split)


@cache
def _split(folder: Path, split: Split) -> Scenes:
    """All images of a split; validation and train are disjoint parts of the training images, the same in every run."""
    if split == "test":
        return _read(folder, "test")
    whole = _read(folder, "train")
    order = np.random.default_rng(20230804).permutation(len(whole.labels))
    held_out = round(VALIDATION * len(order))
    index = np.sort(order[:held_out] if split == "validation" else order[held_out:])
    return Scenes(whole.images[index], whole.labels[index], False)


@cache
def _content(folder: Path, half: Half) -> str:
    return _read(folder, half).digest()


@cache
def _read(folder: Path, half: Half) -> Scenes:
    if (folder / ARRAYS).is_file():
        return _from_arrays(folder / ARRAYS, half)
    if (folder / BATCHES).is_dir():
        return _from_batches(folder, half)
    raise DataError(f"no CIFAR-10 in {folder}; expected {ARRAYS} or torchvision's folder {BATCHES} there")


def _from_batches(folder: Path, half: Half) -> Scenes:
    """The originals; torchvision compares the files with known checksums before it unpickles them."""
    from torchvision.datasets import CIFAR10

    try:
        source = CIFAR10(str(folder), train=half == "train", download=False)
    except (RuntimeError, OSError) as error:
        raise DataError(f"{folder / BATCHES} is incomplete or damaged; fetch CIFAR-10 again with torchvision") from error
    return Scenes(np.asarray(source.data), np.asarray(source.targets, dtype=np.int64), False)


def _from_arrays(path: Path, half: Half) -> Scenes:
    """JPEG bytes `jpg_*` with offsets `off_*` and labels `y_*`, decoded."""
    stream, offsets, labels = (_member(path, f"{name}_{half}") for name in ("jpg", "off", "y"))
    _checked(path, half, stream, offsets, labels)
    data, bounds = stream.tobytes(), offsets.astype(np.int64).tolist()
    images = np.empty((len(labels), SIDE, SIDE, 3), np.uint8)
    for i, (start, end) in enumerate(pairwise(bounds)):
        image = decoded(data[start:end], f"image {i} of jpg_{half} in {path}")
        if image.size != (SIDE, SIDE):
            raise DataError(f"image {i} of jpg_{half} in {path} has {image.size[0]} x {image.size[1]} pixels, expected 32 x 32")
        images[i] = np.asarray(image)
    return Scenes(images, labels.astype(np.int64), False)


def _member(path: Path, name: str) -> Array:
    try:
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo(f"{name}.npy").file_size
        if size > LARGEST_MEMBER:
            raise DataError(f"{name} in {path} takes {size} bytes unpacked, at most {LARGEST_MEMBER} are read")
        with np.load(path, allow_pickle=False) as arrays:
            value: Array = arrays[name]
    except KeyError:
        raise DataError(f"no array {name} in {path}; expected jpg_*, off_* and y_* for train and test") from None
    except (OSError, ValueError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged ({' '.join(str(error).split())}); fetch it again") from error
    return value


def _checked(path: Path, half: Half, stream: Array, offsets: Array, labels: Array) -> None:
    """Raise DataError where bytes, offsets and labels do not belong together."""
    wrong = _mismatch(stream, offsets, labels)
    if wrong:
        raise DataError(f"{half} of {path}: {wrong}; fetch the file again")


def _mismatch(stream: Array, offsets: Array, labels: Array) -> str:
    kinds: tuple[tuple[str, Any], ...] = (("jpg", stream), ("off", offsets), ("y", labels))
    for name, value in kinds:
        if value.ndim != 1 or value.dtype.kind not in "iu":
            return f"{name} is {value.dtype} of shape {value.shape}, expected a row of integers"
    if stream.dtype != np.uint8:
        return f"jpg is {stream.dtype}, expected uint8"
    if len(offsets) != len(labels) + 1 or not len(labels):
        return f"{len(offsets)} offsets for {len(labels)} labels, expected one more than labels"
    bounds = offsets.astype(np.int64)
    if bounds[0] < 0 or (np.diff(bounds) <= 0).any():
        return "offsets do not rise"
    if bounds[-1] > len(stream):
        return f"offsets end at {bounds[-1]}, beyond the {len(stream)} bytes"
    if labels.min() < 0 or labels.max() >= CLASSES:
        return f"labels lie in {labels.min()}..{labels.max()}, expected 0..{CLASSES - 1}"
    return ""
