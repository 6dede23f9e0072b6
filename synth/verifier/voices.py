"""
Whose voice a passage is: which documents are one work, and which sentences repeat a claim's words.

A preprint, its article and a reading note about it are one work: by a name that they share, by the same bytes or, whatever
they are called, by the sentences that they share.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from synth.model import Claim, Document, Paper, slug, split_arxiv_id
from synth.verifier.stance.side import Side

SAID_AGAIN = 0.25
"""share of the shorter document's sentences from which on two documents are one work: quotations stay far below it,"""
AT_LEAST = 5
"""sentences that must be shared, since a note of two sentences may well quote both,"""
LONG = 40
"""and letters that make a sentence long enough not to be said twice by chance."""


def keys_of(paper: Paper) -> frozenset[str]:
    """Names under which a work is the same work: id, arXiv id without version, DOI, title."""
    arxiv = split_arxiv_id(paper.arxiv_id or "") or split_arxiv_id(paper.id.removeprefix("arxiv:"))
    title = slug(paper.title)
    named = [
        paper.id,
        f"arxiv:{arxiv[0]}" if arxiv else "",
        f"doi:{paper.doi.lower()}" if paper.doi else "",
        f"title:{title}" if len(title) > 12 else "",
    ]
    return frozenset(name for name in named if name)


def keys_of_claim(claim: Claim, documents: Sequence[Document]) -> frozenset[str]:
    """The names of the claim's own work, whatever copies of it were read."""
    ids = {claim.paper_id, claim.passage.paper_id if claim.passage else claim.paper_id}
    arxiv = [split_arxiv_id(name.removeprefix("arxiv:")) for name in ids]
    keys = ids | {f"arxiv:{found[0]}" for found in arxiv if found}
    works = [keys_of(document.paper) for document in documents]
    while more := [work for work in works if work & keys and not work <= keys]:
        keys = keys.union(*more)
    return frozenset(keys)


def works_of(documents: Sequence[Document]) -> tuple[frozenset[str], ...]:
    """For each document all names of its work, those of its other copies included."""
    names = [keys_of(each.paper) | _bytes_of(each) for each in documents]
    group = list(range(len(documents)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = i = group[group[i]]
        return i

    first: dict[str, int] = {}
    pairs = [(i, first.setdefault(name, i)) for i, own in enumerate(names) for name in sorted(own)] + _said_again(documents)
    for i, j in pairs:
        group[max(root(i), root(j))] = min(root(i), root(j))
    joined: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    for i, own in enumerate(names):
        joined[root(i)] |= own
    return tuple(joined[root(i)] for i in range(len(documents)))


def _bytes_of(document: Document) -> frozenset[str]:
    digest = document.source_digest
    return frozenset([f"bytes:{digest}"] if len(digest) == 64 else [])


def _said_again(documents: Sequence[Document]) -> list[tuple[int, int]]:
    """Pairs of documents that share so many sentences that they must be one text; linear in the sentences."""
    sentences = [{letters for passage in each.passages if len(letters := _letters(passage.text)) >= LONG} for each in documents]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for i, own in enumerate(sentences):
        for letters in own:
            holders[letters].append(i)
    # A sentence links each holder to the first alone: copies of one work meet there, and a phrase that everybody prints stays cheap.
    shared = Counter((among[0], other) for among in holders.values() for other in among[1:])
    return sorted(
        pair for pair, count in shared.items() if count >= max(AT_LEAST, SAID_AGAIN * min(len(sentences[pair[0]]), len(sentences[pair[1]])))
    )


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def is_near_copy(claim: Side, passage: Side) -> bool:
    """Whether the passage repeats the claim's words in their order, names, numbers and negations included: a changed number is no copy."""
    mine, theirs = _order(claim), _order(passage)
    shared = len(mine & theirs)
    same_numbers = [number.text for number in claim.numbers] == [number.text for number in passage.numbers]
    same_negations = sorted(word.stem for word in claim.words if word.negated and word.is_content) == sorted(
        word.stem for word in passage.words if word.negated and word.is_content
    )
    same_names = [named.name for named in claim.names] == [named.name for named in passage.names]
    alike = len(claim.content & passage.content) >= 0.85 * max(len(claim.content), 1)
    return bool(mine) and alike and shared >= 0.75 * len(mine) and same_numbers and same_negations and same_names


def _order(side: Side) -> frozenset[tuple[str, str]]:
    stems = [word.stem for word in side.words if word.is_content]
    return frozenset(itertools.pairwise(stems)) or frozenset((stem, "") for stem in stems)
