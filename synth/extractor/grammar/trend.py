"""Trends: what a metric does while a setting moves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from synth.extractor.groups import group_in, reading_of, subject_before
from synth.extractor.numbers import quantities
from synth.extractor.reading import Part, Reading, Refusal, no_subject
from synth.extractor.scene import Scene
from synth.model import PERFORMANCE, AnyOf, Conditions, Group, Trend, vocabulary

Direction = Literal["rises", "falls", "stays"]
REFERENCE = "topk"
"""the method whose own fall a "significant" fall has to exceed: the plain strong baseline of token reduction."""

_S = "\ue006+s?"
_FALL = (
    r"drop\w*|fall(?!\w* (?:behind|short))\w*|fell|costs?|loses?|decreas\w*|degrad\w*|declin\w*"
    r"|deteriorat\w*|collaps\w*|suffer\w*|worsen\w*"
    r"|shrink\w*|diminish\w*|plummet\w*|breaks? down|goes down|lower(?:s|ed|ing)?|reduc\w+|hurts?|harms?"
)
_RISE = r"ris(?:es?|ing)|rose|increas\w*|improv\w*|grow\w*|grew|climb\w*|gains?|goes up|raises?|raised|recover\w*|boosts?"
_STAY = (
    r"stays?|stayed|maintains?|retains?(?= \ue003)|preserves?|remains?|remained|holds?(?: up)?|held"
    r"|plateaus?|saturates?|is (?:constant|stable"
    r"|unchanged|flat|unaffected|insensitive|robust)|are (?:constant|stable|unchanged|flat|unaffected|robust)|constant|unchanged"
)
_CHANGE = re.compile(rf"\b(?:(?P<falls>{_FALL})|(?P<rises>{_RISE})|(?P<stays>{_STAY}))\b")
_DOWN = r"lower(?:ing|ed)?|smaller|decreas\w*|reduc\w+|falling|falls?|drop\w*|declin\w*|shrink\w*|goes down|more aggressive"
_UP = r"higher|larger|greater|bigger|increas\w*|rais\w+|grow\w*|rising|rises?|goes up"
_MOVES = re.compile(
    rf"(?:\b(?:as|when|while|if|once|with|at|for|under|by)\s+)?(?:\b(?:the|an?|ever|even"
    rf"|much)\s+)*(?:(?P<down>\b(?:{_DOWN}))|(?P<up>\b(?:{_UP})))\s+(?:(?:the|token|input|image)\s+)*(?P<s1>{_S})"
    rf"|\b(?:as|when|while|if|once|with)\s+(?:the\s+)?(?P<s2>{_S})\s+(?:is\s+|are\s+|gets?\s+"
    rf"|becomes?\s+)?(?:\w+ly\s+)?(?:(?P<down2>{_DOWN}|low|small)|(?P<up2>{_UP}|high|large))\b"
    rf"|\b(?P<under3>down to)\s+(?:an?\s+|the\s+)?{_S}(?:\s+of)?"
    rf"|\b(?:(?P<under>below|under|beyond)|(?P<above>above))\s+(?:an?\s+|the\s+)?(?P<s3>{_S})(?:\s+of)?"
    rf"|(?P<s4>{_S})\s+(?:of\s+)?(?:is\s+|drops\s+|falls\s+|goes\s+|are\s+)?(?:(?P<under2>below|under)|(?P<above2>above))\b"
    rf"|\b(?:as|when|while|if|once|with)\s+(?P<fewer>fewer\s+(?:\ue003+|tokens|patches)(?:\s+are\s+\w+"
    rf"|\s+kept)?|(?:more\s+)?(?:\ue003+|tokens|patches)\s+(?:are|is)\s+(?:pruned|removed|dropped|merged|discarded))"
    rf"|\b(?:as|when|while|if|once|with)\s+(?P<more>more\s+(?:\ue003+|tokens|patches)\s+(?:are\s+)?(?:kept|retained|used|preserved))"
    rf"|\bfrom\s+(?:an?\s+)?(?P<s5>{_S})|(?P<s6>{_S})\s*(?:\w+\s+)?from\b|(?P<s7>\ue006+)\s+(?:decreases?"
    rf"|increases?|falls?|drops?|rises?|grows?|shrinks?)"
)
_LOW = re.compile(r"\b(?:at|with|for|under)\s+(?:the\s+|very\s+)*(?:low|small|aggressive|extreme)\s+\ue006+s?")
_AT = re.compile(r"\b(?:at|with|for)\s+(?:an?\s+|the\s+)?\ue006+s?\s*(?:of\s+|=\s*)?(?=[\d.])")
_STANDS = re.compile(
    r"\b(?:drops?|falls?|degrades?|declines?|collapses?|deteriorates?|suffers?|drop|fall|degrade|decline"
    r"|collapse|remains? (?:stable|constant|unchanged|flat)|"
    r"stays? (?:stable|constant|unchanged|flat)|holds? up|breaks? down)\b(?!\s*(?:behind|short|by|to|from|only|of|\d|\ue001|\ue003\s*by))"
)
_STRONGLY = re.compile(
    r"\b(?:significant\w*|sharp\w*|drastic\w*|considerabl\w*|strong\w*|dramatic\w*|marked\w*"
    r"|substantial\w*|steep\w*|severe\w*|rapid\w*)\b"
)
_THAN = re.compile(r"\b(?:more|less|faster|slower|further|stronger|steeper)\b[^,;]*?\bthan\s+(?:that of\s+|those of\s+|for\s+)?")


@dataclass(frozen=True)
class _Move:
    setting: str
    falling: bool
    begin: int
    end: int


def _move(scene: Scene) -> _Move | None:
    """How the clause says that a setting moves; None where nothing moves."""
    match = _MOVES.search(scene.named)
    if match is None:
        low = _LOW.search(scene.named) or (_AT.search(scene.named) if _STANDS.search(scene.skeleton) else None)
        if low is None and _STANDS.search(scene.skeleton) and _shared_rate(scene) is not None:
            return _Move("keep_rate", True, 0, 0)
        return _Move(_setting(scene, low.start()), True, *low.span()) if low else None
    parts = match.groupdict()
    falling = not any(parts[name] for name in ("up", "up2", "above", "above2", "more"))
    if parts["s7"]:
        falling = re.search(r"decreas|fall|drop|shrink", match.group(0)) is not None
    if parts["s5"] or parts["s6"]:
        values = dict(scene.values).get(_setting(scene, match.start()), ())
        falling = len(values) < 2 or values[0] >= values[1]
    return _Move(_setting(scene, match.start()), falling, *match.span())


def _setting(scene: Scene, at: int) -> str:
    return next((span.name for span in scene.of("setting") if span.end > at), "keep_rate")


def _shared_rate(scene: Scene) -> float | None:
    """The one keep rate that opens the sentence, None without one."""
    ranges = [one.range for one in scene.context.shared.settings if one.name == "keep_rate"]
    return ranges[0].low if ranges and ranges[0].low == ranges[0].high else None


def _way(scene: Scene, move: _Move) -> tuple[float | None, float | None]:
    """(start, end) of the way: stated values, the bound, or the value that the clause before spoke of."""
    values = dict(scene.values).get(move.setting, ())
    if move.end == 0:
        return None, _shared_rate(scene)
    if len(values) >= 2:
        return values[0], values[-1]
    if len(values) == 1 and (_AT.match(scene.named, move.begin) or scene.named.startswith("down to", move.begin)):
        return None, values[0]
    if len(values) == 1 and re.search(r"below|under|above|beyond|drops|falls", scene.text[max(0, move.begin - 12) :]):
        return values[0], None
    if move.falling and move.setting == "keep_rate" and re.search(r"lower|smaller|reduc|fewer", scene.text[move.begin : move.end].lower()):
        return scene.context.keep_start, None
    return None, None


def _turned(direction: Direction) -> Direction:
    turns: dict[Direction, Direction] = {"rises": "falls", "falls": "rises", "stays": "stays"}
    return turns[direction]


def _change(scene: Scene, move: _Move) -> re.Match[str] | None:
    """The verb that says what the metric does, outside the words of the moving setting."""
    hidden = scene.skeleton[: move.begin] + "\ue007" * (move.end - move.begin) + scene.skeleton[move.end :]
    return _CHANGE.search(hidden) or re.search(r"\b(?:higher(?P<rises>)|lower(?P<falls>))(?P<stays>(?!))?\s+(?=\ue003)", hidden)


def trend(scene: Scene) -> Reading | Refusal | None:
    """Trend for "performance drops as the keep rate falls", "stays within one point down to 0.5" and their like."""
    move = _move(scene)
    change = _change(scene, move) if move else None
    if move is None or change is None:
        return None
    direction: Direction = next((one for one in ("rises", "falls", "stays") if change[one] is not None), "stays")
    way = _way(scene, move)
    if not move.falling and (way[0] is None and way[1] is None):
        direction = _turned(direction)
    elif not move.falling and way[1] is None:
        way, direction = (None, way[0]), _turned(direction)
    return _built(scene, move, change, direction, way)


def _metric(scene: Scene, move: _Move, change: re.Match[str]) -> str:
    spans = [span for span in scene.of("metric") if not (move.begin <= span.start < move.end)]
    near = sorted(spans, key=lambda span: abs(span.start - change.start()))
    return near[0].name if near and near[0].name != "tokens" else PERFORMANCE


def _beyond(scene: Scene, change: re.Match[str], subject: Group, direction: Direction) -> tuple[Group | None, tuple[str, ...]]:
    than = _THAN.search(scene.skeleton, change.start())
    if than and (group := group_in(scene, than.end(), len(scene.text))):
        return group, ()
    if _STRONGLY.search(scene.skeleton, change.end()) and direction == "falls" and subject.members != (REFERENCE,):
        label = vocabulary().label("method", REFERENCE)
        word = _STRONGLY.search(scene.skeleton, change.end())
        return Group(label=label, members=(REFERENCE,)), (
            f"“{word.group(0) if word else ''}” is read as beyond the fall of {label} by more than the margin",
        )
    return None, ()


def _built(
    scene: Scene, move: _Move, change: re.Match[str], direction: Direction, way: tuple[float | None, float | None]
) -> Reading | Refusal:
    subject = subject_before(scene, max(change.start(), move.begin)) or group_in(scene, 0, len(scene.text))
    assumptions: tuple[str, ...] = ()
    if subject is None and any(not span.members for span in scene.of("self")):
        return no_subject(scene)
    if subject is None:
        subject, assumptions = Group(label="all methods", members=()), ("no method is named: the trend is read for all methods",)
    beyond, note = _beyond(scene, change, subject, direction)
    settings = tuple(one for one in scene.where.settings if one.name != move.setting)
    where = Conditions(datasets=scene.where.datasets, backbones=scene.where.backbones, settings=settings)
    stated = next((one for one in quantities(scene.skeleton) if one.unit in {"%", "points"}), None)
    margin = abs(stated.interval.low if stated and stated.interval.low is not None else stated.value if stated else 1.0)
    part = Trend(
        subject=subject,
        metric=_metric(scene, move, change),
        setting=move.setting,
        direction=direction,
        start=way[0],
        end=way[1],
        beyond=beyond,
        margin=margin,
        where=where,
        assumptions=(
            *assumptions,
            *(one for one in scene.assumptions if "keep rate of at most" not in one),
            *note,
            *reading_of(scene, subject),
        ),
    )
    return _denied(scene, change, part, subject)


def _denied(scene: Scene, change: re.Match[str], part: Trend, subject: Group) -> Reading:
    negation = scene.negation_before(change.start(), 3)
    if negation is None:
        return Reading(parts=(part,), subject=subject, metric=part.metric)
    left: dict[Direction, tuple[Direction, Direction]] = {
        "falls": ("stays", "rises"),
        "rises": ("stays", "falls"),
        "stays": ("falls", "rises"),
    }
    parts: tuple[Part, ...] = tuple(part.model_copy(update={"direction": one, "beyond": None}) for one in left[part.direction])
    return Reading(
        parts=(AnyOf(parts=parts, assumptions=("a denied direction leaves the two others",)),), used=(negation,), subject=subject
    )
