"""
A value that a paper claims for its own system, looked up in all tables of the paper under the headers that fit its words.

1. The sentence gives a value, the words of a measure, and where it holds (statement.py).
2. Every number of the tables fits measure and data more or less, 0..1 each: by its headers, and by the caption where no header
   of its table names them. A header that names another measure counts against it.
3. Supported: the value stands where the words fit about as well as anywhere, and no neighbour is meant instead (rivals.py). Refuted:
   it stands only where they fit worse or a neighbour is meant, or nowhere although some table is about it. Open: it stands in the row
   of somebody else. Nothing named in any table: nothing is said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from synth.model import Cell, Outcome, Table
from synth.verifier.numbers import numbers_of
from synth.verifier.operators.amounts import agrees
from synth.verifier.operators.lexicon import stems
from synth.verifier.operators.rivals import owner_beside, rival_of
from synth.verifier.operators.statement import Statement
from synth.verifier.operators.words import key, letters_in

WHERE = 0.7
"""weight of how well the data fit against the measure."""
MEASURE_CAPTION, WHERE_CAPTION = 0.7, 0.8
"""weight of a caption against a header."""
NAMED = 0.6
"""fit from which a header names a thing, so that the caption of its table is not asked."""
GROUNDED = 0.5
"""fit of measure or data that some number must have for anything to be said."""
INITIAL = 0.6
"""fit of a header that is one letter, the first of a word of the name."""
RIVAL = 0.3
"""what a number fits less whose header names another measure."""
SLACK = 0.3
"""how much worse than the best a number may fit and be meant; chosen on the tables of NLP-TDMS (development half)."""
SURE, STEEP, ABSENT = 1.75, 5.5, 0.06
"""log-odds at no slack used and their loss with it; probability where the value stands nowhere: the shares observed there."""
CAPTION_LENGTH = 400
_VALUE = re.compile(r"^\s*(\d+(?:\.\d+)?)")
_CAPTION = re.compile(r"Table\s+\w+\s*[:.]")


@dataclass(frozen=True)
class Place:
    """A number of a table with how well it fits."""

    table: Table
    cell: Cell
    value: float
    measure: float
    where: float

    @property
    def fit(self) -> float:
        """Of measure and data together, up to 1 + WHERE."""
        return self.measure + WHERE * self.where


@dataclass(frozen=True)
class Lookup:
    """What the tables say on a stated value."""

    outcome: Outcome
    reason: str
    probability: float | None = None
    place: Place | None = None


@lru_cache(maxsize=200_000)
def alike(word: str, other: str) -> float:
    """1 for equal words, less where one shortens the other: "valid" and "validation", "pbt" and "pennbank"."""
    if word == other:
        return 1.0
    short, long = sorted((word, other), key=len)
    if short[0].isdigit() or long[0].isdigit() or short[0] != long[0] or len(short) < 2:
        return 0.0
    if len(short) >= 3 and long.startswith(short):
        return 0.9
    return 0.5 if len(short) <= 4 <= len(long) and letters_in(short, long) else 0.0


def _members(name: Sequence[str]) -> frozenset[str]:
    """What tells the members of a family apart: numbers and single letters, 1 in ROUGE-1."""
    return frozenset(word for word in name if word[0].isdigit() or len(word) == 1)


def _other_split(wanted: Sequence[str], own: Sequence[str]) -> bool:
    """Whether one speaks of the test part of some data and the other of the part for development."""
    splits = [{split for split in ("test_split", "development_split") if set(name) & stems(split)} for name in (wanted, own)]
    return len(splits[0]) == len(splits[1]) == 1 and splits[0] != splits[1]


@lru_cache(maxsize=200_000)
def fit(wanted: tuple[str, ...], own: tuple[str, ...]) -> float:
    """How well the words of a header name a phrase, 0..1; members of a family must agree, initials may stand for words."""
    if not wanted or not own:
        return 0.0
    members, others = _members(wanted), _members(own)
    if (members and others and not members & others) or _other_split(wanted, own):
        return 0.0
    if len(own) == 1 and len(own[0]) == 1 and any(len(word) > 1 and word[0] == own[0] for word in wanted if word[0].isalpha()):
        return INITIAL
    sizes = [0.4 if word in stems("unspecific") else 1.0 for word in wanted]
    found = sum(size * max(alike(word, other) for other in own) for word, size in zip(wanted, sizes, strict=True))
    share = found / sum(sizes)
    letters = [other for other in others if other.isalpha() and other not in members]
    if members & others and any(word.startswith(letter) for letter in letters for word in wanted if len(word) > 1):
        share = max(share, 0.8)  # "R-1" for ROUGE-1
    return max(share, 0.8) if any(_initials(other, wanted) for other in own if other not in wanted) else share


def _initials(short: str, name: tuple[str, ...]) -> bool:
    """Whether a word is made of the initials of a name, or of letters of its words in their order: "ptb" of penn treebank."""
    spelled = [word for word in name if word[0].isalpha()]
    if not short.isalpha() or not 2 <= len(short) <= 6 or len(spelled) < 2:
        return False
    if short == "".join(word[0] for word in spelled):
        return True
    return len(short) >= 3 and short[0] == spelled[0][0] and letters_in(short, "".join(spelled))


@lru_cache(maxsize=200_000)
def is_rival(wanted: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Whether a header names another measure: another member of the family, or another word for a measure."""
    if not own or fit(wanted, own) > 0:
        return False
    if _other_split(wanted, own):
        return True
    members, others = _members(wanted), _members(own)
    family, theirs = set(wanted) - members, set(own) - others
    short = not theirs and any(word.startswith(letter) for letter in others for word in family)
    related = short or any(alike(a, b) for a in family for b in theirs)
    if members and others and not members & others and related:
        return True
    return len(own) <= 4 and bool((set(own) & stems("measure_names")) - set(wanted))


def _printed(cell: Cell) -> float | None:
    """The first number that a cell prints."""
    value = next((number.value for number in numbers_of(cell.text) if number.kind == "value"), None)
    leading = _VALUE.match(cell.text)
    return float(leading[1]) if value is None and leading else value


def caption_of(table: Table) -> str:
    """The caption without what a parser took for its beginning."""
    starts = [match.start() for match in _CAPTION.finditer(table.caption)]
    return table.caption[starts[-1] :][:CAPTION_LENGTH] if starts else table.caption[-CAPTION_LENGTH:]


def places_of(statement: Statement, table: Table) -> list[Place]:
    """Every number of a table with its fit."""
    raw: list[tuple[Cell, float, float, float, bool]] = []
    for cell in table.cells:
        value = _printed(cell)
        heads = tuple(key(text) for text in (*cell.row_path, *cell.column_path))
        if value is None or not heads:
            continue
        whole = tuple(word for text in cell.column_path for word in key(text))
        measure = max(fit(statement.measure, head) for head in (*heads, whole))
        where = _mean([max(fit(phrase, head) for head in heads) for phrase in statement.where])
        rival = measure < RIVAL and any(is_rival(statement.measure, head) for head in (*heads, whole))
        raw.append((cell, value, measure, where, rival))
    caption = key(caption_of(table))
    by_caption = MEASURE_CAPTION * fit(statement.measure, caption) if max((each[2] for each in raw), default=0) < NAMED else 0.0
    placed = (
        WHERE_CAPTION * _mean([fit(phrase, caption) for phrase in statement.where])
        if max((each[3] for each in raw), default=0) < NAMED
        else 0.0
    )
    return [
        Place(table, cell, value, max(measure - RIVAL * rival, 0.0 if rival else by_caption), max(where, placed))
        for cell, value, measure, where, rival in raw
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def look_up_stated(statement: Statement, tables: Sequence[Table]) -> Lookup:
    """Whether the tables show a stated value where its words fit."""
    places = [place for table in tables for place in places_of(statement, table)]
    if max((max(place.measure, place.where) for place in places), default=0.0) < GROUNDED:
        return Lookup("no_evidence", "no table names the measure or the data of the claim")
    best = max(places, key=lambda place: place.fit)
    shown = [place for place in places if agrees(place.value, statement.value, statement.decimals + 1)]
    if not shown:
        return Lookup("refuted", f"the value stands nowhere; where the words fit best stands {best.cell.text}", ABSENT, best)
    near = [each for each in shown if best.fit - each.fit <= SLACK]
    mine = [each for each in near if owner_beside(each, places) is None]
    meant = [each for each in mine if rival_of(each, places, statement.text) is None]
    place = max(meant or shown, key=lambda place: place.fit)
    likely = _likely(best.fit - place.fit)
    if meant:
        return Lookup("supported", f"{place.cell.text} stands under {_heads(place)}", max(likely, 0.52), place)
    if near and not mine and (own := owner_beside(place, places)):
        return Lookup("inconclusive", f"the value stands under {_heads(place)}; {own.cell.text} under {_heads(own)}", 0.48, own)
    other = (rival_of(place, places, statement.text) if near else None) or best
    outcome: Outcome = "refuted" if other is best or other.measure >= GROUNDED else "inconclusive"
    reason = f"the value stands only under {_heads(place)}; the words fit {_heads(other)} better, where {other.cell.text} stands"
    return Lookup(outcome, reason, min(likely, 0.48), other)


def _likely(slack: float) -> float:
    """Probability that a number is meant which fits so much worse than the best."""
    return 1.0 / (1.0 + math.exp(STEEP * slack - SURE))


def _heads(place: Place) -> str:
    return f"“{' / '.join((*place.cell.row_path[-2:], *place.cell.column_path[-2:]))}”"
