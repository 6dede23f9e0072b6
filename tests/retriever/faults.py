"""
What the matrix of faults needs: answers that are wrong, a case, and a bench on which a source meets it.

Time is a fake clock, so that waiting costs nothing; only a server that hangs takes real time, a twentieth of a second a try.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from arxiv_server import FakeClock
from service_server import HUGE, Fault, Reply, ServiceServer, Work, gzipped, serve

from synth.model import SearchEntry
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
