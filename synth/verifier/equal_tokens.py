"""
Performance at equal mean tokens: an equal keep rate is not an equal number of tokens.

ToMe merges at most half of the tokens a stage, ATS keeps fewer than asked, EViT one more. Each method's values at its own
keep rates lie on a curve over mean patch tokens, which ends at the unreduced model; they are read off, along straight
lines, where the nominal count of a keep rate lies. Beyond its ends a curve says nothing, and the method is absent there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from synth.model import Observation
from synth.verifier.panel import TOKENS

NOMINAL = "topk"
"""keeps exactly the count that a keep rate promises."""
UNREDUCED = "keep_all"
MEASURED = "performance"
QUALITY = (MEASURED, "top1_percent", "map_percent")
"""metrics that are compared at equal keep rates, and may be at equal tokens."""
CLOSE = 1e-6


class Model(NamedTuple):
    """What a curve belongs to: one backbone with one seed on one data set."""

    backbone: str
    dataset: str
    regime: str
    seed: int | None


Curves = dict[Model, dict[str, dict[float, Observation]]]
"""model → method → keep rate → its performance"""
Counts = dict[tuple[Model, str, float], float]
"""(model, method, keep rate) → mean patch tokens over the stages"""


FAR_FROM_NOMINAL = 0.1
"""share by which a real count may miss the nominal one before it is named."""


def token_note(observations: Sequence[Observation], used: Sequence[Observation]) -> str:
    """Which methods keep other counts than a keep rate promises, by rate: "0.25: tome +148%"; empty where none were counted."""
    models = {_model(each) for each in used}
    ratios: dict[tuple[float, str], list[float]] = defaultdict(list)
    counts = _counts(observations)
    for (model, method, rate), count in counts.items():
        nominal = counts.get((model, NOMINAL, rate))
        if model in models and nominal:
            ratios[rate, method].append(count / nominal - 1.0)
    if not ratios:
        return ""
    means = {place: float(np.mean(found)) for place, found in ratios.items()}
    told = []
    for rate in sorted({rate for rate, _ in means}, reverse=True):
        far = [f"{name} {mean:+.0%}" for (at, name), mean in sorted(means.items()) if at == rate and abs(mean) > FAR_FROM_NOMINAL]
        told += [f"{rate:g}: {', '.join(far)}"] if far else []
    return f"real tokens against the nominal count: {'; '.join(told) or 'none further off than a tenth'}"


def at_equal_tokens(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """Performance of every method at the nominal mean tokens of each keep rate; nothing where no tokens were counted."""
    counts, curves = _counts(observations), _curves(observations)
    found = []
    for model, methods in curves.items():
        for rate in methods.get(NOMINAL, {}):
            budget = counts.get((model, NOMINAL, rate))
            for method in () if budget is None else methods:
                value = _read_off(_points(model, methods, method, counts), budget or 0.0)
                if value is not None and method != UNREDUCED:
                    found.append(value.model_copy(update={"method": method, "settings": (("keep_rate", rate),)}))
    return tuple(found)


def _model(each: Observation) -> Model:
    return Model(each.backbone, each.dataset, each.regime, each.seed)


def _counts(observations: Sequence[Observation]) -> Counts:
    stages: dict[tuple[Model, str, float], list[float]] = defaultdict(list)
    for each in observations:
        rate = each.setting("keep_rate")
        if each.metric == TOKENS and rate is not None:
            stages[_model(each), each.method, rate].append(each.value)
    return {name: float(np.mean(values)) for name, values in stages.items()}


def _curves(observations: Sequence[Observation]) -> Curves:
    curves: Curves = defaultdict(lambda: defaultdict(dict))
    for each in observations:
        rate = each.setting("keep_rate")
        if each.metric == MEASURED and rate is not None:
            curves[_model(each)][each.method][rate] = each
    return curves


def _points(model: Model, methods: dict[str, dict[float, Observation]], method: str, counts: Counts) -> list[tuple[float, Observation]]:
    """(mean tokens, performance) of a method by rising tokens, the unreduced model last; of equal counts the first stays."""
    own = {counts[model, method, rate]: each for rate, each in sorted(methods[method].items()) if (model, method, rate) in counts}
    ends = {counts[model, UNREDUCED, rate]: each for rate, each in methods.get(UNREDUCED, {}).items() if (model, UNREDUCED, rate) in counts}
    return sorted((ends | own).items(), key=lambda pair: pair[0]) if own else []


def _read_off(points: list[tuple[float, Observation]], budget: float) -> Observation | None:
    """The curve at a number of tokens; None beyond its ends."""
    for tokens, each in points:
        if abs(tokens - budget) < CLOSE:
            return each
    for (low, one), (high, other) in pairwise(points):
        if low < budget < high:
            return _between(one, other, (budget - low) / (high - low))
    return None


def _between(one: Observation, other: Observation, share: float) -> Observation:
    """A point on the straight line from one to the other; resamples of the same images are joined one by one."""
    paired = len(one.replicates) == len(other.replicates)
    replicates = tuple((1 - share) * a + share * b for a, b in zip(one.replicates, other.replicates, strict=True)) if paired else ()
    return one.model_copy(update={"value": (1 - share) * one.value + share * other.value, "replicates": replicates})
