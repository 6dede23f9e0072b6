"""Open PDFs of papers with a DOI, from Unpaywall (unpaywall.org/products/api); it is asked for papers that others found."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from synth.model import Fetched, Paper, Question, Skipped
from synth.model.paper import normal_doi
from synth.retriever import record as read
from synth.retriever.fulltext import open_pdf
from synth.retriever.gate import no_page
from synth.retriever.service import Page, Service
from synth.retriever.source import taken_back
from synth.store.limiter import Fault

MOST_COPIES = 3
"""copies of one paper that are tried."""


class UnpaywallSource(Service):
    """Unpaywall; wants an address in UNPAYWALL_EMAIL and has no search that could be relied on."""

    name = "unpaywall"
    label = "Unpaywall"
    home = "https://api.unpaywall.org/v2"
    variable = "SYNTH_UNPAYWALL_URL"
    pause = 0.1
    page_size = 50
    reach = 50
    key_help = "is the address in UNPAYWALL_EMAIL your own?"
    secrets = ("UNPAYWALL_EMAIL", "SYNTH_CONTACT")

    def missing(self) -> str:
        """An address, without which it answers nobody."""
        return "" if _mail() else "Unpaywall wants to know who asks and is skipped: set UNPAYWALL_EMAIL to your address"

    def asked(self, question: Question, limit: int) -> Sequence[tuple[str, str]]:
        """Nothing: it is no search engine."""
        return ()

    def page(self, data: Any, url: str) -> Page:
        """The one record of a DOI."""
        if not read.text(read.at(data, "doi")):
            raise no_page(data)
        return Page([data], 1)

    def record(self, raw: Any) -> Paper | None:
        """A publication with its best open PDF."""
        return read.paper(
            self.name,
            read.titled(read.at(raw, "title")),
            doi=read.at(raw, "doi"),
            arxiv=next((found for address in _copies(raw) if (found := read.arxiv_of_address(address))), None),
            authors=[_author(one) for one in read.listed(read.at(raw, "z_authors"))],
            when=read.date(read.at(raw, "published_date")) or read.date(read.at(raw, "year")),
            venue=read.text(read.at(raw, "journal_name")) or None,
            location=next(iter(_copies(raw)), None),
        )

    def address(self, name: str) -> str | None:
        """A publication by its DOI; those of arXiv are not here."""
        doi = normal_doi(name)
        return self.url(quote(doi, safe="/"), email=_mail()) if doi and not doi.startswith("10.48550/") else None

    def can_fetch(self, paper: Paper) -> bool:
        """Whether the paper has a DOI and we may ask."""
        return not self.missing() and self._doi_of(paper) is not None

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        """The first of the open copies that is a PDF."""
        address = self._doi_of(paper)
        if paper.withdrawn:
            return taken_back(paper)
        if self.missing() or address is None:
            return Skipped(paper=paper, reason=self.missing() or "it has no DOI")
        try:
            data = self.ask(address, self.client.clock.now() + self.search_seconds)
        except Fault as fault:
            reason = (
                "Unpaywall does not know its DOI" if fault.status == 404 else f"Unpaywall could not be asked: {self._told(fault).reason}"
            )
            return Skipped(paper=paper, reason=reason)
        reasons: list[str] = []
        for copy in _copies(data)[:MOST_COPIES]:
            outcome = open_pdf(self.client, paper, copy, home=urlsplit(self.base_url).netloc, read_seconds=self.read_seconds)
            if isinstance(outcome, Fetched):
                return outcome
            reasons.append(outcome.reason)
        return Skipped(paper=paper, reason="; ".join(dict.fromkeys(reasons)) or "Unpaywall knows no open PDF of it")

    def _doi_of(self, paper: Paper) -> str | None:
        return next((address for key in paper.keys if key.startswith("doi:") and (address := self.address(key))), None)


def _mail() -> str:
    return (os.environ.get("UNPAYWALL_EMAIL") or os.environ.get("SYNTH_CONTACT") or "").strip()


def _copies(raw: Any) -> list[str]:
    """Addresses of open PDFs, the best first."""
    places = [read.at(raw, "best_oa_location"), *read.listed(read.at(raw, "oa_locations"))]
    return list(dict.fromkeys(address for place in places if (address := read.text(read.at(place, "url_for_pdf")))))


def _author(raw: Any) -> str:
    """A name in the old form or the new one."""
    given = f"{read.text(read.at(raw, 'given'))} {read.text(read.at(raw, 'family'))}".strip()
    return given or read.text(read.at(raw, "raw_author_name"))
