"""
Facets to queries, each service in its own language: fielded Boolean ones, or plain words where a service knows no others.

Several narrow queries serve better than one: a paper that answers a question seldom names all of its facets. Between any two
terms stands an operator, since arXiv joins words without one by OR.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from synth.model import Facet, Question
from synth.retriever.limits import day

TERMS_A_FACET = 5
MAX_QUERIES = 7
PAIRS = (("method", "model"), ("method", "metric"), ("method", "task"), ("model", "metric"), ("model", "task"), ("task", "metric"))
"""roles whose facets are asked together, the most telling first; a data set stands beside any of them."""
OPERATORS = frozenset({"AND", "OR", "NOT", "ANDNOT"})


@dataclass(frozen=True)
class Language:
    """How a service with Boolean queries wants a phrase and a single word written; a phrase may be looked for in several fields."""

    phrase: Callable[[str], tuple[str, ...]]
    word: Callable[[str], str]


ARXIV = Language(lambda phrase: (f'ti:"{phrase}"', f'abs:"{phrase}"'), lambda word: f"abs:{word}")
OPENALEX = Language(lambda phrase: (f'"{phrase}"',), lambda word: f'"{word}"')
EUROPE_PMC = Language(lambda phrase: (f'TITLE:"{phrase}"', f'ABSTRACT:"{phrase}"'), lambda word: f'ABSTRACT:"{word}"')


def boolean_queries(question: Question, language: Language) -> tuple[str, ...]:
    """At most MAX_QUERIES queries, the narrowest first, each once."""
    groups = {facet: group for facet in question.facets if (group := _group(facet, language))}
    return tuple(dict.fromkeys(_all([groups[facet] for facet in facets]) for facets in _together(list(groups))))[:MAX_QUERIES]


def word_queries(question: Question) -> tuple[str, ...]:
    """At most MAX_QUERIES queries of plain words, the narrowest first, each once; no hyphen, which some services read as a minus."""
    groups = {facet: " ".join(words) for facet in question.facets if (words := _words(facet.text.replace("-", " ")))}
    return tuple(dict.fromkeys(" ".join(groups[facet] for facet in facets) for facets in _together(list(groups))))[:MAX_QUERIES]


def arxiv_queries(question: Question) -> tuple[str, ...]:
    """Queries for arXiv, limited as the question is: "… AND submittedDate:[202201010000 TO 202312312359] AND (cat:cs.CV)"."""
    limits = ""
    if question.since or question.until:
        first = day(question.since or "1991").replace("-", "")
        last = day(question.until or "2099", end=True).replace("-", "")
        limits += f" AND submittedDate:[{first}0000 TO {last}2359]"
    if question.categories:
        named = " OR ".join(f"cat:{name}" if "." in name else f"cat:{name}.*" for name in question.categories)
        limits += f" AND ({named})"
    return tuple(query + limits for query in boolean_queries(question, ARXIV))


def _together(facets: Sequence[Facet]) -> list[tuple[Facet, ...]]:
    """Which facets are asked together, the most telling combination first."""
    core = [facet for facet in facets if facet.role in ("method", "model", "task")][:3]
    first = [tuple(core)] if len(core) == 3 else []
    second: list[tuple[Facet, ...]] = []
    for role, other in PAIRS:
        pairs = [(a, b) for a in facets if a.role == role for b in facets if b.role == other]
        first += pairs[:1]
        second += pairs[1:]
    for dataset in [facet for facet in facets if facet.role == "dataset"]:
        other_facets = [facet for facet in facets if facet.role != "dataset"]
        first.insert(2, (dataset, *other_facets[:1]))
    if not first:  # facets of one role only
        first += list(combinations(facets, 2)) or [(facet,) for facet in facets]
    return [*first, *second]


def _all(groups: Sequence[str]) -> str:
    return " AND ".join(f"({group})" for group in groups)


def _group(facet: Facet, language: Language) -> str:
    """One facet: any of its terms; a long phrase of the question by its words instead."""
    alternatives: list[str] = []
    for term in facet.terms[:TERMS_A_FACET]:
        words = _words(term)
        if 0 < len(words) <= 3 and all(len(word) > 1 for word in words):
            alternatives += language.phrase(" ".join(words))
        elif words and len(facet.terms) == 1:
            alternatives.append("(" + " AND ".join(map(language.word, words[:5])) + ")")
    return " OR ".join(dict.fromkeys(alternatives))


def _words(term: str) -> list[str]:
    """The words of a term without anything that has a meaning in a query."""
    plain = re.sub(r"[^\w\s.+-]", " ", term)
    return [word for word in (part.strip(".-+") for part in plain.split()) if word and word not in OPERATORS]
