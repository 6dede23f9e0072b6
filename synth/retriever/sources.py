"""Names of sources, as a user gives them, → the sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from synth.errors import UsageError
from synth.model import Fetched, Paper, Skipped
from synth.retriever.arxiv import ArxivSource
from synth.retriever.crossref import CrossrefSource
from synth.retriever.europepmc import EuropePmcSource
from synth.retriever.folder import FolderSource
from synth.retriever.library import LibrarySource
from synth.retriever.openalex import OpenAlexSource
from synth.retriever.reading_list import ListSource
from synth.retriever.semanticscholar import SemanticScholarSource
from synth.retriever.source import Source
from synth.retriever.unpaywall import UnpaywallSource
from synth.settings import Settings
from synth.store.http import PoliteClient
from synth.store.workspace import Workspace

WEB: dict[str, Callable[[PoliteClient], Source]] = {
    "arxiv": ArxivSource,
    "openalex": OpenAlexSource,
    "semanticscholar": SemanticScholarSource,
    "crossref": CrossrefSource,
    "europepmc": EuropePmcSource,
    "unpaywall": UnpaywallSource,
}
NAMES = f"{', '.join(WEB)}, library, folder:DIR or list:FILE"


def open_sources(names: Sequence[str], workspace: Workspace, settings: Settings, *, refresh: bool = False) -> tuple[Source, ...]:
    """
    The sources with these names, in this order, each once; a name may hold several, "arxiv,openalex".

    refresh  ask anew what was answered before
    raises   UsageError for a name that is no source or a folder or file that does not exist
    """
    unique = list(dict.fromkeys(part for name in names for part in _split(name)))
    return tuple(_open(name, unique, workspace, settings, refresh) for name in unique)


def fetch_again(papers: Sequence[Paper], workspace: Workspace, settings: Settings) -> tuple[tuple[Fetched, ...], tuple[Skipped, ...]]:
    """The full texts of papers of a saved run, each from the source that gave it, and why the others cannot be had."""
    used = [paper.source for paper in papers if paper.source in WEB]
    opened = {source.name: source for source in open_sources((*settings.sources, "arxiv", "library", *used), workspace, settings)}
    fetched: list[Fetched] = []
    skipped: list[Skipped] = []
    for paper in papers:
        source = opened.get(paper.source)
        result = source.fetch(paper) if source else Skipped(paper=paper, reason=f"its source {paper.source or 'is unknown'} is not open")
        (fetched if isinstance(result, Fetched) else skipped).append(result)  # type: ignore[arg-type]
    return tuple(fetched), tuple(skipped)


def _split(name: str) -> list[str]:
    """The names in one; a path may hold a comma, so what begins as one is left whole."""
    return [name] if name.startswith(("folder:", "list:")) else [part.strip() for part in name.split(",")]


def _open(name: str, names: Sequence[str], workspace: Workspace, settings: Settings, refresh: bool) -> Source:
    def client() -> PoliteClient:
        return PoliteClient(cache=workspace.cache, seed=settings.seed, offline=settings.offline, refresh=refresh)

    def arxiv() -> ArxivSource:
        return ArxivSource(client(), latex=settings.latex)

    if name in WEB:
        return arxiv() if name == "arxiv" else WEB[name](client())
    if name == "library":
        return LibrarySource()
    kind, _, place = name.partition(":")
    if kind in ("folder", "list") and place:
        number = [other for other in names if other.startswith(f"{kind}:")].index(name) + 1
        label = kind if number == 1 else f"{kind}{number}"  # a name of its own, so that each paper finds its file again
        path = Path(place).expanduser()
        if kind == "folder":
            return FolderSource(path, name=label)
        return ListSource(path, client(), fetchers=(arxiv(), UnpaywallSource(client())), name=label)
    raise UsageError("no such source", got=repr(name), expected=NAMES)
