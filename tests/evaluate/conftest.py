"""The conversion that the pipeline gives to labelled sets, and one embedder for all tests."""

from __future__ import annotations

import pytest

from synth.evaluate.items import Reading
from synth.evaluating import cells_of
from synth.reader.sections import sections_of
from synth.reader.sentences import split
from synth.store.embedding import Embedder


@pytest.fixture(scope="session")
def reading() -> Reading:
    """As a paper would be read."""
    return Reading(split, sections_of, cells_of)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The packaged model, loaded once."""
    return Embedder()
