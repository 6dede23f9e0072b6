"""
Facets to arXiv queries: fielded, quoted, with an operator between any two terms, since arXiv joins words without one by OR.

Several narrow queries serve better than one: a paper that answers a question seldom names all of its facets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from synth.model import Facet, Question

TERMS_A_FACET = 5
MAX_QUERIES = 7
PAIRS = (("method", "model"), ("method", "metric"), ("method", "task"), ("model", "metric"), ("model", "task"), ("task", "metric"))
"""roles whose facets are asked together, the most telling first; a data set stands beside any of them."""


def arxiv_queries(question: Question) -> tuple[str, ...]:
    """At most MAX_QUERIES queries, the narrowest first, each once."""
    groups = {facet: group for facet in question.facets if (group := _group(facet))}
    core = [facet for facet in groups if facet.role in ("method", "model", "task")][:3]
    first = [tuple(core)] if len(core) == 3 else []
    second: list[tuple[Facet, ...]] = []
    for role, other in PAIRS:
        pairs = [(a, b) for a in groups if a.role == role for b in groups if b.role == other]
        first += pairs[:1]
        second += pairs[1:]
    for dataset in [facet for facet in groups if facet.role == "dataset"]:
        other_facets = [facet for facet in groups if facet.role != "dataset"]
        first.insert(2, (dataset, *other_facets[:1]))
    if not first:  # facets of one role only
        first += list(combinations(groups, 2)) or [(facet,) for facet in groups]
    return tuple(dict.fromkeys(_all([groups[facet] for facet in facets]) for facets in [*first, *second]))[:MAX_QUERIES]


def _all(groups: Sequence[str]) -> str:
    return " AND ".join(f"({group})" for group in groups)


def _group(facet: Facet) -> str:
    """One facet: any of its terms in title or abstract; a long phrase of the question by its words instead."""
    alternatives: list[str] = []
    for term in facet.terms[:TERMS_A_FACET]:
        words = _words(term)
        if 0 < len(words) <= 3 and all(len(word) > 1 for word in words):
            phrase = " ".join(words)
            alternatives += [f'ti:"{phrase}"', f'abs:"{phrase}"']
        elif words and len(facet.terms) == 1:
            alternatives.append("(" + " AND ".join(f"abs:{word}" for word in words[:5]) + ")")
    return " OR ".join(dict.fromkeys(alternatives))


def _words(term: str) -> list[str]:
    """The words of a term without anything that has a meaning in a query."""
    plain = re.sub(r"[^\w\s.+-]", " ", term)
    return [word for word in (part.strip(".-+") for part in plain.split()) if word and word not in ("AND", "OR", "ANDNOT")]
