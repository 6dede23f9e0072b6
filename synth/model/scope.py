"""
Words by which a sentence claims more than a value or a comparison: that nothing is better, that it holds everywhere, that it is new.

A table shows its own cells and a passage its own case, so each sort must be read for itself: by a hypothesis that expresses it, or
in a passage that says it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Sort = Literal["superlative", "universal", "exclusive", "novel", "causal"]

_NUMBER = r"(?:about |around |roughly )?\d"
_WORDS: dict[Sort, str] = {
    "superlative": (
        r"best|worst|(?<!\bat )(?<!\bin )(?<!\bon )(?<!\bfor )(?<!\bacross )most(?! of\b| \w+s\b)|(?<!\bat )least"
        r"|highest|lowest|fastest|slowest|largest|smallest|greatest|strongest|weakest"
        r"|cheapest|biggest|shortest|longest|lightest|unsurpassed|unmatched|unrivall?ed|unbeaten|state[- ]of[- ]the[- ]art|sota|optimal"
    ),
    "universal": (r"all|every|each|always|consistently|invariably|everywhere|any|never|none|across the board|regardless|whatever"),
    "exclusive": (rf"(?<!\bnot )only(?! (?:by |at |a |an |the )?{_NUMBER})|solely|exclusively|sole|uniquely?|alone|no other|nothing else"),
    "novel": (
        r"first(?! \d| (?:few|two|three|four|five|six|layers?|blocks?|stages?)\b)|for the first time|ever|never before|to date|so far"
        r"|published|unprecedented|record|in the literature|to (?:the best of )?our knowledge"
    ),
    "causal": (r"because|due to|thanks to|owing to|caused by|as a (?:result|consequence) of|which (?:proves?|means|shows?|explains?)"),
}
SORTS: dict[Sort, re.Pattern[str]] = {sort: re.compile(rf"\b(?:{words})\b", re.I) for sort, words in _WORDS.items()}


def sorts_of(text: str) -> frozenset[Sort]:
    """The sorts of scope words that a text has."""
    return frozenset(sort for sort, words in SORTS.items() if words.search(text))


def scope_words(text: str) -> Iterator[tuple[Sort, int, int]]:
    """(sort, start, end) of every scope word, in the order of the text."""
    found = ((sort, match.start(), match.end()) for sort, words in SORTS.items() for match in words.finditer(text))
    yield from sorted(found, key=lambda one: (one[1], one[2]))
