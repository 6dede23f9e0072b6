"""Papers from Semantic Scholar's Graph API (api.semanticscholar.org/api-docs/graph): words in, references and citations out."""

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
from synth.retriever.queries import word_queries
from synth.retriever.service import Page, Service
from synth.store.limiter import Fault

FIELDS = "paperId,externalIds,title,abstract,venue,year,publicationDate,authors,openAccessPdf,publicationTypes"
STUDIES = {
    "cs": "Computer Science",
    "econ": "Economics",
    "eess": "Engineering",
    "stat": "Mathematics",
    "math": "Mathematics",
    "q-bio": "Biology",
}
"""the field of study nearest to each archive of arXiv; any other archive is physics."""
_OWN = re.compile(r"(?:s2:)?([0-9a-f]{40})", re.IGNORECASE)


class SemanticScholarSource(Service):
    """Semantic Scholar; without a key all the world shares one allowance, and is told to slow down often."""

    name = "semanticscholar"
    label = "Semantic Scholar"
    home = "https://api.semanticscholar.org/graph/v1"
    variable = "SYNTH_SEMANTICSCHOLAR_URL"
    page_size = 100
    reach = 1000
    key_help = "is the key in SEMANTIC_SCHOLAR_API_KEY right?"
    secrets = ("SEMANTIC_SCHOLAR_API_KEY", "S2_API_KEY")

    @property
    def pause(self) -> float:  # type: ignore[override]
        """One call a second with a key; without one the shared allowance bears about a hundred in five minutes."""
        return 1.1 if _key() else 3.0

    def asked(self, question: Question, limit: int) -> Sequence[tuple[str, str]]:
        """Plain words: a hyphen or a quotation mark hurts."""
        first, last = (day(question.since) if question.since else ""), (day(question.until, end=True) if question.until else "")
        studies = sorted({STUDIES.get(name.partition(".")[0], "Physics") for name in question.categories})
        terms = {"publicationDateOrYear": f"{first}:{last}" if first or last else None, "fieldsOfStudy": ",".join(studies) or None}
        shown = "".join(f" [{name}={value}]" for name, value in terms.items() if value)
        size = min(limit, self.page_size)
        return [
            (query + shown, self.url("paper/search", query=query, fields=FIELDS, offset=0, limit=size, **terms))
            for query in word_queries(question)
        ]

    def page(self, data: Any, url: str) -> Page:
        """Results, or none where there is no `data`; the last page has no `next`."""
        records, total = read.at(data, "data"), read.number(read.at(data, "total"))
        if not isinstance(records, list):
            if read.number(read.at(data, "offset")) is None or read.at(data, "error"):
                raise no_page(data)
            records = []  # nothing found, or a publisher that keeps its references to itself
        offset, size = re.search(r"([?&]offset=)(\d+)", url), re.search(r"[?&]limit=(\d+)", url)
        onward = read.number(read.at(data, "next"))
        fits = onward is not None and size is not None and onward + int(size.group(1)) <= self.reach
        return Page(records, total, url.replace(offset.group(), f"{offset.group(1)}{onward}") if offset and fits else None)

    def record(self, raw: Any) -> Paper | None:
        """A paper, or the one at the other end of a reference or citation."""
        raw = read.at(raw, "citedPaper") or read.at(raw, "citingPaper") or raw
        ids = read.at(raw, "externalIds")
        arxiv = read.text(read.at(ids, "ArXiv"))
        return read.paper(
            self.name,
            read.titled(read.at(raw, "title")),
            key=f"s2:{read.text(read.at(raw, 'paperId'))}",
            doi=read.at(ids, "DOI"),
            arxiv=arxiv or read.arxiv_of_address(read.at(raw, "openAccessPdf", "url")),
            others=[f"pmid:{read.text(read.at(ids, 'PubMed'))}", _pmc(read.text(read.at(ids, "PubMedCentral")))],
            authors=[read.text(read.at(one, "name")) for one in read.listed(read.at(raw, "authors"))],
            when=read.date(read.at(raw, "publicationDate")) or read.date(read.at(raw, "year")),
            abstract=read.prose(read.at(raw, "abstract")),
            venue=read.text(read.at(raw, "venue")) or None,
            location=read.text(read.at(raw, "openAccessPdf", "url")) or None,
        )

    def address(self, name: str) -> str | None:
        """A paper by its own id, an arXiv id, a DOI or a PubMed id."""
        own, split, doi = _OWN.fullmatch(name), split_arxiv_id(bare_id(name)), normal_doi(name)
        key = own.group(1) if own else f"ARXIV:{split[0]}" if split else f"DOI:{doi}" if doi else ""
        if not key and re.fullmatch(r"pmid:\d+", name):
            key = name.upper()
        return self.url(f"paper/{quote(key, safe=':/')}", fields=FIELDS) if key else None

    def titled(self, title: str) -> str | None:
        """The paper whose title is nearest."""
        return self.url("paper/search/match", query=title.replace("-", " "), fields=FIELDS)

    def linked(self, paper: Paper, limit: int) -> Sequence[tuple[str, str]]:
        """What it cites, and what cites it."""
        one = next((address for key in paper.keys if (address := self.address(key))), None)
        if one is None:
            return ()
        base = one.partition("?")[0].removeprefix(self.base_url + "/")
        size = min(limit, self.page_size)
        return [
            (f"{kind} of {paper.id}", self.url(f"{base}/{kind}", fields=FIELDS, offset=0, limit=size))
            for kind in ("references", "citations")
        ]

    def headers(self) -> Mapping[str, str]:
        """The key, if there is one."""
        return {"x-api-key": _key()} if _key() else {}

    def ask(self, url: str, deadline: float, gate: bool = True) -> Any:
        """The JSON of an answer; a 403 is tried once more, since the service sends one now and then for no reason."""
        try:
            return super().ask(url, deadline, gate)
        except Fault as fault:
            if fault.status != 403:
                raise
        return super().ask(url, deadline, gate)


def _key() -> str:
    return (os.environ.get("SEMANTIC_SCHOLAR_API_KEY") or os.environ.get("S2_API_KEY") or "").strip()


def _pmc(value: str) -> str:
    return f"pmcid:PMC{value.upper().removeprefix('PMC')}" if value else ""
