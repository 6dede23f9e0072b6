"""Changes against a baseline: "reduces FLOPs by 40 % with a 0.3-point drop", "1.8x throughput", "without loss of accuracy"."""

from __future__ import annotations

import re

from synth.extractor.grammar.figures import Figure, unit_of
from synth.extractor.groups import group_in, metric_in
from synth.extractor.numbers import negative
from synth.extractor.scene import Scene
from synth.model import PERFORMANCE, Conditions, Effect, Group, Interval

UNREDUCED = Group(label="the unreduced model", members=("keep_all",))
_BASELINE = re.compile(
    r"\b(?:over|compared (?:to|with)|relative to|than|versus|vs\.?|against|with respect to"
    r"|from)\s+(?:that of\s+|those of\s+|the\s+)?"
)
_OWNER = re.compile(r"(?:\ue003+|\bthose|\bthat)\s+(?P<of>of\s+)(?=\ue001)")
_COMPARATIVE = re.compile(r"\b(?:fewer|less|more|higher|lower|faster|slower|smaller|larger)\b")
_LOSSLESS = re.compile(
    r"\b(?:without|no|zero|not)\s+(?:any\s+|a\s+)?(?:\w+\s+)?(?:(?:loss|drop|degradation|decrease"
    r"|reduction|cost|decline)\s+(?:of|in)\s+(?:\w+\s+)?(?P<m1>\ue003+)"
    r"|(?P<m2>\ue003+)\s+(?:loss|drop|degradation|decrease|decline)|(?:sacrificing|hurting|losing|harming"
    r"|degrading|compromising)\s+(?:the\s+|any\s+)?(?P<m3>\ue003+))"
)


def baseline_of(scene: Scene, subject: Group) -> tuple[Group, tuple[str, ...]]:
    """(group that a change is measured against, backbones that it names); without one the unreduced model."""
    for match in _BASELINE.finditer(scene.skeleton):
        stop = re.compile(r"[,;]|\b(?:on|with|at|while|and)\b").search(scene.skeleton, match.end())
        group = group_in(scene, match.end(), stop.start() if stop else len(scene.text))
        if group is None:
            continue
        backbones = tuple(span.name for span in scene.of("backbone") if span.name in group.members)
        if backbones and len(backbones) == len(group.members):
            return Group(label=group.label, members=("keep_all",)), backbones
        return group, ()
    taken = {*subject.members, *(span.name for span in scene.of("backbone"))}
    for owner in _OWNER.finditer(scene.skeleton):
        group = group_in(scene, owner.end("of"), len(scene.text))
        if group is not None and group.members and not set(group.members) & taken:
            return group, ()
    if scene.context.other is not None and _COMPARATIVE.search(scene.skeleton):
        return scene.context.other, ()
    return UNREDUCED, ()


def _size(figure: Figure, change: str) -> Interval:
    interval, upper = figure.quantity.interval, figure.quantity.interval.low is None
    if change == "ratio":
        if not figure.falls:
            return interval
        low = 1 / interval.high if interval.high else None
        return Interval(low=round(low, 6) if low else None, high=round(1 / interval.low, 6) if interval.low else (1.0 if upper else None))
    if figure.falls:
        return negative(interval, at_most=upper)
    return Interval(low=0.0, high=interval.high) if upper else interval


def _change(figure: Figure, metric: str) -> tuple[str, str]:
    """("ratio" | "difference" | "percent", assumption) of a figure."""
    if figure.quantity.unit == "x":
        return "ratio", ""
    if figure.quantity.unit == "points" or figure.quantity.unit == "":
        return "difference", ""
    if unit_of(metric) == "percent":
        return "difference", "a change in per cent of a percentage is read as points"
    return "percent", ""


def _travelled(figure: Figure, metric: str) -> tuple[str, Interval]:
    """What "from a to b" comes to: a difference of percentages, a ratio of anything else, to the printed precision."""
    start, end = figure.quantity.ends
    half = 0.5 * 10.0**-figure.quantity.decimals
    if unit_of(metric) in {"percent", ""} or start <= half:
        return "difference", Interval(low=round(end - start - 2 * half, 6), high=round(end - start + 2 * half, 6))
    return "ratio", Interval(low=round((end - half) / (start + half), 6), high=round((end + half) / (start - half), 6))


def effect_of(scene: Scene, figure: Figure, subject: Group) -> Effect | str:
    """The Effect that a change states, or the reason why it states none."""
    if subject.members == ("keep_all",):
        return "states a change of the unreduced model against itself"
    metric = figure.metric
    assumptions: list[str] = []
    if metric is None and figure.quantity.unit in {"%", "points"} and (figure.falls or figure.quantity.unit == "points"):
        metric = PERFORMANCE
        assumptions.append("a change with no metric is read as one of performance")
    if metric is None:
        return "states a change of no named metric"
    change, assumption = _change(figure, metric)
    assumption = "" if figure.way else assumption
    assumptions += [assumption] if assumption else []
    if figure.quantity.interval.low is None and not figure.quantity.is_range:
        assumptions.append("a change that is bounded from above only is read to have the stated direction or to be none")
    baseline, backbones = baseline_of(scene, subject)
    size = _size(figure, change)
    if figure.way:
        change, size = _travelled(figure, metric)
        assumptions.append("the change is worked out from the two values that are given")
    where = scene.where
    if backbones and not where.backbones:
        where = Conditions(datasets=where.datasets, backbones=backbones, settings=where.settings)
    return Effect(
        subject=subject,
        baseline=baseline,
        metric=metric,
        change=change,  # type: ignore[arg-type]
        size=size,
        where=where,
        assumptions=tuple(assumptions),
    )


def lossless(scene: Scene, subject: Group) -> tuple[Effect, tuple[int, int]] | None:
    """("without loss of accuracy" as an Effect of at least 0, its stretch of the text)."""
    match = _LOSSLESS.search(scene.skeleton)
    if match is None:
        return None
    metric = metric_in(scene, match.start(), match.end()) or PERFORMANCE
    part = Effect(subject=subject, metric=metric, change="difference", size=Interval(low=0.0), where=scene.where)
    return part, match.span()
