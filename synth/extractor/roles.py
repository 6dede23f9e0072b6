"""
What each sentence of a document does in it: background, objective, method, result, conclusion or other.

A linear chain over hashed words (traits.py, chain.py); its weights come from recipes/train_roles.py. An abstract is one text in which
places count; each section of a body is a text of its own in which they do not. A conclusion says what the results mean: it is told
from a result because abstracts of medicine head the two apart.
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
from synth.extractor.traits import SIZE, matrix
from synth.model import Document, Passage

Role = Literal["background", "objective", "method", "result", "conclusion", "other"]
ROLES: tuple[Role, ...] = ("background", "objective", "method", "result", "conclusion", "other")
MERGED: tuple[Role, ...] = ("background", "objective", "method", "result", "other")
"""the roles of those who call what is concluded a result, too."""
WEIGHTS = Path(__file__).with_name("roles.safetensors")


@dataclass(frozen=True)
class RoleModel:
    """Weights of the traits and of the steps between roles."""

    weights: NDArray[np.float32]
    """[SIZE, roles]"""
    chain: Chain

    def probabilities(self, texts: Sequence[Sequence[str]], *, placed: Sequence[bool]) -> Floats:
        """
        [sentences of all texts, roles], rows sum to 1.

        texts   none of them empty
        placed  for each text, whether it is an abstract: there the place of a sentence counts, and how abstracts open and close
        """
        if not texts:
            return np.zeros((0, len(ROLES)))
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        scores = np.asarray(matrix(texts, placed=placed) @ self.weights, dtype=np.float64)
        rows = np.repeat(np.asarray(placed, dtype=bool), lengths)
        found = np.zeros_like(scores)
        inner = Chain(self.chain.step, np.zeros(len(ROLES)), np.zeros(len(ROLES)))
        for kind, chain in ((True, self.chain), (False, inner)):
            if (rows == kind).any():
                found[rows == kind] = beliefs(scores[rows == kind], lengths[np.asarray(placed) == kind], chain).roles
        return found


@lru_cache(maxsize=1)
def shipped() -> RoleModel:
    """The model that comes with the program."""
    from safetensors.numpy import load_file

    held = {name: values.astype(np.float32) for name, values in load_file(str(WEIGHTS)).items()}
    assert held["weights"].shape == (SIZE, len(ROLES))
    return RoleModel(held["weights"], Chain(held["step"].astype(float), held["first"].astype(float), held["last"].astype(float)))


def role_probabilities(passages: Sequence[Passage]) -> Floats:
    """[passages, roles] in their order; passages of one section that follow one another are read together."""
    runs = [list(run) for _, run in groupby(passages, key=lambda one: (one.section, one.role))]
    return shipped().probabilities([[one.text for one in run] for run in runs], placed=[run[0].role == "abstract" for run in runs])


def is_abstract(document: Document) -> bool:
    """Whether the document is an abstract and no more; fewer than three sentences are none, because neighbours tell the roles."""
    return len(document.passages) > 2 and all(passage.role == "abstract" for passage in document.passages)


def merged(row: Sequence[float] | Floats) -> Role:
    """The likeliest role of a sentence where conclusions count as results."""
    likely = dict(zip(ROLES, row, strict=True))
    likely["result"] += likely.pop("conclusion")
    return max(MERGED, key=lambda role: likely[role])
