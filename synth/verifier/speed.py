"""
Speed that a table gives as a time: who needs 5 ms instead of 12.5 ms is 2.5 times faster.

"Faster" says which metric no more than "better" does; the grammar reads it as throughput. Where a paper gives no throughput of what a
claim compares, its latencies bear the comparison out as well, turned into runs a second. A claim that says "throughput" is about that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from synth.model import Amount, Claim, Judgement, Observation, leaves, vocabulary
from synth.verifier.selection import metrics_of

THROUGHPUT, LATENCY = "images_per_second", "latency_ms"
RUNS = "runs/s"
"""unit of a speed that was a latency."""
_A_SECOND = 1000.0
"""milliseconds."""


def says_only_faster(claim: Claim) -> bool:
    """Whether a claim compares speeds and names no measure of them."""
    parts = leaves(claim.hypothesis) if claim.hypothesis else ()
    absolute = any(isinstance(leaf, Amount) and leaf.versus is None for leaf in parts)
    named = {mention.term.name for mention in vocabulary().mentions(claim.text, "metric")}
    return any(THROUGHPUT in metrics_of(leaf) for leaf in parts) and not absolute and not named & {THROUGHPUT, LATENCY}


def as_speeds(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """The observations with every latency as runs a second, printed as finely as it is; none where one is a throughput already."""
    seen = tuple(observations)
    if any(each.metric == THROUGHPUT for each in seen):
        return ()
    return tuple(_as_speed(each) if each.metric == LATENCY and each.value > 0 else each for each in seen)


def explained(judgement: Judgement, observations: Iterable[Observation]) -> Judgement:
    """The judgement with a step that says so where speeds were latencies."""
    if not any(each.unit == RUNS for each in observations):
        return judgement
    return judgement.model_copy(update={"steps": ("0. latencies are read as runs a second, 1000 / ms", *judgement.steps)})


def _as_speed(each: Observation) -> Observation:
    speed = _A_SECOND / each.value
    decimals = None if each.decimals is None else math.ceil(math.log10(each.value / speed) + each.decimals - 1e-9)
    deviation = None if each.deviation is None else speed * each.deviation / each.value
    update = {"metric": THROUGHPUT, "value": speed, "unit": RUNS, "decimals": decimals, "deviation": deviation, "replicates": ()}
    return each.model_copy(update=update)
