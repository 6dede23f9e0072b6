"""
A loopback server that speaks each service's format about the same works, with one fault on demand.

`server.speaks` says whose format; `server.fault` what goes wrong, from the page `server.fault_at` on. Formats are those that the
services document, recorded answers included; every record carries a field that nobody knows.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from arxiv_server import HEAD, PDF, Entry, error_feed

HUGE = 1_000_000
"""bytes of a page that is larger than any source in these tests accepts."""


@dataclass(frozen=True)
class Work:
    """One work that all services know; a bare one has null in every field that may be null."""

    number: int
    title: str = ""
    bare: bool = False
    arxiv: str = ""
    pdf: str = ""
    retracted: bool = False
    authors: tuple[str, ...] = ("Zoë First", "Bo Second")
    year: int = 2024
    own_doi: str = ""

    @property
    def doi(self) -> str:
        return self.own_doi or f"10.1234/w{self.number}"

    @property
    def name(self) -> str:
        return self.title or f"Tökén merging number {self.number}"


def openalex(work: Work) -> dict[str, Any]:
    known = {"id": f"https://openalex.org/W{10_000 + work.number}", "doi": f"https://doi.org/{work.doi}", "title": work.name, "new": {}}
    keys = ("publication_date", "language", "primary_location", "best_oa_location", "abstract_inverted_index", "authorships", "ids")
    if work.bare:
        return known | dict.fromkeys((*keys, "publication_year", "locations", "is_retracted", "type"))
    place = {"landing_page_url": f"https://arxiv.org/abs/{work.arxiv}" if work.arxiv else None, "pdf_url": work.pdf or None, "source": None}
    return known | {
        "publication_date": f"{work.year}-03-04",
        "publication_year": work.year,
        "authorships": [{"author": {"display_name": name, "orcid": None}} for name in work.authors],
        "abstract_inverted_index": {"One": [0], "abstract.": [3]},
        "locations": [place],
        "best_oa_location": place if work.pdf else None,
        "is_retracted": work.retracted,
        "ids": {"pmid": f"https://pubmed.ncbi.nlm.nih.gov/{900 + work.number}"},
    }


def semanticscholar(work: Work) -> dict[str, Any]:
    known = {"paperId": f"{work.number:040x}", "title": work.name, "new": {}}
    if work.bare:
        return known | dict.fromkeys(("externalIds", "abstract", "year", "publicationDate", "authors", "openAccessPdf", "venue"))
    ids = {"DOI": work.doi, "CorpusId": work.number} | ({"ArXiv": work.arxiv} if work.arxiv else {})
    return known | {
        "externalIds": ids,
        "abstract": "One abstract.",
        "venue": "",
        "year": work.year,
        "publicationDate": None,
        "authors": [{"authorId": None, "name": name} for name in work.authors],
        "openAccessPdf": {"url": work.pdf, "status": None, "license": None},
    }


def crossref(work: Work) -> dict[str, Any]:
    known: dict[str, Any] = {"DOI": work.doi, "title": [work.name], "type": "journal-article", "new": {}}
    if work.bare:
        return known | dict.fromkeys(("author", "issued", "abstract", "container-title", "update-to", "updated-by", "relation", "link"))
    update = {"DOI": "10.1234/notice", "type": "retraction", "updated": {"date-parts": [[2025, 2, 3]]}}
    people = [{"given": name.split()[0], "family": name.split()[-1], "sequence": "additional"} for name in work.authors]
    return known | {
        "author": people,
        "issued": {"date-parts": [[work.year, 3]]},
        "abstract": "<jats:title>Abstract</jats:title><jats:p>One abstract.</jats:p>",
        "updated-by": [update, {**update, "source": "retraction-watch"}] if work.retracted else [],
    }


def europepmc(work: Work) -> dict[str, Any]:
    known = {"id": str(900 + work.number), "source": "MED", "title": work.name + "."}
    if work.bare:
        return known
    return known | {
        "doi": work.doi,
        "authorString": ", ".join(f"{name.split()[-1]} {name[0]}" for name in work.authors) + ".",
        "pubYear": str(work.year),
        "abstractText": "<h4>Background</h4>One abstract.",
        "pubTypeList": {"pubType": ["Retracted Publication" if work.retracted else "Journal Article"]},
        "fullTextUrlList": {"fullTextUrl": [{"availabilityCode": "OA", "documentStyle": "pdf", "url": work.pdf}]},
        "new": {},
    }


def unpaywall(work: Work) -> dict[str, Any]:
    known: dict[str, Any] = {"doi": work.doi, "title": work.name, "new": {}}
    if work.bare:
        return known | dict.fromkeys(("published_date", "year", "journal_name", "best_oa_location", "oa_locations", "z_authors"))
    place = {"url": work.pdf, "url_for_pdf": work.pdf or None, "evidence": "deprecated", "version": None}
    return known | {
        "year": work.year,
        "best_oa_location": place,
        "oa_locations": [place],
        "z_authors": [{"given": name.split()[0], "family": name.split()[-1]} for name in work.authors],
    }


def arxiv(work: Work) -> Entry:
    base = work.arxiv or f"2401.{work.number:05d}"
    if work.bare:
        return Entry(base, title=work.name, summary=None, published=None, updated=None, authors=(), has_pdf=False)
    return Entry(base, title=work.name, authors=work.authors, published=f"{work.year}-01-01T18:00:00Z")


def openalex_page(records: list[Any], total: int, onward: int | None, size: int) -> Any:
    return {"meta": {"count": total, "per_page": size, "page": 1}, "results": records}


def semanticscholar_page(records: list[Any], total: int, onward: int | None, size: int) -> Any:
    page = {"total": total, "offset": 0}
    return page | ({"data": records} if records else {}) | ({"next": onward} if onward is not None else {})


def crossref_page(records: list[Any], total: int, onward: int | None, size: int) -> Any:
    message = {"facets": {}, "total-results": total, "items": records, "items-per-page": size}
    return {"status": "ok", "message-type": "work-list", "message": message}


def europepmc_page(records: list[Any], total: int, onward: int | None, size: int) -> Any:
    return {"version": "6.9", "hitCount": total, "nextCursorMark": str(onward or "end"), "resultList": {"result": records}}


def arxiv_page(records: list[Entry], total: int, onward: int | None, size: int) -> str:
    counts = {"itemsPerPage": size, "totalResults": total, "startIndex": 0}
    told = "".join(f"<opensearch:{name}>{value}</opensearch:{name}>" for name, value in counts.items())
    return HEAD + told + "".join(entry.xml() for entry in records) + "</feed>"


def unpaywall_page(records: list[Any], total: int, onward: int | None, size: int) -> Any:
    return records[0] if records else None


@dataclass(frozen=True)
class Format:
    """How one service writes a record and a page, which parameters page it, and how its own errors look."""

    record: Callable[[Work], Any]
    page: Callable[[list[Any], int, int | None, int], Any]
    start: Callable[[dict[str, str], int], int]
    size: str
    error: Any


FORMATS = {
    "arxiv": Format(arxiv, arxiv_page, lambda query, size: int(query.get("start", 0)), "max_results", error_feed("bad", 200).body.decode()),
    "openalex": Format(
        openalex,
        openalex_page,
        lambda query, size: (int(query.get("page", 1)) - 1) * size,
        "per_page",
        {"error": "Invalid query parameters error.", "message": "x is not a valid field."},
    ),
    "semanticscholar": Format(
        semanticscholar, semanticscholar_page, lambda query, size: int(query.get("offset", 0)), "limit", {"error": "Unsupported fields"}
    ),
    "crossref": Format(
        crossref,
        crossref_page,
        lambda query, size: int(query.get("offset", 0)),
        "rows",
        {"status": "failed", "message-type": "validation-failure", "message": [{"type": "x", "message": "No such parameter"}]},
    ),
    "europepmc": Format(
        europepmc,
        europepmc_page,
        lambda query, size: int(query.get("cursorMark", "*").replace("*", "0").replace("end", "1000000")),
        "pageSize",
        {"errCode": 404, "errMsg": "Invalid page size provided."},
    ),
    "unpaywall": Format(
        unpaywall, unpaywall_page, lambda query, size: 0, "size", {"HTTP_status_code": 422, "error": True, "message": "Bad address"}
    ),
}


@dataclass(frozen=True)
class Reply:
    """What goes over the wire; `stop` is "before" or "in" where the connection is cut, "stall before" or "stall in" where it hangs."""

    status: int = 200
    body: bytes = b""
    type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    stop: str = ""
    length: int | None = None


Fault = Callable[["ServiceServer", Reply], Reply]


@dataclass
class ServiceServer:
    """The works, the format, the fault and the log."""

    speaks: str = "openalex"
    works: list[Work] = field(default_factory=list)
    fault: Fault | None = None
    fault_at: int = 1
    """the page from which on the fault strikes, 1 for the first."""
    times: int = 10**9
    """how often it strikes."""
    overlap: int = 0
    """records of the page before that a page repeats."""
    repeats: bool = False
    """every page is the first one."""
    calls: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    """(path, parameters, headers)."""
    others: dict[str, Any] = field(default_factory=dict)
    """answers by the beginning of a path, bytes as they are and else as JSON."""
    url: str = ""
    hang: threading.Event = field(default_factory=threading.Event)

    def answer(self, path: str, query: dict[str, str]) -> Reply:
        form = FORMATS[self.speaks]
        size = int(query.get(form.size, 10))
        start = form.start(query, size)
        fixed = next((value for prefix, value in self.others.items() if path.startswith(prefix)), None)
        due = self._fixed(fixed) if fixed is not None else self._page(form, path, query, start, size)
        if self.fault is not None and self.times > 0 and start >= (self.fault_at - 1) * size:
            self.times -= 1
            return self.fault(self, due)
        return due

    def _fixed(self, value: Any) -> Reply:
        if isinstance(value, Reply):
            return value
        return Reply(body=value, type="application/pdf") if isinstance(value, bytes) else Reply(body=json.dumps(value).encode())

    def _page(self, form: Format, path: str, query: dict[str, str], start: int, size: int) -> Reply:
        works = self._asked(path, query)
        first = 0 if self.repeats else max(0, start - (self.overlap if start else 0))
        total = 50 if self.repeats else len(works)
        onward = start + size if start + size < total else None
        page = form.page([form.record(work) for work in works[first : first + size]], total, onward, size)
        if page is None:
            return Reply(404, b'{"HTTP_status_code": 404, "error": true, "message": "not found"}')
        if isinstance(page, str):
            return Reply(body=page.encode(), type="application/atom+xml; charset=utf-8")
        return Reply(body=json.dumps(page, ensure_ascii=False).encode())

    def _asked(self, path: str, query: dict[str, str]) -> list[Work]:
        """All works, or for Unpaywall the one whose DOI is the path."""
        if self.speaks != "unpaywall":
            return self.works
        return [work for work in self.works if unquote(path).lstrip("/") == work.doi]


def gzipped(size: int, times: int = 1) -> Reply:
    """So many blanks, packed as often as the header says."""
    body = b" " * size
    for _ in range(times):
        body = gzip.compress(body, 9)
    return Reply(body=body, headers=(("Content-Encoding", ", ".join(["gzip"] * times)),))


@contextmanager
def serve() -> Iterator[ServiceServer]:
    """A running server."""
    state = ServiceServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            state.calls.append((parts.path, query, dict(self.headers.items())))
            self._send(state.answer(parts.path, query))

        def _send(self, reply: Reply) -> None:
            self.close_connection = True
            if reply.stop == "stall before":
                state.hang.wait(5)
                return
            if reply.stop == "before":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response_only(reply.status)
            self.send_header("Content-Type", reply.type)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                self.wfile.write(reply.body[: len(reply.body) // 2] if reply.stop else reply.body)
                self.wfile.flush()
            except OSError:  # a client that has had enough
                return
            if reply.stop == "stall in":
                state.hang.wait(5)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        state.hang.set()
        server.shutdown()
        server.server_close()
        thread.join()


__all__ = ["FORMATS", "HUGE", "PDF", "Reply", "ServiceServer", "Work", "gzipped", "serve"]
