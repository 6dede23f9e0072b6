"""
A loopback server that speaks the feed of the arXiv API and serves PDFs, with its faults on demand.

Every call is logged with its time on the injected clock. A test plans what the next calls get: `server.plan(Fault(...), ...)`;
when the plan is used up, the server answers as arXiv does.
"""

from __future__ import annotations

import itertools
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape, quoteattr

PDF = b"%PDF-1.5\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom">\n'
)


class FakeClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.time = start
        self.sleeps: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds


@dataclass(frozen=True)
class Entry:
    """One paper of the server; None leaves an element out."""

    base: str
    version: int = 1
    title: str = "A Made-up Title"
    summary: str | None = "One abstract."
    published: str | None = "2024-01-01T18:00:00Z"
    updated: str | None = "2024-03-04T05:06:07Z"
    authors: tuple[str, ...] = ("First Person", "Second Person")
    affiliations: tuple[str, ...] = ()
    comment: str | None = None
    journal: str | None = None
    dois: tuple[str, ...] = ()
    categories: tuple[str, ...] = ("cs.CV", "cs.LG")
    has_id: bool = True
    has_pdf: bool = True

    @property
    def name(self) -> str:
        return f"{self.base}v{self.version}"

    def xml(self) -> str:
        """The entry with the elements in the order that the server sends (2026)."""
        parts = ["<entry>"]
        if self.has_id:
            parts.append(f"<id>http://arxiv.org/abs/{self.name}</id>")
        parts.append(f"<title>{escape(self.title)}</title>")
        if self.updated is not None:
            parts.append(f"<updated>{self.updated}</updated>")
        parts.append(f'<link href="https://arxiv.org/abs/{self.name}" rel="alternate" type="text/html"/>')
        if self.has_pdf:
            parts.append(f'<link href="https://arxiv.org/pdf/{self.name}" rel="related" type="application/pdf" title="pdf"/>')
        if self.summary is not None:
            parts.append(f"<summary>{escape(self.summary)}</summary>")
        parts += [f'<category term="{term}" scheme="http://arxiv.org/schemas/atom"/>' for term in self.categories]
        if self.published is not None:
            parts.append(f"<published>{self.published}</published>")
        if self.comment is not None:
            parts.append(f"<arxiv:comment>{escape(self.comment)}</arxiv:comment>")
        parts.append(f'<arxiv:primary_category term="{self.categories[0]}"/>')
        if self.journal is not None:
            parts.append(f"<arxiv:journal_ref>{escape(self.journal)}</arxiv:journal_ref>")
        homes = "".join(f"<arxiv:affiliation>{escape(home)}</arxiv:affiliation>" for home in self.affiliations)
        parts += [f"<author><name>{escape(author)}</name>{homes}</author>" for author in self.authors]
        for doi in self.dois:
            parts.append(f'<arxiv:doi>{doi}</arxiv:doi><link rel="related" href="https://doi.org/{doi}" title="doi"/>')
        return "".join([*parts, "<future:field xmlns:future='urn:x'>new</future:field></entry>\n"])


@dataclass(frozen=True)
class Answer:
    """What one call gets. `drop` cuts the connection: "before" the answer or "in" the body."""

    status: int = 200
    body: bytes = b""
    type: str = "application/atom+xml; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    drop: str = ""
    length: int | None = None


@dataclass
class Call:
    """One call that came in."""

    time: float
    path: str
    query: dict[str, str]
    headers: dict[str, str]


def error_feed(message: str, status: int) -> Answer:
    """arXiv's error: a feed with one entry."""
    mark = "https://arxiv.org/api/errors#" + message.replace(" ", "_")
    body = (
        HEAD + "<id>https://arxiv.org/</id><title>arXiv Search Results</title><updated>2026-04-12T22:59:06Z</updated>"
        "<opensearch:itemsPerPage>1</opensearch:itemsPerPage><opensearch:totalResults>1</opensearch:totalResults>"
        "<opensearch:startIndex>0</opensearch:startIndex>"
        f"<entry><id>{escape(mark)}</id><title>Error</title><updated>2026-04-12T22:59:06Z</updated>"
        f'<link href={quoteattr(mark)} rel="alternate" type="text/html"/><summary>{escape(message)}</summary>'
        "<author><name>arXiv api core</name></author></entry></feed>"
    )
    return Answer(status, body.encode())


def html(status: int) -> Answer:
    """A page of the front end."""
    return Answer(status, b"<!DOCTYPE html><html><body>Service trouble</body></html>", "text/html")


def rate_exceeded(status: int, **headers: str) -> Answer:
    """The 14 bytes of the rate limiter."""
    return Answer(status, b"Rate exceeded.", "text/plain", tuple((name.replace("_", "-"), value) for name, value in headers.items()))


BOMB = Answer(
    200,
    b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>&c;</title></feed>',
)
EXTERNAL = Answer(
    200,
    b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>&x;</title></feed>',
)


@dataclass
class ArxivServer:
    """The server's papers, plan and log."""

    clock: FakeClock
    entries: list[Entry] = field(default_factory=list)
    pdfs: dict[str, Answer] = field(default_factory=dict)
    """by id with version; a paper that is not here has a good PDF."""
    sources: dict[str, Answer] = field(default_factory=dict)
    """by id with version; a paper that is not here has no source."""
    totals: list[int] = field(default_factory=list)
    """totalResults of the next pages, where they are not the true number."""
    calls: list[Call] = field(default_factory=list)
    url: str = ""
    concurrent: int = 0
    most_concurrent: int = 0
    _plan: list[Answer | str] = field(default_factory=list)

    def plan(self, *answers: Answer | str) -> None:
        """What the next calls get; "cut" and "short" and "empty" and "ok" are made from the answer that would be due."""
        self._plan += answers

    def times(self) -> list[float]:
        """When the calls came."""
        return [call.time for call in self.calls]

    def gaps(self) -> list[float]:
        """Seconds between calls."""
        times = self.times()
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def everything(self) -> Answer:
        """A page with all papers, whatever was asked for."""
        return self._feed({"max_results": "2000"}, empty=False)

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        planned = self._plan.pop(0) if self._plan else "ok"
        if isinstance(planned, Answer):
            return planned
        if path.startswith("/src/"):
            due = self.sources.get(path.removeprefix("/src/"), Answer(404, b"no source", "text/plain"))
        else:
            due = self._pdf(path) if path.startswith("/pdf/") else self._feed(query, empty=planned == "empty")
        if planned == "cut":  # in the middle of the XML, with a Content-Length that agrees
            return replace(due, body=due.body[: len(due.body) * 2 // 3])
        if planned == "short":  # the connection ends before the promised length
            return replace(due, body=due.body[: len(due.body) // 2], length=len(due.body))
        return due

    def _pdf(self, path: str) -> Answer:
        name = path.removeprefix("/pdf/").removesuffix(".pdf")
        return self.pdfs.get(name, Answer(200, PDF + name.encode(), "application/pdf"))

    def _feed(self, query: dict[str, str], *, empty: bool) -> Answer:
        hits = self.entries
        if query.get("id_list"):
            names = query["id_list"].split(",")
            bad = next((name for name in names if not re.match(r"^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})(v\d+)?$", name)), None)
            if bad is not None:
                return error_feed(f"incorrect id format for {bad}", 400)
            hits = [entry for entry in hits if entry.base in names or entry.name in names]
        start, size = int(query.get("start", 0)), int(query.get("max_results", 10))
        total = self.totals.pop(0) if self.totals else len(hits)
        shown = [] if empty else hits[start : start + size]
        body = (
            HEAD + "<id>https://arxiv.org/api/abcdefghijklmnopqrstuvwxyz0</id>"
            f"<title>arXiv Query: {escape(query.get('search_query', ''))}</title>"
            "<updated>2026-11-22T21:00:00Z</updated>"
            f'<link href="https://arxiv.org/api/query?start={start}" type="application/atom+xml"/>'
            f"<opensearch:itemsPerPage>{size}</opensearch:itemsPerPage><opensearch:totalResults>{total}</opensearch:totalResults>"
            f"<opensearch:startIndex>{start}</opensearch:startIndex>" + "".join(entry.xml() for entry in shown) + "</feed>"
        )
        return Answer(200, body.encode())


@contextmanager
def serve(clock: FakeClock, *entries: Entry) -> Iterator[ArxivServer]:
    """A running server with these papers."""
    state = ArxivServer(clock, list(entries))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            with lock:
                state.concurrent += 1
                state.most_concurrent = max(state.most_concurrent, state.concurrent)
                state.calls.append(Call(clock.now(), parts.path, query, dict(self.headers.items())))
                answer = state.answer(parts.path, query)
            try:
                self._send(answer)
            finally:
                with lock:
                    state.concurrent -= 1

        def _send(self, answer: Answer) -> None:
            self.close_connection = True
            if answer.drop == "before":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response_only(answer.status)
            self.send_header("Content-Type", answer.type)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body[: len(answer.body) // 2] if answer.drop == "in" else answer.body)

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
        server.shutdown()
        server.server_close()
        thread.join()
