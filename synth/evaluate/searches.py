"""Rankings of sentences and of documents against what was marked → named figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synth.evaluate import ranking
from synth.evaluate.claims import Figures
from synth.evaluate.items import DocumentSearch, SentenceSearch
from synth.evaluate.resampling import interval

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


def sentence_figures(found: Sequence[SentencesFound], seed: int) -> Figures:
    """Whether a marked sentence is among the first k of its document, with intervals over documents, and the mean reciprocal rank."""
    ranks = [ranking.first_rank(each.ranking, each.item.wanted) for each in found]
    documents = [each.item.document.paper.id for each in found]
    figures: Figures = {"rationale_n": len(found)}
    for k in WITHIN:
        figures |= _mean(f"rationale_in_top_{k}", [ranking.hits_at([rank], k) for rank in ranks], documents, seed)
    return figures | {"rationale_mrr": ranking.mean_reciprocal_rank(ranks)}


def document_figures(found: Sequence[DocumentsFound], documents: int, seed: int) -> Figures:
    """Share of a claim's documents among the first k, mean over claims, with intervals over claims."""
    figures: Figures = {"retrieval_n": len(found), "retrieval_documents": documents}
    for k in AMONG:
        shares = [ranking.recall_at([each.ranking], [each.item.wanted], k) for each in found if each.item.wanted]
        figures |= _mean(f"recall_at_{k}", shares, [str(number) for number in range(len(shares))], seed)
    return figures


def _mean(name: str, values: Sequence[float], groups: Sequence[str], seed: int) -> Figures:
    """The mean of values with its interval over draws of groups; 0 for no values."""
    array = np.array(values)
    low, high = interval(groups, lambda ids: float(array[ids].mean()), seed)
    return {name: float(array.mean()) if len(array) else 0.0, f"{name}_low": low, f"{name}_high": high}
