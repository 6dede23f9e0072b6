"""
Downloads that go wrong: every fault of a full text, at every source that gives any, and what the line on the paper must say.

The record of the paper is had before the fault strikes. Crossref knows no open full texts, so it has no part in this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from unittest.mock import patch

from faults import BOMB, HANGING_SECONDS, HTML, QUESTION, READ_SECONDS, Bench, with_status
from service_server import HUGE, PDF, Fault, Reply, ServiceServer, Work

from synth.model import Fetched, Skipped
from synth.retriever.sources import WEB

GIVE_PDFS = tuple(name for name in WEB if name != "crossref")
LONG = PDF.replace(b"trailer", b"%" + b" " * 5000 + b"\ntrailer")
"""a PDF that can be cut far from both of its ends."""


@dataclass(frozen=True)
class Case:
    """A fault of a download; it is had all the same where `says` is empty."""

    name: str
    says: str
    fault: Fault = lambda server, due: due
    times: int = 10**9
    hangs: bool = False
    place: str = ""
    """where the record says that the PDF lies, instead of at the server; arXiv's lie at arXiv whatever it says."""


CASES = (
    Case("no such name", "cannot be resolved", place="https://no-such-host.invalid/1.pdf"),
    Case("a private address", "not a public address", place="http://127.0.0.1:9/1.pdf"),
    Case("timeout before the answer", "did not answer in time", lambda s, due: replace(due, stop="stall before"), hangs=True),
    Case("timeout in the body", "did not answer in time", lambda s, due: replace(due, stop="stall in"), hangs=True),
    Case("dropped before the answer", "was cut", lambda s, due: replace(due, stop="before")),
    Case("dropped in the body", "was cut", lambda s, due: replace(due, stop="in")),
    Case("401", "HTTP 401", with_status(401)),
    Case("403 HTML", "HTTP 403", with_status(403, HTML, "text/html")),
    Case("404", "HTTP 404", with_status(404)),
    Case("404 HTML", "HTTP 404", with_status(404, HTML, "text/html")),
    Case("429", "HTTP 429", with_status(429, b"Rate exceeded.", "text/plain")),
    Case("429, Retry-After a day", "asked to wait 86400 s", with_status(429, Retry_After="86400")),
    Case("429 once", "", with_status(429), times=1),
    Case("500", "HTTP 500", with_status(500)),
    Case("503", "HTTP 503", with_status(503, HTML, "text/html")),
    Case("503 once", "", with_status(503), times=1),
    Case("HTML with 200", "an HTML page instead of a PDF", with_status(200, HTML, "text/html")),
    Case("HTML that is called a PDF", "an HTML page instead of a PDF", with_status(200, HTML, "application/pdf")),
    Case("error sent as 200", "application/json instead of a PDF", with_status(200)),
    Case("another file", "application/zip instead of a PDF", with_status(200, b"PK\x03\x04", "application/zip")),
    Case("empty body", "nothing instead of a PDF", lambda s, due: replace(due, body=b"")),
    Case("cut, right length", "cut off", lambda s, due: replace(due, body=due.body[: len(due.body) // 2])),
    Case("cut, wrong length", "was cut", lambda s, due: replace(due, body=due.body[: len(due.body) // 2], length=len(due.body))),
    Case("gzip bomb", "larger than", lambda s, due: BOMB),
    Case("huge file", "larger than", lambda s, due: replace(due, body=due.body + b" " * HUGE)),
    Case("redirect to a private address", "refused a redirect", with_status(302, b"", "text/html", Location="http://127.0.0.1:9/pdf/1")),
    Case("wrong content type", "", lambda s, due: replace(due, type="text/html")),
)


@dataclass(frozen=True)
class Met:
    """How a download ended."""

    outcome: Fetched | Skipped
    calls: int


def meetings() -> Iterator[tuple[str, Case]]:
    """Every source that gives full texts with every fault that may befall it there."""
    return ((name, case) for name in GIVE_PDFS for case in CASES if not (case.place and name == "arxiv"))


def meet(bench: Bench, name: str, case: Case) -> Met:
    """The outcome of a download on which the fault strikes, once the record is there."""
    server = bench.server
    server.speaks, server.fault, server.fault_at, server.times = name, None, 1, case.times
    server.overlap, server.repeats = 0, False
    server.works = [Work(1, arxiv="2401.00001", pdf=case.place or f"{server.url}/pdf/1")]
    server.others = {"/pdf/": LONG}
    bench.clock.sleep(1e6)
    with patch("synth.retriever.fulltext.MAX_PDF_BYTES", HUGE), patch("synth.retriever.arxiv_texts.MAX_PDF_BYTES", HUGE):
        source = bench.source(name, server.url, HANGING_SECONDS if case.hangs else READ_SECONDS)
        (paper,) = (source.find(["10.1234/w1"])[0] if name == "unpaywall" else source.search(QUESTION, 20)).papers
        before = len(server.calls)
        server.fault = _on_downloads(case.fault)
        return Met(source.fetch(paper), len(server.calls) - before)


def _on_downloads(fault: Fault) -> Fault:
    """The fault where a PDF is asked for, and no fault elsewhere."""

    def struck(server: ServiceServer, due: Reply) -> Reply:
        if server.calls[-1][0].startswith("/pdf/"):
            return fault(server, due)
        server.times += 1
        return due

    return struck


def wrong(case: Case, met: Met) -> str:
    """What is wrong with how a fault was met; empty where nothing is."""
    had, reason = isinstance(met.outcome, Fetched), "" if isinstance(met.outcome, Fetched) else met.outcome.reason
    problems = [
        "" if had == (not case.says) else f"{'had' if had else 'not had'}",
        "" if not had or met.outcome.data == LONG else "another file",  # type: ignore[union-attr]
        "" if case.says in reason else f"no word of {case.says!r}",
        "more than one line" if "\n" in reason or len(reason) > 400 else "",
        f"{met.calls} calls" if met.calls > 6 else "",
    ]
    return "; ".join(problem for problem in problems if problem)
