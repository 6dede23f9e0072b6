"""Papers, claims and findings made up by a seed: the form and the size of real ones, at any number."""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from builders import make_provenance

from synth.extractor.parse import parse
from synth.model import (
    Claim,
    Document,
    Evidence,
    Finding,
    Hypothesis,
    Paper,
    Passage,
    Provenance,
    Question,
    Quote,
    Run,
    Stances,
    Verdict,
    claim_id,
)

SENTENCES = 30
"""of a paper."""
CLAIMS = 10
"""of a paper: every third sentence."""
QUOTES = 4
"""beside a claim; of other papers."""
RUN = 10
"""papers of one run where there are many."""

METHODS = ("ToMe", "EViT", "DynamicViT", "A-ViT", "ATS", "SPViT", "Evo-ViT", "TokenLearner", "PatchMerger", "K-Medoids", "DPC-KNN", "Top-K")
BACKBONES = ("DeiT-T", "DeiT-S", "DeiT-B", "ViT-B/16", "ViT-L/16", "Swin-T", "LV-ViT-S")
DATASETS = ("ImageNet-1K", "CIFAR-100", "NUS-WIDE", "COCO", "Kinetics-400")
TOPICS = ("attention", "saliency", "entropy", "distillation", "clustering", "latency", "memory", "calibration", "robustness", "transfer")
CHECKABLE = (
    "{0} achieves higher accuracy than {1} on {3} with {2}.",
    "{0} increases the throughput of {2} by {4} % on {3}.",
    "{0} reduces the multiply-adds of {2} by {4} % at a keep rate of 0.{5}.",
    "{0} attains the lowest accuracy of all methods on {3}.",
    "On {3}, {0} loses {6}.{5} points of accuracy against {1} with {2}.",
)
OTHER = (
    "We study how {6} of tokens bears on {7} when {2} is trained on {3} for {4} epochs.",
    "The {6} of a layer is kept as in {1}, and {7} is measured after block {5}.",
    "In stage {5}, {0} scores tokens by {6} and passes {4} of them on to the {7} head.",
    "A schedule over {4} steps keeps {6} apart from {7} in {2}.",
)


def paper(place: int, seed: int) -> Document:
    """The paper at this place: the same whatever their number."""
    chance = random.Random(f"{seed}/{place}")
    of = Paper(id=f"made:{place:05d}", title=_sentence(chance, OTHER)[:-1], authors=("A. Person",), year=2015 + place % 10, source="folder",
               location=f"{place:05d}.pdf")  # fmt: skip
    texts = [_sentence(chance, OTHER if n % 3 else CHECKABLE) for n in range(SENTENCES)]
    body, passages, digest = " ".join(texts), list[Passage](), hashlib.sha256(f"{seed}/{place}".encode()).hexdigest()
    at = 0
    for n, text in enumerate(texts):
        passages.append(_passage(of.id, n, text, at, digest))
        at += len(text) + 1
    return Document(paper=of, source_digest=digest, media="pdf", text=body, passages=tuple(passages), pages=4)


def _passage(of: str, n: int, text: str, at: int, digest: str) -> Passage:
    return Passage(
        paper_id=of, text=text, start=at, end=at + len(text), section="Abstract" if n < 6 else "4 Results", source_digest=digest,
        role="abstract" if n < 6 else "results", page=1 + n // 8, box=(72.0, 10.0 * n, 540.0, 10.0 * n + 9.5),
    )  # fmt: skip


def papers(number: int, seed: int = 0) -> Iterator[Document]:
    """So many papers, one after another."""
    return (paper(place, seed) for place in range(number))


def run_of(documents: Sequence[Document], name: str, seed: int = 0) -> Run:
    """A finished run over these papers, with ten claims each and what three witnesses said on every claim."""
    chance = random.Random(f"{seed}/{name}")
    said = [passage for document in documents for passage in document.passages]
    claims = tuple(_claim(passage) for document in documents for passage in document.passages[::3])
    return Run(
        name=name,
        question=Question(text=f"Which token reduction is worth its cost, by {name}?"),
        papers=tuple(document.paper for document in documents),
        claims=claims,
        findings=tuple(_finding(claim, said, chance) for claim in claims),
    )


def circumstances(place: int) -> Provenance:
    """Of the run at this place: a later one was finished later."""
    return make_provenance(finished=(datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=place)).isoformat())


def _sentence(chance: random.Random, forms: Sequence[str]) -> str:
    one, other = chance.sample(METHODS, 2)
    topic, second = chance.sample(TOPICS, 2)
    figures = (chance.randint(2, 99), chance.randint(1, 9))
    form = chance.choice(forms)
    last = (str(chance.randint(0, 9)),) if forms is CHECKABLE else (topic, second)
    return form.format(one, other, chance.choice(BACKBONES), chance.choice(DATASETS), *figures, *last)


def _claim(passage: Passage) -> Claim:
    pool = _hypotheses()
    hypothesis = pool[passage.start % len(pool)]
    return Claim(
        id=claim_id(f"{passage.paper_id}/{passage.start}", passage.text), text=passage.text, passage=passage, paper_id=passage.paper_id,
        hypothesis=hypothesis, reason="" if hypothesis else "names no figure", extraction_confidence=0.8,
    )  # fmt: skip


@cache
def _hypotheses() -> list[Hypothesis | None]:
    """Those of sixty sentences, and none: reading each sentence is not what is measured."""
    chance = random.Random(0)
    return [*(parse(_sentence(chance, CHECKABLE)).hypothesis for _ in range(60)), None]


def _finding(claim: Claim, said: Sequence[Passage], chance: random.Random) -> Finding:
    heard = tuple(
        Quote(passage=passage, stance="supports", probability=0.7, similarity=0.6, independence="other_papers", reason="says the same")
        for passage in chance.sample(said, QUOTES)
    )
    outcomes = [chance.choice(("supported", "refuted", "inconclusive", "no_evidence")) for _ in range(3)]
    told = Stances(supports=0.5, refutes=0.2, neutral=0.3, reader="head")
    evidence = (
        Evidence(witness="text", outcome=outcomes[0], probability=0.7, stances=told, quotes=heard, reason="4 passages speak of it"),
        Evidence(witness="tables", outcome=outcomes[1], reason="no table holds the cells that it names"),
        Evidence(witness="rerun", outcome=outcomes[2], reason="the budget was used up before its cells were measured"),
    )
    return Finding(
        claim_id=claim.id, verdict=chance.choice(list(Verdict)), confidence=round(chance.random(), 3), evidence=evidence,
        wording="as told", steps=("1. three witnesses were heard", "2. they were weighed", "3. the verdict follows"),
    )  # fmt: skip
