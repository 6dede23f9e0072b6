"""
The text of a table cell to the numbers that it prints: value, printed decimals, deviation, unit, and whether it is a change.

A change ("↑0.5", "(-0.3)", "+1.2") and a factor ("2.1×") are other quantities than the value that their column is named
after, so they are told apart here and get a metric of their own later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

NumberKind = Literal["value", "delta", "ratio"]

_ABSENT = re.compile(r"^(?:[-–—−·.…/*]*|n\.?\s*/?\s*a\.?|none|nan|oom|tba|tbd|\?+)$", re.IGNORECASE)
_MARKS = re.compile(r"[*†‡§¶#✓✔✗⋆★^_`~$\\{}\[\]]|<[^>]*>|\bbf\b|\bmathbf\b|\btextbf\b|\bunderline\b")
_FOOTNOTE = re.compile(r"\[\d+(?:,\s*\d+)*\]|\bBOLD\b")
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_UNIT = r"(?:%|[×x](?![a-z0-9])|(?:img|image|im|tok|token)s?\s*/\s*s(?:ec)?|ms|GFLOPs?|GMACs?|[GM]i?B|[kKMGBT](?![A-Za-z])|s(?![A-Za-z]))"
_NUMBER = re.compile(rf"(?P<arrow>[↑↓▲▼])?\s*(?P<sign>[+-])?\s*(?P<digits>{_DIGITS})\s*(?P<unit>{_UNIT})?")
_DEVIATION = re.compile(rf"(?:±|\+\s*/?\s*-|\\pm)\s*(?P<digits>{_DIGITS})\s*%?")
_PARENTHESIS = re.compile(r"\(([^()]*)\)")
_SCALE = {"k": 1e3, "K": 1e3}


@dataclass(frozen=True)
class Number:
    """One number as a cell prints it."""

    value: float
    decimals: int
    kind: NumberKind = "value"
    """"delta": a signed change; "ratio": a factor such as 2.1×."""
    unit: str = ""
    """"%", "×", "G", "M", "B", "T", "GB", "MB", "ms", "s", "img/s", ...: the suffix as printed; thousands ("1.2K") are multiplied out."""
    deviation: float | None = None
    aside: bool = False
    """stands wholly in parentheses: "(79.8)"."""


def _plain(text: str) -> str:
    text = text.replace("\u2212", "-").replace("–", "-").replace("—", "-").replace("\u00a0", " ").replace("\\pm", "±").replace("\\%", "%")
    text = text.replace("\\times", "×").replace("\\uparrow", "↑").replace("\\downarrow", "↓").replace("\u2009", " ").replace("\u202f", " ")
    return " ".join(_MARKS.sub(" ", _FOOTNOTE.sub(" ", text)).split())


def is_absent(text: str) -> bool:
    """Whether the cell says that there is no value: empty, "-", "n/a", "OOM"."""
    return bool(_ABSENT.match(_plain(text)))


def _decimals(digits: str) -> int:
    mantissa = re.split(r"[eE]", digits)[0]
    return len(mantissa.split(".")[1]) if "." in mantissa else 0


def _one(text: str) -> Number | None:
    """The number that the whole text is, sign, arrow and unit included; None if it is anything else."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    digits, unit = match["digits"], match["unit"] or ""
    value = float(digits.replace(",", "")) * _SCALE.get(unit, 1.0)
    sign = -1.0 if match["sign"] == "-" or (match["arrow"] in ("↓", "▼") and not match["sign"]) else 1.0
    kind: NumberKind = "ratio" if unit in ("×", "x") else "delta" if match["arrow"] or match["sign"] else "value"
    decimals = max(0, _decimals(digits) - (3 if unit in _SCALE else 0))
    unit = "×" if unit == "x" else "" if unit in _SCALE else re.sub(r"\s+", "", unit)
    return Number(value=sign * value, decimals=decimals, kind=kind, unit=unit)


def _with_deviation(text: str) -> tuple[str, float | None]:
    match = _DEVIATION.search(text)
    if match is None:
        return text, None
    rest = text[: match.start()] + " " + text[match.end() :]
    return (rest, float(match["digits"].replace(",", ""))) if match.start() else (text, None)


def _leading(text: str) -> Number | None:
    """The first number of "79.8 ↑0.5", "79.8 -0.3", "79.8 (79.3)": what follows is a change or a baseline, not the value."""
    match = _NUMBER.match(text)
    if match is None or match["arrow"]:
        return None
    rest = text[match.end() :]
    if rest[:1] in ("+", "-") and not (match.group().endswith(" ") and rest[1:2].isdigit()):
        return None  # a range such as 50-90, or two numbers run together
    rest = rest.strip()
    follow = _one(rest) if rest else None
    return _one(match.group()) if not rest or (follow is not None and follow.kind != "value") else None


def number_of(text: str) -> Number | None:
    """
    The one value of a cell; None where it prints none, or several of which none is the main one.

    "79.8", "79.8%", "79.8 ± 0.3", "1,234", "1.2K", "4.6G", "2.1×", "(-0.3)", "↑0.5", "79.8 (+0.5)", "79.3 (79.8)".
    """
    plain = _plain(text)
    if not plain or is_absent(plain):
        return None
    plain, deviation = _with_deviation(plain)
    outside = " ".join(_PARENTHESIS.sub(" ", plain).split())
    if not outside:
        inner = _one(_PARENTHESIS.sub(r"\1", plain))
        return None if inner is None else Number(inner.value, inner.decimals, inner.kind, inner.unit, deviation, aside=True)
    number = _one(outside) or _leading(outside)
    if number is None:
        return None
    return Number(number.value, number.decimals, number.kind, number.unit, deviation)


def numbers_of(text: str) -> tuple[Number, ...]:
    """The values of a cell such as "79.8/95.0" in order, one for a plain cell, none where a part is no number."""
    single = number_of(text)
    if single is not None:
        return (single,)
    parts = [number_of(part) for part in re.split(r"\s*[/|;]\s*", _plain(text)) if part]
    found = tuple(part for part in parts if part is not None)
    return found if len(found) == len(parts) else ()
