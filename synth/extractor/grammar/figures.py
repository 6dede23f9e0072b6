"""What each number of a clause says: a change against a baseline, a difference in amount, or the value itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from synth.extractor.groups import higher_is_better
from synth.extractor.numbers import Quantity, quantities
from synth.extractor.scene import Scene
from synth.extractor.text import number_word
from synth.model import Interval, vocabulary

Sort = Literal["change", "difference", "value", "share"]

_DOWN = (
    r"reduc\w*|cuts?|cutting|lower\w*|decreas\w*|sav(?:es?|ed|ing|ings)|drop\w*|los(?:es?|t|ing)|loss"
    r"|degrad\w*|declin\w*|falls?|shrink\w*|fewer|less|smaller|"
    r"sacrific\w*|costs?|costing|penalty|deteriorat\w*|worse|slow(?:er|s|down)?|cheaper|lighter"
)
_UP = (
    r"increas\w*|improv\w*|rais\w+|boost\w*|gain\w*|higher|more|greater|better|larger|faster"
    r"|speed[\s-]?ups?|speeds?(?=\s)|sped|accelerat\w*|enhanc\w*|grows?|rises?|"
    r"quicker|longer|extra|additional"
)
_DIRECTION = re.compile(rf"\b(?:(?P<down>{_DOWN})|(?P<up>{_UP}))\b(?!\s+than\s+\d)")
_SPEED = re.compile(r"\b(?:faster|slower|slow(?:s|down)|speed[\s-]?ups?|speeds? up|sped up|accelerat\w*|quicker)\b")
_GAIN = re.compile(r"\b(?:improv\w*|better|gain\w*|enhanc\w*)\b")
_SIZED = re.compile(
    r"(?:small|larg|great|bett|fast|light|cheap|slow)er\s+(?:(?!than)\w+\s+)?(?:[\ue001\ue005]|models?\b|backbones?\b|variants?\b|networks?\b)"
)
"""a model's own size, no change: "our smaller ViT-B/16 model"."""
_BREAK = re.compile(r",|;|\b(?:and|with|while|for|but|yet|whereas|at|without)\b")
_JOINED = re.compile(r"^[\s,]*(?:(?:and|or|to|&)\s*)?$")
_NUMBERED = re.compile(r"(?<![.:] )(?<!^)\b(?:[A-Z][\w-]*|task|run|model|version)\s+(?:\d{4}\s+)?$")
_SHORT = re.compile(r"\b(?:fall|falls|falling|stays?|remains?) (?:short of|below|under)\s+$")
_REACHED = re.compile(
    r"\b(?:rises?|rose|increases?|increased|improves?|improved|drops?|dropped|falls?|fell|decreases?"
    r"|decreased|up|down)\s+to\s+$"
)
_BEHIND = re.compile(r"[\s(]*(?:(?:in terms of|in|of|on|the|for|average|mean|overall|patch|image|\ue004+|\ue007+|[\w-]+)[\s]+){0,2}")
_BEFORE = re.compile(
    r"[\s(:=]*(?:(?:score|scores|rate|value|values|of|is|was|are|at|to|between|exceeds?|above|over|around"
    r"|about|reaches|reached|remains|stays"
    r"|equals|as|high|low|just|only|by|falls|drops|"
    r"on|with|for|\ue004+|\ue005+|\ue006+|\ue007+|\ue001+|\([^)]*\))[\s,]*){0,6}"
)
_SHARE = re.compile(r"^\s*of\s+(?:the\s+|all\s+)?(?=\ue003)")
_FACTOR = re.compile(
    r"\b(?:(?P<two>doubl(?:es|ed|ing|e)|twice)|(?P<three>tripl(?:es|ed|ing|e))|(?P<four>quadrupl(?:es|ed"
    r"|ing|e))|(?P<half>halv(?:es|ed|ing|e)"
    r"|half(?=\s+(?:those|that)\b)|half(?=\s+(?:of\s+)?(?:the\s+)?(?:\w+\s+)?\ue003))|(?<=by )(?P<cut>half)|(?P<word>two|three|four"
    r"|five|six|eight|ten)(?=[\s-]?(?:fold|times)))\b"
    r"|\b(?P<factor>factor of (?P<by>\d+(?:\.\d+)?))"
)
_FACTORS = {"two": "2x", "three": "3x", "four": "4x", "half": "0.5x", "cut": "50%"}


_OF_THE_INPUT = re.compile(
    r"\s+of\s+(?:the\s+|its\s+|all\s+|their\s+)?(?:[\w']+\s+)?(?:weights?|data|labels|steps|images|examples|context)\b"
)
"""a share of what goes in, no result."""
_OF_ANOTHER = re.compile(r"\s+of\s+(?:the\s+|its\s+|their\s+)?(?:\w+\s+){0,2}[\ue001\ue002\ue005]")
"""a share of another method's value, whose own is not given."""
_TO_REACH = re.compile(r"\b(?:steps|epochs|iterations|time|updates)\s+to\s+(?:reach\s+)?$")
"""before a goal whose cost is the result."""
_GOAL = re.compile(r"\b(?:steps|epochs|iterations|time|updates)\s+to\s+(?:reach\s+)?[\d.]+\s?%\s+(?:\w+\s+)?$")
_HELD = re.compile(r"\b(?:attain|reach|achieve|obtain|match|for|at)\w*\s+(?:the\s+)?(?:same|equal|comparable|similar)\s+(?:\w+\s+)?$", re.I)
_PLUS = re.compile(r"\+\s*$")
_HARDWARE = re.compile(
    r"\s*(?:-?\s?(?:GB|GiB|G)\s+)?(?:of\s+(?:GPU\s+)?(?:memory|RAM)\s+)?(?:NVIDIA|Nvidia|Tesla|GPUs?|TPUs?|V100|A100|H100|T4|RTX|CPUs?|RAM|cards?)\b"
)


@dataclass(frozen=True)
class Figure:
    """A number with what it measures."""

    quantity: Quantity
    sort: Sort
    metric: str | None
    falls: bool
    """of a change: the metric goes down."""
    at: int
    """offset where the words that belong to it begin."""
    speed: bool = False
    way: bool = False
    """of a change: the quantity is where the metric went from and to."""


def unit_of(metric: str) -> str:
    """The vocabulary's unit of a metric, empty where it has none."""
    term = vocabulary().get("metric", metric)
    return term.unit if term else ""


def spelled(scene: Scene) -> str:
    """The skeleton in which "doubles" and "twice" stand as "2x", at the same offsets."""

    def digits(match: re.Match[str]) -> str:
        words = match.group(0)
        if match["factor"]:
            return f"{match['by']}x".rjust(len(words))
        if match["word"]:
            return f"{number_word(words):g}".rjust(len(words))
        return _FACTORS[next(name for name in _FACTORS if match[name])].ljust(len(words))

    return _FACTOR.sub(digits, scene.skeleton)


def free_quantities(scene: Scene) -> tuple[Quantity, ...]:
    """Numbers that no condition and no name has taken, without those that count methods or name a table."""
    text = spelled(scene)
    kept = []
    for one in quantities(text):
        before, after = text[: one.start], text[one.end :]
        if re.search(
            r"\b(?:top|bottom|table|tab\.|figure|fig\.|section|stage|version|equation|batch size(?: of)?|layer"
            r"|seed)s?[\s-]*$",
            before,
        ):
            continue
        if re.search(r"\b(?:until|beyond|regime of|each \w+)\s+(?:\w+\s+)?$", text[: one.begin]):
            continue
        if not one.unit and not one.bounded and not one.decimals and _NUMBERED.search(scene.text[: one.start]):
            continue
        if not one.unit and re.match(
            r"\s+(?:\ue004+|out of|of the \d|(?:\w+\s+)?lengths?\b|steps\b|samples\b|examples\b|heads\b|classes\b|days\b"
            r"|methods|data\s?sets|backbones|gpus?|layers|blocks|runs|seeds|tasks"
            r"|models|\ue002+)",
            after,
        ):
            continue
        if (
            (one.unit == "%" and _OF_ANOTHER.match(after))
            or _OF_THE_INPUT.match(after)
            or _TO_REACH.search(before)
            or _HARDWARE.match(scene.text[one.end :])
        ):
            continue
        kept.append(one)
    return tuple(kept)


def _segment(text: str, numbers: tuple[Quantity, ...], at: int) -> tuple[int, int]:
    """The stretch around a number that is no other number's."""
    one = numbers[at]
    low = numbers[at - 1].end if at else 0
    high = numbers[at + 1].begin if at + 1 < len(numbers) else len(text)
    for match in _BREAK.finditer(text, low, one.begin):
        low = match.end()
    stop = _BREAK.search(text, one.end, high)
    return low, stop.start() if stop else high


def _direction(text: str, one: Quantity, low: int, high: int) -> re.Match[str] | None:
    """The direction word nearest to the number, the words of its bound left out."""
    hidden = text[: one.begin] + "\ue007" * (one.end - one.begin) + text[one.end :]
    found = [match for match in _DIRECTION.finditer(hidden, low, high) if not _SIZED.match(hidden, match.start())]
    if re.search(r"\bby\s+(?:an?\s+)?(?:\w+\s+)?$", text[low : one.begin]):
        found = [match for match in found if match.end() <= one.begin] or found
    return min(found, key=lambda match: min(abs(match.start() - one.end), abs(one.begin - match.end()))) if found else None


def _metric(scene: Scene, one: Quantity, low: int, high: int) -> str | None:
    spans = [span for span in scene.of("metric", low=low, high=high) if not _GOAL.search(scene.text[: span.start])]
    spans = [span for span in spans if not _HELD.search(scene.text[: span.start])]
    near = sorted(spans, key=lambda span: span.start - one.end if span.start >= one.end else (one.begin - span.end) + 4)
    return near[0].name if near else None


def _adjacent(scene: Scene, one: Quantity, low: int, high: int) -> bool:
    """Whether a metric stands right behind the number, or before it with no more than "of", "is" and the like between."""
    for span in scene.of("metric", low=low, high=high):
        between = scene.skeleton[one.end : span.start] if span.start >= one.end else scene.skeleton[span.end : one.begin]
        pattern = _BEHIND if span.start >= one.end else _BEFORE
        if pattern.fullmatch(between):
            return True
    return False


def _figure(scene: Scene, text: str, numbers: tuple[Quantity, ...], at: int) -> Figure:
    one = numbers[at]
    low, high = _segment(text, numbers, at)
    direction = _direction(text, one, low, high)
    metric = _metric(scene, one, low, high)
    if metric is None and re.search(r"\b(?:more|less)\s+accurate\b", text[low:high]):
        metric = "top1_percent"
    if direction is None and metric is None and not (at + 1 < len(numbers) and _JOINED.match(text[one.end : numbers[at + 1].begin])):
        low = numbers[at - 1].end if at else 0
        direction, metric = _direction(text, one, low, high), _metric(scene, one, low, high)
    speed = _SPEED.search(text, low, high) is not None
    if speed and metric in {None, "tokens"}:
        metric = "images_per_second"
    if _SHARE.match(text[one.end :]) and one.unit == "%" and direction is None:
        return Figure(one, "share", metric, False, low)
    if metric and _SHORT.search(text[: one.begin]):
        return Figure(replace(one, interval=Interval(high=one.value), bounded=True), "value", metric, False, low)
    if direction is not None and not one.is_range and _REACHED.search(text[: one.begin]):
        return Figure(one, "value", metric, False, low)
    if direction is None and one.unit != "x" and metric is not None and not _adjacent(scene, one, low, high):
        metric = None
    if direction is None and metric is not None and _PLUS.search(text[: one.start]):
        return Figure(one, "change", metric, False, low, speed)
    if direction is None:
        factor = one.unit == "x" and metric is not None
        return Figure(one, "change" if factor else "value", metric, factor and text[one.start :].startswith("0.5x") and False, low, speed)
    falls = direction["down"] is not None
    if metric and _GAIN.fullmatch(direction.group(0)) and not higher_is_better(metric):
        falls = not falls
    counted = (
        not one.unit
        and re.match(r"\s+(?:[\w\ue003]+\s+)?$", text[one.end : direction.start()] + " ") is not None
        and direction.start() >= one.end
    )
    way = one.is_range and re.search(r"\bfrom\s+$", text[: one.begin]) is not None
    return Figure(one, "difference" if counted else "change", metric, falls, min(low, direction.start()), speed, way)


def figures_of(scene: Scene) -> tuple[Figure, ...]:
    """Every free number with its sort and metric; numbers joined by "and" share what only the last one spells out."""
    text = spelled(scene)
    numbers = free_quantities(scene)
    found = [_figure(scene, text, numbers, at) for at in range(len(numbers))]
    for at in reversed(range(len(found) - 1)):
        here, after = found[at], found[at + 1]
        joined = _JOINED.match(text[here.quantity.end : after.quantity.begin])
        if joined and here.metric is None and here.quantity.unit in {"", after.quantity.unit}:
            unit = here.quantity.unit or after.quantity.unit
            found[at] = replace(after, quantity=replace(here.quantity, unit=unit), at=here.at)
    for at in range(1, len(found)):
        if found[at].metric is None and found[at].sort == "difference" == found[at - 1].sort:
            found[at] = replace(found[at], metric=found[at - 1].metric)
        here, before = found[at], found[at - 1]
        if (
            here.sort == "value"
            and here.metric
            and here.quantity.unit in {"%", "x"}
            and before.sort == "change"
            and _carried(text, before, here)
        ):
            found[at] = replace(here, sort="change", falls=before.falls)
    return tuple(found)


def _carried(text: str, before: Figure, here: Figure) -> bool:
    """Whether "reduces A by 40 % and B by 30 %" lets the second number take the verb of the first."""
    return (
        re.search(r"\bby\s+(?:\w+\s+)?$", text[: here.quantity.begin]) is not None
        and re.search(r",|and", text[before.quantity.end : here.quantity.begin]) is not None
    )
