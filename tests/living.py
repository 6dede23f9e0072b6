"""An arXiv on this machine whose papers change between two looks at a run: new versions, new papers, papers taken back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "retriever"))
import service_server as services
from arxiv_server import Answer as HttpAnswer
from arxiv_server import ArxivServer, Entry, FakeClock, serve
from workplace import QUESTION, Answer, call

from synth.retriever import fulltext

ABSTRACT = "We compare the accuracy of token merging and token pruning for vision transformers."
NUMBER = "Top-K pruning reaches an accuracy of {0}% on ImageNet-1K with DeiT-S at a keep rate of 0.7."
CLAIM = "Random pruning achieves higher accuracy than Top-K pruning on ImageNet-1K with DeiT-S."
AGAINST = "On ImageNet-1K with DeiT-S, the accuracy of Top-K pruning is higher than the accuracy of random pruning."
APART = "SiT attains the lowest accuracy on CIFAR-100."
FILLER = " ".join(f"Figure {number} shows images of CIFAR-100 with the tokens of SiT in row {number}." for number in range(1, 15))
"""more than the text witness reads on a claim on SiT, so that no other passage is near enough to such a claim."""
ALPHA, BETA, GAMMA = "2401.00001", "2401.00002", "2401.00003"
BODIES = {ALPHA: f"{NUMBER.format('79.4')} {FILLER}", BETA: AGAINST, GAMMA: f"{CLAIM} {APART}"}
TITLES = {ALPHA: "Alpha: Merging Tokens of Vision Transformers", BETA: "Beta: A Comparison of Token Pruning", GAMMA: "Gamma: Chance"}


def pdf_of(title: str, body: str) -> bytes:
    """A PDF with a title, the abstract and one section."""
    import pymupdf

    document = pymupdf.open()
    page = document.new_page()  # type: ignore[no-untyped-call]
    height = 72.0
    for text, size in ((title, 18), ("Abstract", 13), (ABSTRACT, 10), ("1 Results", 13), (body, 10)):
        line = ""
        for word in [*text.split(), ""]:
            if not word or len(line) + len(word) > 880 / size:
                page.insert_text((72, height), line.strip(), fontsize=size)
                height, line = height + 1.4 * size, ""
            line += f" {word}"
        height += size
    return bytes(document.tobytes(no_new_id=True))  # type: ignore[no-untyped-call]


def put(server: ArxivServer, base: str, body: str, version: int = 1, **fields: object) -> None:
    """Have the server give this paper in this version."""
    entry = Entry(
        base, version, TITLES.get(base, f"Paper {base}: Token Pruning"), ABSTRACT, authors=(f"Person{base[-1]} Family{base[-1]}",)
    )
    server.entries = [each for each in server.entries if each.base != base] + [replace(entry, **fields)]  # type: ignore[arg-type]
    newest = HttpAnswer(200, pdf_of(entry.title, body), "application/pdf")
    server.pdfs |= {entry.name: newest, base: newest}


def stock(server: ArxivServer) -> None:
    """Have the server give the three papers and no others."""
    server.entries, server.pdfs = [], {}
    for base, body in BODIES.items():
        put(server, base, body)


@contextmanager
def library(patch: pytest.MonkeyPatch) -> Iterator[ArxivServer]:
    """A running arXiv with the three papers, asked without a pause."""
    patch.setitem(fulltext.PAUSES, "arxiv", 0.0)
    with serve(FakeClock()) as server:
        patch.setenv("SYNTH_ARXIV_URL", server.url)
        stock(server)
        yield server


def first_run(workspace: Path, *more: str, source: str = "arxiv") -> Answer:
    """The run that is kept alive."""
    return call("run", QUESTION, *(("--source", source) if source else ()), "--budget", "0", "-w", workspace, *more)


def update(workspace: Path, *more: str) -> Answer:
    """A second look at it, told as JSON."""
    return call("run", "--update", "--json", "-w", workspace, *more)


__all__ = ["ArxivServer", "HttpAnswer", "services"]
