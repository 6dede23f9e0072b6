"""Comparisons of methods: "outperforms", "trails", "is outperformed by", "has lower latency than", "on par with", "competitive"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from synth.extractor.grammar.figures import free_quantities, unit_of
from synth.extractor.groups import apart, first_metric, group_in, higher_is_better, metric_in, reading_of, subject_before
from synth.extractor.numbers import Quantity
from synth.extractor.reading import Reading, Refusal, no_subject, quantified
from synth.extractor.scene import Scene
from synth.extractor.words import RARE
from synth.model import PERFORMANCE, AnyOf, Compare, Conditions, Group, Interval, vocabulary

Relation = Literal["beats", "trails", "equals"]

COMPETITIVE_POINTS = 1.0
"""within this many points counts as competitive or on par where a claim states no margin (token_reduction facts, claim 5)."""

_BEATS = (
    r"outperform\w*|beats?|beaten|beating|surpass\w*|exceed\w*|outranks?|outdo(?:es)?|overtakes?"
    r"|improv\w+ (?:up)?on|improv\w+ over|wins? (?:over|against)|(?:is |are |be )?superior to|(?:is "
    r"|are )?ahead of|dominat\w+|eclips\w+|outclass\w*"
)
_TRAILS = (
    r"underperform\w*|trail(?:s|ed|ing)?(?: behind)?|lag(?:s|ged|ging)?(?: behind)?|fall(?:s"
    r"|ing)? (?:behind|short of)|los(?:es|e|ing) (?:out )?(?:to|against)|(?:is |are |be )?inferior to|(?:is|are) behind"
)
_EQUALS = (
    r"match(?:es|ed|ing)?|keeps? (?:up|pace) with|equal(?:s|led)?|rival(?:s|led)?|(?:is |are |be |performs? "
    r"|performing )?(?:roughly |about |almost |nearly )?on (?:a )?par with|"
    r"(?:is |are |performs? )?(?:\w+ly )?(?:comparabl[ey]|similar(?:ly)?|equivalent(?:ly)?"
    r"|competitive(?:ly)?|identical(?:ly)?|equal(?:ly)?) (?:to|with)|"
    r"differs? from|(?:is|are) as (?:good|accurate|fast|well) as|performs? as well as|achieves? the same \ue003+ as|(?:is|are) close to"
)
_VERB = re.compile(rf"\b(?:(?P<beats>{_BEATS})|(?P<trails>{_TRAILS})|(?P<equals>{_EQUALS}))\b")
_SAME = re.compile(
    r"\b(?P<equals>similar|comparable|equal|equivalent|the same|competitive"
    r"|identical)\s+(?:\w+\s+)?\ue003+\s+(?:to|with|as|than)\b"
)
_UP = r"higher|greater|larger|more|bigger|longer"
_DOWN = r"lower|smaller|fewer|less|shorter"
_ADJECTIVE = re.compile(
    rf"\b(?:(?P<better>better|stronger|superior)|(?P<worse>worse|weaker|poorer|inferior)|(?P<faster>faster|quicker)|(?P<slower>slower)|"
    rf"(?P<moreacc>more accurate|more effective)|(?P<lessacc>less accurate|less effective)"
    rf"|(?P<cheaper>cheaper|lighter)|(?P<vague>more efficient|less efficient)|(?P<up>{_UP})|(?P<down>{_DOWN}))\b"
)
_THAN = re.compile(r"\b(?:than|compared (?:to|with)|relative to|versus|vs\.?|over|against)\s+")
_BEFORE = re.compile(r"^\s*(?:compared (?:to|with)|relative to|versus|in comparison (?:to|with)|unlike)\s+(?P<other>[^,]+),")
_BARE = re.compile(r"\b(?:is|are|remains?|stays?|be)\s+(?:not\s+|also\s+|still\s+|highly\s+|\w+ly\s+)?competitive\b(?!\s+(?:with|to))")
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
_TRADE_OFF = re.compile(r"\b(?:trade-?offs?|pareto)\b")
_WITHIN = re.compile(r"\bwithin\s+(?P<n>\d+(?:\.\d+)?)\s?(?:%|percentage points?|points?|pp)\s+(?:points\s+)?of\s+")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?)\s+(?:\w+\s+){0,2}$")
_TURN: dict[Relation, Relation] = {"beats": "trails", "trails": "beats", "equals": "equals"}
_LEFT: dict[Relation, tuple[Relation, Relation]] = {
    "beats": ("trails", "equals"),
    "trails": ("beats", "equals"),
    "equals": ("beats", "trails"),
}


_INHERITS = re.compile(
    r"^\s*(?:(?:is|are|has|have|with|at|it|they|yields?|gives?|achieves?|shows?|requires?|uses?|needs?"
    r"|also|even|but|and|an?|much|slightly|being|[\d.]+\s?(?:%|percentage points?|points?|pp)?|\w+ly)\s+)*$"
)


_EACH = re.compile(r"\b(?:all|every|each)\s+(?:of\s+)?(?:the\s+)?\ue001")


@dataclass(frozen=True)
class _Cue:
    relation: Relation
    start: int
    stop: int
    """where the other side begins."""
    metric: str | None = None
    margin: Interval | None = None
    passive: bool = False
    other: Group | None = None
    note: str = ""
    more: tuple[tuple[Relation, str | None], ...] = ()
    """further comparatives of the same sides: "faster and more accurate than"."""
    inherits: bool = False
    """the other side is that of the clause before."""


def _verb(scene: Scene) -> _Cue | None:
    for match in _VERB.finditer(scene.skeleton):
        relation: Relation = "beats" if match["beats"] else "trails" if match["trails"] else "equals"
        by = re.match(r"\s*(?:\w+\s+)?by\s+(?=(?:\w+\s+){0,4}[\ue001\ue002\ue005\ue008])", scene.skeleton[match.end() :])
        passive = bool(by) and _PASSIVE.search(scene.skeleton[: match.start()]) is not None
        if relation == "equals" and "differ" in match.group(0) and scene.negation_before(match.start()) is None:
            continue
        return _Cue(_TURN[relation] if passive else relation, match.start(), match.end(), passive=passive)
    same = _SAME.search(scene.skeleton)
    return _Cue("equals", same.start(), same.end(), metric=metric_in(scene, same.start(), same.end())) if same else None


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
    cue = _Cue("equals", match.start(), match.end(), margin=margin)
    read = _statement(replace_negations(scene), cue, sides[0], sides[1])
    return replace(read, used=tuple(one for one in scene.negations if match.start() <= one[0] < match.end()))


def replace_negations(scene: Scene) -> Scene:
    """The scene as if nothing were denied, for a wording in which the denial is part of the cue."""
    return replace(scene, negations=())


def _differs(scene: Scene, cue: _Cue) -> bool:
    """Whether a setting is stated on both sides of the comparison: "A at 0.5 matches B at 0.7"."""
    before = {name for name, _, end in scene.places if 0 < end <= cue.start and re.search(r"\ue001", scene.skeleton[: max(0, end - 1)])}
    after = {name for name, start, _ in scene.places if start >= cue.stop}
    return bool(before & after)


def _within(scene: Scene) -> _Cue | None:
    match = _WITHIN.search(scene.skeleton)
    return _Cue("equals", match.start(), match.end(), margin=Interval(low=0.0, high=float(match["n"]))) if match else None


def _adjective_sense(scene: Scene, match: re.Match[str], stop: int) -> tuple[Relation, str | None] | None:
    """(relation, metric) of a comparative; None for one that names nothing measurable."""
    named = first_metric(scene, match.end(), stop) or metric_in(scene, 0, match.start())
    if match["vague"]:
        return None
    if match["faster"] or match["slower"]:
        return ("beats" if match["faster"] else "trails"), "images_per_second"
    if match["better"] or match["worse"]:
        return ("beats" if match["better"] else "trails"), named
    if match["moreacc"] or match["lessacc"]:
        return ("beats" if match["moreacc"] else "trails"), "top1_percent" if "accurate" in match.group(0) else named
    if match["cheaper"]:
        return "beats", named or "gmacs"
    if named is None:
        return None
    return ("beats" if (match["up"] is not None) == higher_is_better(named) else "trails"), named


def _adjective(scene: Scene) -> _Cue | Refusal | None:
    before = _BEFORE.match(scene.skeleton)
    for match in _ADJECTIVE.finditer(scene.skeleton, before.end() if before else 0):
        if re.match(r"\s+than\s+\d", scene.skeleton[match.end() :]):
            continue
        than = _THAN.search(scene.skeleton, match.end())
        inherited = scene.context.other if than is None and _INHERITS.match(scene.skeleton[: match.start()]) else None
        if than is None and before is None and inherited is None:
            continue
        sense = _adjective_sense(scene, match, than.start() if than else len(scene.text))
        if sense is None:
            if match["vague"]:
                return Refusal("compares nothing measurable: “efficient” names no metric")
            continue
        other = group_in(scene, before.start("other"), before.end("other")) if before and not than else None
        stop = than.end() if than else match.end()
        more = _further(scene, match, than.start() if than else len(scene.text))
        return _Cue(sense[0], match.start(), stop, metric=sense[1], other=other or inherited, inherits=inherited is not None, more=more)
    return None


def _further(scene: Scene, first: re.Match[str], stop: int) -> tuple[tuple[Relation, str | None], ...]:
    """Comparatives that share their "than" with the first one."""
    found = []
    for match in _ADJECTIVE.finditer(scene.skeleton, first.end(), stop):
        sense = (
            _adjective_sense(scene, match, stop)
            if re.search(r"\b(?:and|or|but|,)\s+(?:\w+\s+)?$", scene.skeleton[: match.start()])
            else None
        )
        if sense is not None:
            found.append(sense)
    return tuple(found)


def _bare(scene: Scene) -> _Cue | None:
    """ "are competitive" with nothing named: against the family's counterpart, else against all others."""
    match = _BARE.search(scene.skeleton)
    if match is None:
        return None
    family = next((span for span in scene.of("family", high=match.start())), None)
    term = vocabulary().get("family", family.name) if family else None
    rival = vocabulary().get("family", term.counterpart) if term and term.counterpart else None
    other = Group(label=rival.label, members=rival.members) if rival else Group(label="the other methods", members=())
    note = f"“competitive” names no other side: it is read against {other.label}, by the median"
    return _Cue("equals", match.start(), match.end(), other=other, note=note)


def compare(scene: Scene) -> Reading | Refusal | None:
    """Compare for verbs and comparatives between two groups of methods."""
    cue = _between(scene) or _within(scene) or _verb(scene) or _adjective(scene) or _bare(scene)
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


def _pairwise(scene: Scene, cue: _Cue, subject: Group, other: Group) -> Reading | None:
    """One Compare for each of the others where as many margins as others are listed: "surpasses A and B by 0.6% and 0.9%"."""
    spans = scene.of("method", low=cue.stop)
    margins = [one for one in free_quantities(scene) if one.unit in {"points", "%"} or one.decimals]
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


def _with_metrics(scene: Scene, cue: _Cue) -> _Cue:
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


def _after(scene: Scene, cue: _Cue) -> Group | None:
    comma = scene.skeleton.find(",")
    return group_in(scene, comma + 1, cue.start) or scene.context.subject


def _pronoun(scene: Scene, cue: _Cue) -> Group | None:
    if scene.of("pronoun", low=cue.stop) or re.search(r"\b(?:behind|ahead)\b", scene.skeleton[cue.start : cue.stop]):
        return scene.context.other
    return None


def _stated(scene: Scene) -> list[Quantity]:
    """The free numbers outside brackets, those behind "by" first."""
    text = scene.skeleton
    free = [one for one in free_quantities(scene) if text.count("(", 0, one.begin) <= text.count(")", 0, one.begin)]
    return sorted(free, key=lambda one: re.search(r"\bby\s+(?:\w+\s+){0,2}$", text[: one.begin]) is None)


def _margin(scene: Scene, cue: _Cue, metric: str) -> tuple[Interval | None, str]:
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


def _metric(scene: Scene, cue: _Cue) -> str:
    named = (
        cue.metric or metric_in(scene, cue.stop, len(scene.text)) or metric_in(scene, 0, cue.start) or metric_in(scene, cue.start, cue.stop)
    )
    return named if named and named != "tokens" else cue.metric or PERFORMANCE


def _statement(scene: Scene, cue: _Cue, subject: Group, other: Group) -> Reading:
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


def _denied(scene: Scene, cue: _Cue, part: Compare, subject: Group, other: Group) -> Reading:
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
    near = Interval(low=0.0, high=COMPETITIVE_POINTS)
    parts = tuple(
        part.model_copy(
            update={"relation": one, "margin": near if one == "equals" else None, "quantifier": "mostly" if rare else part.quantifier}
        )
        for one in _LEFT[part.relation]
    )
    note = f"that it does not hold that the first {part.relation} the second leaves: " + " or ".join(_LEFT[part.relation])
    return Reading(parts=(AnyOf(parts=parts, assumptions=(note,)),), used=(negation,), subject=subject, other=other)
