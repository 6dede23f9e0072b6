"""
What each sentence of a document does in it: background, objective, method, result, conclusion or other.

A linear chain over hashed words (traits.py, chain.py); its weights come from recipes/train_roles.py. An abstract is one text in which
places count; each section of a body is a text of its own in which they do not. A conclusion says what the results mean: it is told
from a result because abstracts of medicine head the two apart.

Of an abstract, a second chain sees each sentence's vector in context as well (encoding.py). It was fitted to abstracts of computer
science, which do not tell results from conclusions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from synth.extractor.chain import Chain, Floats, beliefs
from synth.extractor.encoding import encoded
from synth.extractor.traits import SIZE, matrix
from synth.model import Document, Passage

Role = Literal["background", "objective", "method", "result", "conclusion", "other"]
ROLES: tuple[Role, ...] = ("background", "objective", "method", "result", "conclusion", "other")
MERGED: tuple[Role, ...] = ("background", "objective", "method", "result", "other")
"""the roles of those who call what is concluded a result, too."""
SHORTEST = 3
"""sentences of an abstract: neighbours tell the roles."""
WEIGHTS = Path(__file__).with_name("roles.safetensors")


@dataclass(frozen=True)
class RoleModel:
    """Weights of the traits and of the steps between roles."""

    weights: NDArray[np.float32]
    """[SIZE, roles]"""
    chain: Chain
    of_vectors: NDArray[np.float32] | None = None
    """[1 + WIDTH, roles], of one and of the vector in context; None where vectors are not looked at."""

    def probabilities(
        self, texts: Sequence[Sequence[str]], *, placed: Sequence[bool], vectors: NDArray[np.float32] | None = None
    ) -> Floats:
        """
        [sentences of all texts, roles], rows sum to 1.

        texts    none of them empty
        placed   for each text, whether it is an abstract: there the place of a sentence counts, and how abstracts open and close
        vectors  [sentences of all texts, WIDTH] if the model looks at them
        """
        if not texts:
            return np.zeros((0, len(self.chain.first)))
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        scores = np.asarray(matrix(texts, placed=placed) @ self.weights, dtype=np.float64)
        if self.of_vectors is not None and vectors is not None:
            scores += self.of_vectors[0] + vectors @ self.of_vectors[1:]
        rows = np.repeat(np.asarray(placed, dtype=bool), lengths)
        found = np.zeros_like(scores)
        inner = Chain(self.chain.step, np.zeros_like(self.chain.first), np.zeros_like(self.chain.last))
        for kind, chain in ((True, self.chain), (False, inner)):
            if (rows == kind).any():
                found[rows == kind] = beliefs(scores[rows == kind], lengths[np.asarray(placed) == kind], chain).roles
        return found


@lru_cache(maxsize=1)
def shipped() -> tuple[RoleModel, RoleModel]:
    """The models that come with the program: by words, of all roles; and in context, of the merged ones."""
    from safetensors.numpy import load_file

    held = load_file(str(WEIGHTS))

    def model(part: str) -> RoleModel:
        weights, vectors = held[f"{part}.weights"].astype(np.float32), held.get(f"{part}.of_vectors")
        assert len(weights) == SIZE
        chain = Chain(*(held[f"{part}.{name}"].astype(float) for name in ("step", "first", "last")))
        return RoleModel(weights, chain, None if vectors is None else vectors.astype(np.float32))

    return model("words"), model("context")


def role_probabilities(passages: Sequence[Passage]) -> Floats:
    """[passages, roles] in their order, by words; passages of one section that follow one another are read together."""
    runs = _runs(passages)
    words, _ = shipped()
    return words.probabilities([[one.text for one in run] for run in runs], placed=[run[0].role == "abstract" for run in runs])


def in_context(passages: Sequence[Passage], by_words: Floats) -> Floats:
    """
    The same rows, those of abstracts in context.

    by_words  of role_probabilities; of what is found in an abstract, as much is concluded as words alone say
    """
    found, at = by_words.copy(), 0
    for run in _runs(passages):
        if run[0].role == "abstract" and len(run) >= SHORTEST:
            found[at : at + len(run)] = _shared(_abstract_roles(tuple(one.text for one in run)), by_words[at : at + len(run)])
        at += len(run)
    return found


def _runs(passages: Sequence[Passage]) -> list[list[Passage]]:
    return [list(run) for _, run in groupby(passages, key=lambda one: (one.section, one.role))]


@lru_cache(maxsize=4)
def _abstract_roles(sentences: tuple[str, ...]) -> Floats:
    """[sentences, merged roles]; the last few are remembered, because claims and roles of a document are asked for in turn."""
    _, context = shipped()
    return context.probabilities([sentences], placed=[True], vectors=encoded([sentences]))


def _shared(rows: Floats, by_words: Floats) -> Floats:
    """Rows of merged roles as rows of all roles."""
    found = np.zeros_like(by_words)
    found[:, [ROLES.index(role) for role in MERGED]] = rows
    result, conclusion = ROLES.index("result"), ROLES.index("conclusion")
    concluded = by_words[:, conclusion] / np.maximum(by_words[:, result] + by_words[:, conclusion], 1e-12)
    found[:, conclusion] = concluded * found[:, result]
    found[:, result] -= found[:, conclusion]
    return found


def is_abstract(document: Document) -> bool:
    """Whether the document is an abstract and no more; fewer than SHORTEST sentences are none."""
    return len(document.passages) >= SHORTEST and all(passage.role == "abstract" for passage in document.passages)


def merged(row: Sequence[float] | Floats) -> Role:
    """The likeliest role of a sentence where conclusions count as results."""
    likely = dict(zip(ROLES, row, strict=True))
    likely["result"] += likely.pop("conclusion")
    return max(MERGED, key=lambda role: likely[role])
