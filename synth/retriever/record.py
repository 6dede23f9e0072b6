"""
Fields of a stranger's record, each as what we need or as nothing: a null, another type or an unknown field never stops a search.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from synth.model import Paper, split_arxiv_id
from synth.model.paper import arxiv_of_doi, normal_doi
from synth.retriever.plain import plain

LONGEST_ABSTRACT = 20_000
"""characters; longer ones are whole books that were put into the wrong field."""
_ARXIV_ADDRESS = re.compile(r"^https?://(?:[a-z]+\.)*arxiv\.org/(?:abs|pdf|html)/(.+?)(?:\.pdf)?$", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def at(value: Any, *path: str | int) -> Any:
    """What lies at the path of keys and places; None where it leads nowhere."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, Mapping) else None
        else:
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
    return value


def text(value: Any) -> str:
    """One line of text; empty for what is neither text nor a number."""
    if isinstance(value, str):
        return plain(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def prose(value: Any) -> str:
    """One line of text without its markup."""
    if not isinstance(value, str):
        return text(value)
    return plain(html.unescape(_TAG.sub(" ", value[: 4 * LONGEST_ABSTRACT])))[:LONGEST_ABSTRACT]


def titled(value: Any) -> str:
    """A title without markup; a tag inside a word leaves no gap, "H<sub>2</sub>O" is "H2O"."""
    return plain(html.unescape(_TAG.sub("", value))) if isinstance(value, str) else text(value)


def number(value: Any) -> int | None:
    """A whole number, also one that is written as text; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,12}\s*", value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def listed(value: Any) -> list[Any]:
    """The items of a list; none for anything else."""
    return value if isinstance(value, list) else []


def date(value: Any) -> str | None:
    """The date at the beginning of a text, "2020", "2020-05" or "2020-05-01"; None where there is none."""
    match = re.match(r"(?:1[5-9]|20)\d{2}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?(?!\d)", text(value))
    return match.group() if match else None


def arxiv_of_address(address: Any) -> str | None:
    """The arXiv id, with its version, that the address of a page or a PDF holds; None for any other address."""
    match = _ARXIV_ADDRESS.match(text(address))
    return match.group(1) if match and split_arxiv_id(match.group(1)) else None


def paper(
    source: str,
    title: str,
    *,
    key: str = "",
    doi: Any = None,
    arxiv: str | None = None,
    others: Iterable[str] = (),
    authors: Sequence[str] = (),
    when: str | None = None,
    **fields: Any,
) -> Paper | None:
    """
    Our record of a work; None without a title or without anything that names it.

    key      the source's own id, "openalex:W1"; the paper's id only where it has neither arXiv id nor DOI
    arxiv    an arXiv id, with or without version
    others   further ids, "pmid:1"
    when     date of publication, "2020" or "2020-05-01"
    """
    name = normal_doi(text(doi)) if doi else None
    split = split_arxiv_id(arxiv or "") or split_arxiv_id((arxiv_of_doi(name) if name else None) or "")
    if name and name.startswith("10.48550/"):
        name = None
    ids = [f"arxiv:{split[0]}" if split else "", f"doi:{name}" if name else "", key, *others]
    held = list(dict.fromkeys(known for known in ids if known and known.partition(":")[2]))
    if not title or not held:
        return None
    return Paper(
        id=held[0],
        ids=tuple(held[1:]),
        title=title,
        authors=tuple(author for author in authors if author),
        year=int(when[:4]) if when else None,
        published=when if when and len(when) == 10 else None,
        arxiv_id=split[0] if split else None,
        arxiv_version=split[1] if split else None,
        doi=name,
        source=source,
        **fields,
    )
