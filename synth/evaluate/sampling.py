"""A part of a labelled set, and the same claims beside other evidence, both drawn by a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from synth.evaluate.items import Benchmark, ClaimItem, DocumentSearch
from synth.evaluate.records import blanked, in_place_of
from synth.evaluate.twins import twins
from synth.model import Document

T = TypeVar("T")
CORPUS_SHARE = 5
"""documents of the corpus for each item that is drawn."""


def sample(benchmark: Benchmark, limit: int | None, seed: int) -> Benchmark:
    """
    The set with at most `limit` items of each kind, in their order.

    Of the corpus stay the documents that the drawn searches want and others, CORPUS_SHARE times the limit in all: quicker to
    search and easier, so that its figures hold for a corpus of that size.
    """
    searches = _some(benchmark.searches, limit, f"{seed} searches")
    return replace(
        benchmark,
        corpus=_corpus(benchmark.corpus, searches, limit, f"{seed} corpus"),
        searches=searches,
        claims=_with_twins(benchmark.claims, limit, f"{seed} claims"),
        rationales=_some(benchmark.rationales, limit, f"{seed} rationales"),
        papers=_some(benchmark.papers, limit, f"{seed} papers"),
    )


def _some(items: tuple[T, ...], limit: int | None, seed: str) -> tuple[T, ...]:
    if limit is None or len(items) <= limit:
        return items
    return tuple(items[i] for i in sorted(random.Random(seed).sample(range(len(items)), limit)))


def _with_twins(items: tuple[ClaimItem, ...], limit: int | None, seed: str) -> tuple[ClaimItem, ...]:
    """Claims drawn together with their twins, so that a part can be told from how it treats them; each claim is as likely as any other."""
    if limit is None or len(items) <= limit:
        return items
    pairs = twins(items)
    paired = {number for pair in pairs for number in pair}
    units: list[tuple[int, ...]] = [*pairs, *((number,) for number in range(len(items)) if number not in paired)]
    random.Random(seed).shuffle(units)
    drawn = [number for unit in units for number in unit][:limit]
    return tuple(items[number] for number in sorted(drawn))


def _corpus(corpus: tuple[Document, ...], searches: Sequence[DocumentSearch], limit: int | None, seed: str) -> tuple[Document, ...]:
    if limit is None:
        return corpus
    wanted = {name for search in searches for name in search.wanted}
    others = tuple(document for document in corpus if document.paper.id not in wanted)
    kept = wanted | {document.paper.id for document in _some(others, max(CORPUS_SHARE * limit - len(wanted), 0), seed)}
    return tuple(document for document in corpus if document.paper.id in kept)


def without_evidence(items: Sequence[ClaimItem]) -> list[ClaimItem]:
    """The items with nothing to judge by but the claim's own words."""
    return [replace(item, document=blanked(item.document)) for item in items]


def with_swapped_evidence(items: Sequence[ClaimItem], pool: Sequence[ClaimItem], seed: int) -> list[ClaimItem]:
    """The items with the evidence of a document of another group of the pool; with none where there is only one group."""
    documents = {item.document.paper.id: item for item in pool}
    names = sorted(documents)
    found = []
    for item in items:
        order = random.Random(f"{seed} {item.id} {item.claim}").sample(names, len(names))
        other = next((documents[name] for name in order if documents[name].group != item.group), None)
        document = in_place_of(item.document, other.document) if other else blanked(item.document)
        found.append(replace(item, document=document))
    return found
