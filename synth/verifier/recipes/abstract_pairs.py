"""
Pairs for a cross-encoder, made of abstracts that nobody labelled: a finding beside sentences that carry it, deny it or miss it.

1. A finding is a title that states something, one of the last sentences of an abstract, or a result in between.
2. Its evidence are the nearest other sentences of the same abstract, sometimes with the finding itself among them.
3. A finding is turned round in the claim, in the evidence or in both, so that neither side alone tells what the pair is.
4. Neither is what the evidence of a neighbouring abstract says of it, or the sentences of its own that are farthest from it.

Sources: abstracts of SciFact's corpus (S2ORC, ODC-By 1.0) less those that its claims cite, CSAbstruct (Apache-2.0).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synth.verifier.passages import Embeds
from synth.verifier.recipes.contrast import OPENINGS, Pair
from synth.verifier.recipes.labelled import lines
from synth.verifier.recipes.turns import TURNS, denied, exchanged, opposites, pointing_words, turned

Rows = npt.NDArray[np.float32]
LEAD = re.compile(
    r"^(?:\[?(?:conclusions?|interpretation|results?|significance|findings|main results)(?:[ /][A-Z]+)*\]?:? (?=[A-Z])"
    r"|(?:taken together|collectively|together|in (?:summary|conclusion|addition)|thus|therefore|overall|moreover|furthermore|finally"
    r"|here),? "
    r"|(?:these|our|the|this) (?:[a-z]+ ){0,2}(?:results?|data|findings?|study|observations?|work|experiments)(?: [a-z]+){0,3}? "
    r"(?:suggests?|shows?|showed|indicates?|demonstrates?|demonstrated|reveals?|revealed|provides? evidence|supports? the \w+) that )",
    re.IGNORECASE,
)
COPIED = 0.3
"""share of findings of an abstract that stand among their own evidence."""
NEIGHBOURS = 6
"""abstracts, by the likeness of their titles, one of which is taken where the evidence is to say nothing."""


@dataclass(frozen=True)
class Abstract:
    """One abstract with the vectors of its sentences."""

    title: str
    """empty where it has none."""
    sentences: tuple[str, ...]
    rows: Rows
    """[sentences, d], unit rows."""
    row: Rows
    """[d], of its title, or of the mean of its sentences."""


def abstracts(bench: Path, embedder: Embeds) -> list[Abstract]:
    """All that no labelled claim of SciFact cites."""
    cited = {str(item["doc_id"]) for item in lines(bench / "scifact" / "dev_pairs.jsonl")}
    texts = [(d["title"], tuple(d["sentences"])) for d in lines(bench / "scifact" / "corpus.jsonl") if str(d["doc_id"]) not in cited]
    texts += [("", tuple(d["sentences"])) for d in lines(bench / "csabstruct" / "dev.jsonl")]
    texts = [(title, sentences) for title, sentences in texts if len(sentences) > 3]
    known = sorted({text for title, sentences in texts for text in (title, *sentences)})
    place = {text: i for i, text in enumerate(known)}
    rows = embedder.embed(known)
    found = []
    for title, sentences in texts:
        own = rows[[place[text] for text in sentences]]
        found.append(Abstract(title, sentences, own, rows[place[title]] if title else own.mean(axis=0)))
    return found


def pairs_of(found: Sequence[Abstract], rng: random.Random) -> Iterator[Pair]:
    """(claim, evidence, label) of each finding of each abstract, abstract by abstract."""
    titles = np.stack([each.row for each in found])
    titles /= np.linalg.norm(titles, axis=1, keepdims=True)
    for i, abstract in enumerate(found):
        near = np.argsort(-(titles @ titles[i]), kind="stable")[1 : NEIGHBOURS + 1]
        other = found[int(rng.choice(near.tolist()))]
        for claim, row, own in _findings(abstract, rng):
            yield from _of_finding(claim, row, own, abstract, other, rng)


def _findings(abstract: Abstract, rng: random.Random) -> Iterator[tuple[str, Rows, int | None]]:
    """(finding, its vector, its place among the sentences or None for a title)."""
    if denied(abstract.title, rng) or turned(abstract.title, rng):
        yield abstract.title, abstract.row, None
    last = len(abstract.sentences)
    places = {last - 1, last - 2, rng.randrange(1, last), rng.randrange(last // 2, last)}
    for i in sorted(places):
        claim = _bare(abstract.sentences[i])
        if 6 <= len(claim.split()) <= 45 and (denied(claim, rng) or turned(claim, rng)):
            yield claim, abstract.rows[i], i


def _bare(sentence: str) -> str:
    """Without what only leads up to a finding."""
    bare = OPENINGS.sub("", LEAD.sub("", LEAD.sub("", sentence)))
    return bare[:1].upper() + bare[1:]


def _of_finding(claim: str, row: Rows, own: int | None, abstract: Abstract, other: Abstract, rng: random.Random) -> Iterator[Pair]:
    carrying = _nearest(abstract, row, own, rng)
    if own is not None and rng.random() < COPIED:
        carrying = sorted({*carrying[:-1], own})
    evidence = [abstract.sentences[i] for i in carrying]
    wrong = _turn(claim, rng)
    yield claim, " ".join(evidence), 0
    if wrong:
        yield wrong, " ".join(evidence), 1
    yield from _evidence_turned(claim, evidence, own is not None and own in carrying and carrying.index(own), rng)
    said = wrong if wrong and rng.random() < 0.5 else claim
    elsewhere = _nearest(other, row, None, rng)
    yield said, " ".join(other.sentences[i] for i in elsewhere), 2
    if rng.random() < 0.3:
        far = np.argsort(abstract.rows @ row, kind="stable")[:2]
        yield said, " ".join(abstract.sentences[i] for i in sorted(far.tolist())), 2


def _nearest(abstract: Abstract, row: Rows, own: int | None, rng: random.Random) -> list[int]:
    order = [int(i) for i in np.argsort(-(abstract.rows @ row), kind="stable") if i != own]
    return sorted(order[: rng.randint(1, 3)])


def _turn(text: str, rng: random.Random) -> str | None:
    for turn in rng.sample(TURNS, len(TURNS)):
        if (new := turn(text, rng)) is not None and new != text:
            return new
    return None


def _evidence_turned(claim: str, evidence: Sequence[str], own: int | bool, rng: random.Random) -> Iterator[Pair]:
    """The evidence turned alone, which refutes, or with the claim, which supports; nothing where they share no word to turn."""
    together = " ".join(evidence)
    shared = sorted(pointing_words(claim) & pointing_words(together))
    if own is not False and rng.random() < 0.5:
        new = denied(evidence[own], rng)
        turned_evidence = " ".join(new if i == own and new else text for i, text in enumerate(evidence))
        turned_claim = denied(claim, rng)
        if new is None or turned_claim is None:
            return
    elif shared:
        word = rng.choice(shared)
        other = rng.choice(opposites()[word])
        turned_evidence, turned_claim = exchanged(together, word, other), exchanged(claim, word, other)
    else:
        return
    if rng.random() < 0.5:
        yield claim, turned_evidence, 1
    else:
        yield turned_claim, turned_evidence, 0
