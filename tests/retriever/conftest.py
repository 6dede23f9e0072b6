"""A clock that nobody waits for, a loopback arXiv, and the real client pointed at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from arxiv_server import ArxivServer, FakeClock, serve

from synth.retriever.arxiv import ArxivSource
from synth.store.cache import Cache
from synth.store.http import PoliteClient
from synth.store.limiter import Limiter


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.delenv("SYNTH_ARXIV_URL", raising=False)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> Iterator[ArxivServer]:
    with serve(clock) as running:
        yield running


@pytest.fixture
def client(clock: FakeClock, tmp_path: Path) -> PoliteClient:
    return PoliteClient(cache=Cache(tmp_path / "cache", now=clock.now), limiter=Limiter(tmp_path / "lanes", clock), clock=clock, seed=0)


@pytest.fixture
def source(server: ArxivServer, client: PoliteClient) -> ArxivSource:
    return ArxivSource(client, base_url=server.url)
