"""
What the first page of a PDF says of the paper itself: its title, by size and place, and its arXiv id, by the stamp in the margin.

Only what the source of the paper did not know is filled in; a file name is no title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from synth.model import Paper, split_arxiv_id
from synth.reader.layout import Line

_STAMP = re.compile(r"arXiv:\s*((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})v\d+)\s*\[([\w.-]+)\]\s*\d{1,2}\s+\w{3,9}\s+((?:19|20)\d\d)")
_END_OF_HEAD = re.compile(r"^\s*(?:abstract|1\.?\s+introduction)\b", re.IGNORECASE)
_LONGEST = 40
"""words; a "title" of more is a paragraph in large type."""


def identified(paper: Paper, lines: Sequence[Line], page_text: str, body_size: float) -> Paper:
    """
    The paper with the title and the arXiv id that its first page shows, where its record has none.

    lines      of the first page, in the order of the page
    page_text  all text of the first page, rotated text included
    body_size  of the running text, points
    """
    found: dict[str, object] = {}
    if not paper.title:
        found["title"] = title_of(lines, body_size)
    stamp = _STAMP.search(page_text)
    split = split_arxiv_id(stamp[1]) if stamp else None
    if stamp and split and paper.arxiv_id in (None, split[0]):
        found |= {"arxiv_id": split[0], "arxiv_version": paper.arxiv_version or split[1]}
        found["categories"] = paper.categories or (stamp[2],)
        found["year"] = paper.year or _first_year(split[0], int(stamp[3]))
        if paper.arxiv_id is None and paper.doi is None:
            found["id"] = f"arxiv:{split[0]}"
    return paper.model_copy(update=found) if found else paper


def _first_year(arxiv_id: str, stamped: int) -> int:
    """The year of the first version, which ids since 2007 begin with; the year of the stamp otherwise."""
    return 2000 + int(arxiv_id[:2]) if arxiv_id[:4].isdigit() else stamped


def title_of(lines: Sequence[Line], body_size: float) -> str:
    """The largest type of the head of the page, its lines joined; empty where nothing there is larger than the running text."""
    head: list[Line] = []
    for line in sorted(lines, key=lambda line: line.y0):
        if _END_OF_HEAD.match(line.text):
            break
        head.append(line)
    large = [line for line in head if line.size > 1.15 * body_size and sum(letter.isalpha() for letter in line.text) > 1]
    if not large:
        return ""
    size = max(line.size for line in large)
    first = next(number for number, line in enumerate(large) if line.size > size - 0.6)
    chosen = [large[first]]
    for line in large[first + 1 :]:
        if line.size < size - 0.6 or line.y0 - chosen[-1].y1 > 1.5 * size:
            break
        chosen.append(line)
    text = " ".join(line.text.strip(" *∗†‡") for line in chosen)
    # A title in capitals breaks words at the end of a line; one in small letters breaks at hyphens of its own.
    text = re.sub(r"([A-Z])- (?=[A-Z])", r"\1", " ".join(text.split()))
    text = re.sub(r"(\w)- (?=[a-z])", r"\1-", text)
    return text if 1 <= len(text.split()) <= _LONGEST else ""
