"""
Three loopback services that disagree about the same papers, and a whole run over them: `python tests/retriever/disagreement.py [DIR]`.

The run's search log, its flow diagram (Mermaid and SVG) and its page are written to DIR, else to tests/retriever/results/disagreement.
Everything in it is made up; what each service says wrong or otherwise than the others stands beside its works.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from service_server import Fault, Reply, ServiceServer, Work, semanticscholar, serve

from synth import pipeline
from synth.model import Run
from synth.report import render
from synth.report.mermaid import flowchart
from synth.report.prisma import flow_of, stages
from synth.report.searched import FENCE
from synth.report.svg import drawing
from synth.retriever.crossref import CrossrefSource
from synth.retriever.openalex import OpenAlexSource
from synth.retriever.semanticscholar import SemanticScholarSource
from synth.settings import Settings
from synth.store import runs
from synth.store.workspace import Workspace

QUESTION = "Does token merging beat token pruning?"
NAMED = "Merging tokens without training"
RESULTS = Path(__file__).parent / "results" / "disagreement"
SETTINGS = Settings(
    sources=("openalex", "semanticscholar", "crossref"), since="2015", max_papers=5, claims_per_paper=2, budget_seconds=0, control=False
)
SENTENCES = {
    "merging": "Token merging achieves higher accuracy than token pruning on ImageNet-1K with DeiT-S.",
    "pruning": "Top-K pruning achieves higher accuracy than random pruning on ImageNet-1K with DeiT-S.",
    "training": "ToMe achieves higher throughput than EViT on ImageNet-1K with DeiT-S.",
    "survey": "Token merging achieves higher accuracy than random pruning on ImageNet-1K with DeiT-S.",
}


def openalex_of(server: ServiceServer) -> None:
    """The preprint, a survey, two other papers and one named by its title, behind a paper with a title much like it; promises forty."""
    at = f"{server.url}/pdf/"
    server.works = [
        Work(1, "Merging tokens with training", authors=("Eva Fifth",), year=2021),
        Work(2, NAMED, authors=("Finn Sixth",), year=2023, pdf=at + "training"),
        Work(
            3,
            "Token merging speeds up vision transformers",
            arxiv="2201.00003",
            own_doi="10.48550/arXiv.2201.00003",
            year=2022,
            pdf=at + "merging",
        ),
        Work(4, "Top-K token pruning beats random token pruning", authors=("Ana Müller",), year=2023, pdf=at + "pruning"),
        Work(5, "Token pruning and token merging, a survey", authors=("Carl Third",), year=2023, pdf=at + "survey"),
        Work(6, "Token pruning that learns its own mask", authors=("Gil Seventh",), pdf=at + "taken-back"),
    ]
    server.others = {f"/pdf/{name}": pdf(name, sentence) for name, sentence in SENTENCES.items()}
    server.fault = pages(lambda page: page["meta"].update(count=40))


def semanticscholar_of(server: ServiceServer) -> None:
    """The article of the preprint with another title and year, other spellings, a survey of the same name by others; repeats a record."""
    server.works = [
        Work(13, "Token Merging Speeds Up Vision Transformers at No Cost", arxiv="2201.00003", own_doi="10.1234/w3", year=2024),
        Work(14, "Top-K Token Pruning Beats Random Token Pruning!", own_doi="10.9999/other", authors=("A. Muller",), year=2024),
        Work(15, "Token pruning and token merging: a survey", own_doi="10.9999/survey", authors=("Dora Fourth",), year=2023),
        Work(16, "A token merging paper whose file is empty", authors=("Hal Eighth",), pdf=f"{server.url}/pdf/empty"),
    ]
    server.overlap = 1
    another = Work(11, "Merging tokens with training", authors=("Eva Fifth",), year=2021)
    server.others = {"/paper/search/match": {"data": [semanticscholar(another)]}, "/pdf/empty": pdf("", "")}


def crossref_of(server: ServiceServer) -> None:
    """The article once more, an old paper, and a retraction that nobody else knows, with its notice among the papers."""
    server.works = [
        Work(3, "Token merging speeds up vision transformers at no cost", own_doi="10.1234/w3", year=2025),
        Work(6, "Token pruning that learns its own mask", authors=("Gil Seventh",), retracted=True),
        Work(7, "Pruning of tokens in parsers", authors=("Ida Ninth",), year=2001),
    ]
    notice = {
        "DOI": "10.1234/notice",
        "title": ["Retraction: Token pruning that learns its own mask"],
        "update-to": [{"DOI": "10.1234/w6", "type": "retraction"}],
    }
    server.fault = pages(lambda page: page["message"]["items"].append(notice))


def pages(change: Callable[[Any], object]) -> Fault:
    """A server that changes every page of results before it sends it."""

    def changed(server: ServiceServer, due: Reply) -> Reply:
        if not due.type.startswith("application/json"):
            return due
        page = json.loads(due.body)
        change(page)
        return replace(due, body=json.dumps(page).encode())

    return changed


def pdf(title: str, sentence: str) -> bytes:
    """A PDF of one page with a title, a heading and a result; a blank one without them."""
    import pymupdf

    document = pymupdf.open()
    page = document.new_page()
    if title:
        page.insert_text((72, 90), f"A paper on {title}", fontsize=18)
        page.insert_text((72, 140), "1 Results", fontsize=14)
        page.insert_textbox((72, 160, 520, 400), f"We study {title} of tokens in vision transformers. {sentence} " * 2, fontsize=11)
    return bytes(document.tobytes(no_new_id=True))


@contextmanager
def services() -> Iterator[tuple[ServiceServer, ...]]:
    """The three, running, with small pages and short pauses, under the addresses at which a run looks for them."""
    kinds = {"openalex": OpenAlexSource, "semanticscholar": SemanticScholarSource, "crossref": CrossrefSource}
    with ExitStack() as stack:
        servers = tuple(stack.enter_context(serve()) for _ in kinds)
        for server, (name, kind), set_up in zip(servers, kinds.items(), (openalex_of, semanticscholar_of, crossref_of), strict=True):
            server.speaks = name
            set_up(server)
            stack.enter_context(patch.multiple(kind, page_size=3, pause=0.01))
            stack.enter_context(patch.dict(os.environ, {kind.variable: server.url, "NO_PROXY": "*"}))
        yield servers


def played(folder: Path) -> Run:
    """A run in this workspace over the three services, read back from what it saved."""
    workspace = Workspace(folder)
    with services():
        done = pipeline.run(QUESTION, workspace, SETTINGS, named=(NAMED,))
    saved, circumstances = runs.load(workspace, done.name)
    render.write(workspace, saved, circumstances, ("html",))
    return saved


def kept(folder: Path, run: Run) -> dict[str, str]:
    """The files to keep of a run by their names: its search log, and its flow diagram in both forms."""
    rows = stages(flow_of(run))
    return {
        "search_log.json": (folder / "reports" / run.name / "search_log.json").read_text("utf-8"),
        "flow.md": f"```{FENCE}\n{flowchart(rows)}\n```\n",
        "flow.svg": drawing(rows) + "\n",
    }


def main(place: Path) -> None:
    """Run, and write what is to be kept; the page too where another place is named than that of the results."""
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        run = played(Path(folder))
        for name, text in kept(Path(folder), run).items():
            (place / name).write_text(text, "utf-8")
        if place != RESULTS:
            shutil.copy(Path(folder) / "reports" / run.name / "report.html", place)
    sys.stdout.write(f"{place}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS)
