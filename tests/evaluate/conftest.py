"""The conversion that the pipeline gives to labelled sets, and one embedder for all tests."""

from __future__ import annotations

import pytest

from synth.evaluate.items import Reading
from synth.evaluating import READING
from synth.store.embedding import Embedder


@pytest.fixture(scope="session")
def reading() -> Reading:
    """As a paper would be read."""
    return READING


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The packaged model, loaded once."""
    return Embedder()
