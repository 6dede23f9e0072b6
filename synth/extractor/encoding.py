"""
Sentences of an abstract → vectors in context.

The sentences are read together, a separator behind each; a sentence's vector is the mean over its word pieces in the fourth of MiniLM's
six layers. The sixth, tuned to tell what a sentence is about, tells worse what it does (train_roles.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from synth.store.embedding import encodable, packaged_transformer

LAYER = 4
WIDTH = 384
WINDOW = 256
"""word pieces that are read together; a longer text is read in windows of whole sentences and about equal length."""
LONGEST = 120
"""word pieces of a sentence that are read."""
BATCH = 16
"""windows a batch."""

Floats = NDArray[np.float32]
Pieces = list[list[int]]


def encoded(texts: Sequence[Sequence[str]]) -> Floats:
    """[sentences of all texts, WIDTH]; raises SynthError if the packaged model cannot be loaded."""
    found = [np.zeros((len(text), WIDTH), dtype=np.float32) for text in texts]
    places = [(t, first, window) for t, text in enumerate(texts) for first, window in _windows(_pieces(tuple(text)))]
    places.sort(key=lambda place: sum(map(len, place[2])))
    for at in range(0, len(places), BATCH):
        batch = places[at : at + BATCH]
        for (t, first, window), rows in zip(batch, _read([window for _, _, window in batch]), strict=True):
            found[t][first : first + len(window)] = rows
    return np.concatenate(found) if found else np.zeros((0, WIDTH), dtype=np.float32)


def _pieces(sentences: tuple[str, ...]) -> Pieces:
    """The word pieces of each sentence, with the separator behind them."""
    tokenizer, _ = packaged_transformer(LAYER)
    pieces = tokenizer([encodable(sentence) for sentence in sentences], add_special_tokens=False, verbose=False)["input_ids"]
    return [[*each[:LONGEST], tokenizer.sep_token_id] for each in pieces]


def _windows(pieces: Pieces) -> Iterator[tuple[int, Pieces]]:
    """(number of the first sentence, sentences) of each window."""
    room = WINDOW - 1
    total = sum(map(len, pieces))
    target = total / -(-total // room)
    first, size = 0, 0
    for i, each in enumerate(pieces):
        if i > first and (size + len(each) > room or (target < total and size + len(each) / 2 > target)):
            yield first, pieces[first:i]
            first, size = i, 0
        size += len(each)
    yield first, pieces[first:]


def _read(windows: Sequence[Pieces]) -> Iterator[Floats]:
    """For each window [sentences, WIDTH]."""
    import torch

    tokenizer, model = packaged_transformer(LAYER)
    rows = [[tokenizer.cls_token_id, *(piece for sentence in window for piece in sentence)] for window in windows]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [tokenizer.pad_token_id] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    with torch.inference_mode():
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state.numpy()
    for window, state in zip(windows, states, strict=True):
        ends = np.cumsum([1, *map(len, window)])
        yield np.stack([state[begin:end].mean(0) for begin, end in pairwise(ends)])
