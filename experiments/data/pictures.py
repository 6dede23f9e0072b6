"""Bytes of a picture → its pixels; whatever is damaged, huge or of another kind is one line that names it."""

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
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=KINDS)
            if image.size[0] * image.size[1] > LARGEST:
                raise DataError(f"{where} has {image.size[0]} x {image.size[1]} pixels, at most {LARGEST} in all are read; leave it out")
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{where} is no whole {', '.join(KINDS)} picture ({reason}); replace it or leave it out") from error
