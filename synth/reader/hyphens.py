"""Lines → running text: a hyphen at the end of a line stays only where the document's own words say that it belongs there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_TOKEN = re.compile(r"[A-Za-zÀ-ɏ]+(?:[-‐][A-Za-zÀ-ɏ]+)*")
_LAST = re.compile(r"([A-Za-zÀ-ɏ]+(?:[-‐][A-Za-zÀ-ɏ]+)*)[-‐]$")
_FIRST = re.compile(r"^([A-Za-zÀ-ɏ]+)")
_STUBS_WORDS = (
    "in on to un re de con com per pro dis mis ex en em im ad ab ac al ap as at be for out over under up sub sup inter intra trans "
    "super the a an is or so no am if it do ob oc op is par port tar ten set pan can man car star per form mod par act art den ate "
    "able "
)
_STUBS = frozenset(_STUBS_WORDS.split())
"""Words that also begin other words; two of them beside each other prove no compound."""
_COMPOUNDING_WORDS = (
    "based aware free specific wise like level scale dimensional art tuning tuned trained training supervised agnostic driven "
    "tailed shot head headed layer stage task modal label class resolution rate world end time efficient dependent invariant "
    "merging pruning only order "
)
_COMPOUNDING = frozenset(_COMPOUNDING_WORDS.split())
"""Words that are joined by a hyphen to what stands before them in scientific English."""
_PREFIXES_WORDS = "self non multi well state high low large small fine semi cross long short co quasi one two three "
_PREFIXES = frozenset(_PREFIXES_WORDS.split())
_PARTS_WORDS = (
    "ing est tion tions sion ment ments ness ity ies ed er ers es al ally ly ive ous able ible ance ence ate ated ates ations ation "
)
_PARTS = frozenset(_PARTS_WORDS.split())


class Words:
    """The words of a document as they stand inside its lines."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.count: Counter[str] = Counter()
        for line in lines:
            found = _TOKEN.findall(line)
            inner = found[:-1] if line.rstrip().endswith(("-", "‐")) else found
            for word in inner:
                self.count[word.lower().replace("‐", "-")] += 1
                if "-" in word:
                    self.count.update(part.lower() for part in word.split("-"))

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Whether "before-" and "after" on the next line are one hyphenated word; False if the hyphen only broke a word."""
        first, second = before.lower().replace("‐", "-"), after.lower()
        hyphenated, joined = self.count[f"{first}-{second}"], self.count[first + second]
        if hyphenated != joined:
            return hyphenated > joined
        if not after[0].islower() or "-" in first or (len(before) > 1 and before.isupper()):
            return True
        if second in _PARTS or first in _STUBS or len(first) < 3:
            return False
        if second in _COMPOUNDING or first in _PREFIXES:
            return len(first) > 2 and (
                (first in _PREFIXES and self.count[second] > 0) or (second in _COMPOUNDING and self.count[first] > 0)
            )
        return self.count[first] > 0 and self.count[second] > 1 and len(second) > 3


def joined(before: str, after: str, known: Words) -> tuple[str, int]:
    """
    Two lines as one text, and the offset at which the second begins in it.

    known  the document's own words, which decide on a hyphen at the end of the first line
    """
    last, first = _LAST.search(before), _FIRST.match(after)
    if not last:
        if re.search(r"https?:/{0,2}$", before) or (after.startswith("/") and re.search(r"https?:\S*$", before)):
            return before + after, len(before)
        if re.search(r"[A-Za-z0-9][-–/]$", before) and re.match(r"[A-Za-z0-9]", after):
            return before + after, len(before)
        return f"{before} {after}", len(before) + 1
    if not first:
        glued = before + after if after[:1].isdigit() else f"{before} {after}"
        return glued, len(glued) - len(after)
    if first.group(1).lower() in ("and", "or", "to"):
        return f"{before} {after}", len(before) + 1
    stem = before if known.keeps_hyphen(last.group(1), first.group(1)) else before[:-1]
    return stem + after, len(stem)
