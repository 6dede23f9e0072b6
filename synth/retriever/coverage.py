"""
What of a question no document covers, in words: single facets, and combinations such as a metric on a data set for a model.

A document speaks of a facet when its title, abstract, a table or enough of its sentences do; a metric is reported on a data set
only where one sentence with a number, or one table, names both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations

from synth.model import Document, Facet, Question, Table

MOST_LINES = 10
SHARE_OF_SENTENCES = 0.01
"""a subject that fewer sentences name is mentioned, not spoken of; at least one sentence, three suffice."""
DOCUMENT_PAIRS = (("method", "model"), ("method", "task"), ("model", "task"), ("model", "dataset"), ("method", "dataset"))
REPORT_PAIRS = (("metric", "dataset"),)

_DENIAL = re.compile(
    r"\b(?:no|nor|neither|lacks?)\s+(?:(?:measurements?|results?|numbers?|figures?|mention|experiments?|evaluations?|reports?|data|study|studies)"
    r"\s+(?:of|on|for|with|in)\s+)?(?:\w+\s+)?$"
    r"|\bnot\s+(?:report|measure|evaluate|test|consider|study|include|contain|use|cover|mention|address|run|apply)(?:e?d)?\s+(?:\w+\s+){0,5}$",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"\W*(?:loss|drop|degradation|decrease|reduction|change|penalty|cost|gain|improvement|overhead)", re.IGNORECASE)
_ENDING = re.compile(r"(?<=\w{4})(?:ations?|tions?|ions?|ings?|ities|ity|ies|ments?|ed|es|e|s)$")


class Coverage:
    """Which facets one document speaks of, and which metrics it reports on which data sets."""

    def __init__(self, document: Document, facets: Sequence[Facet]) -> None:
        self._head = f"{document.paper.title}\n{document.paper.abstract}"
        self._sentences = [passage.text for passage in document.passages] or document.text.splitlines()
        self._tables = [_table_text(table) for table in document.tables]
        self._named = {facet: [index for index, text in enumerate(self._sentences) if speaks_of(text, facet)] for facet in facets}
        self._in_tables = {facet: {index for index, text in enumerate(self._tables) if speaks_of(text, facet)} for facet in facets}

    def speaks_of(self, facet: Facet) -> bool:
        """Whether the document is in part about the facet."""
        enough = min(3, max(1, round(SHARE_OF_SENTENCES * len(self._sentences))))
        return bool(self._in_tables[facet]) or len(self._named[facet]) >= enough or speaks_of(self._head, facet)

    def reports(self, metric: Facet, dataset: Facet) -> bool:
        """Whether one table, or one sentence with a number, names both."""
        if self._in_tables[metric] & self._in_tables[dataset]:
            return True
        both = set(self._named[metric]) & set(self._named[dataset])
        return any(_has_result(self._sentences[index], metric, dataset) for index in both)


def uncovered(question: Question, documents: Iterable[Document]) -> tuple[str, ...]:
    """
    One line for each facet and each combination of facets that no document covers; combinations whose parts are already
    missing are left out, but for the question's whole: model, data set and metric together.
    """
    held = [Coverage(document, question.facets) for document in documents]
    if not held:
        return ("No paper was read, so nothing of the question is covered.",)
    missing = [facet for facet in question.facets if not any(coverage.speaks_of(facet) for coverage in held)]
    lines = [f"No retrieved paper speaks of {_name(facet)}." for facet in missing]
    there = [facet for facet in question.facets if facet not in missing]
    for first, second in REPORT_PAIRS:
        for a, b in _pairs(there, first, second):
            if not any(coverage.reports(a, b) for coverage in held):
                lines.append(f"No retrieved paper reports {_name(a)} on {_name(b)}.")
    for first, second in DOCUMENT_PAIRS:
        for a, b in _pairs(there, first, second):
            if not any(coverage.speaks_of(a) and coverage.speaks_of(b) for coverage in held):
                lines.append(f"No retrieved paper speaks of both {_name(a)} and {_name(b)}.")
    whole = [line for line in _wholes(question, held) if line not in lines]
    return (*lines[: MOST_LINES - len(whole[:3])], *whole[:3])


def _wholes(question: Question, held: Sequence[Coverage]) -> list[str]:
    """The combinations that the question is about, model (or else method) with a metric on a data set, that nobody reports."""
    lines: list[str] = []
    subjects = question.facets_of("model") or question.facets_of("method")
    for subject in subjects:
        for metric, dataset in _pairs(question.facets, "metric", "dataset"):
            if not any(coverage.speaks_of(subject) and coverage.reports(metric, dataset) for coverage in held):
                lines.append(f"No retrieved paper that speaks of {_name(subject)} reports {_name(metric)} on {_name(dataset)}.")
        if not question.facets_of("dataset"):
            for metric in question.facets_of("metric"):
                if not any(coverage.speaks_of(subject) and coverage.speaks_of(metric) for coverage in held):
                    lines.append(f"No retrieved paper that speaks of {_name(subject)} reports {_name(metric)}.")
    return lines


def _pairs(facets: Iterable[Facet], first: str, second: str) -> list[tuple[Facet, Facet]]:
    listed = list(facets)
    pairs = [pair for a, b in combinations(listed, 2) for pair in ((a, b), (b, a))]
    return [(a, b) for a, b in pairs if (a.role, b.role) == (first, second)]


def _name(facet: Facet) -> str:
    return f"“{facet.text}”"


def speaks_of(text: str, facet: Facet) -> bool:
    """Whether the text names the facet, other than to deny it, by one of its terms or by all the words of its own phrase."""
    places = [match for term in facet.terms or (facet.text,) for match in _pattern(term).finditer(text)]
    if places:
        return any(_affirmed(text, match) for match in places)
    stems = _stems(facet.text)
    return len(stems) >= 2 and stems <= _stems(text)


def _affirmed(text: str, match: re.Match[str]) -> bool:
    """Whether the mention is no denial: "no measurement of tokens per second" speaks of none."""
    before, after = text[max(0, match.start() - 100) : match.start()], text[match.end() : match.end() + 20]
    return not _DENIAL.search(before) or _CHANGE.match(after) is not None


@cache
def _pattern(term: str) -> re.Pattern[str]:
    words = [re.escape(word) for word in re.split(r"[\s_\-–]+", term.strip()) if word] or [r"(?!)"]
    plural = "s?" if term[-1:].isalpha() else ""
    flags = 0 if term.isupper() and len(term) < 5 else re.IGNORECASE
    return re.compile(r"(?<!\w)" + r"[\s_\-–]*".join(words) + plural + r"(?!\w)", flags)


@cache
def _stems(text: str) -> frozenset[str]:
    """Words without their endings, so that "reduction", "reduces" and "reduced" are one."""
    return frozenset(_ENDING.sub("", word.lower()) for word in re.findall(r"[^\W\d_]{3,}", text))


def _has_result(sentence: str, *facets: Facet) -> bool:
    """Whether a number stands in the sentence outside the names of the facets ("CIFAR-10", "top-1")."""
    for facet in facets:
        for term in sorted(facet.terms, key=len, reverse=True):
            sentence = _pattern(term).sub(" ", sentence)
    return re.search(r"(?<![\w.-])\d+(?:[.,]\d+)*\s*(?:%|[x×]|\b)", sentence) is not None


def _table_text(table: Table) -> str:
    paths = (" ".join((*cell.row_path, *cell.column_path, cell.text)) for cell in table.cells)
    return "\n".join(dict.fromkeys([table.caption, *paths]))
