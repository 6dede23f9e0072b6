"""
The labelled sets that the stance head learns from and is measured on, in folds by document.

SciFact: Wadden et al. 2020 (claims CC BY 4.0, abstracts ODC-By 1.0). Citation-Integrity: Sarol et al. 2024 (MIT).
HealthVer: Sarrouti et al. 2021 (no licence stated: measured on, never learned from).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synth.model import Document, Paper, Passage

FOLDS = 5
LABELS = {"SUPPORT": 0, "REFUTE": 1, "NEI": 2}
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z(])")
CITATION = re.compile(r"\s*[\[(]?(?:<\|\w+\|>[,;\d\s]*)+[\])]?")


@dataclass(frozen=True)
class Case:
    """A claim beside one document."""

    claim: str
    document: str
    """name of the document in its set."""
    sentences: tuple[str, ...]
    label: int
    """0 supports, 1 refutes, 2 neither."""
    rationale: frozenset[int]
    """sentences that carry the label; empty where it is neither."""
    fold: int
    """one of FOLDS parts of all documents; -1 where a case belongs to none."""


def lines(path: Path) -> list[Any]:
    """The records of a JSON lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _digest(name: str) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)


def fold_of(name: str) -> int:
    """0 .. FOLDS - 1, by another digest of the name."""
    return _digest("fold " + name) % FOLDS


def components(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Document → name of the group of documents that share claims, so that no claim and no document sits in two parts."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for claim, document in pairs:
        first, second = sorted((root("claim " + claim), root("document " + document)))
        parent[second] = first
    return {name.removeprefix("document "): root(name) for name in list(parent) if name.startswith("document ")}


def scifact(bench: Path) -> list[Case]:
    """Claims beside the abstracts that they cite."""
    corpus = {item["doc_id"]: item["sentences"] for item in lines(bench / "scifact" / "corpus.jsonl")}
    items = lines(bench / "scifact" / "dev_pairs.jsonl")
    group = components((item["claim"], str(item["doc_id"])) for item in items)
    return [
        Case(
            item["claim"],
            str(item["doc_id"]),
            tuple(corpus[item["doc_id"]]),
            LABELS[item["label"]],
            frozenset(i for rationale in item["rationales"] for i in rationale),
            fold_of(group[str(item["doc_id"])]),
        )
        for item in items
    ]


def citation_integrity(bench: Path) -> list[Case]:
    """Citing sentences beside passages of the cited paper."""
    folder = bench / "citation_integrity"
    corpus = {item["doc_id"]: item["sentences"] for item in lines(folder / "corpus.jsonl")}
    cases = []
    for item in lines(folder / "dev_train.jsonl") + lines(folder / "dev_dev.jsonl"):
        claim, label = uncited(item["claim"]), LABELS[item["label"]]
        for document in item["cited_doc_ids"]:
            marked = frozenset(i for entry in item["evidence"].get(str(document), []) for i in entry["sentences"])
            # Document numbers run in thousands, one per citing article: the article is the group.
            group = f"citing {document // 1000}"
            kept = marked if label != 2 else frozenset()
            cases.append(Case(claim, str(document), tuple(corpus[document]), label, kept, fold_of(group)))
    return cases


LEARNED: dict[str, Callable[[Path], list[Case]]] = {"scifact": scifact, "citation_integrity": citation_integrity}
"""the sets that the head may learn from, by the names of their folders."""


def healthver(bench: Path) -> list[Case]:
    """Health claims beside passages; for measurement only."""
    found = []
    for item in lines(bench / "healthver" / "dev.jsonl"):
        sentences = tuple(SENTENCE.split(item["evidence"].strip()))
        found.append(Case(item["claim"].strip(), item["id"], sentences, LABELS[item["label"]], frozenset(), -1))
    return found


def uncited(claim: str) -> str:
    """The claim without the marks of its citations."""
    return re.sub(r"\s+(?=[.,;:])", "", " ".join(CITATION.sub(" ", claim).split()))


def document_of(name: str, sentences: Sequence[str]) -> Document:
    """A document that consists of these sentences."""
    paper, passages, at = Paper(id=f"file:{name}", title=name), [], 0
    for text in sentences:
        passages.append(Passage(paper_id=paper.id, text=text, start=at, end=at + len(text)))
        at += len(text) + 1
    return Document(paper=paper, source_digest="", media="markdown", text=" ".join(sentences), passages=tuple(passages))


def abstract_results(bench: Path) -> list[tuple[str, str]]:
    """(result sentence, another sentence of the same abstract or "") of CSAbstruct."""
    found = []
    for item in lines(bench / "csabstruct" / "dev.jsonl"):
        results = [i for i, label in enumerate(item["labels"]) if label == "result"]
        for i in results:
            others = [j for j in results if j != i]
            found.append((item["sentences"][i], item["sentences"][others[0]] if others else ""))
    return found
