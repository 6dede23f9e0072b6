"""Lines of the list of references → one string an entry."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from synth.reader.hyphens import Words, joined
from synth.reader.layout import Line

_BRACKET = re.compile(r"^\[[\w+.\-’' ,]{1,40}\]")
_NUMBER = re.compile(r"^(\d{1,3})\.\s+\S")


def entries(lines: Sequence[Line], known: Words) -> list[str]:
    """The entries: begun by "[12]" or "12.", else by the hanging indent of the lines, else by the gaps between them."""
    if not lines:
        return []
    starts = _starts(lines)
    found: list[str] = []
    for line, begins in zip(lines, starts, strict=True):
        if begins or not found:
            found.append(line.text)
        else:
            found[-1] = joined(found[-1], line.text, known)[0]
    return [entry for entry in found if sum(char.isalpha() for char in entry) > 8]


def _starts(lines: Sequence[Line]) -> list[bool]:
    """For every line whether an entry begins with it."""
    for pattern in (_BRACKET, _NUMBER):
        marked = [bool(pattern.match(line.text)) for line in lines]
        if (marked[0] and sum(marked) > 1) or sum(marked) > max(3, len(lines) // 12):
            return marked
    lefts: dict[tuple[int, int], float] = {}
    for line in lines:
        key = (line.page, line.column)
        lefts[key] = min(lefts.get(key, line.x0), line.x0)
    hanging = [line.x0 < lefts[line.page, line.column] + 3 for line in lines]
    if 0.15 * len(lines) < sum(hanging) < 0.85 * len(lines):
        return hanging
    pitches = sorted(after.y1 - line.y1 for line, after in itertools.pairwise(lines) if 0 < after.y1 - line.y1 < 40)
    usual = pitches[len(pitches) // 4] if pitches else 12.0
    return [True] + [
        not 0 < after.y1 - line.y1 < 1.15 * usual if (after.page, after.column) == (line.page, line.column) else line.text.endswith(".")
        for line, after in itertools.pairwise(lines)
    ]
