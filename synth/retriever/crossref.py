"""Metadata from Crossref (api.crossref.org): bibliographic search, DOIs, and the notices by which papers are retracted."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from synth.model import Paper, Question, SearchEntry, split_arxiv_id
from synth.model.paper import normal_doi
from synth.retriever import record as read
from synth.retriever.gate import no_page
from synth.retriever.limits import day
from synth.retriever.queries import word_queries
from synth.retriever.service import Page, Service
from synth.retriever.tally import Tally
from synth.store.limiter import Fault

TAKEN_BACK = {"retraction": "retracted", "partial_retraction": "retracted in part", "withdrawal": "withdrawn", "removal": "removed"}
"""types of update after which a paper is no evidence, and how a reader is told."""
DOIS_A_CALL = 20
NOTICES_A_CALL = 100


class CrossrefSource(Service):
    """Crossref; knows no full texts that are open to everybody. An address in CROSSREF_MAILTO gives a faster lane."""

    name = "crossref"
    label = "Crossref"
    home = "https://api.crossref.org"
    variable = "SYNTH_CROSSREF_URL"
    page_size = 100
    reach = 10_000
    key_help = "is the token in CROSSREF_API_KEY right?"
    secrets = ("CROSSREF_MAILTO", "CROSSREF_API_KEY")

    @property
    def pause(self) -> float:  # type: ignore[override]
        """Lists: one call a second for everybody, three for those who say who they are."""
        return 0.34 if _mail() else 1.0

    def asked(self, question: Question, limit: int) -> Sequence[tuple[str, str]]:
        """Bibliographic queries of plain words; Crossref has no subjects, so no category limits them."""
        limits = ",".join(
            part
            for part in (
                f"from-pub-date:{day(question.since)}" if question.since else "",
                f"until-pub-date:{day(question.until, end=True)}" if question.until else "",
            )
            if part
        )
        return [
            (
                query + (f" [{limits}]" if limits else ""),
                self._list(min(limit, self.page_size), filter=limits or None, query__bibliographic=query),
            )
            for query in word_queries(question)
        ]

    def page(self, data: Any, url: str) -> Page:
        """Items with their count; the next page has a larger offset, up to 10,000."""
        records, total = read.at(data, "message", "items"), read.number(read.at(data, "message", "total-results"))
        if not isinstance(records, list):
            raise no_page(data)
        match, rows = re.search(r"([?&]offset=)(\d+)", url), re.search(r"[?&]rows=(\d+)", url)
        size = int(rows.group(1)) if rows else self.page_size
        onward = int(match.group(2)) + size if match else 0
        more = match is not None and len(records) >= size and onward < min(total or 0, self.reach)
        return Page(records, total, url.replace(match.group(), f"{match.group(1)}{onward}") if match and more else None)

    def record(self, raw: Any) -> Paper | None:
        """A work; None for a notice that takes another one back."""
        if any(_notice(update, None) for update in read.listed(read.at(raw, "update-to"))):
            return None
        kin = [
            read.text(read.at(other, "id"))
            for kind in ("has-preprint", "is-preprint-of", "has-version", "is-version-of")
            for other in read.listed(read.at(raw, "relation", kind))
        ]
        notice = next((told for update in read.listed(read.at(raw, "updated-by")) if (told := _notice(update, read.at(update, "DOI")))), "")
        arxiv = next((split[0] for name in kin if (split := split_arxiv_id(name.lower().removeprefix("10.48550/arxiv.")))), None)
        return read.paper(
            self.name,
            read.titled(read.at(raw, "title", 0) or read.at(raw, "title")),
            doi=read.at(raw, "DOI"),
            arxiv=arxiv,
            others=[f"doi:{doi}" for name in kin if (doi := normal_doi(name)) and not doi.startswith("10.48550/")],
            authors=[_author(one) for one in read.listed(read.at(raw, "author"))],
            when=next((when for key in ("issued", "published", "posted", "created") if (when := _date(read.at(raw, key)))), None),
            abstract=read.prose(read.at(raw, "abstract")).removeprefix("Abstract "),
            venue=read.text(read.at(raw, "container-title", 0)) or None,
            withdrawn=bool(notice),
            notice=notice,
        )

    def address(self, name: str) -> str | None:
        """A work by its DOI; those of arXiv are not Crossref's."""
        doi = normal_doi(name)
        if doi is None or doi.startswith("10.48550/"):
            return None
        return self.url(f"works/{quote(doi, safe='/')}", mailto=_mail() or None)

    def single(self, data: Any) -> Any:
        """The work in its envelope."""
        return read.at(data, "message")

    def titled(self, title: str) -> str | None:
        """Works that look like this reference."""
        return self._list(5, query__bibliographic=title)

    def retracted(self, papers: Sequence[Paper]) -> tuple[dict[str, str], tuple[SearchEntry, ...]]:
        """What notices say of papers with a DOI that they took back, by the paper's id."""
        known = {key.removeprefix("doi:"): paper.id for paper in papers for key in paper.keys if key.startswith("doi:") and "," not in key}
        dois = list(known)
        notices: dict[str, str] = {}
        log: list[SearchEntry] = []
        for start in range(0, len(dois), DOIS_A_CALL):
            part = dois[start : start + DOIS_A_CALL]
            log.append(self._notices(part, notices))
            if log[-1].state != "ok":
                break
        return {known[doi]: notice for doi, notice in notices.items()}, tuple(log)

    def headers(self) -> Mapping[str, str]:
        """The token of a paying member, if there is one."""
        token = os.environ.get("CROSSREF_API_KEY", "").strip()
        return {"Crossref-Plus-API-Token": f"Bearer {token.removeprefix('Bearer ')}"} if token else {}

    def _notices(self, dois: Sequence[str], notices: dict[str, str]) -> SearchEntry:
        """Ask for the notices on these DOIs, add what they say, and say how it went; notices are no papers and are not counted as such."""
        label = f"retraction notices on {len(dois)} papers"
        url = self._list(NOTICES_A_CALL, filter=",".join(f"updates:{doi}" for doi in dois))
        tally = Tally({})
        try:
            records = self.page(self.ask(url, self.client.clock.now() + self.search_seconds), url).records
        except Fault as fault:
            tally.fault = self._told(fault)
            return tally.entry(self.name, label, 0)
        for raw in records:
            for update in read.listed(read.at(raw, "update-to")):
                doi, notice = normal_doi(read.text(read.at(update, "DOI"))), _notice(update, read.at(raw, "DOI"))
                if doi and doi in dois and notice:
                    notices.setdefault(doi, notice)
        return SearchEntry(
            source=self.name, query=label, state="ok", reason=f"{len([doi for doi in dois if doi in notices])} were taken back"
        )

    def _list(self, rows: int, **parameters: str | None) -> str:
        return self.url("works", **parameters, rows=rows, offset=0, mailto=_mail() or None)


def _mail() -> str:
    return os.environ.get("CROSSREF_MAILTO", "").strip()


def _notice(update: Any, doi: Any) -> str:
    """What an update says, "retracted 2023-07-12, notice 10.1/y"; empty for a correction and the like."""
    how = TAKEN_BACK.get(read.text(read.at(update, "type")).lower().replace("-", "_"))
    if how is None:
        return ""
    when, name = _date(read.at(update, "updated")), normal_doi(read.text(doi))
    return how + (f" {when}" if when else "") + (f", notice {name}" if name else "")


def _author(raw: Any) -> str:
    given, surname = read.text(read.at(raw, "given")), read.text(read.at(raw, "family"))
    return f"{given} {surname}".strip() or read.text(read.at(raw, "name"))


def _date(raw: Any) -> str | None:
    """A date of parts, [[2018, 6]] or [[null]]."""
    parts = [read.number(part) for part in read.listed(read.at(raw, "date-parts", 0))]
    known = [part for part in parts[:3] if part is not None]
    return read.date("-".join(f"{part:02d}" for part in known)) if known else None
