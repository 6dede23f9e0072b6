"""
Papers from a directory of PDFs, Markdown and LaTeX files, with an optional manifest CSV (file, doi, title, year).

Everything readable is a candidate; what is relevant is decided later, by what the files say.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from synth.errors import NotFound, UsageError
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped, split_arxiv_id
from synth.model.paper import normal_doi
from synth.retriever.arxiv import bare_id
from synth.retriever.plain import plain
from synth.retriever.source import Answer, named

SUFFIXES = frozenset({".pdf", ".md", ".markdown", ".tex"})
MANIFEST_NAMES = ("manifest.csv", "index.csv", "papers.csv")
MAX_BYTES = 200_000_000
OPENING_CHARACTERS = 2_000
NOT_PAPERS = frozenset({"readme.md", "license.md", "changelog.md", "contributing.md"})
_ID_IN_NAME = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5}(?:v[1-9]\d*)?)(?![\d])|(?<![a-z])([a-z-]+(?:\.[A-Z]{2})?_\d{7}(?:v[1-9]\d*)?)(?!\d)")


class FolderSource:
    """The papers of one directory and the directories below it."""

    def __init__(self, root: Path, manifest: Path | None = None, *, name: str = "folder") -> None:
        if not root.is_dir():
            raise NotFound(f"no folder {root}", expected="a directory with PDF, Markdown or LaTeX files")
        self.root = root
        self.manifest = manifest
        self.name = name

    def search(self, question: Question, limit: int) -> Answer:
        """Every paper of the folder: ranking comes later, from what the files say."""
        papers = tuple(self._papers.values())
        if not papers:
            reason = f"no PDF, Markdown or LaTeX file in {self.root}"
            return Answer((), (SearchEntry(source=self.name, query="all files", state="empty", promised=0, reason=reason),))
        entry = SearchEntry(source=self.name, query="all files", state="ok", promised=len(papers), received=len(papers), reason=self._note)
        return Answer(papers, (entry,))

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        """The papers with these file names, arXiv ids or DOIs."""
        return named(self.name, names, self._named, f"the folder {self.root.name} has no paper")

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        """The bytes of a file; what they are worth is for the reader to say."""
        path = self.root / (paper.location or "")
        try:
            if not paper.location or not path.resolve().is_relative_to(self.root.resolve()):
                return Skipped(paper=paper, reason="the file lies outside the folder")
            size = path.stat().st_size
            if size == 0:
                return Skipped(paper=paper, reason="the file is empty")
            if size > MAX_BYTES:
                return Skipped(paper=paper, reason=f"the file is larger than {MAX_BYTES // 1_000_000} MB")
            return Fetched(paper=paper, data=path.read_bytes(), name=path.name)
        except OSError as error:
            return Skipped(paper=paper, reason=f"the file cannot be read: {error.strerror or error}")

    def opening(self, paper: Paper) -> str | None:
        """The first words of a file, for ranking a paper without an abstract; None for a file without a word that can be read."""
        path = self.root / (paper.location or "")
        try:
            text = _pdf_opening(path) if path.suffix.lower() == ".pdf" else _prose(path.read_bytes()[:8192].decode("utf-8", "replace"))
        except OSError:
            return None
        return text[:OPENING_CHARACTERS] or None

    @cached_property
    def _papers(self) -> dict[str, Paper]:
        """Papers by path below the folder, in the order of the paths."""
        manifest = self._manifest()
        files = sorted(self._files(), key=lambda path: path.relative_to(self.root).as_posix())
        return {
            name: self._paper(path, manifest.get(name) or manifest.get(path.name) or {})
            for path in files
            for name in [self._relative(path)]
        }

    def _files(self) -> Iterator[Path]:
        inside = self.root.resolve()
        for folder, _, names in self.root.walk() if hasattr(self.root, "walk") else _walk(self.root):
            for name in names:
                path = folder / name
                if not _is_text(self._relative(path)):
                    continue
                wanted = path.suffix.lower() in SUFFIXES and name.lower() not in NOT_PAPERS and not name.startswith(".")
                if wanted and path.resolve().is_relative_to(inside) and path.is_file():
                    yield path

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    @cached_property
    def _note(self) -> str:
        """What the manifest names and the folder lacks, and files whose names no record can hold."""
        names = {key for path in self._papers for key in (path, path.rpartition("/")[2])}
        lost = [file for file in self._manifest() if file not in names]
        notes = [f"the manifest names {len(lost)} files that are not there: {', '.join(lost[:3])}"] if lost else []
        strange = sum(not _is_text(name) for _, _, files in _walk(self.root) for name in files)
        notes += [f"{strange} files were left out because their names are not UTF-8: rename them"] if strange else []
        return "; ".join(notes)

    def _manifest(self) -> Mapping[str, Mapping[str, str]]:
        """Rows of the manifest by file name."""
        path = self.manifest or next((self.root / name for name in MANIFEST_NAMES if (self.root / name).is_file()), None)
        if path is None:
            return {}
        try:
            text = path.read_bytes().decode("utf-8-sig", "replace")
        except OSError as error:
            raise NotFound(f"the manifest {path} cannot be read: {error.strerror or error}") from error
        rows = csv.DictReader(io.StringIO(text))
        columns = [(name or "").strip().lower() for name in rows.fieldnames or ()]
        if "file" not in columns:
            raise UsageError(
                f"the manifest {path} has no column 'file'", got=", ".join(columns) or "nothing", expected="file, doi, title, year"
            )
        rows.fieldnames = columns
        return {row["file"].strip(): {key: (value or "").strip() for key, value in row.items() if key} for row in rows if row["file"]}

    def _paper(self, path: Path, row: Mapping[str, str]) -> Paper:
        doi = normal_doi(row.get("doi", ""))
        split = (
            split_arxiv_id(bare_id(row.get("arxiv_id", "") or row.get("arxiv", "")))
            or split_arxiv_id(bare_id(doi or ""))
            or _guessed(path.name, row)
        )
        name = self._relative(path)
        year = re.fullmatch(r"\d{4}", row.get("year", ""))
        authors = tuple(author for part in row.get("authors", "").split(";") if (author := plain(part)))
        return Paper(
            id=f"arxiv:{split[0]}"
            if split
            else f"doi:{doi}"
            if doi
            else f"file:{name}"
            if self.name == "folder"
            else f"file:{self.name}/{name}",
            title=plain(row.get("title", "")) or _title(path) or path.name,
            authors=authors,
            year=int(year.group()) if year else None,
            arxiv_id=split[0] if split else None,
            arxiv_version=split[1] if split else None,
            doi=None if doi is None or doi.startswith("10.48550/") else doi,
            source=self.name,
            location=name,
        )

    def _named(self, name: str) -> Paper | None:
        split, doi = split_arxiv_id(bare_id(name)), normal_doi(name)
        for path, paper in self._papers.items():
            if name in (path, path.rpartition("/")[2], paper.id) or (doi is not None and paper.doi == doi):
                return paper
            if split is not None and paper.arxiv_id == split[0] and (split[1] is None or paper.arxiv_version in (None, split[1])):
                return paper
        return None


def _guessed(name: str, row: Mapping[str, str]) -> tuple[str, int | None] | None:
    """The arXiv id that a file name holds, "2308.04657v1.pdf" or "quant-ph_0201082v1.pdf"; none where a DOI says what the file is."""
    match = _ID_IN_NAME.search(name)
    if match is None or row.get("doi"):
        return None
    if match.group(1):
        month = int(match.group(1)[2:4])
        return split_arxiv_id(match.group(1)) if 1 <= month <= 12 else None
    return split_arxiv_id(match.group(2).replace("_", "/"))


def _title(path: Path) -> str:
    """A title from the file itself where it is text, else from its name; the reader may know better."""
    if path.suffix.lower() != ".pdf":
        try:
            with path.open("rb") as file:
                head = file.read(20_000).decode("utf-8", "replace")
        except OSError:
            head = ""
        front = re.match(r"\+\+\+.*?^title\s*=\s*\"([^\"\n]+)\"", head, re.DOTALL | re.MULTILINE)
        match = front or re.search(r"^#\s+(.+?)\s*#*$" if path.suffix.lower() != ".tex" else r"\\title\s*\{([^{}]+)\}", head, re.MULTILINE)
        if match:
            return plain(match.group(1).replace("\\\\", " "))
    return plain(path.stem)


def _pdf_opening(path: Path) -> str:
    """Plain text of the first pages that have any; empty for what is no PDF, needs a password or holds pictures only."""
    import pymupdf

    mupdf: Any = pymupdf  # its stubs leave these calls untyped
    mupdf.TOOLS.mupdf_display_errors(False)
    mupdf.TOOLS.mupdf_display_warnings(False)
    try:
        with mupdf.open(path, filetype="pdf") as document:
            if document.needs_pass:
                return ""
            for page in range(min(3, document.page_count)):
                text = " ".join(document[page].get_text().split())
                if len(text) > 100:
                    return text
    except Exception:  # a damaged file raises whatever MuPDF met first; the reader says what is wrong with it
        return ""
    return ""


def _is_text(name: str) -> bool:
    """Whether a file name is valid Unicode; the system hands over other bytes as surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _prose(text: str) -> str:
    text = re.sub(r"^\+\+\+.*?^\+\+\+", " ", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"(?<!\\)%.*|\\[a-zA-Z]+\*?(?:\[[^\]]*\])?|[{}#*_`$|]", " ", text)
    return " ".join(text.split())


def _walk(root: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    import os

    for folder, folders, names in os.walk(root, followlinks=False):
        yield Path(folder), folders, names
