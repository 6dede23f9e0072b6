"""
A number whose place a claim names less well than another one's: 43.2 under En-Fr, where the claim says En-De and a number stands there.

Headers that resemble the claim's words say little where a neighbour's resemble them more. What tells two neighbours apart are the
words in which their headers differ; a claim that names such words of the one, and none of the other, means the one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Protocol, TypeVar

from synth.model import Cell, Table, vocabulary
from synth.verifier.operators.lexicon import stem, stems
from synth.verifier.operators.lexicon import table as lines
from synth.verifier.operators.words import key, weight

_CALLED = re.compile(r"^\W*Tab(?:le|\.)?\s*\w+\s*[:.]", re.I)
_OWN = frozenset(["our", "propos"])
"""stems that mark the authors' own system."""
_GENITIVE = re.compile(r"['’]s\b")


P = TypeVar("P", bound="Placed")


class Placed(Protocol):
    """A number of a table with how well its headers fit a claim."""

    @property
    def table(self) -> Table:
        """Where it stands."""

    @property
    def cell(self) -> Cell:
        """The number with its headers."""

    @property
    def fit(self) -> float:
        """How well headers and caption fit the claim."""


Terms = frozenset[tuple[str, ...]]
"""single words, and pairs of words that stand side by side, which tell En-De from De-En."""


def rival_of(place: P, places: Iterable[P], text: str) -> P | None:
    """
    The number that a claim means rather than a place; None where it means no other.

    It stands in the same row or column, or under the same headers in another table. What names it has every word of the claim that
    names the place, and more, and it fits no worse. Except along a row, which is of one system, it has no word of its own that the
    claim has not, and is no other's where the place is marked as the authors' own: rows and tables may be of what is only mentioned.
    """
    said, own = _said(text), _terms(place)
    named = _named(said, own)
    beside = (each for each in places if each.cell is not place.cell and each.fit >= place.fit and _is_beside(each, place))
    better = [
        each
        for each in beside
        if named < _named(said, _terms(each)) and (_in_row(each, place) or _may_stand_for(said, _terms(each) - own, each, place))
    ]
    return max(better, key=lambda each: (len(_named(said, _terms(each))), each.fit), default=None)


def _in_row(one: Placed, other: Placed) -> bool:
    return one.table is other.table and one.cell.row == other.cell.row


def _may_stand_for(said: Terms, more: Terms, rival: Placed, place: Placed) -> bool:
    """Whether all that a rival is called besides is said, and it is no other's number where the place is marked as the authors' own."""
    single = (term for term in more if len(term) == 1)
    known = all(any(term == each or _shortens(term, each) for each in said) for term in single)
    return known and _is_marked(rival.cell) >= _is_marked(place.cell)


def _is_beside(one: Placed, other: Placed) -> bool:
    if one.table is other.table:
        return one.cell.row == other.cell.row or one.cell.column == other.cell.column
    return one.cell.column_path == other.cell.column_path


def owner_beside(place: P, places: Iterable[P]) -> P | None:
    """
    The number of the authors' own row or column beside a place in somebody else's; None where it is not in somebody else's.

    A row is somebody else's that stands above those of its block that are marked as the authors' own, and whose name has no word of
    theirs: rows below are often of the same system with or without a part. The same goes for columns.
    """
    in_table = [each for each in places if each.table is place.table]
    for axis in (_row, _column):
        across = _column if axis is _row else _row
        levels = [
            (each, level)
            for each in in_table
            if across(each.cell)[0] == across(place.cell)[0] and (level := _own_level(axis(each.cell)[1])) is not None
        ]
        block = [(each, level) for each, level in levels if _block(axis(each.cell)[1], level) == _block(axis(place.cell)[1], level)]
        if _is_elses(axis, place, block or levels):
            return max((each for each, _ in block or levels), key=lambda each: each.fit)
    return None


_Axis = Callable[[Cell], tuple[int, tuple[str, ...]]]


def _row(cell: Cell) -> tuple[int, tuple[str, ...]]:
    return cell.row, cell.row_path


def _column(cell: Cell) -> tuple[int, tuple[str, ...]]:
    return cell.column, cell.column_path


def _is_elses(axis: _Axis, place: Placed, owners: Sequence[tuple[Placed, int]]) -> bool:
    number, path = axis(place.cell)
    first = min((axis(each.cell)[0] for each, _ in owners), default=number)
    return number < first and all(not _name_at(path, level) & _name_at(axis(each.cell)[1], level) for each, level in owners)


def _block(path: Sequence[str], level: int) -> tuple[str, ...]:
    """The other headers of a row than that which says whose it is."""
    return (*path[:level], *path[level + 1 :])


def is_on_own(text: str) -> bool:
    """Whether a sentence speaks of its authors' own system."""
    return bool(stems("own") & set(key(text)))


def _own_level(path: Sequence[str]) -> int | None:
    """Which of the headers of a row says that it is the authors' own; None where none does."""
    return next((level for level, text in enumerate(path) if _OWN & set(key(text))), None)


def _name_at(path: Sequence[str], level: int) -> frozenset[str]:
    """The words that a row is called by where others are called the authors' own."""
    texts = path[level : level + 1] or path
    return frozenset(word for text in texts for word in key(text) if weight(word) == 1 and not word[0].isdigit()) - _OWN - _untelling()


def _is_marked(cell: Cell) -> bool:
    """Whether a header says that a number is the authors' own."""
    return any(_OWN & set(key(text)) for text in (*cell.row_path, *cell.column_path))


@lru_cache(maxsize=5_000)
def _said(text: str) -> Terms:
    """The words of a claim up to what it holds its result against; a data set that is known has those of its full name too."""
    found = key(_GENITIVE.sub("", text))
    until = next((number for number, word in enumerate(found) if number and word in stems("against")), len(found))
    known = (mention.term.label for mention in vocabulary().mentions(text, "dataset"))
    return _terms_of(found[:until]).union(*(_terms_of(key(label)) for label in known))


def _terms(place: Placed) -> Terms:
    """What headers and caption call a number by."""
    texts = (*place.cell.row_path, *place.cell.column_path, _CALLED.sub("", place.table.caption))
    return frozenset().union(*(_terms_of(key(text)) for text in texts))


def _terms_of(found: Sequence[str]) -> Terms:
    """Of the words of one text; the codes of languages stand for their names. A lone digit names nothing: top-1 is not ImageNet-1k."""
    spelled = [_codes().get(word, word) for word in found if word != "to"]
    single = ((word,) for word in spelled if weight(word) == 1 and word not in _untelling() and not (len(word) == 1 and word.isdigit()))
    return frozenset([*single, *pairwise(spelled)])


@cache
def _untelling() -> frozenset[str]:
    """Words of data sets and systems that say nothing of which one is meant; "test" and "single" do."""
    telling = stems("test_split") | stems("development_split") | stems("own_variants")
    return (stems("unspecific") | stems("own_subjects")) - telling


@cache
def _codes() -> dict[str, str]:
    return {stem(name): code for code, *names in map(str.split, lines("languages")) for name in names}


def _named(said: Terms, own: Terms) -> Terms:
    """Those of the claim that headers have too."""
    return frozenset(term for term in said if term in own or any(_shortens(term, each) for each in own))


def _shortens(term: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one word is the beginning of the other: "valid" and "validation"."""
    if len(term) != 1 or len(other) != 1:
        return False
    short, long = sorted((term[0], other[0]), key=len)
    return len(short) >= 3 and short.isalpha() and long.startswith(short)
