"""
How likely each sentence of a document is a claim of it, and how likely it tells of the document's own contribution.

A claim, in an abstract that stands alone: what is concluded, the more so if it says so (asserting.py); and, as far as its cues go, what
is said of things that the tables of papers are about. In a paper the cues decide (sentences.py), less so where the sentence hardly
gives a result.

What contributes is told in contribution.py.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from synth.extractor.asserting import assertion
from synth.extractor.contribution import contributions
from synth.extractor.resolve import own_name
from synth.extractor.roles import ROLES, Role, in_context, is_abstract, role_probabilities
from synth.extractor.sentences import SUBSTANCE, Scored, scored
from synth.model import Document, vocabulary

TILT = 0.25
"""share of a doubtful role's log-odds that is added to those of the cues,"""
FAR = 2.0
"""which count down to minus this."""
_RIVALS = re.compile(r"\boutperform\w*|\bstate[- ]of[- ]the[- ]art\b|\bbaselines?\b", re.I)
_UNFIT = frozenset({"question", "fragment", "caption", "future"})
"""cues of sentences that no role makes a claim."""

Likely = dict[Role, float]


def readings(document: Document) -> list[Scored]:
    """Every passage of the document, in order, with its confidence as a claim, its role and its probability as a contribution."""
    by_words = role_probabilities(document.passages)
    rows = in_context(document.passages, by_words)
    alone = is_abstract(document)
    read: list[tuple[Scored, Likely]] = [
        (scored(passage), dict(zip(ROLES, map(float, row), strict=True))) for passage, row in zip(document.passages, rows, strict=True)
    ]
    told = contributions(document, read, own_name(document))
    found = []
    named = any(
        True for one, _ in read if alone for _ in vocabulary().mentions(one.passage.text, "method", "family", "dataset", "backbone")
    )
    concluded = by_words[:, ROLES.index("conclusion")]
    for (one, likely), concludes, contributes in zip(read, map(float, concluded), told, strict=True):
        confidence = _in_abstract(one, likely, concludes, named=named) if alone else _in_paper(one, likely)
        found.append(replace(one, confidence=round(confidence, 3), likely=likely, contributes=round(contributes, 3)))
    return found


def _in_abstract(one: Scored, likely: Likely, concludes: float, *, named: bool) -> float:
    """
    What is concluded is a claim; what is neither background nor other is one as far as its cues say, if it can be measured.

    concludes  probability of a conclusion by words, which were learned from abstracts that head their conclusions
    named      whether the abstract names a method or a data set at all
    """
    if _UNFIT & set(one.cues):
        return one.confidence * concludes
    claimed = _probability(_log_odds(concludes) + assertion(one.passage.text))
    if not _measurable(one, named=named):
        return claimed
    rest = likely["result"] + likely["method"] + likely["objective"]
    # Of a few sentences in a row the place says little, so what can be measured is a claim as it would be in a paper.
    return max(claimed, likely["conclusion"] + rest * one.confidence, _in_paper(one, likely))


def _measurable(one: Scored, *, named: bool) -> bool:
    """Whether a finding is about something that papers report in tables."""
    text = one.passage.text
    known = named and any(True for _ in vocabulary().mentions(text, "method", "family", "metric", "dataset", "backbone"))
    return bool(SUBSTANCE & set(one.cues)) and (known or _RIVALS.search(text) is not None)


def _in_paper(one: Scored, likely: Likely) -> float:
    finding = likely["result"] + likely["conclusion"]
    return _probability(_log_odds(one.confidence) + TILT * max(-FAR, min(0.0, _log_odds(finding))))


def _log_odds(probability: float) -> float:
    held = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(held / (1 - held))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
