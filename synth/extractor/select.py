"""Which of a paper's sentences become claims: ranked, near-duplicates merged, cut to a budget, given back in document order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from synth.extractor.sentences import Scored
from synth.extractor.words import word_set
from synth.model import Question

FLOOR = 0.5
"""the least extraction confidence of a claim: a paper with fewer good sentences gives fewer claims, whatever the budget."""
SAME = 0.6
"""Jaccard overlap of content words from which two sentences say the same; their numbers must agree as well."""
RETOLD = 0.4
"""overlap that is enough where both give the same two or more figures: an abstract's claim in the words of the introduction."""
QUESTION_BONUS = 0.15
"""added to the rank, not to the confidence, for each facet of the question that a sentence names."""

_STOP = word_set(
    """
    the a an of in on at to for with and or that this we our is are was were be by as it its from than can has have which also show shows
    """
)


def content_words(text: str) -> frozenset[str]:
    """Words that carry the content, in small letters and without plural endings, numbers included."""
    words = re.findall(r"[a-z][a-z0-9-]+|\d+(?:\.\d+)?", text.lower())
    return frozenset(re.sub(r"(?<=[a-z]{3})s$", "", word) for word in words if word not in _STOP)


def _numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word[0].isdigit())


def same_claim(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether two sentences say the same: mostly the same words, and no number that only one of several gives."""
    if not first or not second:
        return False
    numbers = _numbers(first), _numbers(second)
    if numbers[0] and numbers[1] and not (numbers[0] <= numbers[1] or numbers[1] <= numbers[0]):
        return False
    retold = numbers[0] == numbers[1] and len(numbers[0]) > 1
    return len(first & second) / len(first | second) >= (RETOLD if retold else SAME)


def relevance(text: str, question: Question | None) -> float:
    """QUESTION_BONUS for each facet of the question that the text names, at most three of them; 0 without a question."""
    if question is None:
        return 0.0
    low = text.lower()
    named = sum(any(term.lower() in low for term in (facet.text, *facet.terms) if term) for facet in question.facets)
    return QUESTION_BONUS * min(named, 3)


def select(candidates: Iterable[Scored], *, budget: int, question: Question | None = None, floor: float = FLOOR) -> tuple[Scored, ...]:
    """
    The best sentences of one document, at most `budget`, in the order of the document.

    Ranked by confidence plus relevance to the question; ties by place. Of near-duplicates (the abstract's twin in the
    results) the better ranked one stays.
    """
    able = [one for one in candidates if one.confidence >= floor]
    able.sort(key=lambda one: (-(one.confidence + relevance(one.passage.text, question)), one.passage.start))
    chosen: list[Scored] = []
    words: list[frozenset[str]] = []
    for one in able:
        if len(chosen) >= budget:
            break
        own = content_words(one.passage.text)
        if not any(same_claim(own, other) for other in words):
            chosen.append(one)
            words.append(own)
    return _in_order(chosen)


def _in_order(chosen: Sequence[Scored]) -> tuple[Scored, ...]:
    return tuple(sorted(chosen, key=lambda one: one.passage.start))
