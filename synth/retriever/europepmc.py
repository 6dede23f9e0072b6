"""Papers from Europe PMC (europepmc.org/RestfulWebService): fielded Boolean search, open PDFs, references and citations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from synth.model import Paper, Question
from synth.model.paper import normal_doi
from synth.retriever import record as read
from synth.retriever.gate import no_page
from synth.retriever.limits import day
from synth.retriever.queries import EUROPE_PMC, boolean_queries
from synth.retriever.service import Page, Service
from synth.store.limiter import Fault

NOTICES = frozenset({"retraction of publication", "retraction notice"})
"""types of a record that takes another paper back."""
_KEY = re.compile(r"epmc:([A-Z]{3})/(\w+)")


class EuropePmcSource(Service):
    """Europe PMC; needs no key."""

    name = "europepmc"
    label = "Europe PMC"
    home = "https://www.ebi.ac.uk/europepmc/webservices/rest"
    variable = "SYNTH_EUROPEPMC_URL"
    pause = 0.2
    page_size = 100
    reach = 100_000

    def asked(self, question: Question, limit: int) -> Sequence[tuple[str, str]]:
        """Boolean queries over title and abstract, limited by year; it has no categories of arXiv's kind."""
        years = ""
        if question.since or question.until:
            first, last = day(question.since or "1500")[:4], day(question.until or "2099", end=True)[:4]
            years = f" AND (PUB_YEAR:[{first} TO {last}])"
        return [(query + years, self._search(query + years, limit)) for query in boolean_queries(question, EUROPE_PMC)]

    def page(self, data: Any, url: str) -> Page:
        """Results with their count; the next page has the cursor that this one gave, which at the end is missing or the same."""
        lists = (("resultList", "result"), ("citationList", "citation"), ("referenceList", "reference"))
        records = next((found for path in lists if isinstance(found := read.at(data, *path), list)), None)
        if records is None or read.at(data, "errCode"):
            said = read.text(read.at(data, "errMsg"))
            raise Fault("bad_request", f"an error sent as an answer: {said[:300]}", tries=1) if said else no_page(data)
        query = parse_qs(urlsplit(url).query)
        cursor, size = read.text(read.at(data, "nextCursorMark")), read.number(read.at(query, "pageSize", 0)) or self.page_size
        more = bool(cursor) and [cursor] != query.get("cursorMark") and len(records) >= size and "cursorMark" in query
        onward = urlencode({name: values[0] for name, values in query.items()} | {"cursorMark": cursor})
        return Page(records, read.number(read.at(data, "hitCount")), f"{url.partition('?')[0]}?{onward}" if more else None)

    def record(self, raw: Any) -> Paper | None:
        """A publication; None for a notice that takes another one back."""
        kinds = {read.text(kind).lower() for kind in read.listed(read.at(raw, "pubTypeList", "pubType"))}
        if kinds & NOTICES:
            return None
        source, number = read.text(read.at(raw, "source")), read.text(read.at(raw, "id"))
        pmid = read.text(read.at(raw, "pmid")) or (number if source == "MED" else "")
        retracted = "retracted publication" in kinds
        return read.paper(
            self.name,
            read.titled(read.at(raw, "title")).removesuffix("."),
            key=f"epmc:{source}/{number}" if source and number else "",
            doi=read.at(raw, "doi"),
            others=[f"pmid:{pmid}", f"pmcid:{read.text(read.at(raw, 'pmcid'))}"],
            authors=_authors(raw),
            when=read.date(read.at(raw, "firstPublicationDate")) or read.date(read.at(raw, "pubYear")),
            abstract=read.prose(read.at(raw, "abstractText")),
            venue=read.text(read.at(raw, "journalInfo", "journal", "title") or read.at(raw, "bookOrReportDetails", "publisher")) or None,
            location=_pdf(raw),
            withdrawn=retracted,
            notice="retracted: Europe PMC marks it so" if retracted else "",
        )

    def address(self, name: str) -> str | None:
        """A publication by its DOI, PubMed id, PubMed Central id, or Europe PMC's own pair."""
        doi, own = normal_doi(name), _KEY.fullmatch(name)
        if doi:
            return self._search(f'DOI:"{doi.replace(chr(34), "")}"', 1)
        if own:
            return self._search(f"EXT_ID:{own.group(2)} AND SRC:{own.group(1)}", 1)
        match = re.fullmatch(r"(?:pmid:(\d+)|(?:pmcid:)?(PMC\d+))", name, re.IGNORECASE)
        if match is None:
            return None
        return self._search(f"EXT_ID:{match.group(1)} AND SRC:MED" if match.group(1) else f"PMCID:{match.group(2).upper()}", 1)

    def single(self, data: Any) -> Any:
        """The first result of a search for an id."""
        return read.at(data, "resultList", "result", 0)

    def titled(self, title: str) -> str | None:
        """Publications with the words of a title in theirs."""
        words = " ".join(re.findall(r"[^\W_]+", title))
        return self._search(f'TITLE:"{words}"', 5)

    def linked(self, paper: Paper, limit: int) -> Sequence[tuple[str, str]]:
        """What it cites, and what cites it; only for a paper that Europe PMC gave or completed."""
        own = next((match for key in paper.keys if (match := _KEY.fullmatch(key))), None)
        size = min(limit, self.page_size)
        return [
            (f"{kind} of {paper.id}", self.url(f"{own.group(1)}/{quote(own.group(2))}/{kind}", page=1, pageSize=size, format="json"))
            for kind in ("references", "citations")
            if own is not None
        ]

    def _search(self, query: str, limit: int) -> str:
        return self.url("search", query=query, format="json", resultType="core", pageSize=min(limit, self.page_size), cursorMark="*")


def _authors(raw: Any) -> list[str]:
    """Full names where the record has them, else "Doe J" out of one line."""
    people = read.listed(read.at(raw, "authorList", "author"))
    names = [
        f"{read.text(read.at(one, 'firstName'))} {read.text(read.at(one, 'lastName'))}".strip()
        or read.text(read.at(one, "fullName") or read.at(one, "collectiveName"))
        for one in people
    ]
    return names if any(names) else read.text(read.at(raw, "authorString")).removesuffix(".").split(", ")


def _pdf(raw: Any) -> str | None:
    """Address of an open PDF."""
    for place in read.listed(read.at(raw, "fullTextUrlList", "fullTextUrl")):
        if read.text(read.at(place, "documentStyle")) == "pdf" and read.text(read.at(place, "availabilityCode")) in ("OA", "F"):
            return read.text(read.at(place, "url")) or None
    return None
