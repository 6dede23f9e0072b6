"""
What the web services that answer in JSON have in common: asking page by page within their limits, and an honest end.

A child says how its service is asked and how a record reads. Every page passes one gate: what is no JSON object of the right
shape is a Fault, whatever its status; a page that gives nothing new ends the search, since some services repeat for ever.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from synth.errors import UsageError
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped, SourceState
from synth.retriever.fulltext import open_pdf
from synth.retriever.gate import message, no_page, parsed, said
from synth.retriever.merge import is_believable
from synth.retriever.source import Answer, taken_back
from synth.retriever.tally import Tally
from synth.store.http import Call, PoliteClient, Reply
from synth.store.limiter import Fault

KEEP_SECONDS = 7 * 86_400.0
"""for which an answer is kept; these services change within days."""
MAX_PAGE_BYTES = 30_000_000
DOWN: tuple[SourceState, ...] = ("throttled", "unauthorised", "unavailable")
"""states after which the next query would fare no better."""


@dataclass(frozen=True)
class Page:
    """One page of results."""

    records: Sequence[Any]
    total: int | None = None
    """hits that the service says it has."""
    next: str | None = None
    """address of the next page; None on the last one."""


class Service(ABC):
    """One web service; what it is asked and how its answers read is up to the child."""

    name: str
    label: str
    """as people call it, "Semantic Scholar"."""
    home: str
    """its address."""
    variable: str
    """environment variable that gives the address of a mirror."""
    pause: float
    """seconds between two calls."""
    page_size: int
    reach: int
    """the service gives no more results than this."""
    key_help: str = ""
    """what to do where it refuses access."""
    secrets: tuple[str, ...] = ()
    """environment variables whose values must not be shown, also where the service repeats them."""

    def __init__(
        self,
        client: PoliteClient,
        *,
        base_url: str | None = None,
        search_seconds: float = 90.0,
        read_seconds: float = 30.0,
        max_page_bytes: int = MAX_PAGE_BYTES,
    ) -> None:
        base = base_url or os.environ.get(self.variable) or self.home
        self.base_url = base.strip().rstrip("/")
        if urlsplit(self.base_url).scheme not in ("http", "https") or not urlsplit(self.base_url).hostname:
            raise UsageError(f"the address of {self.label} cannot be meant", got=repr(base), expected=f"one such as {self.home}")
        self.client = client
        self.search_seconds = search_seconds
        self.read_seconds = read_seconds
        self.max_page_bytes = max_page_bytes

    # What a child says.

    @abstractmethod
    def asked(self, question: Question, limit: int) -> Sequence[tuple[str, str]]:
        """(query as the log shows it, address of its first page)."""

    @abstractmethod
    def page(self, data: Any, url: str) -> Page:
        """The page in an answer; a Fault where there is none."""

    @abstractmethod
    def record(self, raw: Any) -> Paper | None:
        """Our record of one result; None where it has no title or id."""

    @abstractmethod
    def address(self, name: str) -> str | None:
        """Where the record with this id lies; None for what is no id to this service."""

    def titled(self, title: str) -> str | None:
        """Address of a page of records with about this title; None where the service has no such search."""
        return None

    def single(self, data: Any) -> Any:
        """The record in the answer of an `address`."""
        return data

    def linked(self, paper: Paper, limit: int) -> Sequence[tuple[str, str]]:
        """(query as the log shows it, address) for the papers that this one cites and that cite it."""
        return ()

    def headers(self) -> Mapping[str, str]:
        """Headers of every call, such as a key."""
        return {}

    def missing(self) -> str:
        """What the user must set before the service can be asked; empty where nothing is missing."""
        return ""

    # What they have in common.

    def search(self, question: Question, limit: int) -> Answer:
        """Papers that the queries for the question's facets give, each once, with one log entry a query."""
        limit = max(1, min(limit, self.reach))
        return self._gathered(self.asked(question, limit), limit, {})

    def follow(self, papers: Sequence[Paper], limit: int) -> Answer:
        """The references and the citations of the papers."""
        if self.missing():
            return Answer((), ())
        links = [link for paper in papers for link in self.linked(paper, limit)]
        return self._gathered(links, limit, {})

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        """The papers with these ids, or with exactly this title, and why the others are not there."""
        tally = Tally({})
        skipped: list[Skipped] = []
        deadline = self.client.clock.now() + self.search_seconds
        for name in names:
            outcome = self._outcome(Paper(id=f"name:{name}", title=name), name, deadline, tally)
            if isinstance(outcome, Paper):
                tally.add([outcome])
            else:
                skipped.append(Skipped(paper=Paper(id=f"name:{name}", title=name, source=self.name), reason=outcome))
        return Answer(tuple(tally.found.values()), (self._entry(tally, "named: " + ", ".join(names)),)), tuple(skipped)

    def match(self, papers: Sequence[Paper]) -> Answer:
        """The service's records of those of the papers that it surely knows, by an id or by title, first author and year."""
        if self.missing() or not papers:
            return Answer((), ())
        tally = Tally({})
        deadline = self.client.clock.now() + self.search_seconds
        for paper in papers:
            outcome = self._outcome(paper, next((key for key in paper.keys if self.address(key)), ""), deadline, tally)
            if isinstance(outcome, Paper):
                tally.add([outcome])
        return Answer(tuple(tally.found.values()), (self._entry(tally, f"completing {len(papers)} listed papers"),))

    def can_fetch(self, paper: Paper) -> bool:
        """Whether it is worth asking for the full text of another source's paper."""
        return False

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        """The open PDF that the record names."""
        if paper.withdrawn:
            return taken_back(paper)
        if not paper.location:
            return Skipped(paper=paper, reason=f"{self.label} knows no open PDF of it")
        return open_pdf(self.client, paper, paper.location, home=urlsplit(self.base_url).netloc, read_seconds=self.read_seconds)

    def url(self, path: str, **parameters: str | int | None) -> str:
        """The address of a path with parameters; those that are None are left out."""
        given = {name.replace("__", "."): value for name, value in parameters.items() if value is not None}
        return f"{self.base_url}/{path}" + (f"?{urlencode(given)}" if given else "")

    def ask(self, url: str, deadline: float, gate: bool = True) -> Any:
        """
        The JSON of an answer.

        gate   demand a page of results
        raises Fault
        """

        def check(reply: Reply) -> None:
            if reply.status == 400:
                raise Fault("bad_request", f"{self.label} refused the query: {message(reply) or 'HTTP 400'}", status=400, tries=1)
            data = parsed(reply)
            if gate:
                self.page(data, url)

        reply = self.client.get(
            Call(
                url=url,
                lane=self.name,
                pause=self.pause,
                kind=self.name,
                keep=KEEP_SECONDS,
                check=check,
                deadline=deadline,
                read_seconds=self.read_seconds,
                max_bytes=self.max_page_bytes,
                headers=self.headers(),
            )
        )
        return parsed(reply)

    def _gathered(self, queries: Sequence[tuple[str, str]], limit: int, found: dict[str, Paper]) -> Answer:
        if self.missing():
            return Answer((), (SearchEntry(source=self.name, query="", state="unauthorised", reason=self.missing()),))
        deadline = self.client.clock.now() + self.search_seconds
        log: list[SearchEntry] = []
        for query, url in queries:
            down = next((entry for entry in log if entry.state in DOWN), None)
            if down is not None:
                log.append(SearchEntry(source=self.name, query=query, state=down.state, reason=f"not tried: {down.reason}"))
            else:
                log.append(self._query(query, url, limit, deadline, found))
        return Answer(tuple(found.values()), tuple(log))

    def _query(self, query: str, first: str, limit: int, deadline: float, found: dict[str, Paper]) -> SearchEntry:
        """Ask one query page by page, add its new papers to what was found, and say how it went."""
        tally = Tally(found)
        throttled = self.client.throttled[self.name]
        asked: set[str] = set()
        url: str | None = first
        try:
            while url and len(tally.held) < limit:
                if url in asked:
                    tally.notes.append("the next page is one that was read already")
                    break
                asked.add(url)
                page = self.page(self.ask(url, deadline), url)
                tally.totals += [] if page.total is None else [page.total]
                if not tally.add(map(self.record, page.records)):
                    tally.notes += ["a page gave nothing new, so no further one was asked for"] if page.records and page.next else []
                    break
                url = page.next if page.total is None or len(tally.held) < page.total else None
        except Fault as fault:
            tally.fault = self._told(fault)
        return tally.entry(self.name, query, limit, self.client.throttled[self.name] - throttled)

    def _outcome(self, wanted: Paper, name: str, deadline: float, tally: Tally) -> Paper | str:
        """The service's record of a paper, by its name if that is an id and else by its title, or why there is none."""
        if self.missing():
            tally.fault = Fault("unauthorised", self.missing(), tries=1)
            return self.missing()
        if tally.fault is not None and tally.fault.state in DOWN:
            return f"not tried: {tally.fault.reason}"
        address = self.address(name)
        hits = self.titled(wanted.title) if address is None and len(wanted.title.split()) >= 3 else None
        if address is None and hits is None:
            return f"{name or wanted.title!r} is no id that {self.label} knows"
        try:
            if address is not None:
                data = self.ask(address, deadline, gate=False)
                paper = self.record(self.single(data))
                if paper is None and said(data):
                    raise no_page(data)
                lacks = "usable record of" if self.single(data) else "paper"
                return paper or f"{self.label} has no {lacks} {name}"
            records = map(self.record, self.page(self.ask(hits or "", deadline), hits or "").records)
        except Fault as fault:
            if fault.status == 404:
                return f"{self.label} has no paper {name or repr(wanted.title)}"
            tally.fault = self._told(fault)
            return f"{self.label} could not be asked: {tally.fault.reason}"
        known = (paper for paper in records if paper is not None and is_believable(paper, wanted))
        return next(known, None) or f"{self.label} has no paper with the title {wanted.title!r}"

    def _entry(self, tally: Tally, query: str) -> SearchEntry:
        tally.totals.append(len(tally.held))
        return tally.entry(self.name, query, len(tally.held))

    def _told(self, fault: Fault) -> Fault:
        """The fault as a user may see it: with what to do, and without keys."""
        reason = fault.reason
        for secret in filter(None, (os.environ.get(name, "").strip() for name in self.secrets)):
            reason = reason.replace(secret, "…")
        if fault.state == "unauthorised" and self.key_help:
            reason += f"; {self.key_help}"
        return Fault(fault.state, reason, status=fault.status, tries=1)
