"""One record for one work: papers of several sources merged by any id that they share, or by title, first author and year."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from synth.model import Paper

YEARS_APART = 2
"""a preprint and its article may lie so far apart."""
FEWEST_WORDS = 3
"""of a title that says enough where no author or year is known."""


@dataclass
class Work:
    """A work with every record of it, the one to read first."""

    papers: list[Paper]

    @property
    def best(self) -> Paper:
        """The paper itself before a note on it, then the record that came first, completed."""
        return self.completed(min(self.papers, key=lambda paper: paper.kind == "note"))

    def completed(self, record: Paper) -> Paper:
        """One of the records with its gaps filled from the others, all ids of the work, and the mark if any says that it was taken back."""
        gaps = {
            name: value
            for name in ("doi", "venue", "year", "published", "abstract", "authors", "categories")
            if not getattr(record, name) and (value := self._any(name))
        }
        if record.source.startswith("folder") and not record.abstract:  # its title may be no more than a file name
            gaps["title"] = next((paper.title for paper in self.papers if not paper.source.startswith("folder")), record.title)
        gaps["ids"] = tuple(key for key in dict.fromkeys(key for paper in self.papers for key in paper.keys) if key != record.id)
        back = next((paper for paper in self.papers if paper.withdrawn and not _is_other_version(paper, record)), None)
        if back is not None and not record.withdrawn:
            gaps |= {"withdrawn": True, "notice": back.notice or f"withdrawn: {back.comment or f'{back.source} says so'}"}
        return record.model_copy(update=gaps)

    @property
    def arxiv_ids(self) -> frozenset[str]:
        """The arXiv ids of its records; one, unless a source is mistaken."""
        return frozenset(paper.arxiv_id for paper in self.papers if paper.arxiv_id)

    def mark(self, notice: str) -> None:
        """Put down what says that the work was taken back."""
        self.papers[0] = self.papers[0].model_copy(update={"withdrawn": True, "notice": notice})

    def _any(self, name: str) -> object:
        return next((value for paper in self.papers if (value := getattr(paper, name))), None)


def _is_other_version(paper: Paper, record: Paper) -> bool:
    """Whether they are two versions of one preprint, of which one may be withdrawn and the other not."""
    return record.arxiv_version is not None and paper.arxiv_id == record.arxiv_id and paper.arxiv_version != record.arxiv_version


def merge(papers: Iterable[Paper]) -> tuple[list[Work], int]:
    """The works behind the papers, in the order of their first record, and how many records were of a work already held."""
    shelf = Shelf()
    duplicates = sum(not shelf.add(paper) for paper in papers)
    return shelf.works, duplicates


class Shelf:
    """Works that grow record by record; found by id or by title in one step, whatever their number."""

    def __init__(self) -> None:
        self._works: dict[int, Work] = {}
        self._by_key: dict[str, int] = {}
        self._by_title: dict[tuple[str, str], list[int]] = {}
        self._next = 0

    @property
    def works(self) -> list[Work]:
        """All works, in the order of their first record."""
        return list(self._works.values())

    def holds(self, paper: Paper) -> bool:
        """Whether a record of the work is held."""
        return bool(self._places(paper))

    def records_of(self, paper: Paper) -> tuple[Paper, ...]:
        """Every record of the work that this one belongs to."""
        return tuple(record for place in self._places(paper) for record in self._works[place].papers)

    def add(self, paper: Paper) -> bool:
        """Put a record to its work; whether that work is new. A record that names two works makes them one."""
        places = self._places(paper)
        if not places:
            self._works[self._next] = Work([])
            places = [self._next]
            self._next += 1
        first, *others = places
        for other in others:
            moved = self._works.pop(other)
            for record in moved.papers:
                self._index(record, first)
            self._works[first].papers += moved.papers
        is_new = not self._works[first].papers
        self._works[first].papers.append(paper)
        self._index(paper, first)
        return is_new

    def _index(self, paper: Paper, place: int) -> None:
        for key in paper.keys:
            self._by_key[key] = place
        if paper.authors and paper.year is not None:
            self._by_title.setdefault((normal_title(paper.title), family(paper.authors[0])), []).append(place)

    def _places(self, paper: Paper) -> list[int]:
        """Works that the record belongs to, oldest first; two of them with different arXiv ids stay two."""
        places = {place for key in paper.keys if (place := self._by_key.get(key)) is not None}
        if paper.authors and paper.year is not None:
            for place in self._by_title.get((normal_title(paper.title), family(paper.authors[0])), ()):
                if place in self._works and any(is_same(paper, held) for held in self._works[place].papers):
                    places.add(place)
        kept: list[int] = []
        known = {paper.arxiv_id} - {None}
        own = self._by_key.get(f"arxiv:{paper.arxiv_id}") if paper.arxiv_id else None
        for place in sorted(places, key=lambda place: (place != own, place)):
            theirs = self._works[place].arxiv_ids
            if not (known and theirs) or known & theirs:
                kept.append(place)
                known |= theirs
        return sorted(kept)


def is_same(a: Paper, b: Paper) -> bool:
    """Whether two records are of one work; a title alone is never enough ("Introduction", "Reply")."""
    if a.arxiv_id and b.arxiv_id:
        return a.arxiv_id == b.arxiv_id
    if set(a.keys) & set(b.keys):
        return True
    if not a.authors or not b.authors or a.year is None or b.year is None:
        return False
    return _agree(a, b)


def is_believable(hit: Paper, wanted: Paper) -> bool:
    """Whether the hit of a search for a title is that paper: the same title, and no other first author or time as far as both are known."""
    told = bool(hit.authors and wanted.authors) or len(normal_title(wanted.title).split()) >= FEWEST_WORDS
    return told and _agree(hit, wanted)


def _agree(a: Paper, b: Paper) -> bool:
    if normal_title(a.title) != normal_title(b.title):
        return False
    if a.authors and b.authors and family(a.authors[0]) != family(b.authors[0]):
        return False
    return a.year is None or b.year is None or abs(a.year - b.year) <= YEARS_APART


def normal_title(title: str) -> str:
    """The title in lower case without accents, tags, punctuation and a leading "RETRACTED:"."""
    plain = unicodedata.normalize("NFKD", re.sub(r"<[^<>]*>", "", title))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    plain = re.sub(r"^\W*(?:retracted|withdrawn)(?:\s+article)?\s*[:\]]\W*", "", plain)
    return " ".join(re.findall(r"\w+", plain))


def family(author: str) -> str:
    """The last word of the family name of "Given Family", "Family, Given" or "Family GH", without accents and case."""
    words = author.split(",")[0].split()
    initials = "," not in author and len(words) > 1 and re.fullmatch(r"(?:[A-Z]\.?){1,3}", words[-1]) is not None
    return normal_title(words[-2] if initials else words[-1]) if words else ""
