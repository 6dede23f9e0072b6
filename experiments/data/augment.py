"""Augmentations of stacks of images, each drawn from the generator that it is given."""

from __future__ import annotations

import numpy as np

from experiments.data.interface import Array


def crops(images: Array, frame: int, rng: np.random.Generator) -> Array:
    """Each image [n, s, s, c] moved by up to `frame` pixels either way, black where nothing was."""
    side = images.shape[1]
    framed = np.pad(images, ((0, 0), (frame, frame), (frame, frame), (0, 0)))
    corners = rng.integers(0, 2 * frame + 1, (len(images), 2))
    return np.stack([image[top : top + side, left : left + side] for image, (top, left) in zip(framed, corners, strict=True)])


def flips(images: Array, rng: np.random.Generator) -> Array:
    """Each image [n, s, s, c] mirrored left to right with probability a half."""
    mirrored = rng.random(len(images)) < 0.5
    return np.where(mirrored[:, None, None, None], images[:, :, ::-1], images)
