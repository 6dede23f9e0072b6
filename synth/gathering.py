"""A question or names → the papers of a run: which sources are asked, what stands in where none can be reached, what was not met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from synth.errors import NothingRetrieved
from synth.model import Paper, Question, split_arxiv_id
from synth.progress import Progress, silent
from synth.reader.shelf import Reading, Shelf
from synth.retriever import sources
from synth.retriever.facets import question_of
from synth.retriever.library import LibrarySource
from synth.retriever.limits import limited
from synth.retriever.retrieve import Ranking, Retrieval, find, retrieve
from synth.settings import Settings
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace


@dataclass(frozen=True)
class Plan:
    """What a run would do."""

    question: Question
    sources: tuple[str, ...]


def question_within(text: str, settings: Settings) -> Question:
    """The question, within the time and the categories of the settings."""
    return limited(question_of(text), settings.since or None, settings.until or None, settings.categories)


def gather(
    question: Question,
    workspace: Workspace,
    settings: Settings,
    embedder: Embedder,
    named: Sequence[str],
    fallback: bool,
    progress: Progress,
    shelf: Shelf,
) -> Retrieval[Reading]:
    """
    The full texts for a question, from the sources of the settings or, with `fallback`, from the library where none can be reached.

    named   papers that must be among them
    shelf   begins to read each text as it arrives
    raises  NothingRetrieved if not a single full text was had
    """

    def ask(names: Sequence[str]) -> Retrieval[Reading]:
        opened = sources.open_sources(names, workspace, settings)
        return retrieve(
            question,
            opened,
            embedder=embedder,
            max_papers=settings.max_papers,
            snowball=settings.snowball,
            named=tuple(named),
            on_progress=progress,
            take=shelf.take,
        )

    try:
        return ask(settings.sources)
    except NothingRetrieved as error:
        if not fallback:
            raise
        notice = _out_of_reach(error)
        progress(notice)
        answer = ask(("library",))
        return Retrieval(answer.fetched, answer.skipped, (*error.log, *answer.log), (notice, *answer.notices))


def fetch_named(
    names: Sequence[str],
    question: Question,
    workspace: Workspace,
    settings: Settings,
    embedder: Embedder,
    fallback: bool,
    progress: Progress,
    shelf: Shelf,
) -> Retrieval[Reading]:
    """
    These papers and no others, from the sources of the settings or, where none can be reached, from the library.

    raises  NothingRetrieved if papers are named and none of them can be had
    """
    if not names:
        return Retrieval((), notices=("no paper is named by arXiv id, so none was read",))
    # With room for one, nothing is searched for as soon as one of the named is found.
    found = gather(question, workspace, settings.model_copy(update={"max_papers": 1}), embedder, names, fallback, progress, shelf)
    wanted = {split[0] for name in names if (split := split_arxiv_id(name))}
    fetched = tuple(item for item in found.fetched if item.paper.arxiv_id in wanted)
    if not fetched:
        reason = found.skipped[0].reason if found.skipped else "no source has one of them"
        raise NothingRetrieved(f"none of the {len(names)} papers that are named could be had: {reason}", log=found.log)
    return replace(found, fetched=fetched)


def unmet(named: Sequence[str], retrieval: Retrieval[Reading]) -> tuple[str, ...]:
    """One notice for each paper that was asked for by name and is not among those that were fetched."""
    asked = {*named, *(split[0] for name in named if (split := split_arxiv_id(name)))}
    unmet = (item for item in retrieval.skipped if asked & {item.paper.title, item.paper.arxiv_id, item.paper.doi, item.paper.location})
    return tuple(f"{item.paper.title or item.paper.id} was asked for and is not read: {item.reason}" for item in unmet)


def plan(text: str, workspace: Workspace, settings: Settings) -> Plan:
    """
    What a run would ask for and where, without asking.

    raises  UsageError or NotFound where the run would
    """
    sources.open_sources(settings.sources, workspace, settings)
    return Plan(question_within(text, settings), settings.sources)


def search(text: str, workspace: Workspace, settings: Settings, *, progress: Progress = silent) -> Ranking:
    """The papers that a run on this question would read, best first, with nothing fetched, and the account of how they were found."""
    embedder = Embedder(settings.embedding_model, workspace.cache)
    opened = sources.open_sources(settings.sources, workspace, settings)
    question = question_within(text, settings)
    return find(question, opened, embedder=embedder, max_papers=settings.max_papers, snowball=settings.snowball, on_progress=progress)


def library_papers() -> tuple[Paper, ...]:
    """The papers on which the built-in library has reading notes."""
    return LibrarySource().papers()


def _out_of_reach(error: NothingRetrieved) -> str:
    """One line: who could not be reached, why, and what is used instead."""
    entry = next((entry for entry in error.log if entry.reason), None)
    cause = f"{entry.source} gave nothing ({entry.reason})" if entry else str(error)
    return f"{cause}; the built-in library of reading notes, which are not the papers themselves, is used instead"
