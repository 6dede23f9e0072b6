"""
Every source met by every fault, on the first page and on a later one: `python tests/retriever/fault_matrix.py` prints the matrix.

Each fault names the state in which the query must end and words that its line must hold. Time is a fake clock, so that waiting
costs nothing; only a server that hangs takes real time, a twentieth of a second a try.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from arxiv_server import FakeClock
from service_server import FORMATS, HUGE, Fault, Reply, ServiceServer, Work, gzipped, serve

from synth.model import Question, SearchEntry
from synth.retriever.arxiv import ArxivSource
from synth.retriever.facets import question_of
from synth.retriever.service import Service
from synth.retriever.sources import WEB
from synth.store.http import PoliteClient
from synth.store.limiter import Limiter

QUESTION = question_of("weight decay and grokking")
"""facets of one role, so that one query is asked."""
PAGE = 2
READ_SECONDS = 5.0
HANGING_SECONDS = 0.05
"""how long an answer is waited for, and one of which it is known that it never comes."""
PAPERS = 4


def with_status(status: int, body: bytes = b'{"message": "no"}', kind: str = "application/json", **headers: str) -> Fault:
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return lambda server, due: Reply(status, body, kind, sent)


BOMB, BOMBS = gzipped(5_000_000), gzipped(1_000_000, times=2)
HTML = b"<!DOCTYPE html><html><body>Service trouble</body></html>"


@dataclass(frozen=True)
class Case:
    """A fault and how a query on which it strikes must end."""

    name: str
    state: str
    says: str = ""
    fault: Fault | None = None
    base_url: str = ""
    """instead of the server's; it may hold {port}."""
    times: int = 10**9
    kept: int = 0
    """papers that are had though it struck on the first page."""
    changes: tuple[tuple[str, object], ...] = ()
    """what else is different at the server."""
    only_first: bool = False
    """it cannot strike later, or means the same there."""
    hangs: bool = False
    lookup_state: str = ""
    """for a service that is only asked for single papers, where that differs."""


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
    Case("403", "unauthorised", "HTTP 403", with_status(403)),
    Case("404", "bad_request", "HTTP 404", with_status(404), lookup_state="empty"),
    Case("404 HTML", "bad_request", "HTTP 404", with_status(404, HTML, "text/html"), lookup_state="empty"),
    Case("429", "throttled", "HTTP 429", with_status(429, b"Rate exceeded.", "text/plain")),
    Case("429, Retry-After 7", "throttled", "HTTP 429", with_status(429, Retry_After="7")),
    Case("429, Retry-After a day", "throttled", "asked to wait 86400 s", with_status(429, Retry_After="86400")),
    Case("429 once", "ok", "", with_status(429), times=1, kept=PAPERS),
    Case("500", "unavailable", "HTTP 500", with_status(500)),
    Case("503", "unavailable", "HTTP 503", with_status(503, HTML, "text/html")),
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
    import json

    error = FORMATS[server.speaks].error
    return error.encode() if isinstance(error, str) else json.dumps(error).encode()


@dataclass(frozen=True)
class Met:
    """How a source met a fault."""

    entry: SearchEntry
    ids: tuple[str, ...]
    calls: int


class Bench:
    """One server and one client for all meetings."""

    def __init__(self, server: ServiceServer, folder: Path) -> None:
        self.server = server
        self.clock = FakeClock()
        self.client = PoliteClient(limiter=Limiter(folder, self.clock), clock=self.clock, seed=0)

    def meet(self, name: str, case: Case, page: int) -> Met:
        """The entry of the log and the papers of a query on whose page the fault strikes."""
        server = self.server
        server.speaks, server.fault, server.fault_at, server.times = name, case.fault, page, case.times
        server.works = [Work(number) for number in range(1, PAPERS + 1)]
        server.overlap, server.repeats = 0, False
        for field, value in case.changes:
            setattr(server, field, value)
        self.clock.sleep(1e6)  # a lane that a server wanted to be left alone is free again
        before = len(server.calls)
        base = case.base_url.replace("{port}", server.url.rpartition(":")[2]) or server.url
        source = self.source(name, base, HANGING_SECONDS if case.hangs else READ_SECONDS)
        answer = source.find(["10.1234/w1"])[0] if name == "unpaywall" else source.search(QUESTION, 20)
        assert len(answer.log) == 1
        return Met(answer.log[0], tuple(paper.id for paper in answer.papers), len(server.calls) - before)

    def source(self, name: str, base: str, read_seconds: float) -> ArxivSource | Service:
        kind = WEB[name]
        source = kind(self.client, base_url=base, read_seconds=read_seconds)  # type: ignore[call-arg]
        assert isinstance(source, ArxivSource | Service)
        source.page_size = PAGE
        source.max_page_bytes = HUGE
        return source


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


@contextmanager
def bench() -> Iterator[Bench]:
    """A running bench; Unpaywall is told an address, and no proxy stands between us and the loopback."""
    given = {"UNPAYWALL_EMAIL": "tester@univ.test", "NO_PROXY": "*"}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        with serve() as server, tempfile.TemporaryDirectory() as folder:
            yield Bench(server, Path(folder))
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def main() -> int:
    """Print the matrix, one line a fault and one column a source, and how many ended as they must."""
    lines: dict[tuple[str, int], dict[str, str]] = {}
    states: Counter[str] = Counter()
    failures: list[str] = []
    with bench() as one:
        for name, case, page in meetings():
            met = one.meet(name, case, page)
            problem = wrong(name, case, page, met)
            failures += [f"{name}, {case.name}, page {page}: {problem}: {met.entry.reason}"] if problem else []
            lines.setdefault((case.name, page), {})[name] = ("! " if problem else "") + f"{met.entry.state} {len(met.ids)}"
            states[met.entry.state] += 1
    width = max(len(name) for name, _ in lines) + 7
    out = [" " * width + "".join(f"{name:<18}" for name in WEB)]
    out += [
        f"{name + (', later' if page == 2 else ''):<{width}}" + "".join(f"{row.get(source, '-'):<18}" for source in WEB)
        for (name, page), row in lines.items()
    ]
    total = sum(states.values())
    out += [
        "",
        f"{total - len(failures)} of {total} meetings ended as they must; states: "
        + ", ".join(f"{n} {s}" for s, n in states.most_common()),
    ]
    sys.stdout.write("\n".join([*out, *failures]) + "\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())


__all__ = ["Bench", "Case", "Question", "bench", "meetings", "wrong"]
