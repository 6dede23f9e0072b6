"""Work that makes hundreds of thousands of objects and no garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """
    No search for cycles of garbage within, also as a decorator.

    Python looks through all objects again whenever a quarter more of them have been made. The first listing of 100,000 claims
    took 8.3 s of processor time with it and takes 5.0 s without (`python tests/scale/curve.py --sizes 10000`).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
