"""Small made sets, one folder each, in every format that `synth evaluate` reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

TOKENS = [
    "Merging tokens by similarity doubles the throughput of vision transformers.",
    "The accuracy of the merged model falls by less than one point on ImageNet.",
    "Pruning tokens at random lowers the accuracy by twelve points.",
]
CELLS = [
    "Interleukin 6 raises the number of neutrophils in the blood of adult mice.",
    "Mice without the receptor showed no change in the number of neutrophils.",
    "The effect of interleukin 6 on neutrophils vanished after four weeks.",
]
GRID = {
    "caption": "Table 2: Accuracy (%) on two data sets.",
    "columns": ["[BOLD] Model", "SST-2", "MRPC"],
    "rows": [["LSTM", "84.9", "68.1"], ["BERT", "[BOLD] 93.5", "88.9"], ["BoW", "80.2", "[EMPTY]"]],
}
OTHER_GRID = {"caption": "Table 5: Size of the corpora.", "columns": ["Corpus", "Words"], "rows": [["A", "12"], ["B", "40"]]}


def write(folder: Path, **files: Sequence[Mapping[str, Any] | str]) -> Path:
    """A folder with one JSON lines file a name; texts are written as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        written = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in written), "utf-8")
    return folder


def scifact(at: Path) -> Path:
    """Two abstracts, two claims, three pairs."""
    pairs = [
        {"id": "1_7", "claim": "Interleukin 6 raises neutrophils.", "doc_id": 7, "label": "SUPPORT", "rationales": [[0]]},
        {"id": "1_8", "claim": "Interleukin 6 raises neutrophils.", "doc_id": 8, "label": "NEI", "rationales": []},
        {"id": "2_8", "claim": "Random pruning of tokens raises accuracy.", "doc_id": 8, "label": "REFUTE", "rationales": [[2]]},
    ]
    claims = [
        {"id": 1, "claim": pairs[0]["claim"], "evidence": {"7": {"label": "SUPPORT", "rationales": [[0]]}}, "cited_doc_ids": [7, 8]},
        {"id": 2, "claim": pairs[2]["claim"], "evidence": {"8": {"label": "REFUTE", "rationales": [[2]]}}, "cited_doc_ids": [8]},
    ]
    corpus = [{"doc_id": 7, "title": "Interleukin 6", "sentences": CELLS}, {"doc_id": 8, "title": "Tokens", "sentences": TOKENS}]
    return write(at, dev=claims, dev_pairs=pairs, corpus=corpus)


def citation_integrity(at: Path) -> Path:
    """Two citing sentences of two articles."""
    lines = [
        {"id": 0, "claim": "IL-6 raises neutrophils [<|multi_cit|>,7].", "evidence": {"31000": [{"sentences": [0], "label": "SUPPORT"}]},
         "cited_doc_ids": [31000], "label": "SUPPORT"},
        {"id": 1, "claim": "Merging<|cit|> slows models down.", "evidence": {"32000": [{"sentences": [0], "label": "REFUTE"}]},
         "cited_doc_ids": [32000], "label": "REFUTE"},
    ]  # fmt: skip
    return write(at, dev_train=lines, corpus=[{"doc_id": 31000, "sentences": CELLS}, {"doc_id": 32000, "sentences": TOKENS[:1]}])


def healthver(at: Path) -> Path:
    """One claim beside a passage of two sentences."""
    line = {"id": "dev_1", "claim": "IL-6 acts on mice", "evidence": " ".join(CELLS[:2]), "label": "NEI", "question": "?", "topic": "3"}
    return write(at, dev=[line])


def plain(at: Path) -> Path:
    """Three claims of a user, labels as people write them."""
    lines = [
        {"claim": "Token merging doubles throughput.", "evidence": TOKENS[:2], "label": "supported"},
        {"claim": "Token merging halves throughput.", "evidence": TOKENS[:2], "label": "False"},
        {"claim": "Mice like cheese.", "evidence": [], "label": "not enough info"},
    ]
    return write(at, dev=lines)


def scitab(at: Path) -> Path:
    """A true claim, its false twin, and one on another paper's table that nobody can tell."""
    given = {"table_id": "t1", "paper": "Sentence encoders", "paper_id": "p1", **GRID}
    lines = [
        {"id": "a", "claim": "BERT outperforms LSTM on SST-2.", "label": "SUPPORT", **given},
        {"id": "b", "claim": "BERT does not outperform LSTM on SST-2.", "label": "REFUTE", **given},
        {"id": "c", "claim": "Corpus A is clean.", "label": "NEI", "table_id": "t2", "paper": "Corpora", "paper_id": "p2", **OTHER_GRID},
    ]
    return write(at, dev=lines)


def tabfact(at: Path) -> Path:
    """Two statements on one table, one on another."""
    lines = [
        {"id": "x#0", "claim": "bert have the highest sst-2 score", "label": "SUPPORT", "table_id": "x"},
        {"id": "x#1", "claim": "lstm have the highest sst-2 score", "label": "REFUTE", "table_id": "x"},
        {"id": "y#0", "claim": "corpus b have 40 word", "label": "SUPPORT", "table_id": "y"},
    ]
    return write(at, dev=lines, dev_tables=[{"table_id": "x", **GRID}, {"table_id": "y", **OTHER_GRID}])


def tdms_claims(at: Path) -> Path:
    """A true, a perturbed and a swapped score, with the paper's table in a folder beside."""
    claims = [
        {
            "id": f"P#0#{kind}",
            "paper": "P",
            "claim": f"We obtain {score} accuracy on MRPC.",
            "label": label,
            "kind": kind,
            "true_value": "88.9",
        }
        for kind, score, label in (("true", "88.9", "SUPPORT"), ("perturbed", "87.1", "REFUTE"), ("swapped", "93.5", "REFUTE"))
    ]
    cells = [{"v": row[j], "bold": False, "rows": [row[0]], "cols": [GRID["columns"][j]]} for row in GRID["rows"][:2] for j in (1, 2)]
    tables = [{"caption": GRID["caption"], "cells": cells}]
    write(at.parent / "scores", dev=[{"paper": "P", "results": [], "tables": tables}])
    return write(at, dev=claims)


def cl_scisumm(at: Path) -> Path:
    """A citing sentence with one of three sentences marked; sentences are numbered from 10."""
    sentences = [{"sid": 10 + i, "text": text} for i, text in enumerate(TOKENS)]
    citing = {"id": "P_0", "doc_id": "P", "claim": "Random pruning is known to lower accuracy.", "evidence": [12], "facet": "Result"}
    return write(at, dev=[citing], dev_docs=[{"doc_id": "P", "sentences": sentences}])


def ncg(at: Path) -> Path:
    """A paper of nine lines, headings among them."""
    lines = ["title", "Merging Tokens", "abstract", TOKENS[0], "Introduction", TOKENS[2], "Results", TOKENS[1], "Conclusion"]
    return write(at, dev=[{"paper": "vision/0", "file": "x", "sentences": lines, "contribution": [1, 3, 7], "info_units": []}])


def csabstruct(at: Path) -> Path:
    """An abstract with roles."""
    return write(at, dev=[{"id": "dev_0", "sentences": TOKENS, "labels": ["method", "result", "result"], "confs": [1, 1, 1]}])


def biomed_claims(at: Path) -> Path:
    """An abstract with yes and no."""
    return write(at, dev=[{"id": 26121240, "split": "train", "sentences": CELLS, "is_claim": [1, 0, 1]}])


MAKERS: dict[str, Callable[[Path], Path]] = {
    maker.__name__: maker
    for maker in (
        scifact, citation_integrity, healthver, plain, scitab, tabfact, tdms_claims, cl_scisumm, ncg, csabstruct, biomed_claims,
    )
}  # fmt: skip
