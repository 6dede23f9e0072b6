"""Papers that a person listed: a BibTeX, RIS or CSV file, as reference managers and databases write them."""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from synth.errors import NotFound, UsageError
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped, split_arxiv_id
from synth.model.paper import normal_doi
from synth.retriever import record as read
from synth.retriever.arxiv import bare_id
from synth.retriever.fulltext import open_pdf
from synth.retriever.source import Answer, Fetches, Source, named, taken_back
from synth.retriever.tally import Tally
from synth.store.http import PoliteClient

FORMATS = {".bib": "BibTeX", ".bibtex": "BibTeX", ".ris": "RIS", ".csv": "CSV"}
MAX_BYTES = 50_000_000
MAX_PDF_BYTES = 100_000_000
NAMES = {
    "title": ("title", "primary_title"),
    "authors": ("author", "authors", "first_authors"),
    "date": ("date", "year", "publication year", "publication_year"),
    "doi": ("doi",),
    "arxiv": ("arxiv", "arxiv_id", "arxivid", "eprint"),
    "address": ("url", "urls", "link", "links", "file_attachments1"),
    "abstract": ("abstract", "abstract note", "notes_abstract"),
    "venue": ("journal", "journaltitle", "journal_name", "booktitle", "secondary_title", "source title", "publication title", "venue"),
    "file": ("file", "file attachments"),
}
"""names of a field in BibTeX and BibLaTeX, in RIS as rispy names it, and in tables of Zotero and Scopus; the first that is there counts."""


@dataclass(frozen=True)
class Entry:
    """One entry of the file with its fields, names in lower case; a list where the format has one."""

    key: str
    fields: Mapping[str, Any]

    def get(self, name: str) -> Any:
        """The value of a field under any of its names; None if there is none."""
        return next((value for known in NAMES[name] if (value := self.fields.get(known))), None)

    def text(self, name: str) -> str:
        """The value as one line, the first one of a list."""
        value = self.get(name)
        return read.prose(value[0] if isinstance(value, list) and value else value)


class ListSource:
    """The entries of one file; full texts come from a file beside it, or from where an id or an address leads."""

    def __init__(self, path: Path, client: PoliteClient, *, fetchers: Sequence[Source] = (), name: str = "list") -> None:
        if path.suffix.lower() not in FORMATS:
            raise UsageError(f"no list of papers: {path.name}", got=path.suffix or "no ending", expected=", ".join(FORMATS))
        if not path.is_file():
            raise NotFound(f"no file {path}", expected="a BibTeX, RIS or CSV file")
        self.path = path
        self.client = client
        self.fetchers = fetchers
        self.name = name

    def search(self, question: Question, limit: int) -> Answer:
        """Every paper of the list: ranking comes later."""
        return Answer(tuple(self._read[0].values()), (self._read[1],))

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        """The papers with these arXiv ids, DOIs, keys or titles."""
        return named(self.name, names, self._named, f"the list {self.path.name} has no paper")

    def can_fetch(self, paper: Paper) -> bool:
        """Only its own."""
        return False

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        """The file that the entry names, else what another source has under its ids, else the PDF at its address."""
        if paper.withdrawn:
            return taken_back(paper)
        location = paper.location or ""
        reasons: list[str] = []
        if location and not location.startswith(("http://", "https://")):
            outcome = self._local(paper)
            if isinstance(outcome, Fetched):
                return outcome
            reasons.append(outcome.reason)
        for source in self.fetchers:
            if isinstance(source, Fetches) and source.can_fetch(paper):
                outcome = source.fetch(paper)
                if isinstance(outcome, Fetched):
                    return outcome
                reasons.append(outcome.reason)
        if location.startswith(("http://", "https://")):
            outcome = open_pdf(self.client, paper, location)
            if isinstance(outcome, Fetched):
                return outcome
            reasons.append(outcome.reason)
        return Skipped(paper=paper, reason="; ".join(dict.fromkeys(reasons)) or "the list names no file of it and no address of a PDF")

    @cached_property
    def _read(self) -> tuple[dict[str, Paper], SearchEntry]:
        """Papers by id in the order of the file, and how it read."""
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise UsageError(f"{self.path} is larger than {MAX_BYTES // 1_000_000} MB")
            data = self.path.read_bytes()
        except OSError as error:
            raise NotFound(f"{self.path} cannot be read: {error.strerror or error}") from error
        form = FORMATS[self.path.suffix.lower()]
        entries, broken = _PARSERS[form](_decoded(data))
        tally = Tally({})
        tally.add(self._paper(entry) for entry in entries)
        tally.add([None] * broken)
        distinct = len(tally.held)
        tally.duplicates = tally.received - tally.unusable - distinct
        tally.totals.append(distinct)
        return dict(tally.found), tally.entry(self.name, f"all entries of {self.path.name}", max(1, distinct))

    def _paper(self, entry: Entry) -> Paper | None:
        address = entry.text("address")
        eprint = split_arxiv_id(bare_id(entry.text("arxiv")))
        linked = eprint and f"{eprint[0]}v{eprint[1]}" if eprint and eprint[1] else eprint[0] if eprint else None
        return read.paper(
            self.name,
            read.titled(entry.text("title")),
            key=f"{self.name}:{entry.key}",
            doi=normal_doi(entry.text("doi")) or normal_doi(address),
            arxiv=linked or read.arxiv_of_address(address),
            authors=_people(entry.get("authors")),
            when=read.date(entry.text("date").replace("/", "-").strip("- ")) or read.date(entry.text("date")),
            abstract=entry.text("abstract"),
            venue=entry.text("venue") or None,
            location=_file(entry.text("file")) or (address if urlsplit(address).path.lower().endswith(".pdf") else None),
        )

    def _local(self, paper: Paper) -> Fetched | Skipped:
        folder = self.path.resolve().parent
        path = (folder / (paper.location or "")).resolve()
        if not path.is_relative_to(folder):
            return Skipped(paper=paper, reason="the file that the list names lies outside its folder")
        try:
            if path.stat().st_size > MAX_PDF_BYTES:
                return Skipped(paper=paper, reason=f"the file is larger than {MAX_PDF_BYTES // 1_000_000} MB")
            return Fetched(paper=paper, data=path.read_bytes(), name=path.name)
        except OSError as error:
            return Skipped(paper=paper, reason=f"the file {path.name} cannot be read: {error.strerror or error}")

    def _named(self, name: str) -> Paper | None:
        split, doi = split_arxiv_id(bare_id(name)), normal_doi(name)
        wanted = {name, f"{self.name}:{name}", f"doi:{doi}", f"arxiv:{split[0]}" if split else name}
        return next((paper for paper in self._read[0].values() if wanted & {*paper.keys, paper.title}), None)


def _decoded(data: bytes) -> str:
    """UTF-8, or what older programs write."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _bibtex(text: str) -> tuple[list[Entry], int]:
    """Entries, and how many could not be read; of two with one key both are kept."""
    import bibtexparser.entrypoint
    from bibtexparser.middlewares import LatexDecodingMiddleware

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it cannot read is told in the search log
    library = bibtexparser.entrypoint.parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    entries = list(library.entries)
    broken = 0
    for block in library.failed_blocks:
        known = getattr(block, "ignore_error_block", None)
        if isinstance(known, bibtexparser.model.Entry):
            entries.append(known)
        else:
            broken += 1
    return [
        Entry(
            f"{entry.key}" if position < len(library.entries) else f"{entry.key}#{position}",
            {f.key.lower(): str(f.value) for f in entry.fields},
        )
        for position, entry in enumerate(entries)
    ], broken


def _ris(text: str) -> tuple[list[Entry], int]:
    import rispy

    try:
        records = rispy.loads(text)
    except Exception as error:  # a damaged file raises whatever the parser met first
        raise UsageError(
            "the RIS file cannot be read", got=str(error)[:200], expected="records that begin with TY and end with ER"
        ) from error
    return [
        Entry(str(row.get("id") or number), {key.lower(): value for key, value in row.items()}) for number, row in enumerate(records, 1)
    ], 0


def _table(text: str) -> tuple[list[Entry], int]:
    rows = csv.DictReader(io.StringIO(text))
    columns = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if not set(columns) & {*NAMES["title"], *NAMES["doi"], *NAMES["arxiv"]}:
        raise UsageError(
            "the table has no column of titles or ids", got=", ".join(columns)[:200] or "nothing", expected="title, doi or arxiv"
        )
    rows.fieldnames = columns
    try:
        return [Entry(str(number), {key: value for key, value in row.items() if key}) for number, row in enumerate(rows, 1)], 0
    except csv.Error as error:
        raise UsageError("the table cannot be read", got=str(error), expected="CSV with a header line") from error


_PARSERS = {"BibTeX": _bibtex, "RIS": _ris, "CSV": _table}


def _people(value: Any) -> list[str]:
    """Names out of a list, or of a line joined by "and" or by semicolons."""
    parts: Iterable[Any] = value if isinstance(value, list) else re.split(r"\s+and\s+|\s*;\s*", read.text(value))
    return [read.text(part).strip("{}") for part in parts]


def _file(value: str) -> str | None:
    """The PDF that an entry names, "paper.pdf" or "Full Text:files/12/paper.pdf:application/pdf"."""
    parts = (part.strip() for part in re.split(r"[;:]", value))
    return next((part for part in parts if part.lower().endswith((".pdf", ".md", ".tex"))), None)
