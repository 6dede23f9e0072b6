"""Papers as a library knows them, and the reason when one could not be had."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from synth.model.base import Record

NEW_ARXIV_ID = re.compile(r"^(\d{4}\.\d{4,5})(?:v([1-9]\d*))?$")
OLD_ARXIV_ID = re.compile(r"^([a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v([1-9]\d*))?$")

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(\S+)", re.IGNORECASE)

PaperKind = Literal["paper", "note"]


def split_arxiv_id(text: str) -> tuple[str, int | None] | None:
    """(base id, version or None) of an arXiv id in new or old form; None if the text is no such id."""
    match = NEW_ARXIV_ID.match(text) or OLD_ARXIV_ID.match(text)
    if match is None:
        return None
    return match.group(1), int(match.group(2)) if match.group(2) else None


def normal_doi(text: str) -> str | None:
    """A DOI in lower case without its address; None where the text holds none."""
    match = _DOI.fullmatch(text.strip())
    return match.group(1).lower() if match else None


def arxiv_of_doi(doi: str) -> str | None:
    """The arXiv id that a DOI of arXiv stands for, "10.48550/arXiv.2308.04657"; None for any other DOI."""
    match = _ARXIV_DOI.fullmatch(doi)
    split = split_arxiv_id(match.group(1)) if match else None
    return split[0] if split else None


class Paper(Record):
    """A work. Its text, where it could be had, is a Document."""

    id: str
    """key in this program: "arxiv:2308.04657", "doi:10.1/x", or "file:<name>"."""
    ids: tuple[str, ...] = ()
    """every other id of the work that a source gave: "doi:10.1/x", "pmid:1", "openalex:W1"."""
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    abstract: str = ""
    arxiv_id: str | None = None
    """base id without version, "2308.04657"."""
    arxiv_version: int | None = None
    """the version that was read, pinned."""
    doi: str | None = None
    venue: str | None = None
    categories: tuple[str, ...] = ()
    published: str | None = None
    """date of the first version, ISO 8601."""
    updated: str | None = None
    comment: str | None = None
    withdrawn: bool = False
    """taken back by its authors or arXiv, or retracted by its publisher."""
    notice: str = ""
    """what says that it was taken back, "retracted 2023-07-12, notice 10.1/y"."""
    source: str = ""
    """name of the source that gave it: "arxiv", "openalex", "folder", "library"."""
    location: str | None = None
    """where its full text is fetched from: a URL or a file name relative to its source."""
    kind: PaperKind = "paper"
    """"note" marks a reading note of the built-in library: not the paper itself."""

    @property
    def keys(self) -> tuple[str, ...]:
        """All ids of the work, each once, its own first."""
        own = (f"arxiv:{self.arxiv_id}" if self.arxiv_id else "", f"doi:{self.doi}" if self.doi else "")
        return tuple(key for key in dict.fromkeys((self.id, *own, *self.ids)) if key)

    @property
    def url(self) -> str | None:
        """The page to send a reader to; arXiv pages carry the version that was read."""
        if self.arxiv_id:
            version = f"v{self.arxiv_version}" if self.arxiv_version else ""
            return f"https://arxiv.org/abs/{self.arxiv_id}{version}"
        return f"https://doi.org/{self.doi}" if self.doi else None


class Skipped(Record):
    """A paper or document that was not used, with the reason; it reaches the report like any other."""

    paper: Paper
    reason: str
    """one clear line, "encrypted: a password is needed to open it"."""


@dataclass(frozen=True)
class Fetched:
    """The bytes of one paper's full text."""

    paper: Paper
    data: bytes
    name: str
    """file name, whose ending tells the format: "2308.04657v1.pdf"."""
