"""Where a clause speaks: data sets, backbones, and the values of settings such as the keep rate."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from synth.extractor.scene import Scene, Span, marked
from synth.model import Conditions, Interval, SettingRange

LOW_KEEP_RATE = 0.5
"""a keep rate at or below this is "low" where a claim does not say; the protocol's rates are 0.9, 0.7, 0.5 and 0.25."""
HIGH_KEEP_RATE = 0.7

_NUM = r"(\d+(?:\.\d+)?|\.\d+)\s?(%)?"
_LIST = (
    rf"{_NUM}(?:\s*(?:,|and|or|to|-|,\s*and|and\s*a?)\s*{_NUM})?(?:\s*(?:,\s*and|,|and"
    rf"|or)\s*{_NUM})?(?:\s*(?:,\s*and|,|and|or)\s*{_NUM})?"
)
_BOUND = (
    r"(?P<bound>below|under|above|over|at most|at least|up to|less than|lower than|smaller than|more than"
    r"|greater than|higher than|no more than|no less than|from|between|<=|≤|<|>=|≥|>)"
)
_PRE = r"(?:\b(?:at|with|for|under|using|when|where|if|in|of|down to|to)\s+)?(?:\b(?:an?|the|all|every|each|both|even)\s+)?"
_SETTING_FIRST = re.compile(
    rf"{_PRE}(?P<name>\ue006+)s?\s*(?:\w?\s*=\s*|of\s+|is set to\s+|(?:is|are|was)\s+|(?:drops?|falls?|goes"
    rf"|decreases?|increases?|rises?|dips?|moves?|gets)\s+|:\s*)?(?:only\s+|lowered\s+|reduced\s+"
    rf"|raised\s+)?{_BOUND}?\s*(?P<list>{_LIST})(?!\s*(?:points|x\b))"
)
_BOUND_FIRST = re.compile(
    rf"\b(?:(?:at|with|for)\s+)?{_BOUND}\s+(?:an?\s+|the\s+)?(?P<name>\ue006+)s?\s*(?:of\s+"
    rf"|=\s*)?(?P<list>{_LIST})"
)
_VALUE_FIRST = re.compile(rf"{_PRE}(?:{_BOUND}\s+)?(?P<list>{_LIST})\s+(?P<name>\ue006+)")
_AND_BELOW = re.compile(r"\s*\b(?:and|or)\s+(?P<bound>below|less|lower|under|above|more|higher)\b")
_LOWER_STILL = re.compile(r"\b(?:at|with|for|under)\s+(?:even\s+)?(?:lower|smaller)\s+\ue006+s?")
_KEPT = re.compile(
    rf"{_PRE}(?:(?:only|just)\s+)?{_BOUND}?\s*(?:only\s+)?(?P<value>\d+(?:\.\d+)?)\s?%\s+of\s+(?:all\s+"
    rf"|the\s+)?(?:its\s+|image\s+|patch\s+|input\s+|visual\s+)?"
    rf"(?:\ue003+|tokens|patches)\s+(?:\w+\s+)?(?:are|is|were|being)\s+(?P<what>kept|retained|preserved"
    rf"|left|used|remaining|pruned|removed|dropped|discarded|merged)"
)
_KEEPING = re.compile(
    rf"\b(?:when|while|with|by|if|after|at)?\s*(?:only\s+)?(?P<what>keep(?:s|ing)?|retain(?:s|ing)?"
    rf"|preserv(?:es|ing)|prun(?:es|ing)|remov(?:es|ing)|drop(?:s|ping)|discard(?:s|ing))"
    rf"\s+(?:only\s+|just\s+)?{_BOUND}?\s*(?P<value>\d+(?:\.\d+)?)\s?%\s+of\s+(?:all\s+|the\s+"
    rf"|its\s+)?(?:image\s+|patch\s+|input\s+|visual\s+)?(?:\ue003+|tokens|patches)"
)
_WITH_TOKENS = re.compile(
    r"\b(?:with|at)\s+(?:only\s+)?(?P<value>\d+(?:\.\d+)?)\s?%\s+of\s+(?:all\s+|the\s+)?(?:\ue003+|tokens"
    r"|patches)(?:\s+(?P<what>kept|left|retained|pruned|removed|dropped))?"
)
_VAGUE = re.compile(
    r"\b(?:(?:at|with|for|under|in|on)\s+)?(?:the\s+)?(?P<level>lowest|very low|low|small|aggressive"
    r"|highest|high|large|mild|moderate)\s+(?:\ue006+)s?(?!\s*(?:=|of|\d))"
    r"|\b(?:when|where|if|as long as)\s+(?:the\s+)?\ue006+s?\s+(?:is|are|gets?|becomes?)\s+(?:very\s+"
    r"|too\s+)?(?P<level2>low|small|aggressive|high|large)\b"
)
_OPEN = re.compile(r"\b(?:when|if|where|while|as|once)\s+(?:the\s+)?\ue006+\s*(?:is|are|gets)?\s*$")
_EPOCHS = re.compile(r"\b(?:after|for|with)\s+(?:only\s+)?(?P<value>\d+)\s+(?:training\s+|fine-?tuning\s+|more\s+)?(?:\ue006+|epochs)")
_PIXELS = re.compile(
    r"\b(?:(?:at|with|on|for)\s+)?(?:an?\s+"
    r"|the\s+)?(?:\ue006+\s+(?:of\s+)?)?(?P<value>\d{2,4})\s?(?:x\s?(?P=value)|px\b|pixels?\b)(?:\s+\ue006+|\s+images?|\s+inputs?)?"
)
_PER_BLOCK = re.compile(r"\b(?:(?:with|at|for|using)\s+)?r\s?=\s?(?P<value>\d+(?:\.\d+)?)\b")
_REMOVED = re.compile(r"prun|remov|drop|discard|merged")
_UPPER = re.compile(r"^less$|^lower$|below|under|at most|up to|less|lower|smaller|no more|<|≤")
_LOWER = re.compile(r"^more$|^higher$|above|over|at least|more than|greater|higher|no less|>|≥")
_NOT_CONDITION = re.compile(r"\b(?:other|remaining|rest of the)\s+(?:\w+\s+)?(?:data\s?sets?|benchmarks?|backbones?)")


@dataclass(frozen=True)
class Found:
    """Conditions of a clause with where they were read and what was assumed."""

    where: Conditions
    consumed: tuple[tuple[int, int], ...]
    assumptions: tuple[str, ...]
    places: tuple[tuple[str, int, int], ...]
    """(setting, start, end) of every stretch that states one."""
    values: tuple[tuple[str, tuple[float, ...]], ...]
    """settings with their stated values one by one, in the order of the text."""


def _rate(value: float, percent: bool, name: str) -> float:
    return round(value / 100, 6) if name in {"keep_rate", "sparsity"} and (percent or value > 1) else value


def _range(values: list[float], bound: str | None) -> Interval:
    if bound and _UPPER.search(bound):
        return Interval(high=values[0])
    if bound and _LOWER.search(bound):
        return Interval(low=values[0])
    return Interval(low=min(values), high=max(values))


def _kept(value: float, bound: str | None, what: str | None) -> Interval:
    share = round(value / 100, 6)
    interval = _range([share], bound)
    if what and _REMOVED.search(what):
        low = round(1 - interval.high, 6) if interval.high is not None else None
        high = round(1 - interval.low, 6) if interval.low is not None else None
        return Interval(low=low, high=high)
    return interval


def _hull(first: Interval, second: Interval) -> Interval:
    """The smallest interval that holds two closed ones."""
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return first
    return Interval(low=min(first.low, second.low), high=max(first.high, second.high))


class _Collector:
    """Settings found so far; a stretch of the text counts once."""

    def __init__(self) -> None:
        self.settings: dict[str, Interval] = {}
        self.values: dict[str, tuple[float, ...]] = {}
        self.consumed: list[tuple[int, int]] = []
        self.assumptions: list[str] = []
        self.places: list[tuple[str, int, int]] = []

    def free(self, span: tuple[int, int]) -> bool:
        return not any(span[0] < end and start < span[1] for start, end in self.consumed)

    def add(self, name: str, interval: Interval, span: tuple[int, int], values: tuple[float, ...] = (), assumption: str = "") -> None:
        self.consumed.append(span)
        self.places.append((name, *span))
        known = self.settings.get(name)
        self.settings[name] = _hull(known, interval) if known and values and self.values[name] else known or interval
        self.values[name] = (*self.values.get(name, ()), *values)
        if assumption:
            self.assumptions.append(assumption)


def _name_at(scene: Scene, at: int) -> str:
    return next((span.name for span in scene.of("setting") if span.start <= at < span.end), "keep_rate")


def _shares(scene: Scene, found: _Collector) -> None:
    for pattern in (_KEPT, _KEEPING, _WITH_TOKENS):
        for match in pattern.finditer(scene.skeleton):
            parts = match.groupdict()
            interval = _kept(float(match["value"]), parts.get("bound"), parts.get("what"))
            values = (interval.low,) if interval.low is not None and interval.low == interval.high else ()
            metric = next((span.name for span in scene.of("metric", low=match.start(), high=match.end())), "tokens")
            if found.free(match.span()) and metric == "tokens":
                found.add("keep_rate", interval, match.span(), values)


def _listed(match: re.Match[str], name: str) -> tuple[list[float], int]:
    """(values of the list, offset behind them); a keep rate's list ends where a number is no rate: "0.9 and 10 to 30 fewer"."""
    values: list[float] = []
    end = match.end()
    for number in re.finditer(_NUM, match["list"]):
        if values and values[0] <= 1 and name == "keep_rate" and float(number[1]) > 1 and not number[2]:
            break
        values.append(_rate(float(number[1]), bool(number[2]), name))
        end = match.start("list") + number.end()
    return values, end


def _named(scene: Scene, found: _Collector) -> None:
    for pattern in (_BOUND_FIRST, _SETTING_FIRST, _VALUE_FIRST):
        for match in pattern.finditer(scene.skeleton):
            name = _name_at(scene, match.start("name"))
            if not found.free(match.span()) or (pattern is _VALUE_FIRST and name in {"stage", "r"}):
                continue
            values, end = _listed(match, name)
            after = _AND_BELOW.match(scene.skeleton, end)
            end = after.end() if after else max(end, match.end("name"))
            found.add(name, _range(values, after["bound"] if after else match["bound"]), (match.start(), end), tuple(values))
    for name, pattern in (("epochs", _EPOCHS), ("resolution_px", _PIXELS), ("r", _PER_BLOCK)):
        for match in pattern.finditer(scene.skeleton):
            if found.free(match.span()):
                value = float(match["value"])
                found.add(name, Interval(low=value, high=value), match.span(), (value,))


def _vague(scene: Scene, found: _Collector) -> None:
    for match in _VAGUE.finditer(scene.skeleton):
        level = match["level"] or match["level2"]
        if _name_at(scene, scene.skeleton.find("\ue006", match.start())) != "keep_rate" or not found.free(match.span()):
            continue
        words = scene.text[match.start() : match.end()]
        low = level in {"lowest", "very low", "low", "small", "aggressive"}
        interval = Interval(high=LOW_KEEP_RATE) if low else Interval(low=HIGH_KEEP_RATE)
        limit = f"at most {LOW_KEEP_RATE} (0.5 and 0.25)" if low else f"at least {HIGH_KEEP_RATE} (0.9 and 0.7)"
        found.add("keep_rate", interval, match.span(), (), f"“{words}” is read as a keep rate of {limit}")
    lower, start = _LOWER_STILL.search(scene.skeleton), scene.context.keep_start
    if lower and start is not None and found.free(lower.span()):
        found.add("keep_rate", Interval(high=round(start - 0.01, 6)), lower.span())
    opened = _OPEN.search(scene.skeleton) if scene.cut else None
    if opened and _name_at(scene, scene.skeleton.find("\ue006", opened.start())) == "keep_rate":
        text = f"the condition on the keep rate is cut off; it is read as low, at most {LOW_KEEP_RATE} (0.5 and 0.25)"
        found.add("keep_rate", Interval(high=LOW_KEEP_RATE), opened.span(), (), text)


_PLACED = re.compile(
    r"(?:\b(?:with|on|using|for|of|over|across|at|in|backbones?|under|by|from|both|and|or)\s+(?:(?:the|a|an|both|all|larger|smaller)\s+)*"
    r"|\bbackbones?\s+(?:is|are)\s+|[,(/]\s*|\ue005\s+)$"
)
_CARRIES = re.compile(r"\s+(?:models?\s+)?(?:with|using|equipped with|plus|\+)\s+(?:the\s+)?\ue001")


def _is_subject(scene: Scene, span: Span) -> bool:
    """Whether a backbone stands where a method would: no preposition before it, and no method that it carries behind it."""
    return not _PLACED.search(scene.skeleton[: span.start]) and not _CARRIES.match(scene.skeleton, span.end)


_PRETRAINED = re.compile(r"\bpre-?train(?:ed|ing) (?:on|with) (?:the )?$")
"""before a data set on which nothing is measured."""


def placed(scene: Scene) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(data sets, backbones) that restrict the clause; those of pre-training and those that act as methods are left out."""
    datasets = tuple(dict.fromkeys(span.name for span in scene.of("dataset") if not _PRETRAINED.search(scene.skeleton[: span.start])))
    backbones = tuple(dict.fromkeys(span.name for span in scene.of("backbone") if not _is_subject(scene, span)))
    return datasets, backbones


def conditions_of(scene: Scene) -> Found:
    """The conditions that the clause states."""
    found = _Collector()
    _shares(scene, found)
    _named(scene, found)
    _vague(scene, found)
    datasets, backbones = placed(scene)
    settings = tuple(SettingRange(name=name, range=interval) for name, interval in sorted(found.settings.items()))
    return Found(
        where=Conditions(datasets=datasets, backbones=backbones, settings=settings),
        consumed=tuple(found.consumed),
        assumptions=tuple(found.assumptions),
        places=tuple(found.places),
        values=tuple(sorted(found.values.items())),
    )


def joined(own: Conditions, shared: Conditions) -> Conditions:
    """The clause's own conditions; where it has none of a sort, those that open the sentence."""
    names = {setting.name for setting in own.settings}
    settings = (*own.settings, *(setting for setting in shared.settings if setting.name not in names))
    return Conditions(
        datasets=own.datasets or shared.datasets,
        backbones=own.backbones or shared.backbones,
        settings=tuple(sorted(settings, key=lambda one: one.name)),
    )


def placed_scene(scene: Scene) -> Scene:
    """The scene with its conditions, shared ones included, and their words marked in the skeleton."""
    found = conditions_of(scene)
    return replace(
        scene,
        where=joined(found.where, scene.context.shared),
        skeleton=marked(scene, found.consumed),
        values=found.values,
        assumptions=found.assumptions,
        places=found.places,
    )


def pinned(where: Conditions, setting: str, value: float) -> Conditions:
    """The conditions with one setting at one value."""
    kept = tuple(one for one in where.settings if one.name != setting)
    exact = SettingRange(name=setting, range=Interval(low=value, high=value))
    return Conditions(datasets=where.datasets, backbones=where.backbones, settings=tuple(sorted((*kept, exact), key=lambda one: one.name)))
