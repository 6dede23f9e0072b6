"""Whatever the sources hold and however they fail, the boxes of the flow diagram balance, and the last is what was fetched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from synth.errors import NothingRetrieved
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped
from synth.model.flow import Flow, flow
from synth.report.mermaid import flowchart
from synth.report.prisma import stages
from synth.report.svg import drawing
from synth.retriever.facets import question_of
from synth.retriever.limits import limited
from synth.retriever.retrieve import find, retrieve
from synth.retriever.source import Answer
from synth.retriever.tally import Tally
from synth.store.limiter import Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

QUESTION = limited(question_of("weight decay and grokking"), since="2020")
WORKS = 6


class Lengths:
    """An embedder that knows of a text only how long it is."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        angles = np.array([len(text) for text in texts], dtype=np.float32) / 50
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@st.composite
def records(draw: st.DrawFn) -> Paper | None:
    """A record of one of a few works under one or two of its ids, sometimes old or taken back; None for one that is no paper."""
    if draw(st.integers(0, 9)) == 0:
        return None
    work = draw(st.integers(1, WORKS))
    arxiv, doi = f"2401.0000{work}", f"10.1234/w{work}"
    named = draw(st.sampled_from(["arxiv", "doi", "both", "own"]))
    key = {"arxiv": f"arxiv:{arxiv}", "doi": f"doi:{doi}", "both": f"arxiv:{arxiv}", "own": f"own:{draw(st.integers(1, 99))}"}[named]
    return Paper(
        id=key,
        title=draw(st.sampled_from([f"Grokking, part {work}", f"GROKKING: part {work}", "Grokking"])),
        authors=draw(st.sampled_from([(), ("Ann Lee",), ("Lee, Ann",), ("Bo Roe",)])),
        year=draw(st.sampled_from([None, 2012, 2023, 2024])),
        arxiv_id=arxiv if named in ("arxiv", "both") else None,
        doi=doi if named in ("doi", "both") else None,
        withdrawn=draw(st.integers(0, 5)) == 0,
    )


class Any:
    """A source with any records in any queries, of which some end in a fault, and any full texts."""

    def __init__(self, name: str, queries: Sequence[tuple[Sequence[Paper | None], str]], refuses: frozenset[str]) -> None:
        self.name, self.queries, self.refuses = name, queries, refuses

    def search(self, question: Question, limit: int) -> Answer:
        found: dict[str, Paper] = {}
        log: list[SearchEntry] = []
        for number, (held, fault) in enumerate(self.queries):
            tally = Tally(found, fault=Fault(fault, "down") if fault else None)  # type: ignore[arg-type]
            tally.totals.append(3 * len(held))
            tally.add(paper and paper.model_copy(update={"source": self.name}) for paper in held)
            log.append(tally.entry(self.name, f"query {number}", limit))
        return Answer(tuple(found.values()), tuple(log))

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        return Answer((), ()), ()

    def follow(self, papers: Sequence[Paper], limit: int) -> Answer:
        return self.search(QUESTION, limit)

    def retracted(self, papers: Sequence[Paper]) -> tuple[dict[str, str], tuple[SearchEntry, ...]]:
        notices = {paper.id: "retracted" for paper in papers if paper.id in self.refuses}
        return notices, (SearchEntry(source=self.name, query="retractions", state="ok"),)

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        if paper.id in self.refuses:
            return Skipped(paper=paper, reason="a wall")
        return Fetched(paper=paper, data=b"x", name=paper.id)


@st.composite
def sources(draw: st.DrawFn) -> list[Any]:
    """One to four such sources."""
    queries = st.tuples(st.lists(records(), max_size=6), st.sampled_from(["", "", "", "unavailable", "throttled", "malformed"]))
    refuses = st.frozensets(st.sampled_from([f"{kind}{work}" for kind in ("arxiv:2401.0000", "doi:10.1234/w") for work in range(1, WORKS)]))
    return [Any(f"source{number}", draw(st.lists(queries, max_size=3)), draw(refuses)) for number in range(draw(st.integers(1, 4)))]


def balanced(numbers: Flow, fetched: int) -> None:
    """Each row's kept less its left out is the next one's kept; every box is the sum of its lines; both drawings say these numbers."""
    rows = stages(numbers)
    assert numbers.adds_up
    for row, following in pairwise(rows):
        assert row.left_out is not None
        assert row.kept.count - row.left_out.count == following.kept.count >= 0
    summed = [rows[0].kept, rows[0].left_out, rows[1].left_out]
    assert all(sum(int(re.findall(r"\(n = (\d+)\)", part)[-1]) for part in box.parts) == box.count for box in summed if box)
    assert numbers.fetched == fetched
    told = [(box.title, box.count) for row in rows for box in (row.kept, row.left_out) if box]
    for drawn in (flowchart(rows), drawing(rows)):
        text = drawn.replace("\N{NO-BREAK SPACE}", " ")
        assert all(f"{title} (n = {count})" in text for title, count in told)


@settings(max_examples=150, deadline=None)
@given(sources(), st.integers(1, 8), st.integers(0, 2), st.integers(0, 3))
def test_the_diagram_of_any_retrieval_adds_up(held: list[Any], most: int, rounds: int, unreadable: int) -> None:
    """Records are counted once and lost nowhere, also where nothing at all was fetched and where full texts turn out unreadable."""
    try:
        result = retrieve(QUESTION, held, embedder=Lengths(), max_papers=most, snowball=rounds)  # type: ignore[arg-type]
        log, fetched = result.log, len(result.fetched)
    except NothingRetrieved as error:
        log, fetched = error.log, 0
    balanced(flow(log, max(0, fetched - unreadable)), fetched)
    assert flow(log, 0).received == sum(entry.received for entry in log)


@settings(max_examples=100, deadline=None)
@given(sources(), st.integers(1, 8))
def test_the_account_of_any_search_without_a_run_adds_up(held: list[Any], most: int) -> None:
    """The papers that would be read are what is left of the records; what was taken back is told apart and not among them."""
    try:
        found = find(QUESTION, held, embedder=Lengths(), max_papers=most)  # type: ignore[arg-type]
    except NothingRetrieved as error:
        balanced(flow(error.log, 0), 0)
        return
    balanced(flow(found.log, len(found.papers)), len(found.papers))
    assert not any(paper.withdrawn for paper in found.papers)
    assert all(item.paper.withdrawn for item in found.skipped)
