"""
A stated value looked up in the tables of its own paper, where the headers only resemble the claim's words.

1. How well every number's headers and caption fit the claim's metric and data set, each 0..1: the vocabulary's word for a
   header counts like the header; digits must agree ("ROUGE-1" is not "ROUGE-2"); a caption speaks for its whole table, less surely,
   unless a header of the cell names a rival; in a table that marks the own method the rows of others fit less.
2. The best fit of the document is what the claim should be about; where nothing fits, nothing is said.
3. Supported: the value stands in a cell that fits as well as any. Refuted: the value stands only where other headers fit
   clearly worse (a number of another column), or the cells that fit have other values; only a cell whose headers name
   subject and metric refutes. Else open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from synth.model import Amount, Cell, Document, Interval, Outcome, Table, vocabulary
from synth.model.vocabulary import Kind
from synth.verifier.headers import Header, clean, read_header
from synth.verifier.numbers import numbers_of
from synth.verifier.operators.rivals import is_on_own, owner_beside, rival_of

CAPTION = 0.6
"""weight of a caption against a header."""
OTHERS = 0.3
"""what a number in another method's row fits less, in a table that marks the own row."""
COMPARABLE = 0.1
"""relative difference up to which a fitting cell contradicts a stated value."""
GROUNDED = 0.5
"""mean fit from which a cell is taken to be what the claim is about, so that another value there speaks against it."""
LEAST = 0.25
"""fit from which a cell that shows the value counts for the claim."""
NEAR = 0.25
"""a cell fits as well as the best one within this distance."""
_GENERIC = frozenset(
    [
        "test",
        "set",
        "dataset",
        "data",
        "score",
        "scores",
        "the",
        "of",
        "on",
        "and",
        "a",
        "in",
        "task",
        "results",
        "accuracy",
        "acc",
        "version",
    ]
)


@dataclass(frozen=True)
class Place:
    """A number of a table with how well it fits the claim."""

    table: Table
    cell: Cell
    values: tuple[float, ...]
    fit: float
    named: bool
    """every term of the claim is named by a header or the caption."""
    owned: bool
    """headers name the subject and the metric."""
    foreign: bool
    """a header, or a caption that names no other, speaks of something else instead."""


@dataclass(frozen=True)
class Lookup:
    """What the own tables say on a stated value."""

    outcome: Outcome
    reason: str
    probability: float | None = None
    place: Place | None = None


@lru_cache(maxsize=50_000)
def words_of(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers: "RG-1" → rg, 1."""
    return tuple(re.findall(r"[a-z]+|\d+(?:\.\d+)?", text.lower().replace("_", " ")))


@lru_cache(maxsize=50_000)
def likeness(kind: Kind, name: str, text: str) -> float:
    """How well a header names a term, 0..1."""
    header = read_header(text)
    if name in (header.metric, header.dataset, header.backbone):
        return 1.0
    term = vocabulary().get(kind, name)
    if term and _names_another(kind, name, header):
        return 0.0
    spellings = [name, *((term.label, *term.aliases) if term else ())]
    own = words_of(clean(text))
    return max((_overlap(words_of(spelling), own) for spelling in spellings), default=0.0)


def _names_another(kind: Kind, name: str, header: Header) -> bool:
    """Whether a header names another data set or backbone of the vocabulary, however alike the words: DeiT-T is not LV-ViT-T."""
    named = {"dataset": header.dataset, "backbone": header.backbone}.get(kind, "")
    return bool(named) and named != name and vocabulary().get(kind, named) is not None


def _counts(words: Sequence[str]) -> set[str]:
    """What tells the members of a family apart: numbers and single letters, 1 in ROUGE-1 and l in ROUGE-L."""
    return {word for word in words if word[0].isdigit() or len(word) == 1}


def _told_apart(counts: set[str], others: set[str]) -> bool:
    """Whether they are of different members: no count is shared, or no number where both have some ("1k" is not "21k")."""
    digits, other = ({count for count in each if count[0].isdigit()} for each in (counts, others))
    return bool(counts and others and not counts & others) or bool(digits and other and not digits & other)


def _overlap(wanted: Sequence[str], own: Sequence[str]) -> float:
    """Share of the wanted words that the text has; 0 where both have numbers and none is shared."""
    if not wanted or not own:
        return 0.0
    numbers, others = _counts(wanted), _counts(own)
    if _told_apart(numbers, others):
        return 0.0
    shortened = bool(numbers & others)
    weights = {word: 0.3 if word in _GENERIC else 1.0 for word in wanted}
    found = sum(weight for word, weight in weights.items() if any(_same(word, each, shortened) for each in own))
    return found / sum(weights.values())


def _same(word: str, other: str, shortened: bool = False) -> bool:
    """Equal words, or one a shortening of the other: "valid" and "validation"; beside an equal number also "RG" and "ROUGE"."""
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    if short[0].isdigit() or short[0] != long[0]:
        return False
    if len(short) >= 3:
        return long.startswith(short)
    letters = iter(long)
    return shortened and len(long) > 2 and all(letter in letters for letter in short)


@lru_cache(maxsize=50_000)
def rival(kind: Kind, name: str, text: str) -> bool:
    """Whether a header names another thing of the same kind: another known metric or data set, or another number of the family."""
    header = read_header(text)
    if kind == "backbone" and header.backbone:
        return header.backbone != name
    if likeness(kind, name, text) > 0:
        return False
    named = {"metric": header.metric, "dataset": header.dataset, "backbone": header.backbone}.get(kind, "")
    if named and named != name:
        return True
    wanted, own = words_of(name), words_of(clean(text))
    numbers, others = _counts(wanted), _counts(own)
    stem, other = set(wanted) - numbers, set(own) - others
    return _told_apart(numbers, others) and any(_same(a, b, True) for a in stem for b in other | others)


@lru_cache(maxsize=5_000)
def _named_in(kind: Kind, caption: str) -> frozenset[str]:
    return frozenset(mention.term.name for mention in vocabulary().mentions(caption, kind))


def _fit(kind: Kind, name: str, cell: Cell, table: Table) -> tuple[float, bool]:
    """(how well headers, or less surely the caption, name a term; whether they name a rival instead)."""
    texts = (*cell.row_path, *cell.column_path)
    header = max((likeness(kind, name, text) for text in texts), default=0.0)
    if kind == "backbone" and header < 1.0:  # "Evo-ViT" and "DeiT-S" have but words in common with LV-ViT-S
        header = 0.0
    if header == 0.0 and any(rival(kind, name, text) for text in texts):
        return 0.0, True
    caption = likeness(kind, name, table.caption)
    named = _named_in(kind, table.caption)
    other = kind == "dataset" and max(header, caption) == 0.0 and bool(named) and name not in named
    return max(header, CAPTION * caption), other


def _owned(table: Table, own: frozenset[str]) -> frozenset[tuple[str, ...]]:
    """Row and column paths of a table that name the own method."""
    paths = {path for cell in table.cells for path in (cell.row_path, cell.column_path)}
    return frozenset(
        path for path in paths if any((header := read_header(text)).ours or (header.method or header.rest) in own for text in path)
    )


def places_of(hypothesis: Amount, tables: Iterable[Table], own: Sequence[str] = ()) -> list[Place]:
    """Every number of the tables with its fit to the claim's metric, data sets and, where a table marks it, the own method."""
    found: list[Place] = []
    for table in tables:
        owned = _owned(table, frozenset(own))
        for cell in table.cells:
            values = tuple(number.value for number in numbers_of(cell.text) if number.kind == "value")
            if values and (cell.row_path or cell.column_path):
                mine = bool({cell.row_path, cell.column_path} & owned)
                found.append(_place(hypothesis, table, cell, values, mine, bool(owned) and not mine))
    return found


def _place(hypothesis: Amount, table: Table, cell: Cell, values: tuple[float, ...], mine: bool, others: bool) -> Place:
    where = hypothesis.where
    terms: list[tuple[Kind, str]] = [("metric", hypothesis.metric)]
    terms += [("dataset", name) for name in where.datasets]
    fits = [_fit(kind, name, cell, table) for kind, name in terms]
    backbones = [_fit("backbone", name, cell, table) for name in where.backbones]
    data = [fit for fit, _ in fits[1:]]
    mean = (fits[0][0] + sum(data) / len(data)) / 2 if data else fits[0][0]
    everything = [*fits, *backbones]
    return Place(
        table=table,
        cell=cell,
        values=values,
        fit=mean - (OTHERS if others else 0.0),
        named=all(fit >= LEAST for fit, _ in everything),
        owned=mine and any(likeness("metric", hypothesis.metric, text) >= GROUNDED for text in (*cell.row_path, *cell.column_path)),
        foreign=any(rival for _, rival in everything),
    )


def _shows(place: Place, span: Interval) -> bool:
    """Whether the cell has the stated value, printed as a share or in percent."""
    return any(span.contains(value) or span.contains(round(value * 100, 6)) for value in place.values)


def _comparable(place: Place, span: Interval) -> bool:
    """Whether the cell has a value of the stated size: one that is far off is likelier to be of something else than to be a mistake."""
    stated = span.low or 0.0
    return any(abs(value - stated) <= COMPARABLE * max(abs(stated), abs(value)) for value in place.values)


def stated_value(hypothesis: Amount) -> bool:
    """Whether the statement is that a quantity has one value, "reaches 79.8"."""
    low, high = hypothesis.range.low, hypothesis.range.high
    return hypothesis.versus is None and low is not None and high is not None and high - low <= 0.05 * max(abs(high), 1e-9)


def look_up(hypothesis: Amount, document: Document, own: Sequence[str] = (), text: str = "") -> Lookup:
    """
    Whether the tables of a document show a stated value under the claim's metric, data set and backbone.

    own    names under which the subject's rows or columns may stand
    text   the claim's sentence, whose words tell neighbours apart that the hypothesis does not
    """
    places = places_of(hypothesis, document.tables, own)
    best = max((place.fit for place in places), default=0.0)
    lead = max((place for place in places if place.named), key=lambda place: place.fit, default=None)
    shown = [place for place in places if _shows(place, hypothesis.range)]
    mine = [place for place in shown if not is_on_own(text) or owner_beside(place, places) is None]
    meant = [place for place in mine if rival_of(place, places, text) is None]
    showing = max(meant or shown, key=lambda place: place.fit, default=None)
    if showing and meant and not showing.foreign and showing.fit >= max(best - NEAR, LEAST):
        return Lookup("supported", "the value stands under headers that fit", 0.5 + 0.4 * showing.fit, showing)
    if lead is None or lead.fit < GROUNDED:
        if showing is None or showing.foreign:
            return Lookup("no_evidence", "no table names what the claim is about")
        return Lookup("inconclusive", "the value stands in a table that does not name what the claim is about", 0.55, showing)
    outcome: Outcome = "refuted" if lead.owned else "inconclusive"
    if showing is None:
        outcome = outcome if _comparable(lead, hypothesis.range) else "inconclusive"
        return Lookup(outcome, f"the fitting cell has another value, {lead.cell.text}", 0.5 - 0.4 * lead.fit, lead)
    return Lookup(outcome, "the value stands only under headers that fit worse", max(0.05, 0.5 - 0.4 * (best - showing.fit)), showing)
