"""
Papers from arXiv: searched through the `arxiv` package behind a guarded session, fetched from the same host.

The package (4.0.2) sets no timeout, ignores Retry-After, shares no limit between clients and takes an error feed, "Rate
exceeded." and a cut page for an answer. Its session is therefore replaced by one of ours, which gets every page through the
polite client, refuses what is no answer and mends what would make the package lose count. Terms: one call every three
seconds over one connection (info.arxiv.org/help/api/tou.html).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from synth.errors import UsageError
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped, split_arxiv_id
from synth.retriever import feed
from synth.retriever.arxiv_texts import DOWN, ArxivTexts, LatexUse
from synth.retriever.fulltext import PAUSES
from synth.retriever.plain import plain
from synth.retriever.queries import arxiv_queries
from synth.retriever.source import Answer
from synth.retriever.tally import Tally
from synth.store.http import Call, PoliteClient
from synth.store.limiter import Fault

if TYPE_CHECKING:
    import arxiv

BASE_URL = "https://export.arxiv.org"
"""the host that arXiv names for programs."""
DAY = 86_400.0
"""seconds; results of a search change at most once a day."""
LARGEST_RESULT = 10_000
"""the server refuses to page further."""
MAX_FEED_BYTES = 30_000_000
IDS_A_CALL = 50
WITHDRAWN = re.compile(
    r"(?:^|[.!?;]\s+)(?:(?:this|the|our)\s+)?(?:arxiv\s+)?(?:paper|article|submission|manuscript|preprint)"
    r"\s+(?:(?:has\s+been|is|was)\s+)?(?:temporarily\s+)?withdrawn\b(?!\s+from\s+(?!arxiv))",
    re.IGNORECASE,
)
"""The API has no flag. The sentence must begin with it, so that "we withdrew the token" or "withdrawn from the study" does not match."""
WITHDRAWN_COMMENT = re.compile(r"^\s*withdrawn\b(?!\s+from\s+(?!arxiv))", re.IGNORECASE)
"""in the comment field a bare "Withdrawn due to an error" says it too."""


@dataclass
class _Answer:
    """What the package asks of a response of `requests`."""

    status_code: int
    content: bytes


@dataclass
class _Session:
    """Stands where the package keeps its `requests.Session`; remembers what the pages promised."""

    client: PoliteClient
    deadline: float
    read_seconds: float
    max_bytes: int
    totals: list[int] = field(default_factory=list)

    def get(self, url: str, headers: object = None) -> _Answer:
        """One page of results; a Fault instead of anything that is none."""
        reply = self.client.get(
            _call(url, "arxiv-feed", self.deadline, keep=DAY, check=feed.check, read_seconds=self.read_seconds, max_bytes=self.max_bytes)
        )
        page = feed.read(reply)
        self.totals.append(page.total)
        return _Answer(reply.status, page.content)


def _call(url: str, kind: str, deadline: float, **terms: Any) -> Call:
    return Call(url=url, lane="arxiv", pause=PAUSES["arxiv"], kind=kind, deadline=deadline, first_wait={"throttled": 30.0}, **terms)


class ArxivSource:
    """arXiv, or a mirror that speaks its API at SYNTH_ARXIV_URL."""

    name = "arxiv"

    def __init__(
        self,
        client: PoliteClient,
        *,
        base_url: str | None = None,
        page_size: int = 50,
        search_seconds: float = 150.0,
        fetch_seconds: float = 120.0,
        read_seconds: float = 60.0,
        max_page_bytes: int = MAX_FEED_BYTES,
        latex: LatexUse = "fallback",
    ) -> None:
        base = base_url or os.environ.get("SYNTH_ARXIV_URL") or BASE_URL
        self.base_url = base.strip().rstrip("/").removesuffix("/api/query")
        if urlsplit(self.base_url).scheme not in ("http", "https") or not urlsplit(self.base_url).hostname:
            raise UsageError("the address of arXiv cannot be meant", got=repr(base), expected=f"one such as {BASE_URL}")
        self.client = client
        self.page_size = page_size
        self.search_seconds = search_seconds
        self.read_seconds = read_seconds
        self.max_page_bytes = max_page_bytes
        self.texts = ArxivTexts(client, self.name, self.base_url, latex, fetch_seconds=fetch_seconds, read_seconds=read_seconds)

    def search(self, question: Question, limit: int) -> Answer:
        """Papers that the fielded queries for the question's facets give, each once, with one log entry a query."""
        deadline = self.client.clock.now() + self.search_seconds
        found: dict[str, Paper] = {}
        log: list[SearchEntry] = []
        for query in arxiv_queries(question):
            down = next((entry for entry in log if entry.state in DOWN), None)
            if down is not None:
                log.append(SearchEntry(source=self.name, query=query, state=down.state, reason=f"not tried: {down.reason}"))
            else:
                log.append(self._query(query, limit, deadline, found))
        return Answer(tuple(found.values()), tuple(log))

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        """The papers with these arXiv ids, in the version named or the newest, and why the others are not there."""
        deadline = self.client.clock.now() + self.search_seconds
        wanted: dict[str, tuple[str, int | None]] = {}
        skipped: list[Skipped] = []
        for name in names:
            split = split_arxiv_id(bare_id(name))
            if split is None:
                skipped.append(
                    Skipped(paper=_unknown(name), reason=f"{name!r} is no arXiv id; expected one such as 2308.04657 or 2308.04657v1")
                )
            else:
                wanted[name] = split
        found: dict[str, Paper] = {}
        log: list[SearchEntry] = []
        ids = list(dict.fromkeys(base + (f"v{version}" if version else "") for base, version in wanted.values()))
        for start in range(0, len(ids), IDS_A_CALL):
            log += self._ids(ids[start : start + IDS_A_CALL], deadline, found)
        papers: dict[str, Paper] = {}
        for name, (base, version) in wanted.items():
            outcome = self._match(name, base, version, found, log)
            if isinstance(outcome, Paper):
                papers.setdefault(outcome.id, outcome)
            else:
                skipped.append(outcome)
        return Answer(tuple(papers.values()), tuple(log)), tuple(skipped)

    def can_fetch(self, paper: Paper) -> bool:
        """Whether arXiv may hold the paper, whoever named it."""
        return paper.arxiv_id is not None

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        """The full text of a paper; a versioned one is kept for ever and never asked for again."""
        return self.texts.fetch(paper)

    def _query(self, query: str, limit: int, deadline: float, found: dict[str, Paper]) -> SearchEntry:
        """Ask one query, add its new papers to what was found, and say how it went."""
        import arxiv

        limit = max(1, min(limit, LARGEST_RESULT))  # 0 would make the package fetch everything
        session = _Session(self.client, deadline, self.read_seconds, self.max_page_bytes)
        search = arxiv.Search(query=query, max_results=limit)
        return self._gather(session, search, query, limit, found)

    def _ids(self, ids: Sequence[str], deadline: float, found: dict[str, Paper]) -> list[SearchEntry]:
        """Ask for named ids; one that the server refuses, which fails the whole call, is left out and the others asked again."""
        import arxiv

        label = "id_list:" + ",".join(ids)
        session = _Session(self.client, deadline, self.read_seconds, self.max_page_bytes)
        entry = self._gather(session, arxiv.Search(id_list=list(ids), max_results=len(ids)), label, len(ids), found)
        refused = re.search(r"incorrect id format for (\S+)", entry.reason)
        others = [known for known in ids if refused and known != refused.group(1)]
        if entry.state == "bad_request" and others and len(others) < len(ids):
            return [entry, *self._ids(others, deadline, found)]
        return [entry]

    def _gather(self, session: _Session, search: arxiv.Search, label: str, limit: int, found: dict[str, Paper]) -> SearchEntry:
        """Take the results of a search, add the new papers to what was found, and say how it went."""
        tally = Tally(found, session.totals)
        throttled = self.client.throttled["arxiv"]
        key = "version" if search.id_list else "id"
        try:
            for result in self._results(session, search, min(self.page_size, limit)):
                tally.add([_paper(result)], key)
        except Fault as fault:
            tally.fault = fault
        return tally.entry(self.name, label, limit, self.client.throttled["arxiv"] - throttled)

    def _results(self, session: _Session, search: arxiv.Search, page_size: int) -> Iterator[arxiv.Result]:
        import arxiv

        # The pause of 3 s and the retries are the session's, which shares them with other processes.
        client = arxiv.Client(page_size=page_size, delay_seconds=0.0, num_retries=0)
        client.query_url_format = self.base_url + "/api/query?{}"
        client._session = session
        try:
            yield from client.results(search)
        except arxiv.UnexpectedEmptyPageError:
            return  # the session lets an empty page pass only where the number of results shrank below it

    def _match(self, name: str, base: str, version: int | None, found: dict[str, Paper], log: Sequence[SearchEntry]) -> Paper | Skipped:
        """The paper that a name asked for, or why there is none."""
        served = [paper for paper in found.values() if paper.arxiv_id == base]
        if not served:
            failed = next((entry for entry in log if entry.state not in ("ok", "empty", "partial") and base in entry.query), None)
            reason = f"arXiv could not be asked: {failed.reason}" if failed else f"arXiv has no paper {base}"
            return Skipped(paper=_unknown(name), reason=reason)
        if version is None:
            return max(served, key=lambda paper: paper.arxiv_version or 0)
        exact = next((paper for paper in served if paper.arxiv_version == version), None)
        if exact is not None:
            return exact
        newest = max(served, key=lambda paper: paper.arxiv_version or 0)
        if (newest.arxiv_version or 0) < version:
            return Skipped(paper=_unknown(name), reason=f"arXiv has no version {version} of {base}, the newest is v{newest.arxiv_version}")
        return newest.model_copy(update={"arxiv_version": version, "location": None, "withdrawn": False})


def bare_id(name: str) -> str:
    """An arXiv id out of the ways in which people name it: "arXiv:2308.04657v1", an address, a 10.48550 DOI."""
    text = name.strip()
    text = re.sub(r"^https?://(?:[a-z.]*\.)?arxiv\.org/(?:abs|pdf|html|src)/", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)?10\.48550/arxiv\.", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^arxiv:\s*", "", text, flags=re.IGNORECASE)
    return re.sub(r"\.pdf$|\s*\[[\w.-]+\]$", "", text).rstrip("/")


def is_withdrawn(comment: str, summary: str) -> bool:
    """Whether the comment or the abstract says that the paper was taken back."""
    return any(map(WITHDRAWN.search, (comment, summary))) or WITHDRAWN_COMMENT.search(comment) is not None


def _unknown(name: str) -> Paper:
    """A paper of which only the name is known; the name is its title, which tells the caller what was not found."""
    split = split_arxiv_id(bare_id(name))
    if split is None:
        return Paper(id=f"name:{name}", title=name, source="arxiv")
    return Paper(id=f"arxiv:{split[0]}", title=name, arxiv_id=split[0], arxiv_version=split[1], source="arxiv")


def _paper(result: arxiv.Result) -> Paper | None:
    """A result as our record; None where its id is none of arXiv's."""
    split = split_arxiv_id(re.sub(r"^.*?/abs/", "", result.entry_id.strip()))
    if split is None:
        return None
    base, version = split
    summary = plain(result.summary)
    comment = plain(result.comment) if result.comment else None
    known = result.published.year > 1
    return Paper(
        id=f"arxiv:{base}",
        title=plain(result.title),
        authors=tuple(name for author in result.authors if (name := plain(author.name))),
        year=result.published.year if known else None,
        abstract=summary,
        arxiv_id=base,
        arxiv_version=version,
        doi=plain(result.doi).lower() or None if result.doi else None,
        venue=plain(result.journal_ref) if result.journal_ref else None,
        categories=tuple(map(plain, result.categories)),
        published=result.published.date().isoformat() if known else None,
        updated=result.updated.date().isoformat() if result.updated.year > 1 else None,
        comment=comment,
        withdrawn=is_withdrawn(comment or "", summary),
        source="arxiv",
        location=result.pdf_url,
    )
