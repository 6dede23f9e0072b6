"""
What a sentence speaks of without naming it: "the baseline", "the best model", "this task", "(Runs 2 and 5)".

Named where the sentence before or the paper's tables tell what is meant; else refused, with the words that stand for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from synth.extractor.scene import annotate
from synth.model import Document, Table

_KIND = r"(?:model|method|system|approach|network|architecture|variant|configuration|setting|run|ensemble)s?"
_BEST = re.compile(
    rf"\b(?P<words>the\s+(?:single\s+|overall\s+)?(?:best|worst|strongest|largest|smallest)(?:[- ]performing)?\s+(?:single\s+)?{_KIND})\b"
    r"(?!,?\s*[(“\"]?(?-i:[A-Z]))",
    re.I,
)
_IS = re.compile(r"\b(?:is|are|was|were|be|been|remains?|becomes?|as|among)\s+$", re.I)
_BASELINE = re.compile(
    r"\b(?P<words>(?:the|our|a|its)\s+(?:(?:strong(?:est)?|same|corresponding|respective|best)\s+)?baseline(?:\s+(?!size)(?:model|method|system|network))?)\b(?!,?\s*[(]?(?-i:[A-Z]))",
    re.I,
)
_PLACE = r"(?:tasks?|data\s?sets?|benchmarks?|corpus|corpora|test\s+sets?|languages?|domains?)"
_WHERE = re.compile(
    rf"\b(?P<words>(?P<which>this|that|these|those|both|the\s+two|all\s+three|the\s+three|the\s+same|the\s+latter|the\s+former|the)\s+{_PLACE})\b",
    re.I,
)
_MANY = {"this": 1, "that": 1, "both": 2, "the two": 2, "all three": 3, "the three": 3}
_NUMBERED = re.compile(
    r"\s*\((?:see\s+)?(?:runs?|rows?|lines?|columns?|cols?\.?|exps?\.?|experiments?|settings?|models?|entry|entries)\s+#?\(?[\dA-Da-d]\b[^()]{0,30}\)",
    re.I,
)

OPENING = 3000
"""characters of a paper that say what it is about: title, authors and abstract."""


def named(sentence: str, document: Document, before: str = "") -> tuple[str, str]:
    """
    (sentence in which things have their names, reason): the reason is empty where nothing stays unnamed.

    before   the sentence before, to which "this task" and "both data sets" refer
    """
    whole, sentence = sentence, _NUMBERED.sub("", sentence)
    if sentence != whole and not _of(sentence, "method", "family", "backbone"):
        return whole, f"“{_NUMBERED.findall(whole)[0].strip()}” points at a list that is not part of the claim"
    for best in _BEST.finditer(sentence):
        if not _IS.search(sentence[: best.start()]):
            return sentence, f"“{best['words']}” is not named"
    baseline = _BASELINE.search(sentence)
    if baseline and not _reduces(document) and not _tells(document.tables, "baseline"):
        return sentence, f"“{baseline['words']}” is named neither here nor in a table of the paper"
    return _placed(sentence, before)


def _placed(sentence: str, before: str) -> tuple[str, str]:
    """The sentence with the data sets of the one before in place of "this task"; refused where neither names one."""
    where = _WHERE.search(sentence)
    if where is None or _of(sentence, "dataset"):
        return sentence, ""
    meant = _of(before, "dataset")
    wanted = _MANY.get(" ".join(where["which"].lower().split()))
    if wanted is None or len(meant) != wanted:
        return sentence, f"“{where['words']}” is not named"
    listed = meant[0] if wanted == 1 else f"{', '.join(meant[:-1])} and {meant[-1]}"
    return sentence[: where.start()] + listed + sentence[where.end() :], ""


def _of(text: str, *kinds: str) -> tuple[str, ...]:
    """What the text names of these kinds as it is written there, each once, in order."""
    spans = sorted((span for span in annotate(text).spans if span.kind in kinds), key=lambda span: span.start)
    return tuple(dict.fromkeys(text[span.start : span.end] for span in spans))


def _reduces(document: Document) -> bool:
    """Whether the paper opens on methods of token reduction, whose baseline is the model that reduces nothing."""
    return bool(_of(f"{document.paper.title}. {document.text[:OPENING]}", "family"))


def _tells(tables: Sequence[Table], word: str) -> bool:
    """Whether a header of a table holds the word."""
    return any(word in head.lower() for table in tables for cell in table.cells for head in (*cell.row_path, *cell.column_path))
