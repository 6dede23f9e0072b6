"""Names of sources, as a user gives them, → the sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synth.errors import UsageError
from synth.model import Fetched, Paper, Skipped
from synth.retriever.arxiv import ArxivSource
from synth.retriever.folder import FolderSource
from synth.retriever.library import LibrarySource
from synth.retriever.source import Source
from synth.settings import Settings
from synth.store.http import PoliteClient
from synth.store.workspace import Workspace

NAMES = "arxiv, library or folder:DIR"


def open_sources(names: Sequence[str], workspace: Workspace, settings: Settings) -> tuple[Source, ...]:
    """
    The sources with these names, in this order, each once.

    raises  UsageError for a name that is no source or a folder that does not exist
    """
    unique = list(dict.fromkeys(names))
    folders = [name for name in unique if name.startswith("folder:")]
    return tuple(_open(name, workspace, settings, folders) for name in unique)


def fetch_again(papers: Sequence[Paper], workspace: Workspace, settings: Settings) -> tuple[tuple[Fetched, ...], tuple[Skipped, ...]]:
    """The full texts of papers of a saved run, each from the source that gave it, and why the others cannot be had."""
    opened = {source.name: source for source in open_sources((*settings.sources, "arxiv", "library"), workspace, settings)}
    fetched: list[Fetched] = []
    skipped: list[Skipped] = []
    for paper in papers:
        source = opened.get(paper.source)
        result = source.fetch(paper) if source else Skipped(paper=paper, reason=f"its source {paper.source or 'is unknown'} is not open")
        (fetched if isinstance(result, Fetched) else skipped).append(result)  # type: ignore[arg-type]
    return tuple(fetched), tuple(skipped)


def _open(name: str, workspace: Workspace, settings: Settings, folders: Sequence[str]) -> Source:
    if name == "arxiv":
        return ArxivSource(PoliteClient(cache=workspace.cache, seed=settings.seed, offline=settings.offline))
    if name == "library":
        return LibrarySource()
    if name.startswith("folder:") and len(name) > len("folder:"):
        number = folders.index(name) + 1  # a second folder has a name of its own, so that each paper finds its file again
        label = "folder" if number == 1 else f"folder{number}"
        return FolderSource(Path(name.removeprefix("folder:")).expanduser(), name=label)
    raise UsageError("no such source", got=repr(name), expected=NAMES)
