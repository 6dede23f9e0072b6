"""Numbers as claims: values ("achieves 79.8 %"), differences in amount ("50-90 fewer tokens") and changes, each with its own conditions."""

from __future__ import annotations

import re
from dataclasses import replace

from synth.extractor.conditions import pinned
from synth.extractor.grammar.effect import UNREDUCED, baseline_of, effect_of, lossless
from synth.extractor.grammar.figures import Figure, figures_of
from synth.extractor.groups import group_in, reading_of, subject_before
from synth.extractor.numbers import Quantity
from synth.extractor.reading import Part, Reading, Refusal, no_subject, quantified
from synth.extractor.scene import Scene
from synth.model import PERFORMANCE, UNREAD, Amount, Effect, Group, Interval, vocabulary

PROTOCOL_KEEP_RATES = (0.9, 0.7, 0.5, 0.25)
"""keep rates of Haurum et al. 2023, arXiv:2308.04657; ranges without stated conditions go to them in order."""

ALL_OTHERS = Group(label="the other methods", members=())


def _amount(scene: Scene, figure: Figure, subject: Group) -> Amount | str:
    quantifier, assumptions = quantified(scene)
    metric = figure.metric
    notes = list(assumptions)
    begin = figure.quantity.begin
    aside = figure.quantity.bounded and scene.skeleton.count("(", 0, begin) > scene.skeleton.count(")", 0, begin)
    if metric is None and figure.quantity.unit in {"%", "points"} and scene.where.datasets and not aside:
        metric = PERFORMANCE
        notes.append("a percentage with no metric is read as the data set's own metric")
    if metric is None:
        return "gives a number with no metric"
    if figure.sort == "value":
        return Amount(
            subject=subject,
            metric=metric,
            range=figure.quantity.interval,
            where=scene.where,
            quantifier=quantifier,
            assumptions=tuple(notes),
        )
    versus, backbones = baseline_of(scene, subject)
    if versus.members == ("keep_all",) and not backbones and "than" not in scene.text and figure.sort == "difference":
        versus = ALL_OTHERS
    if not versus.members and metric == "tokens":
        notes.append("the tokens of the other methods are the nominal budget of the keep rate")
    scale = 100.0 if figure.sort == "share" else 1.0
    relation = "ratio" if figure.sort == "share" else "fewer" if figure.falls else "more"
    return Amount(
        subject=subject,
        metric=metric,
        range=_scaled(figure.quantity.interval, scale),
        versus=versus,
        relation=relation,  # type: ignore[arg-type]
        where=scene.where,
        quantifier=quantifier,
        assumptions=tuple(notes),
    )


def _scaled(interval: Interval, by: float) -> Interval:
    low = None if interval.low is None else round(interval.low / by, 6)
    high = None if interval.high is None else round(interval.high / by, 6)
    return Interval(low=low, high=high)


def _spread_out(scene: Scene, parts: list[Amount | Effect]) -> list[Amount | Effect]:
    """Sibling figures of one metric, each under its own condition: as listed in the text, else in the order of the protocol."""
    n = len(parts)
    if n < 2 or len({(part.kind, part.metric) for part in parts}) > 1:
        return parts
    for name, values in scene.values:
        if len(values) == n:
            return [part.model_copy(update={"where": pinned(part.where, name, value)}) for part, value in zip(parts, values, strict=True)]
    for field in ("datasets", "backbones"):
        names = getattr(scene.where, field)
        if len(names) == n:
            return [_with(part, {"where": part.where.model_copy(update={field: (name,)})}) for part, name in zip(parts, names, strict=True)]
    if all(part.kind == "amount" and part.relation == "value" for part in parts):
        return parts
    if not all(vocabulary().get("method", member) for part in parts for member in part.subject.members):
        return parts
    if n > len(PROTOCOL_KEEP_RATES) or any(one.name == "keep_rate" for one in scene.where.settings):
        return parts
    rates = PROTOCOL_KEEP_RATES[:n]
    listed = " and ".join(f"{rate:g}" for rate in rates)
    note = f"the {n} figures have no stated conditions: they are read for the first {n} keep rates of the protocol in order, {listed}"
    return [
        _with(part, {"where": pinned(part.where, "keep_rate", rate), "assumptions": (*part.assumptions, note)})
        for part, rate in zip(parts, rates, strict=True)
    ]


def _with(part: Amount | Effect, update: dict[str, object]) -> Amount | Effect:
    return part.model_copy(update=update)


_REACHED = re.compile(r"\b(?:reach|attain|achiev|obtain|get|hit|score|exceed|surpass|beat)")


def _flipped(part: Amount | Effect, denied: str) -> Amount | str:
    """
    A denied bound is the bound on the other side; a value that is not reached has what is measured below it.

    denied  the words between the denial and the number
    """
    if isinstance(part, Effect) or part.relation != "value":
        return "denies a change, which the grammar cannot express"
    low, high = part.range.low, part.range.high
    if high is None:
        return part.model_copy(update={"range": Interval(high=low)})
    if low is None:
        return part.model_copy(update={"range": Interval(low=high)})
    if not _REACHED.search(denied):
        return "denies an exact value, which says too little of what it is"
    assumption = "“does not reach” a value is read as staying below it"
    return part.model_copy(update={"range": Interval(high=low), "assumptions": (*part.assumptions, assumption)})


_EXCEED = re.compile(r"\bexceeds?|\bsurpass(?:es)?|\breach(?:es)?\s+above")
_ANSWER = re.compile(r"\b(?:by|using|with|when using)\s+(?=\ue001)")


def _subject(scene: Scene, at: int) -> Group | None:
    named = subject_before(scene, at)
    backbones = {span.name for span in scene.of("backbone")}
    if named is not None and not set(named.members) <= backbones:
        return named
    if any(not span.members for span in scene.of("self")):
        return None
    link = _ANSWER.search(scene.skeleton)
    return (group_in(scene, link.end(), len(scene.text)) if link else None) or named


def _plain_backbone(scene: Scene, subject: Group) -> tuple[Scene, Group]:
    """A backbone in the place of a method is that backbone unreduced: "DeiT-S achieves 79.8 %"."""
    backbones = {span.name for span in scene.of("backbone")}
    if not subject.members or not set(subject.members) <= backbones:
        return scene, subject
    where = scene.where.model_copy(update={"backbones": subject.members})
    return replace(scene, where=where), Group(label=subject.label, members=("keep_all",))


def amounts(scene: Scene) -> Reading | Refusal | None:
    """Amount and Effect statements, one for each number of the clause, and "without loss of accuracy"."""
    found = figures_of(scene)
    found = tuple(_bounded(scene, figure) for figure in found if figure.metric or figure.quantity.unit)
    at = found[0].quantity.begin if found else len(scene.text)
    subject = _subject(scene, at)
    if not found and (subject is None or lossless(scene, subject) is None):
        return None
    if subject is None or not subject.members:
        return no_subject(scene)
    scene, subject = _plain_backbone(scene, subject)
    parts: list[Amount | Effect] = []
    lost: list[str] = []
    for figure in found:
        if figure.metric is None and _GOAL.search(scene.text):
            lost.append(f"what a goal costs {UNREAD}")
            continue
        owner = _other_owner(scene, figure, subject)
        part = (
            effect_of(scene, figure, subject)
            if figure.sort == "change"
            else _amount(scene, figure, owner)
            if owner
            else "belongs to another method"
        )
        if isinstance(part, str):
            lost.append(part)
        else:
            parts.append(part)
    return _collected(scene, subject, found, _spread_out(scene, parts), lost)


_GOAL = re.compile(r"\b(?:steps|epochs|iterations|time|updates)\s+to\s+(?:reach\s+)?[\d.]+\s?%")
_AGAINST = re.compile(r"\b(?:compared (?:to|with)|versus|vs\.?|against|instead of|rather than|than)\s+(?:the\s+)?(?:\w+\s+)?$")


def _other_owner(scene: Scene, figure: Figure, subject: Group) -> Group | None:
    """Whose value a number is: behind "compared to" it is that of the method named after it, None where none is named."""
    if figure.sort != "value" or not _AGAINST.search(scene.skeleton[: figure.quantity.begin]):
        return subject
    stop = re.compile(r"[,;]|\band\b").search(scene.skeleton, figure.quantity.end)
    return group_in(scene, figure.quantity.end, stop.start() if stop else len(scene.text))


def _bounded(scene: Scene, figure: Figure) -> Figure:
    """ "exceeds 50" is a bound from below."""
    one: Quantity = figure.quantity
    if figure.sort == "value" and not one.bounded and _EXCEED.search(scene.skeleton[max(0, one.begin - 18) : one.begin]):
        return replace(figure, quantity=replace(one, interval=Interval(low=one.value), bounded=True))
    return figure


def _explicit(parts: list[Part]) -> Group | None:
    """The baseline that the clause named, for a following clause that names none."""
    return next((part.baseline for part in parts if isinstance(part, Effect) and part.baseline != UNREDUCED), None)


def _collected(scene: Scene, subject: Group, found: tuple[Figure, ...], parts: list[Amount | Effect], lost: list[str]) -> Reading | Refusal:
    free = lossless(scene, subject)
    used = [one for one in scene.negations if free and free[1][0] <= one[0] < free[1][1]]
    result: list[Part] = []
    for figure, part in zip(found, parts, strict=False):
        negation = next((one for one in scene.negations if one not in used and one[1] <= figure.quantity.begin), None)
        if negation is None or scene.negation_before(figure.quantity.begin, 4) is None:
            result.append(part)
            continue
        flipped = _flipped(part, scene.skeleton[negation[1] : figure.quantity.begin])
        if isinstance(flipped, str):
            return Refusal(flipped)
        used.append(negation)
        result.append(flipped)
    result += [free[0]] if free else []
    if not result:
        return Refusal(lost[0] if lost else "compares nothing measurable")
    notes = reading_of(scene, subject)
    result = [
        part.model_copy(update={"assumptions": tuple(dict.fromkeys((*part.assumptions, *scene.assumptions, *notes)))}) for part in result
    ]
    return Reading(parts=tuple(result), used=tuple(used), notes=tuple(dict.fromkeys(lost)), subject=subject, other=_explicit(result))
