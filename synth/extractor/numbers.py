"""Numbers of a sentence with their bounds and units, as closed intervals of what the wording allows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from synth.extractor.text import number_word
from synth.model import Interval

_LOWER = (
    r"at least|no less than|not less than|no fewer than|more than|over|above|exceeding|upwards of"
    r"|greater than|larger than|higher than|>=|≥|>"
)
_UPPER = r"at most|no more than|not more than|up to|as much as|less than|fewer than|under|below|within|lower than|smaller than|<=|≤|<"
_ABOUT = r"about|around|approximately|roughly|nearly|almost|circa|~|≈|close to"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_UNIT = (
    r"%\s*-?\s*points?|\s*percentage[\s-]points?|%|pp\b|[\s-]?points?\b|\s?pts?\b|\s?(?:x|X)(?![\w-])"
    r"|x(?=-|\s|$)|[\s-]*times\b|[\s-]?fold\b"
)
QUANTITY = re.compile(
    rf"(?:\b(?P<lower>{_LOWER})|\b(?P<upper>{_UPPER})|\b(?P<about>{_ABOUT})|(?P<sign_lower>>=|≥|>)"
    rf"|(?P<sign_upper><=|≤|<)|(?P<sign_about>~|≈))?"
    rf"\s*(?:an?\s+)?(?:(?:only|just|merely|additional|further|whopping)\s+)?(?<![\w.])(?P<sign>[+-])?"
    rf"(?P<a>{_DIGITS})(?P<unit_a>\s?%|x)?(?:\s*(?:-|to)\s*(?P<b>{_DIGITS}))?(?P<unit>{_UNIT})?"
)
_BETWEEN = re.compile(rf"\bbetween\s+({_DIGITS})(\s?%|x)?\s+and\s+({_DIGITS})")


@dataclass(frozen=True)
class Quantity:
    """A number, or a range, that the sentence states."""

    interval: Interval
    """what the wording allows: printed precision, or the stated bound."""
    value: float
    """the number itself; of a range its middle."""
    unit: str
    """"%", "points", "x" or ""."""
    bounded: bool
    """a bound or range was stated in words."""
    is_range: bool
    start: int
    """offset of the digits."""
    end: int
    begin: int
    """offset of the bound in front of them, the same as `start` without one."""
    decimals: int
    ends: tuple[float, float]
    """the two numbers of a range as written, twice the same number otherwise."""


def _unit(text: str) -> str:
    text = text.strip(" -").lower()
    if not text:
        return ""
    if "point" in text or text in {"pp", "pt", "pts"}:
        return "points"
    return "%" if text.startswith("%") else "x"


def _half_unit(digits: str) -> float:
    return 0.5 * 10.0 ** -len(digits.partition(".")[2])


def _interval(match: re.Match[str], a: float, b: float | None) -> Interval:
    if b is not None:
        return Interval(low=min(a, b), high=max(a, b))
    if match["lower"] or match["sign_lower"]:
        return Interval(low=a)
    if match["upper"] or match["sign_upper"]:
        return Interval(high=a)
    if match["about"] or match["sign_about"]:
        return Interval(low=_round(a * 0.9), high=_round(a * 1.1))
    half = _half_unit(match["a"])
    return Interval(low=_round(a - half), high=_round(a + half))


def _round(value: float) -> float:
    return round(value, 9)


def quantities(text: str) -> tuple[Quantity, ...]:
    """
    Every free number of the text in order, with its bound and unit.

    A bare number stands for half a unit of its last decimal on both sides, "about" for a tenth of it; "at least" and
    "up to" leave one side open. Numbers that are part of a word ("CIFAR-10", "384px") are left out.
    """
    text = _BETWEEN.sub(lambda m: m.group(0).replace("between", " " * 7).replace(" and ", " to  "), text)
    found = []
    for match in QUANTITY.finditer(text):
        if re.match(r"\.?\d|[A-Za-z_](?![A-Za-z]*\s)|-[A-Za-z](?!old|oint|imes|%)", text[match.end() :]) and not match["unit"]:
            continue
        a = number_word(match["a"])
        if a is None:
            continue
        a = -a if match["sign"] == "-" else a
        b = number_word(match["b"]) if match["b"] else None
        bounded = b is not None or any(match[name] for name in ("lower", "upper", "about", "sign_lower", "sign_upper", "sign_about"))
        found.append(
            Quantity(
                interval=_interval(match, a, b),
                value=a if b is None else (a + b) / 2,
                unit=_unit(match["unit"] or match["unit_a"] or ""),
                bounded=bounded,
                is_range=b is not None,
                start=match.start("a"),
                end=match.end(),
                begin=match.start() + len(match.group(0)) - len(match.group(0).lstrip()),
                ends=(a, a if b is None else b),
                decimals=len(match["a"].partition(".")[2]),
            )
        )
    return tuple(found)


def negative(interval: Interval, *, at_most: bool = False) -> Interval:
    """
    The interval of the change when a metric goes down by the given amount.

    at_most  the amount was bounded from above only ("up to 40 %", "less than 0.5 points"): no rise is meant either
    """
    low = -interval.high if interval.high is not None else None
    high = -interval.low if interval.low is not None else (0.0 if at_most else None)
    return Interval(low=low, high=high)
