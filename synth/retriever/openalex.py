"""Papers from OpenAlex (docs.openalex.org): Boolean search, filters by date and field, references and citations, retractions."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from synth.model import Paper, Question, split_arxiv_id
from synth.model.paper import normal_doi
from synth.retriever import record as read
from synth.retriever.arxiv import bare_id
from synth.retriever.gate import no_page
from synth.retriever.limits import day
from synth.retriever.queries import OPENALEX, boolean_queries
from synth.retriever.service import Page, Service

FIELDS = {"cs": 17, "econ": 20, "eess": 22, "stat": 26, "math": 26, "physics": 31, "q-bio": 13}
"""OpenAlex's field of each archive of arXiv, the nearest that it has (docs.openalex.org, topics)."""
_WORK = re.compile(r"(?:openalex:|https?://(?:api\.)?openalex\.org/(?:works/)?)?(W\d{4,12})", re.IGNORECASE)


class OpenAlexSource(Service):
    """OpenAlex; a key is optional and raises what one may ask in a day."""

    name = "openalex"
    label = "OpenAlex"
    home = "https://api.openalex.org"
    variable = "SYNTH_OPENALEX_URL"
    pause = 0.1
    page_size = 100
    reach = 10_000
    key_help = "a free key in OPENALEX_API_KEY lets it be asked more (openalex.org/settings/api)"
    secrets = ("OPENALEX_API_KEY",)

    def asked(self, question: Question, limit: int) -> Sequence[tuple[str, str]]:
        """Boolean queries over title, abstract and full text, the most relevant first."""
        filters = _filters(question)
        return [
            (query + (f" [{filters}]" if filters else ""), self._list(limit, search=query, filter=filters or None))
            for query in boolean_queries(question, OPENALEX)
        ]

    def page(self, data: Any, url: str) -> Page:
        """Results with their count; the next page has the next number, up to 10,000 results."""
        records, total = read.at(data, "results"), read.number(read.at(data, "meta", "count"))
        if not isinstance(records, list):
            raise no_page(data)
        match = re.search(r"([?&]page=)(\d+)", url)
        size = re.search(r"[?&]per_page=(\d+)", url)
        page, per_page = int(match.group(2)) if match else 1, int(size.group(1)) if size else self.page_size
        more = match is not None and page * per_page < min(total or 0, self.reach)
        return Page(records, total, url.replace(match.group(), f"{match.group(1)}{page + 1}") if match and more else None)

    def record(self, raw: Any) -> Paper | None:
        """A work; its arXiv id is in the addresses of its copies, its abstract is an index of words."""
        places = [read.at(raw, "primary_location"), read.at(raw, "best_oa_location"), *read.listed(read.at(raw, "locations"))]
        addresses = [read.at(place, key) for place in places for key in ("landing_page_url", "pdf_url")]
        retracted = read.at(raw, "is_retracted") is True
        return read.paper(
            self.name,
            read.titled(read.at(raw, "title") or read.at(raw, "display_name")),
            key=_key(read.at(raw, "id")),
            doi=read.at(raw, "doi"),
            arxiv=next((found for address in addresses if (found := read.arxiv_of_address(address))), None),
            others=_others(read.at(raw, "ids")),
            authors=[read.text(read.at(one, "author", "display_name")) for one in read.listed(read.at(raw, "authorships"))],
            when=_when(raw),
            abstract=_abstract(read.at(raw, "abstract_inverted_index")),
            venue=read.text(read.at(raw, "primary_location", "source", "display_name")) or None,
            location=read.text(read.at(raw, "best_oa_location", "pdf_url")) or None,
            withdrawn=retracted,
            notice="retracted: OpenAlex, after Retraction Watch, marks it so" if retracted else "",
        )

    def address(self, name: str) -> str | None:
        """A work by its own id, a DOI, the DOI of an arXiv id, or a PubMed id."""
        work, doi, split = _WORK.fullmatch(name), normal_doi(name), split_arxiv_id(bare_id(name))
        if work:
            return self.url(f"works/{work.group(1).upper()}", api_key=_key_of())
        if split:
            doi = f"10.48550/arxiv.{split[0].lower()}"
        if doi:
            return self.url(f"works/doi:{quote(doi, safe='/:')}", api_key=_key_of())
        return self.url(f"works/{name}", api_key=_key_of()) if re.fullmatch(r"pmid:\d+", name) else None

    def titled(self, title: str) -> str | None:
        """Works with the words of a title in theirs."""
        words = " ".join(re.findall(r"\w+", title))
        return self._list(5, filter=f"title.search:{words}")

    def linked(self, paper: Paper, limit: int) -> Sequence[tuple[str, str]]:
        """The works that it cites and those that cite it, the most cited first; only for a paper that OpenAlex gave or completed."""
        work = next((match.group(1) for key in paper.keys if (match := re.fullmatch(r"openalex:(W\d+)", key))), None)
        kinds = (("references of", "cited_by"), ("citations of", "cites")) if work else ()
        return [(f"{word} {paper.id}", self._list(limit, filter=f"{name}:{work}", sort="cited_by_count:desc")) for word, name in kinds]

    def _list(self, limit: int, **parameters: str | None) -> str:
        return self.url("works", **parameters, per_page=min(limit, self.page_size), page=1, api_key=_key_of())


def _key_of() -> str | None:
    return os.environ.get("OPENALEX_API_KEY", "").strip() or None


def _filters(question: Question) -> str:
    fields = sorted({FIELDS.get(name.partition(".")[0], 31) for name in question.categories})
    parts = [
        f"from_publication_date:{day(question.since)}" if question.since else "",
        f"to_publication_date:{day(question.until, end=True)}" if question.until else "",
        "primary_topic.field.id:" + "|".join(map(str, fields)) if fields else "",
    ]
    return ",".join(part for part in parts if part)


def _key(value: Any) -> str:
    match = _WORK.fullmatch(read.text(value))
    return f"openalex:{match.group(1).upper()}" if match else ""


def _others(ids: Any) -> list[str]:
    """PubMed's ids, which stand at the end of an address."""
    found = [(kind, read.text(read.at(ids, kind)).rstrip("/").rpartition("/")[2]) for kind in ("pmid", "pmcid")]
    return [f"{kind}:{value.upper()}" for kind, value in found if value]


def _when(raw: Any) -> str | None:
    """The date of publication; the first of January often says that only the year is known."""
    when = read.date(read.at(raw, "publication_date"))
    if when is None or when.endswith("-01-01"):
        return read.date(read.at(raw, "publication_year")) or (when and when[:4])
    return when


def _abstract(index: Any) -> str:
    """The abstract out of an index of words with their places, which may have gaps."""
    if not isinstance(index, Mapping):
        return ""
    words = sorted(
        (place, word) for word, places in index.items() for place in read.listed(places) if isinstance(place, int) and 0 <= place < 20_000
    )
    return read.prose(" ".join(word for _, word in words)).removeprefix("Abstract ")
