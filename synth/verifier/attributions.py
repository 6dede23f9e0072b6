"""
Several figures without stated conditions, and to what they could belong: "50-90 and 10-30 fewer tokens".

The claim's own reading gives them to keep rates. They could as well belong to stages or to backbones; each attribution is
held against the measured counts by the point values, and how many fit is shown. None of it gives the verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import permutations

import numpy as np

from synth.model import AllOf, Amount, AnyOf, Observation, Reading
from synth.verifier.equal_tokens import NOMINAL
from synth.verifier.panel import TOKENS
from synth.verifier.scaling import PROXY_PREFIX

Gaps = dict[tuple[str, float, float], float]
"""(backbone with its data set, keep rate, stage) → tokens that the subject keeps less than the nominal count"""


def attributions(hypothesis: AllOf | AnyOf, observations: Sequence[Observation]) -> tuple[Reading, ...]:
    """The readings of a composition of token counts against others; none for any other composition."""
    parts = [part for part in hypothesis.parts if isinstance(part, Amount) and part.metric == TOKENS and part.relation == "fewer"]
    if not isinstance(hypothesis, AllOf) or len(parts) != len(hypothesis.parts) or len(parts) < 2:
        return ()
    small = [each for each in observations if each.backbone.startswith(PROXY_PREFIX)]
    real = [each for each in observations if not each.backbone.startswith(PROXY_PREFIX)]
    gaps = _gaps(parts[0].subject.members, real)
    found = [
        _order(parts, gaps, "on the real shapes"),
        _order(parts, _gaps(parts[0].subject.members, small), "on trained small backbones"),
        _fitting("stages", parts, gaps, 2),
        _fitting("backbones", parts, gaps, 0),
    ]
    return tuple(reading for reading in found if reading is not None)


def _gaps(subject: Sequence[str], observations: Sequence[Observation]) -> Gaps:
    counts: dict[tuple[str, float, float], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for each in observations:
        rate, stage = each.setting("keep_rate"), each.setting("stage")
        if each.metric == TOKENS and rate is not None and stage is not None:
            counts[f"{each.backbone} {each.dataset}".strip(), rate, stage][each.method].append(each.value)
    return {
        place: float(np.mean(row[NOMINAL]) - np.mean([np.mean(row[method]) for method in subject]))
        for place, row in sorted(counts.items())
        if NOMINAL in row and all(method in row for method in subject)
    }


def _order(parts: Sequence[Amount], gaps: Gaps, where: str) -> Reading | None:
    """Whether the larger range belongs to the keep rate with the larger saving, backbone by backbone."""
    pinned = [next((s.range.low for s in part.where.settings if s.name == "keep_rate"), None) for part in parts]
    if None in pinned or len(set(pinned)) < len(parts) or not set(pinned) <= {rate for _, rate, _ in gaps}:
        return None
    means = [{b: _mean(g for (name, rate, _), g in gaps.items() if (name, rate) == (b, pin)) for b, _, _ in gaps} for pin in pinned]
    wanted = np.argsort([part.range.low or 0.0 for part in parts])
    ordered = [float(list(np.argsort([mean[b] for mean in means])) == list(wanted)) for b in sorted(means[0])]
    share = float(np.mean(ordered))
    outcome = "supported" if share == 1.0 else "refuted" if share == 0.0 else "inconclusive"
    told = "; ".join(f"{b} {' and '.join(f'{mean[b]:.1f}' for mean in means)}" for b in sorted(means[0]))
    name = f"order alone, {where} (tokens saved: {told}): share with the larger saving at the keep rate of the larger range"
    return Reading(name=name, outcome=outcome, share=share, n_cells=len(ordered))  # type: ignore[arg-type]


def _fitting(what: str, parts: Sequence[Amount], gaps: Gaps, axis: int) -> Reading | None:
    """Share of the ways to give the ranges to different stages (backbones) at one keep rate under which all of them hold."""
    values = sorted({place[axis] for place in gaps}, key=str)
    ways = []
    for rate in sorted({place[1] for place in gaps}, reverse=True):
        for chosen in permutations(values, len(parts)):
            cells = [_mean(gap for place, gap in gaps.items() if place[1] == rate and place[axis] == value) for value in chosen]
            fits = all(part.range.contains(cell) for part, cell in zip(parts, cells, strict=True))
            ways.append((fits, f"{' and '.join(map(_short, chosen))} at keep rate {rate:g}"))
    if not ways:
        return None
    told = [name for fits, name in ways if fits]
    name = f"the ranges given to {what} instead: ways that fit ({'; '.join(told) or 'none'})"
    share = len(told) / len(ways)
    return Reading(name=name, outcome="supported" if told else "refuted", share=share, n_cells=len(ways))


def _short(value: object) -> str:
    return f"stage {value:g}" if isinstance(value, float) else str(value)


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return float(np.mean(found)) if found else float("nan")
