"""The built-in library: reading notes, Markdown with front matter between lines of +++; each stands for a paper and is labelled a note."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cached_property
from importlib import resources
from typing import Any, Protocol

from synth.errors import StoreError
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped, split_arxiv_id
from synth.model.paper import normal_doi
from synth.retriever.arxiv import bare_id
from synth.retriever.source import Answer, named

_FRONT = re.compile(r"\A\ufeff?\+\+\+[ \t]*\r?\n(.*?)\r?\n\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL)


class Folder(Protocol):
    """What is asked of the place of the notes: a Path, or a package's resources."""

    def iterdir(self) -> Any:
        """What lies in it."""
        ...

    def is_dir(self) -> bool:
        """Whether it is there."""
        ...


class LibrarySource:
    """The notes that ship with the program; works with no network."""

    name = "library"

    def __init__(self, folder: Folder | None = None) -> None:
        self.folder: Folder = folder if folder is not None else resources.files("synth.library").joinpath("notes")

    def search(self, question: Question, limit: int) -> Answer:
        """Every note; they are ranked like any other paper."""
        papers = self.papers()
        entry = SearchEntry(
            source=self.name, query="all notes", state="ok" if papers else "empty", promised=len(papers), received=len(papers)
        )
        return Answer(papers, (entry,))

    def papers(self) -> tuple[Paper, ...]:
        """The papers on which there are notes, in the order of the file names."""
        return tuple(paper for paper, _ in self._notes.values())

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        """The notes on these papers, by arXiv id, DOI or file name."""
        return named(self.name, names, self._named, "the built-in library has no note on")

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        """The whole note, front matter included."""
        for name, (held, data) in self._notes.items():
            if held.id == paper.id:
                return Fetched(paper=paper, data=data, name=name)
        return Skipped(paper=paper, reason="the built-in library has no such note")

    @cached_property
    def _notes(self) -> dict[str, tuple[Paper, bytes]]:
        """(paper, bytes of its note) by file name, in the order of the names."""
        if not self.folder.is_dir():
            return {}
        files = sorted((file for file in self.folder.iterdir() if file.name.endswith(".md")), key=lambda file: str(file.name))
        notes: dict[str, tuple[Paper, bytes]] = {}
        for file in files:
            data = file.read_bytes()
            notes[file.name] = (note_paper(data.decode("utf-8"), file.name), data)
        return notes

    def _named(self, name: str) -> Paper | None:
        split, doi = split_arxiv_id(bare_id(name)), normal_doi(name)
        for file, (paper, _) in self._notes.items():
            if name in (file, file.removesuffix(".md"), paper.id) or (doi is not None and paper.doi == doi):
                return paper
            if split is not None and paper.arxiv_id == split[0]:
                return paper
        return None


def note_paper(text: str, name: str) -> Paper:
    """
    The paper that a note is on, from its front matter; its opening words stand in for the abstract when papers are ranked.

    raises   StoreError where the front matter is missing or cannot be read: the installation is damaged
    """
    match = _FRONT.match(text)
    try:
        fields: dict[str, Any] = tomllib.loads(match.group(1)) if match else {}
    except tomllib.TOMLDecodeError as error:
        raise StoreError(f"the note {name} has unreadable front matter: {error}") from error
    if not match or not fields.get("title"):
        raise StoreError(f"the note {name} has no front matter with a title", expected="lines of +++ around TOML")
    split = split_arxiv_id(str(fields.get("arxiv_id") or ""))
    version = fields.get("arxiv_version")
    doi = normal_doi(str(fields.get("doi") or ""))
    key = str(fields.get("key") or name.removesuffix(".md"))
    return Paper(
        id=f"arxiv:{split[0]}" if split else f"doi:{doi}" if doi else f"note:{key}",
        title=str(fields["title"]),
        authors=tuple(str(author) for author in fields.get("authors", ())),
        year=fields.get("year") if isinstance(fields.get("year"), int) else None,
        abstract=_opening(text[match.end() :]),
        arxiv_id=split[0] if split else None,
        arxiv_version=version if isinstance(version, int) else split[1] if split else None,
        doi=doi,
        venue=str(fields["venue"]) if fields.get("venue") else None,
        published=str(fields["submitted"]) if fields.get("submitted") else None,
        source="library",
        location=name,
        kind="note",
    )


def _opening(body: str) -> str:
    """The first prose of a note, without headings, tables and source marks."""
    lines = [line for line in body.splitlines() if line.strip() and not re.match(r"\s*(?:#|\||>|-{3,}|Reading note\b)", line)]
    prose = re.sub(r"\s*\[source:[^\]]*\]", "", " ".join(lines))
    return " ".join(prose.split())[:1200]
