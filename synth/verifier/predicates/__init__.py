"""One file per family of kinds of the grammar: from a statement and its bench to a judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synth.model import Judgement
from synth.verifier.bench import Bench
from synth.verifier.predicates.compare import compare
from synth.verifier.predicates.contrasts import contrast
from synth.verifier.predicates.correlations import compare_correlations, correlate
from synth.verifier.predicates.effect import effect
from synth.verifier.predicates.quantities import amount
from synth.verifier.predicates.ranking import rank
from synth.verifier.predicates.spread import spread
from synth.verifier.predicates.trend import trend

PREDICATES: dict[str, Callable[[Any, Bench], Judgement]] = {
    "rank": rank,
    "compare": compare,
    "effect": effect,
    "trend": trend,
    "spread": spread,
    "amount": amount,
    "contrast": contrast,
    "correlate": correlate,
    "compare_correlations": compare_correlations,
}
"""kind of a statement → how it is judged."""
