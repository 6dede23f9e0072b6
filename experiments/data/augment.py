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


def cut_out(image: Array, rng: np.random.Generator) -> Array:
    """The image [s, s, 3] with a square of up to half the side, anywhere, in one random colour (Cutout, arXiv:1708.04552)."""
    side = image.shape[0]
    centre, half = rng.integers(0, side, 2), side // 4
    (top, left), (bottom, right) = np.maximum(centre - half, 0), centre + half
    result = image.copy()
    result[top:bottom, left:right] = rng.integers(0, 256, 3)
    return result


def window(width: int, height: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """
    A random part of a picture, as left, top, right, bottom.

    Its area is 8 to 100 % of the picture's, its aspect 3/4 to 4/3 (arXiv:1409.4842); after ten tries that do not fit, the largest
    square in the centre.
    """
    for _ in range(10):
        area, aspect = width * height * rng.uniform(0.08, 1), np.exp(rng.uniform(np.log(3 / 4), np.log(4 / 3)))
        across, down = round(np.sqrt(area * aspect)), round(np.sqrt(area / aspect))
        if 0 < across <= width and 0 < down <= height:
            left, top = int(rng.integers(0, width - across + 1)), int(rng.integers(0, height - down + 1))
            return left, top, left + across, top + down
    edge = min(width, height)
    left, top = (width - edge) // 2, (height - edge) // 2
    return left, top, left + edge, top + edge
