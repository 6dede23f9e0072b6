"""What is gained by keeping silent: accuracy among the surest answers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def selective_accuracy(sure: Floats, right: Floats, share: float) -> float:
    """
    Accuracy of the surest share of all items, 0 for no items.

    Items that are equally sure where the share ends count with their mean, as if they were drawn in every order.
    """
    kept = math.ceil(share * len(sure) - 1e-9)
    if kept <= 0:
        return 0.0
    edge = np.sort(sure)[::-1][kept - 1]
    above, level = sure > edge, sure == edge
    return float((right[above].sum() + right[level].mean() * (kept - int(above.sum()))) / kept)
