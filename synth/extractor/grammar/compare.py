"""Comparisons of methods: "outperforms", "trails", "is outperformed by", "has lower latency than", "on par with", "competitive"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from synth.extractor.clauses import AT_LEVEL
from synth.extractor.conditions import pinned
from synth.extractor.grammar.comparison import COMPETITIVE_POINTS, Cue, Relation, cue_of
from synth.extractor.grammar.figures import free_quantities, unit_of
from synth.extractor.groups import apart, group_in, higher_is_better, metric_in, reading_of, subject_before
from synth.extractor.numbers import Quantity
from synth.extractor.reading import Reading, Refusal, no_subject, quantified
from synth.extractor.scene import Scene
from synth.extractor.words import RARE
from synth.model import PERFORMANCE, AnyOf, Compare, Conditions, Group, Interval, vocabulary

_BETWEEN = re.compile(
    r"\b(?P<none>no (?:significant |notable |clear |measurable |real )?)?(?:difference"
    r"|gap)s?\s+(?:in\s+\ue003+\s+)?between\s+(?P<pair>\ue001+\s+and\s+(?:\w+\s+)?\ue001+)"
)
_ALIKE = re.compile(
    r"(?P<pair>(?P<pair2>\ue001+)\s+and\s+\ue001+)\s+(?:perform|performs|do|are"
    r"|work)\s+(?:\w+ly\s+)?(?:equally|similarly|comparably|alike|on par\b(?! with))"
)
_LISTED_METRICS = re.compile(
    r"\b(?:in terms of|on|in|higher|lower|better|worse"
    r"|for)\s+(?:both\s+)?\ue003+(?:\s*,\s*\ue003+)*,?\s+and\s+(?:\w+\s+)?\ue003+"
)
_UP_TO = re.compile(r"match|rival|keep|competitive|on (?:a )?par|as good|as well|as accurate")
_TRADE_OFF = re.compile(r"\b(?:trade-?offs?|pareto|compromise)\b")
_LEFT: dict[Relation, tuple[Relation, Relation]] = {
    "beats": ("trails", "equals"),
    "trails": ("beats", "equals"),
    "equals": ("beats", "trails"),
}
_VALUE = re.compile(r"\b(?:is|are|achiev\w+|reach\w+|obtain\w*|attain\w*|accuracy of|score of|\ue003 of)\s+(?:an?\s+)?$")
_ITS_METRIC = re.compile(r"\s*(?:\w+\s+)?\ue003")
"""what stands before and behind a method's own value, which is no margin."""
_NEXT_CLAUSE = re.compile(r":|;|,\s+(?:it|they|but|which|while|whereas|although|showing|suggesting|indicating)\b")
_EACH = re.compile(r"\b(?:all|every|each)\s+(?:of\s+)?(?:the\s+)?\ue001")


def _between(scene: Scene) -> Reading | None:
    """Two methods that equal each other: "no difference between A and B", "the gap between A and B is at most 0.2 points"."""
    match = _BETWEEN.search(scene.skeleton) or _ALIKE.search(scene.skeleton)
    pair = scene.of("method", low=match.start("pair"), high=match.end("pair")) if match else ()
    if match is None or len(pair) != 2:
        return None
    stated = next((one for one in free_quantities(scene) if one.interval.high is not None), None)
    gap = "pair2" not in match.re.groupindex and not match["none"]
    if gap and stated is None:
        return None
    margin = Interval(low=0.0, high=stated.interval.high if stated else COMPETITIVE_POINTS)
    sides = [Group(label=scene.text[span.start : span.end], members=(span.name,)) for span in pair]
    cue = Cue("equals", match.start(), match.end(), margin=margin)
    read = _statement(_undenied(scene), cue, sides[0], sides[1])
    return replace(read, used=tuple(one for one in scene.negations if match.start() <= one[0] < match.end()))


def _undenied(scene: Scene) -> Scene:
    """The scene as if nothing were denied, for a wording in which the denial is part of the cue."""
    return replace(scene, negations=())


def _differs(scene: Scene, cue: Cue) -> bool:
    """Whether a setting is stated on both sides of the comparison: "A at 0.5 matches B at 0.7"."""
    before = {name for name, _, end in scene.places if 0 < end <= cue.start and re.search(r"\ue001", scene.skeleton[: max(0, end - 1)])}
    after = {name for name, start, _ in scene.places if start >= cue.stop}
    return bool(before & after)


def _without_levels(scene: Scene) -> Scene:
    """The scene without the metrics that are held equal: "outperforms others with similar GFLOPs" is about no GFLOPs."""
    held = [match.span() for match in AT_LEVEL.finditer(scene.skeleton)]
    spans = tuple(one for one in scene.spans if not any(low <= one.start < high for low, high in held))
    return replace(scene, spans=spans) if held and any(one.kind == "metric" for one in scene.spans) else scene


def compare(scene: Scene) -> Reading | Refusal | None:
    """Compare for verbs and comparatives between two groups of methods."""
    scene = _without_levels(scene)
    cue = _between(scene) or cue_of(scene)
    if cue is None or isinstance(cue, Refusal | Reading):
        return cue
    if _TRADE_OFF.search(scene.skeleton, cue.start):
        return Refusal("compares by a trade-off, which is no single metric")
    if _differs(scene, cue):
        return Refusal("compares the two sides under different settings, which the grammar cannot express")
    subject = subject_before(scene, cue.start) if cue.other is None or cue.note or cue.inherits else _after(scene, cue)
    if subject is None or (not subject.members and not scene.of("others", high=cue.start)):
        return no_subject(scene)
    other = cue.other or group_in(scene, cue.stop, len(scene.text)) or _pronoun(scene, cue)
    if other is None:
        return Refusal(
            f"cut short before its object: what {subject.label} is compared with is lost"
            if scene.cut
            else "names no other side of the comparison"
        )
    if pairs := _pairwise(scene, cue, subject, other):
        return pairs
    cue = _with_metrics(scene, cue)
    first = _statement(scene, cue, subject, apart(other, subject))
    further = [
        _statement(scene, replace(cue, relation=relation, metric=metric, more=()), subject, apart(other, subject))
        for relation, metric in cue.more
    ]
    return replace(first, parts=(*first.parts, *(part for one in further for part in one.parts)))


def _pairwise(scene: Scene, cue: Cue, subject: Group, other: Group) -> Reading | None:
    """One Compare for each of the others where as many margins as others are listed: "surpasses A and B by 0.6% and 0.9%"."""
    spans = scene.of("method", low=cue.stop)
    margins = [one for one in free_quantities(scene) if one.unit in {"points", "%"} or one.decimals]
    for setting, values in scene.values:
        if len(margins) == len(values) > 1:
            places = [replace(scene, where=pinned(scene.where, setting, value)) for value in values]
            each = [
                _statement(place, replace(cue, margin=margin.interval, more=()), subject, apart(other, subject))
                for place, margin in zip(places, margins, strict=True)
            ]
            return replace(each[0], parts=tuple(part for one in each for part in one.parts), other=other)
    if len(margins) != len(spans) or len(spans) < 2 or tuple(span.name for span in spans) != other.members:
        return None
    read = [
        _statement(
            scene,
            replace(cue, margin=margin.interval, more=()),
            subject,
            Group(label=scene.text[span.start : span.end], members=(span.name,)),
        )
        for span, margin in zip(spans, margins, strict=True)
    ]
    return replace(read[0], parts=tuple(part for one in read for part in one.parts), other=other)


def _with_metrics(scene: Scene, cue: Cue) -> Cue:
    """The cue with every metric of "in terms of both A and B" or "higher A and B": one comparison each."""
    if cue.more or cue.relation == "equals":
        return cue
    listed = _LISTED_METRICS.search(scene.skeleton, cue.start)
    names = tuple(dict.fromkeys(span.name for span in scene.of("metric", low=listed.start(), high=listed.end()))) if listed else ()
    if len(names) < 2 or (cue.metric is not None and cue.metric != names[0]):
        return cue
    if cue.metric is None:
        return replace(cue, metric=names[0], more=tuple((cue.relation, name) for name in names[1:]))
    better = (cue.relation == "beats") == higher_is_better(names[0])
    more: list[tuple[Relation, str | None]] = [("beats" if better == higher_is_better(name) else "trails", name) for name in names[1:]]
    return replace(cue, more=tuple(more))


def _after(scene: Scene, cue: Cue) -> Group | None:
    comma = scene.skeleton.find(",")
    return group_in(scene, comma + 1, cue.start) or scene.context.subject


def _pronoun(scene: Scene, cue: Cue) -> Group | None:
    if scene.of("pronoun", low=cue.stop) or re.search(r"\b(?:behind|ahead)\b", scene.skeleton[cue.start : cue.stop]):
        return scene.context.other
    return None


def _stated(scene: Scene) -> list[Quantity]:
    """The free numbers outside brackets, those behind "by" first."""
    text = scene.skeleton
    free = [one for one in free_quantities(scene) if text.count("(", 0, one.begin) <= text.count(")", 0, one.begin)]
    free = [one for one in free if not (_VALUE.search(text[: one.begin]) and _ITS_METRIC.match(text[one.end :]))]
    return sorted(free, key=lambda one: re.search(r"\bby\s+(?:\w+\s+){0,2}$", text[: one.begin]) is None)


def _margin(scene: Scene, cue: Cue, metric: str) -> tuple[Interval | None, str]:
    """(margin, its unit) that the clause states in points, or in per cent of a percentage."""
    if cue.margin is not None:
        return cue.margin, "points"
    for one in _stated(scene):
        if one.unit == "points" or (one.unit == "%" and unit_of(metric) == "percent"):
            return one.interval, "points"
        if one.unit in {"%", "x"}:
            return one.interval, "percent" if one.unit == "%" else "ratio"
    if cue.relation == "equals":
        return Interval(low=0.0, high=COMPETITIVE_POINTS), "points"
    return None, "points"


def _opened(scene: Scene) -> int:
    """Where the clause proper begins, behind "For the GFLOPs of ..., "."""
    opened = re.match(r"(?:for|at|with|under)\b[^,]*,", scene.skeleton)
    return opened.end() if opened else 0


def _metric(scene: Scene, cue: Cue) -> str:
    stop = _NEXT_CLAUSE.search(scene.skeleton, cue.stop)
    named = (
        cue.metric
        or metric_in(scene, cue.stop, stop.start() if stop else len(scene.text))
        or metric_in(scene, _opened(scene), cue.start)
        or metric_in(scene, cue.start, cue.stop)
    )
    return named if named and named != "tokens" else cue.metric or PERFORMANCE


def _statement(scene: Scene, cue: Cue, subject: Group, other: Group) -> Reading:
    quantifier, assumptions = quantified(scene)
    other, where = _unreduced(scene, subject, other)
    metric = _metric(scene, cue)
    margin, unit = _margin(scene, cue, metric)
    notes = [*assumptions, *((cue.note,) if cue.note else ()), *reading_of(scene, subject), *reading_of(scene, other)]
    if cue.relation == "equals" and margin == Interval(low=0.0, high=COMPETITIVE_POINTS):
        notes.append(f"on par is read as within {COMPETITIVE_POINTS:g} point")
    if metric != PERFORMANCE and not higher_is_better(metric):
        notes.append(f"less {vocabulary().label('metric', metric)} is better")
    part = Compare(
        subject=subject,
        other=other,
        relation=cue.relation,
        subject_by=_by(subject, _EACH.search(scene.skeleton[: cue.start]) is not None),
        metric=metric,
        margin=margin,
        margin_unit=unit,  # type: ignore[arg-type]
        other_by="median" if cue.note or other.label.lower().startswith("most") else "best",
        quantifier=quantifier,
        where=where,
        assumptions=tuple(dict.fromkeys(notes)),
    )
    return _denied(scene, cue, part, subject, other)


def _by(subject: Group, each: bool) -> Literal["best", "each", "median"]:
    """How the subject's methods become one value: "all of them" means each, "most of them" the median, else the best."""
    label = subject.label.lower()
    if label.startswith("most"):
        return "median"
    return "each" if each or label.startswith(("all", "every", "any")) else "best"


def _unreduced(scene: Scene, subject: Group, other: Group) -> tuple[Group, Conditions]:
    """A plain backbone on the other side of a known reduction method is that backbone unreduced, with its condition."""
    backbones = {span.name for span in scene.of("backbone")}
    known = all(vocabulary().get("method", member) for member in subject.members) and subject.members
    if not known or not other.members or not set(other.members) <= backbones:
        return other, scene.where
    where = scene.where if scene.where.backbones else scene.where.model_copy(update={"backbones": other.members})
    return Group(label=other.label, members=("keep_all",)), where


def _denied(scene: Scene, cue: Cue, part: Compare, subject: Group, other: Group) -> Reading:
    negation = scene.negation_before(cue.start + 1, 5) or next((one for one in scene.negations if cue.start <= one[0] < cue.stop), None)
    if negation is None or "differ" in scene.text[cue.start : cue.stop]:
        used = (negation,) if negation else ()
        return Reading(parts=(part,), used=used, subject=subject, other=other, metric=part.metric)
    if part.relation == "equals" and _UP_TO.search(scene.skeleton[cue.start : cue.stop]):
        turned = part.model_copy(
            update={"relation": "trails", "margin": None, "assumptions": (*part.assumptions, "not to match is read as to trail")}
        )
        return Reading(parts=(turned,), used=(negation,), subject=subject, other=other)
    rare = RARE.search(scene.text[negation[0] : negation[1]]) is not None
    level = Interval(low=0.0, high=0.0)  # as equal as print tells: who is ahead by less is ahead all the same
    parts = tuple(
        part.model_copy(
            update={"relation": one, "margin": level if one == "equals" else None, "quantifier": "mostly" if rare else part.quantifier}
        )
        for one in _LEFT[part.relation]
    )
    note = f"that it does not hold that the first {part.relation} the second leaves: " + " or ".join(_LEFT[part.relation])
    return Reading(parts=(AnyOf(parts=parts, assumptions=(note,)),), used=(negation,), subject=subject, other=other)
