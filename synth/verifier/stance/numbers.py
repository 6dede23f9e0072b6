"""The quantities of a sentence, each as an interval with its unit: what is printed is known only up to its last decimal."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

VALUE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
UNITS: tuple[tuple[str, str, float], ...] = (
    (r"%\s?points?|percentage points?|points?|pp\b", "point", 1.0),
    (r"%|percent\b|per cent\b", "percent", 1.0),
    (r"[x×](?![A-Za-z0-9])|times\b|[- ]?fold\b", "ratio", 1.0),
    (r"(?:images?|imgs?|im|frames)\s?(?:/|per )\s?s(?:ec(?:ond)?)?\b|fps\b", "images/s", 1.0),
    (r"tok(?:ens?)?\s?(?:/|per )\s?s(?:ec(?:ond)?)?\b", "tokens/s", 1.0),
    (r"ms\b|milliseconds?\b", "s", 1e-3),
    (r"[µμu]s\b|microseconds?\b", "s", 1e-6),
    (r"s\b|secs?\b|seconds?\b", "s", 1.0),
    (r"min\b|minutes?\b", "s", 60.0),
    (r"h\b|hours?\b", "s", 3600.0),
    (r"days?\b", "day", 1.0),
    (r"weeks?\b", "day", 7.0),
    (r"months?\b", "month", 1.0),
    (r"years?\b", "month", 12.0),
    (r"[GB](?:FLOPs?|MACs?)\b", "gmacs", 1.0),
    (r"M(?:FLOPs?|MACs?)\b", "gmacs", 1e-3),
    (r"Gi?B\b", "gib", 1.0),
    (r"Mi?B\b", "gib", 1.0 / 1024),
    (r"billion\b|B\b", "count", 1e9),
    (r"million\b|M\b", "count", 1e6),
    (r"thousand\b|[kK]\b", "count", 1e3),
    (r"tokens?\b", "tokens", 1.0),
    (r"kg\b", "g", 1e3),
    (r"mg\b", "g", 1e-3),
    (r"[µμ]g\b|ug\b|mcg\b", "g", 1e-6),
    (r"g\b|grams?\b", "g", 1.0),
    (r"px\b|pixels?\b", "px", 1.0),
)
NUMBER = re.compile(
    r"(?P<before>\btop[\s-]|keep[- ]?(?:rate|ratio)s?\s?(?:of|=|is|at)?\s?)?"
    rf"(?<![\w.\[/])(?P<sign>[-−+])?(?P<low>{VALUE})(?:\s?(?:-|–|to)\s?(?P<high>{VALUE}))?(?:\s?(?=[%A-Za-z×µμ])(?P<unit>"
    + "|".join(f"(?P<u{i}>{pattern})" for i, (pattern, _, _) in enumerate(UNITS))
    + r"))?(?![\w]|\.\d|\])",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"(?:table|tab\.|figure|fig\.|section|sec\.|eq\.|equation|appendix|algorithm|stage|block|layer|step|[a-z]\s?[<=>≤]|\[|type|grade|phase)\s*\(?$",
    re.I,
)
AT_LEAST = re.compile(
    r"(?:at least|more than|over|above|greater than|exceed\w*|higher than|larger than|>|≥|minimum of|no less than)\s*$", re.IGNORECASE
)
AT_MOST = re.compile(
    r"(?:at most|less than|under|below|fewer than|up to|lower than|smaller than|<|≤|maximum of|no more than|within)\s*$", re.IGNORECASE
)
ABOUT = re.compile(r"(?:about|around|roughly|approximately|nearly|almost|close to|some|≈|~|circa)\s*$", re.IGNORECASE)
SPELLED = {
    "twice": (2.0, "ratio"),
    "doubles": (2.0, "ratio"),
    "doubled": (2.0, "ratio"),
    "halves": (0.5, "ratio"),
    "halved": (0.5, "ratio"),
}
KEPT = re.compile(r"^\s?of (?:the |all |its )?(?:image |input |patch )?tokens", re.IGNORECASE)


@dataclass(frozen=True)
class Number:
    """A quantity as a sentence prints it."""

    text: str
    low: float
    high: float
    """the values that the words allow, in the base unit."""
    unit: str
    """"percent", "ratio", "images/s", "s", ...; "keep_rate" and "top" for settings; "" for a plain number."""
    noun: str
    """the word behind a plain number: what is counted."""
    start: int
    end: int

    def agrees(self, other: Number) -> bool:
        """Whether one value could have been printed as both."""
        return self.low < other.high and other.low < self.high


def _interval(match: re.Match[str], before: str, scale: float) -> tuple[float, float]:
    raw = [text.replace(",", "") for text in (match["low"], match["high"] or match["low"])]
    half = [0.5 * 10.0 ** -len(text.partition(".")[2]) * (1 - 1e-9) for text in raw]
    low, high = float(raw[0]), float(raw[1])
    if high < low:
        high, half = low, [half[0], half[0]]
    if ABOUT.search(before):
        half = [max(half[0], 0.05 * low), max(half[1], 0.05 * high)]
    low, high = low - half[0], high + half[1]
    if AT_LEAST.search(before):
        high = math.inf
    elif AT_MOST.search(before):
        low = -math.inf
    return low * scale, high * scale


def _unit(match: re.Match[str], after: str, is_percent_of_tokens: bool) -> tuple[str, float]:
    if match["before"]:
        return ("top", 1.0) if match["before"].lower().startswith("top") else ("keep_rate", 0.01 if match["unit"] == "%" else 1.0)
    if is_percent_of_tokens:
        return "keep_rate", 0.01
    for i, (_, unit, scale) in enumerate(UNITS):
        if match[f"u{i}"] is not None:
            return unit, scale
    return "", 1.0


def numbers_of(text: str) -> tuple[Number, ...]:
    """The quantities of a sentence in order; numbers of tables, figures, citations, names and p-values are none."""
    found: list[Number] = []
    for match in NUMBER.finditer(text):
        before, after = text[: match.start("low")], text[match.end() :]
        if LABEL.search(before) or (re.search(r"[A-Za-z]-$", before) and not match["before"]):
            continue
        kept = match["unit"] is not None and match["unit"].lower() in ("%", "percent") and KEPT.match(after) is not None
        unit, scale = _unit(match, after, kept)
        if unit == "" and match["high"] is None and re.fullmatch(r"(?:19|20)\d\d", match["low"]):
            continue
        low, high = _interval(match, before.rstrip("-−+"), scale)
        noun = re.match(r"\s+([A-Za-z]+)", after)
        found.append(
            Number(match.group().strip(), low, high, unit, noun[1].lower() if noun and not unit else "", match.start("low"), match.end())
        )
    for word, (value, unit) in SPELLED.items():
        for match in re.finditer(rf"\b{word}\b", text, re.IGNORECASE):
            found.append(Number(match.group(), value - 0.05, value + 0.05, unit, "", match.start(), match.end()))
    return tuple(sorted(found, key=lambda number: number.start))


SETTING_UNITS = ("keep_rate", "top", "px", "day", "month")
"""numbers that say where a sentence speaks, not what it says."""


def results_of(text: str) -> list[Number]:
    """The numbers that a sentence asserts: those with a unit of a result, in order."""
    return [number for number in numbers_of(text) if number.unit and number.unit not in SETTING_UNITS and number.text[:1].isdigit()]
