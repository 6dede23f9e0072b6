"""One record for one work: papers of several sources merged by DOI, by arXiv id, or by title, first author and year."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from synth.model import Paper


@dataclass
class Work:
    """A work with every record of it, the one to read first."""

    papers: list[Paper]

    @property
    def best(self) -> Paper:
        """The paper itself before a note on it, then the record that came first; gaps filled from the others."""
        chosen = min(self.papers, key=lambda paper: paper.kind == "note")
        gaps = {
            name: value
            for name in ("doi", "venue", "year", "abstract", "authors")
            if not getattr(chosen, name) and (value := self._any(name))
        }
        if chosen.source == "folder" and not chosen.abstract:  # its title may be no more than a file name
            gaps["title"] = next((paper.title for paper in self.papers if paper.source != "folder"), chosen.title)
        return chosen.model_copy(update=gaps) if gaps else chosen

    def _any(self, name: str) -> object:
        return next((value for paper in self.papers if (value := getattr(paper, name))), None)


def merge(papers: Iterable[Paper]) -> tuple[list[Work], int]:
    """The works behind the papers, in the order of their first record, and how many records were of a work already held."""
    works: list[Work] = []
    duplicates = 0
    for paper in papers:
        same = next((work for work in works if any(is_same(paper, held) for held in work.papers)), None)
        if same is None:
            works.append(Work([paper]))
        else:
            duplicates += 1
            same.papers.append(paper)
    return works, duplicates


def is_same(a: Paper, b: Paper) -> bool:
    """Whether two records are of one work; a title alone is never enough ("Introduction", "Reply")."""
    if a.id == b.id or (a.doi and a.doi == b.doi) or (a.arxiv_id and a.arxiv_id == b.arxiv_id):
        return True
    if (a.arxiv_id and b.arxiv_id) or not a.authors or not b.authors or a.year is None or b.year is None:
        return False
    return normal_title(a.title) == normal_title(b.title) and family(a.authors[0]) == family(b.authors[0]) and abs(a.year - b.year) <= 2


def normal_title(title: str) -> str:
    """The title in lower case without accents, tags, punctuation and a leading "RETRACTED:"."""
    plain = unicodedata.normalize("NFKD", re.sub(r"<[^<>]*>", "", title))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    plain = re.sub(r"^\W*retracted\W+", "", plain)
    return " ".join(re.findall(r"\w+", plain))


def family(author: str) -> str:
    """The family name of "Given Family" or "Family, Given", without accents and case."""
    name = author.split(",")[0] if "," in author else (author.split() or [""])[-1]
    return normal_title(name)
