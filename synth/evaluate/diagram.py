"""The reliability diagram: said and observed by bins of equal mass, with the histogram of what was said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from synth.evaluate.calibration import reliability

Floats = npt.NDArray[np.float64]
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
"""of the palette that is told apart with every kind of colour vision (Okabe and Ito 2008)."""
INCHES = (5.2, 6.4)


def draw(path: Path, confidence: Floats, right: Floats, title: str, said: str) -> None:
    """
    Write the diagram as PNG.

    confidence  what was said, 0..1
    right       whether it came true, 0 or 1
    said        what the confidence is of, for the axis
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, 1, figsize=INCHES, sharex=True, height_ratios=(3, 1), layout="constrained")
    bins = reliability(confidence, right)
    x, y = [each.confidence for each in bins], [each.share for each in bins]
    above.plot((0, 1), (0, 1), linestyle="--", color=GREY, linewidth=1, label="perfectly calibrated")
    above.errorbar(x, y, yerr=_margins(y, [each.n for each in bins]), fmt="o", color=BLUE, capsize=2, label="observed, 95% interval")
    above.set(ylim=(-0.03, 1.03), ylabel="share that came true", title=title)
    above.legend(loc="upper left", frameon=False)
    below.hist(confidence, bins=list(np.linspace(0, 1, 21)), color=ORANGE, edgecolor="white")
    below.set(xlim=(0, 1), xlabel=said, ylabel="items")
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150, metadata={"Software": None})
    pyplot.close(figure)


def _margins(shares: list[float], counts: list[int]) -> npt.NDArray[np.float64]:
    """Distances to the ends of Wilson's interval, [2, bins] (Wilson 1927)."""
    z = 1.96
    p, n = np.array(shares), np.array(counts, dtype=np.float64)
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return np.asarray(np.maximum([p - (middle - half), middle + half - p], 0.0))
