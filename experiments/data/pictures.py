"""Bytes of a picture → its pixels; what is damaged, huge or of another kind is one line that names it."""

from __future__ import annotations

import io
import warnings
from typing import Any

from experiments.errors import DataError

KINDS = ("JPEG", "PNG", "WEBP", "BMP")
LARGEST = 2**26
"""pixels; more in one picture is taken for a decompression bomb."""


def decoded(data: bytes, where: str) -> Any:
    """
    A PIL image in RGB.

    where   what the picture is called in a message
    raises  DataError if it is no whole picture of a known kind, or has more than 64 million pixels
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=KINDS)
            width, height = image.size
            if width * height <= LARGEST:
                return image.convert("RGB")
    except UnidentifiedImageError:
        raise DataError(f"{where} is no {', '.join(KINDS)} picture; replace it or leave it out") from None
    # What a decoder raises on damaged bytes depends on the format and on the place of the damage.
    except Exception as error:
        raise DataError(f"{where} is damaged ({' '.join(str(error).split())}); replace it or leave it out") from error
    raise DataError(f"{where} has {width} x {height} pixels, at most {LARGEST} in all are read; leave it out")
