"""A linear chain over the sentences of many texts at once: how likely each role is, given all sentences of the same text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chain:
    """What one role says of the next."""

    step: Floats
    """[k, k], log-weight of going from the row's role to the column's,"""
    first: Floats
    """[k], of opening a text,"""
    last: Floats
    """[k], and of closing it."""


@dataclass(frozen=True)
class Beliefs:
    """What the chain makes of the sentences of some texts."""

    roles: Floats
    """[n, k] probabilities, rows sum to 1;"""
    steps: Floats
    """[k, k] expected number of steps from role to role;"""
    first: Floats
    """[k] and of texts that open"""
    last: Floats
    """[k] and close with a role;"""
    log_weight: float
    """logarithm of the summed weight of all sequences."""


def beliefs(scores: Floats, lengths: NDArray[np.int64], chain: Chain) -> Beliefs:
    """
    Forward and backward sums over texts that lie one behind the other.

    scores   [n, k] log-weight of each role for each sentence by itself; -inf rules a role out
    lengths  sentences of each text, each at least 1, in all n
    """
    held, order = _padded(scores, lengths)
    ahead, back = _forward(held, lengths, chain), _backward(held, lengths, chain)
    close = ahead[np.arange(len(lengths)), lengths - 1] + chain.last
    whole = _log_sum(close, 1)
    roles = np.exp((ahead + back)[order] - whole[order[0], None])
    first = np.exp((ahead + back)[:, 0] - whole[:, None]).sum(0)
    inside = np.arange(1, held.shape[1])[None, :] < lengths[:, None]
    pairs = ahead[:, :-1, :, None] + chain.step + (held[:, 1:] + back[:, 1:])[:, :, None, :] - whole[:, None, None, None]
    steps = np.exp(pairs[inside]).sum(0) if inside.any() else np.zeros_like(chain.step)
    ends = np.exp(close - whole[:, None]).sum(0)
    return Beliefs(roles, steps, first, ends, float(whole.sum()))


def _padded(scores: Floats, lengths: NDArray[np.int64]) -> tuple[Floats, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """([texts, longest, k], (text, place) of each row); what lies behind a text's end is 0."""
    place = np.concatenate([np.arange(n) for n in lengths])
    text = np.repeat(np.arange(len(lengths)), lengths)
    held = np.zeros((len(lengths), int(lengths.max()), scores.shape[1]))
    held[text, place] = scores
    return held, (text, place)


def _forward(held: Floats, lengths: NDArray[np.int64], chain: Chain) -> Floats:
    found = np.empty_like(held)
    found[:, 0] = held[:, 0] + chain.first
    for t in range(1, held.shape[1]):
        found[:, t] = _log_sum(found[:, t - 1, :, None] + chain.step, 1) + held[:, t]
    return found


def _backward(held: Floats, lengths: NDArray[np.int64], chain: Chain) -> Floats:
    found = np.empty_like(held)
    found[:, -1] = chain.last
    for t in range(held.shape[1] - 2, -1, -1):
        on = _log_sum(chain.step + (held[:, t + 1] + found[:, t + 1])[:, None, :], 2)
        found[:, t] = np.where((lengths > t + 1)[:, None], on, chain.last)
    return found


def _log_sum(values: Floats, axis: int) -> Floats:
    top = values.max(axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total: Floats = np.log(np.exp(values - top).sum(axis)) + top.squeeze(axis)
    return total
