"""Rankings of sentences and of documents against what was marked → named figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.evaluate import ranking
from synth.evaluate.claims import Figures
from synth.evaluate.items import DocumentSearch, SentenceSearch

WITHIN = (1, 2, 3, 5, 10)
AMONG = (1, 3, 5, 10, 50)


@dataclass(frozen=True)
class SentencesFound:
    """The sentences of one document in the order in which the search gives them."""

    item: SentenceSearch
    ranking: tuple[int, ...]
    """offsets (Passage.start), best first."""


@dataclass(frozen=True)
class DocumentsFound:
    """The documents of a corpus in the order in which the search gives them."""

    item: DocumentSearch
    ranking: tuple[str, ...]
    """ids of papers, each once, best first."""


def sentence_figures(found: Sequence[SentencesFound]) -> Figures:
    """Whether a marked sentence is among the first k of its document, and the mean reciprocal rank of the first one."""
    ranks = [ranking.first_rank(each.ranking, each.item.wanted) for each in found]
    hits = {f"rationale_in_top_{k}": ranking.hits_at(ranks, k) for k in WITHIN}
    return {"rationale_n": len(found), **hits, "rationale_mrr": ranking.mean_reciprocal_rank(ranks)}


def document_figures(found: Sequence[DocumentsFound], documents: int) -> Figures:
    """Share of a claim's documents among the first k, mean over claims."""
    recall = {f"recall_at_{k}": ranking.recall_at([each.ranking for each in found], [each.item.wanted for each in found], k) for k in AMONG}
    return {"retrieval_n": len(found), "retrieval_documents": documents, **recall}
