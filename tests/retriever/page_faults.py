"""
Pages that go wrong: every fault of a service's answer, and how a query on which it strikes must end.

Each fault names the state in which the query must end and words that its line must hold; it strikes on the first page and, where it
can, on a later one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from faults import BOMB, BOMBS, HTML, PAGE, PAPERS, Case, Met, with_status
from service_server import FORMATS, HUGE, ServiceServer, Work

from synth.retriever.sources import WEB

BARE = [Work(number, bare=True) for number in range(1, PAPERS + 1)]
CASES = (
    Case("refused connection", "unavailable", "cannot be reached", base_url="http://127.0.0.1:9", only_first=True),
    Case("no such name", "unavailable", "cannot be resolved", base_url="http://no-such-host.invalid", only_first=True),
    Case("TLS error", "unavailable", "no secure connection", base_url="https://127.0.0.1:{port}", only_first=True),
    Case(
        "timeout before the answer", "unavailable", "did not answer in time", lambda s, due: replace(due, stop="stall before"), hangs=True
    ),
    Case("timeout in the body", "unavailable", "did not answer in time", lambda s, due: replace(due, stop="stall in"), hangs=True),
    Case("dropped before the answer", "unavailable", "was cut", lambda s, due: replace(due, stop="before")),
    Case("dropped in the body", "unavailable", "was cut", lambda s, due: replace(due, stop="in")),
    Case("400", "bad_request", "", with_status(400, b'{"error": "no such field"}')),
    Case("400 HTML", "bad_request", "", with_status(400, HTML, "text/html")),
    Case("401", "unauthorised", "HTTP 401", with_status(401)),
    Case("401 HTML", "unauthorised", "HTTP 401", with_status(401, HTML, "text/html")),
    Case("403", "unauthorised", "HTTP 403", with_status(403)),
    Case("403 HTML", "unauthorised", "HTTP 403", with_status(403, HTML, "text/html")),
    Case("404", "bad_request", "HTTP 404", with_status(404), lookup_state="empty"),
    Case("404 HTML", "bad_request", "HTTP 404", with_status(404, HTML, "text/html"), lookup_state="empty"),
    Case("429", "throttled", "HTTP 429", with_status(429, b"Rate exceeded.", "text/plain")),
    Case("429, Retry-After 7", "throttled", "HTTP 429", with_status(429, Retry_After="7")),
    Case("429 HTML", "throttled", "HTTP 429", with_status(429, HTML, "text/html")),
    Case("429, Retry-After a day", "throttled", "asked to wait 86400 s", with_status(429, Retry_After="86400")),
    Case("429 once", "ok", "", with_status(429), times=1, kept=PAPERS),
    Case("500", "unavailable", "HTTP 500", with_status(500)),
    Case("500 HTML", "unavailable", "HTTP 500", with_status(500, HTML, "text/html")),
    Case("503", "unavailable", "HTTP 503", with_status(503)),
    Case("503 HTML", "unavailable", "HTTP 503", with_status(503, HTML, "text/html")),
    Case("503 once", "ok", "", with_status(503), times=1, kept=PAPERS),
    Case("error sent as 200", "bad_request", "", lambda s, due: replace(due, body=error_of(s))),
    Case("throttled sent as 200", "throttled", "exceeded", with_status(200, b"Rate exceeded.", "text/plain")),
    Case("cut, right length", "malformed", "cut off", lambda s, due: replace(due, body=due.body[: len(due.body) * 2 // 3])),
    Case(
        "cut, wrong length",
        "unavailable",
        "was cut",
        lambda s, due: replace(due, body=due.body[: len(due.body) // 2], length=len(due.body)),
    ),
    Case("gzip bomb", "malformed", "larger than", lambda s, due: BOMB),
    Case("gzip in gzip", "malformed", "packed more than once", lambda s, due: BOMBS),
    Case("huge page", "malformed", "larger than", lambda s, due: replace(due, body=due.body + b" " * HUGE)),
    Case("empty body", "malformed", "empty body", lambda s, due: replace(due, body=b"")),
    Case("HTML with 200", "malformed", "an HTML page", with_status(200, HTML, "text/html")),
    Case("wrong content type", "ok", "", lambda s, due: replace(due, type="application/octet-stream"), kept=PAPERS),
    Case("wrong encoding", "malformed", "", lambda s, due: replace(due, body=due.body.decode().encode("latin-1"))),
    Case("JSON of another shape", "malformed", "", with_status(200, b"[1, 2]")),
    Case("nested without end", "malformed", "", with_status(200, b'{"results":' + b"[" * 100_000)),
    Case("empty result", "empty", changes=(("works", []),), only_first=True),
    Case("pages that overlap", "partial", "3 different papers of 4", changes=(("overlap", 1),), kept=3, only_first=True),
    Case("a page that repeats", "partial", "2 different papers of 20", changes=(("repeats", True),), kept=2, only_first=True),
    Case("null in every optional field", "ok", changes=(("works", BARE),), kept=PAPERS, only_first=True),
)
PAGED_ONLY = frozenset({"pages that overlap", "a page that repeats"})


def error_of(server: ServiceServer) -> bytes:
    """The service's own error."""
    error = FORMATS[server.speaks].error
    return error.encode() if isinstance(error, str) else json.dumps(error).encode()


def meetings() -> Iterator[tuple[str, Case, int]]:
    """Every source with every fault, on page 1 and, where it can strike there, on page 2."""
    for name in WEB:
        for case in CASES:
            if name == "unpaywall" and case.name in PAGED_ONLY:
                continue
            yield name, case, 1
            if not case.only_first and name != "unpaywall":
                yield name, case, 2


def expected(name: str, case: Case, page: int) -> tuple[str, int]:
    """The state and how many papers there are."""
    if name == "unpaywall":
        return case.lookup_state or case.state, 1 if case.kept else 0
    if page == 2 and case.state not in ("ok", "empty", "partial"):
        return "partial", PAGE
    return case.state, case.kept


def wrong(name: str, case: Case, page: int, met: Met) -> str:
    """What is wrong with how a fault was met; empty where nothing is."""
    state, kept = expected(name, case, page)
    entry = met.entry
    excluded = sum(count for _, count in entry.excluded)
    problems = [
        f"state {entry.state}, not {state}" if entry.state != state else "",
        f"{len(met.ids)} papers, not {kept}" if len(met.ids) != kept else "",
        f"no word of {case.says!r}" if case.says not in entry.reason and state != "empty" else "",
        "no reason" if state not in ("ok", "empty") and not entry.reason else "",
        "more than one line" if "\n" in entry.reason or len(entry.reason) > 400 else "",
        "does not add up" if entry.received - entry.duplicates - excluded != len(met.ids) else "",
        "a paper twice" if len(set(met.ids)) != len(met.ids) else "",
        f"{met.calls} calls" if met.calls > 16 else "",
    ]
    return "; ".join(problem for problem in problems if problem)
