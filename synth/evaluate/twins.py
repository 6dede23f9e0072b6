"""Pairs of a true and a false statement on the same evidence in almost the same words: what is left when wording gives nothing away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from synth.evaluate.items import ClaimItem

ALIKE = 0.6
"""least share of words in common, in their order: the rewrites of SciTab exchange a word or negate; other claims on a table share less."""


def twins(items: Sequence[ClaimItem]) -> tuple[tuple[int, int], ...]:
    """(number of the true one, number of the false one), most alike first, each item in one pair at most."""
    by_document: defaultdict[str, list[int]] = defaultdict(list)
    for number, item in enumerate(items):
        if item.document.passages or item.document.tables:
            by_document[item.document.paper.id].append(number)
    pairs: list[tuple[float, int, int]] = []
    for numbers in by_document.values():
        true = [n for n in numbers if items[n].label == "SUPPORT"]
        false = [n for n in numbers if items[n].label == "REFUTE"]
        found = ((likeness(items[a].claim, items[b].claim), a, b) for a in true for b in false)
        pairs += [(-alike, a, b) for alike, a, b in found if alike >= ALIKE]
    taken: set[int] = set()
    chosen: list[tuple[int, int]] = []
    for _, a, b in sorted(pairs):
        if not {a, b} & taken:
            taken |= {a, b}
            chosen.append((a, b))
    return tuple(chosen)


def likeness(first: str, second: str) -> float:
    """Twice the words that both have in the same order, over all words, 0..1; 0 below ALIKE, where a look at the bounds is enough."""
    matcher = SequenceMatcher(None, first.lower().split(), second.lower().split(), autojunk=False)
    bounds = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE
    return matcher.ratio() if bounds else 0.0
