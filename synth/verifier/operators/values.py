"""
The text of a cell to what can be ordered: a number, a date, a time span, a place in a ranking.

Several readings can hold, "1990" is a number and a year; the column decides (see grid.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from synth.verifier.numbers import is_absent, number_of
from synth.verifier.operators.words import plain

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?{_MONTH}(?:\s*,?\s*(\d{{4}}))?")
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:\s*,?\s*(\d{{4}}))?")
_MONTH_YEAR = re.compile(rf"\b{_MONTH}\s*,?\s*(\d{{4}})\b")
_ISO = re.compile(r"\b(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_YEAR = re.compile(r"(?<![\d.])(1[6-9]\d\d|20\d\d)(?![\d.]|\s*:)")
_CLOCK = re.compile(r"^\+?\s*(?:(\d+)\s*[:h]\s*)?(\d+)\s*[:m']\s*(\d+(?:[.:]\d+)*)\b")
_NUMBER = re.compile(r"(?<![\d.])[-+]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<!\d)\.\d+")
_LEADING = re.compile(
    r"^(?:us|usd|c|a)?\s*[$€£¥]?\s*(?P<sign>[-+])?\s?(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)\s*"
    r"(?P<rest>%|st|nd|rd|th|[a-z.²³/$€£]{0,12}(?:\s[a-z]{1,10})?)?\s*(?:\[[^\]]*\]|\([^()]*\)|[*†‡#=])*\s*$"
)
_ASIDE = re.compile(r"\(\s*(\d+(?:\.\d+)?)\s*\)\s*$")
_SCALE = {"million": 1e6, "billion": 1e9, "m": 1e6, "bn": 1e9, "thousand": 1e3}


@dataclass(frozen=True)
class Readings:
    """What a cell's text can mean; None where it is nothing of the kind."""

    number: float | None = None
    decimals: int = 0
    date: float | None = None
    """days since year 0 with months of 31 days; without a year, within year 0."""
    seconds: float | None = None
    aside: float | None = None
    """the number in parentheses behind words: "jalen rose (22)"."""
    numbers: tuple[float, ...] = ()
    """every number that the text holds."""
    absent: bool = False


def _date(year: int, month: int, day: int) -> float:
    return year * 372.0 + month * 31.0 + day


def _month(name: str) -> int:
    return MONTHS.index(name[:3])


@lru_cache(maxsize=100_000)
def date_of(text: str) -> float | None:
    """A point in time that can be ordered against others of the same form; a bare year counts as its first day."""
    text = plain(text)
    if match := _ISO.search(text):
        return _date(int(match[1]), int(match[2]) - 1, int(match[3]))
    if match := _DOTTED.search(text):
        return _date(int(match[3]), int(match[2]) - 1, int(match[1]))
    if match := _DAY_FIRST.search(text):
        return _date(int(match[3] or 0), _month(match[2]), int(match[1]))
    if match := _MONTH_FIRST.search(text):
        return _date(int(match[3] or 0), _month(match[1]), int(match[2]))
    if match := _MONTH_YEAR.search(text):
        return _date(int(match[2]), _month(match[1]), 0)
    match = _YEAR.search(text)
    return _date(int(match[1]), 0, 0) if match else None


def _seconds(text: str) -> float | None:
    match = _CLOCK.match(text)
    if match is None:
        return None
    last = match[3].replace(":", ".")
    whole, _, fraction = last.partition(".")
    parts = [int(match[1] or 0), int(match[2]), int(whole)]
    return parts[0] * 3600.0 + parts[1] * 60.0 + parts[2] + (float("0." + fraction.replace(".", "")) if fraction else 0.0)


def _leading(text: str) -> tuple[float | None, int]:
    match = _LEADING.match(text)
    if match is None:
        return None, 0
    digits = match["digits"].replace(",", "")
    value = float(digits) * _SCALE.get((match["rest"] or "").strip(" ."), 1.0)
    return (-value if match["sign"] == "-" else value), len(digits.partition(".")[2])


@lru_cache(maxsize=200_000)
def readings_of(text: str) -> Readings:
    """Every reading of a cell's text."""
    if is_absent(text):
        return Readings(absent=True)
    low = plain(text).strip()
    exact = number_of(text)
    number, decimals = (exact.value, exact.decimals) if exact else _leading(low)
    aside = _ASIDE.search(low)
    return Readings(
        number=number,
        decimals=decimals,
        date=date_of(text),
        seconds=_seconds(low),
        aside=float(aside[1]) if aside and number is None else None,
        numbers=tuple(float(each.replace(",", "").replace(" ", "")) for each in _NUMBER.findall(low)),
    )
