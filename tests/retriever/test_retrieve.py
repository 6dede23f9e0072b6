"""From a question to full texts: sources joined, works merged, ranked, cut and fetched, and an account that adds up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from arxiv_server import Answer as HttpAnswer
from arxiv_server import ArxivServer, Entry, html

from synth.errors import NothingRetrieved
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped, SourceState
from synth.retriever.arxiv import ArxivSource
from synth.retriever.facets import question_of
from synth.retriever.folder import FolderSource
from synth.retriever.library import LibrarySource
from synth.retriever.merge import is_same, merge
from synth.retriever.retrieve import find, retrieve
from synth.retriever.source import Answer
from synth.store.cache import Cache
from synth.store.embedding import Embedder
from synth.store.http import PoliteClient

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
QUESTION = question_of("Does token merging speed up vision transformers?")


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


def make_paper(key: str, title: str = "Token merging", **fields: object) -> Paper:
    return Paper.model_validate({"id": key, "title": title, "source": "shelf"} | fields)


class Shelf:
    """A source that holds papers in memory."""

    def __init__(self, *papers: Paper, name: str = "shelf", state: SourceState = "ok", refuse: str = "") -> None:
        self.name = name
        self.papers = tuple(paper.model_copy(update={"source": name}) for paper in papers)
        self.state = state
        self.refuse = refuse
        self.fetched: list[str] = []

    def search(self, question: Question, limit: int) -> Answer:
        reason = "" if self.state == "ok" else "the shelf is closed"
        entry = SearchEntry(
            source=self.name, query="q", state=self.state, received=len(self.papers), promised=len(self.papers), reason=reason
        )
        return Answer(self.papers, (entry,))

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        held = tuple(paper for name in names for paper in self.papers if paper.id == name)
        lost = tuple(
            Skipped(paper=make_paper(name, name), reason=f"no {name} in {self.name}") for name in names if name not in {p.id for p in held}
        )
        entry = SearchEntry(source=self.name, query="named", state="ok" if held else "empty", received=len(held), promised=len(held))
        return Answer(held, (entry,)), lost

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        self.fetched.append(paper.id)
        if paper.id in self.refuse.split():
            return Skipped(paper=paper, reason="it fell behind the shelf")
        return Fetched(paper=paper, data=b"text", name=f"{paper.id}.md")


def got(*sources: Shelf, embedder: Embedder, **terms: object) -> list[str]:
    return [item.paper.id for item in retrieve(QUESTION, sources, embedder=embedder, **terms).fetched]  # type: ignore[arg-type]


NEAR = make_paper("near", "Token merging makes vision transformers faster")
FAR = make_paper("far", "Soil bacteria in rice fields")
MIDDLE = make_paper("middle", "A survey of neural networks")


def test_papers_come_in_the_order_of_their_nearness(embedder: Embedder) -> None:
    """The nearest to the question first, whatever order the source had, and no more than asked for."""
    assert got(Shelf(FAR, MIDDLE, NEAR), embedder=embedder) == ["near", "middle", "far"]
    result = retrieve(QUESTION, [Shelf(FAR, MIDDLE, NEAR)], embedder=embedder, max_papers=2)
    assert [item.paper.id for item in result.fetched] == ["near", "middle"]
    assert result.notices == ("1 papers that were found rank below the 2 that were read and were left out",)


def test_equal_papers_have_a_fixed_order(embedder: Embedder) -> None:
    """Ties go by id."""
    twins = [make_paper(key, "Token merging", authors=(key,)) for key in "cab"]
    assert got(Shelf(*twins), embedder=embedder) == ["a", "b", "c"]


def test_named_papers_come_first_and_always(embedder: Embedder) -> None:
    """A named paper is read however far it is from the question, in the order named, also beyond the limit."""
    shelf = Shelf(NEAR, MIDDLE, FAR)
    assert got(shelf, embedder=embedder, named=["far", "middle"]) == ["far", "middle", "near"]
    assert got(shelf, embedder=embedder, named=["far", "middle"], max_papers=1) == ["far", "middle"]


def test_a_name_that_no_source_knows_is_skipped_with_every_reason(embedder: Embedder) -> None:
    """The others go on."""
    result = retrieve(QUESTION, [Shelf(NEAR), Shelf(FAR, name="box")], embedder=embedder, named=["far", "lost"])
    assert [item.paper.id for item in result.fetched] == ["far", "near"]
    assert [skipped.reason for skipped in result.skipped] == ["no lost in shelf; no lost in box"]


def test_one_work_of_two_sources_is_read_once(embedder: Embedder) -> None:
    """Preprint and article are one work; the second record is a duplicate of the log, and the numbers add up."""
    preprint = make_paper("arxiv:2401.00001", arxiv_id="2401.00001", doi="10.1/x")
    article = make_paper("doi:10.1/x", doi="10.1/x")
    result = retrieve(QUESTION, [Shelf(preprint), Shelf(article, FAR, name="box")], embedder=embedder)
    assert [item.paper.id for item in result.fetched] == ["arxiv:2401.00001", "far"]
    assert [(entry.received, entry.duplicates) for entry in result.log] == [(1, 0), (2, 1)]
    assert sum(entry.received - entry.duplicates for entry in result.log) == 2


def test_the_paper_is_read_before_the_note_and_the_note_where_the_paper_cannot_be_had(embedder: Embedder) -> None:
    """A reading note never hides its paper, and stands in for it."""
    note = make_paper("arxiv:2401.00001", arxiv_id="2401.00001", kind="note")
    paper = make_paper("arxiv:2401.00001", arxiv_id="2401.00001")
    for named in ([], ["arxiv:2401.00001"]):
        result = retrieve(QUESTION, [Shelf(note, name="library"), Shelf(paper, name="arxiv")], embedder=embedder, named=named)
        assert [(item.paper.source, item.paper.kind) for item in result.fetched] == [("arxiv", "paper")]
        closed = Shelf(paper, name="arxiv", refuse="arxiv:2401.00001")
        result = retrieve(QUESTION, [Shelf(note, name="library"), closed], embedder=embedder, named=named)
        assert [(item.paper.source, item.paper.kind) for item in result.fetched] == [("library", "note")]
        assert result.skipped == ()


def test_a_paper_that_cannot_be_had_makes_room(embedder: Embedder) -> None:
    """Its reason is kept and the next in rank is read."""
    result = retrieve(QUESTION, [Shelf(NEAR, MIDDLE, FAR, refuse="near")], embedder=embedder, max_papers=2)
    assert [item.paper.id for item in result.fetched] == ["middle", "far"]
    assert [(skipped.paper.id, skipped.reason) for skipped in result.skipped] == [("near", "it fell behind the shelf")]


def test_a_withdrawn_paper_is_not_fetched(embedder: Embedder) -> None:
    """Whatever its source would give."""
    shelf = Shelf(NEAR, make_paper("gone", withdrawn=True, comment="Withdrawn by the author"))
    result = retrieve(QUESTION, [shelf], embedder=embedder)
    assert [(skipped.paper.id, skipped.reason) for skipped in result.skipped] == [("gone", "withdrawn: Withdrawn by the author")]
    assert shelf.fetched == ["near"]


def test_a_source_that_is_down_is_one_notice(embedder: Embedder) -> None:
    """The others go on."""
    result = retrieve(QUESTION, [Shelf(name="arxiv", state="unavailable"), Shelf(NEAR)], embedder=embedder)
    assert [item.paper.id for item in result.fetched] == ["near"]
    assert result.notices == ("arxiv gave nothing (unavailable): the shelf is closed",)


def test_nothing_at_all_is_an_error_that_says_why(embedder: Embedder) -> None:
    """No report about nothing: the state of each source, or that none has a paper, in one line with exit code 3."""
    with pytest.raises(NothingRetrieved, match="arxiv unavailable: the shelf is closed") as caught:
        retrieve(QUESTION, [Shelf(name="arxiv", state="unavailable")], embedder=embedder)
    assert caught.value.exit_code == 3
    with pytest.raises(NothingRetrieved, match="no source has one"):
        retrieve(QUESTION, [Shelf()], embedder=embedder)
    with pytest.raises(NothingRetrieved, match="it fell behind the shelf"):
        retrieve(QUESTION, [Shelf(NEAR, refuse="near")], embedder=embedder)
    with pytest.raises(NothingRetrieved):
        retrieve(QUESTION, [], embedder=embedder)


def test_progress_is_told_and_not_printed(embedder: Embedder, capsys: pytest.CaptureFixture[str]) -> None:
    """The library says what it does to whoever asked, and to nobody else."""
    lines: list[str] = []
    retrieve(QUESTION, [Shelf(NEAR)], embedder=embedder, on_progress=lines.append)
    assert lines == ["searching shelf", "fetching Token merging makes vision transformers faster (1 of at most 15)"]
    assert capsys.readouterr() == ("", "")


def test_a_folder_is_ranked_by_what_its_files_say_and_mute_files_are_handed_on(tmp_path: Path, embedder: Embedder) -> None:
    """File names say nothing; a file without a readable word takes no place from a paper."""
    (tmp_path / "a.md").write_text("# Rice\n\nSoil bacteria live in rice fields.")
    (tmp_path / "b.tex").write_text("\\title{Merging}\nToken merging makes vision transformers faster.")
    (tmp_path / "c.pdf").write_text("no pdf")
    result = retrieve(QUESTION, [FolderSource(tmp_path)], embedder=embedder, max_papers=1)
    assert [item.name for item in result.fetched] == ["b.tex", "c.pdf"]
    assert result.notices == ("1 papers that were found rank below the 1 that were read and were left out",)


def test_two_folders_with_a_file_of_the_same_name(tmp_path: Path, embedder: Embedder) -> None:
    """Each paper's bytes come from its own folder."""
    for name, text in (("one", "Token merging is fast."), ("two", "Token pruning is fast.")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(text)
    folders = [FolderSource(tmp_path / "one"), FolderSource(tmp_path / "two", name="folder2")]
    result = retrieve(QUESTION, folders, embedder=embedder)
    assert {item.paper.id: item.data for item in result.fetched} == {
        "file:a.md": b"Token merging is fast.",
        "file:folder2/a.md": b"Token pruning is fast.",
    }


def test_find_ranks_and_fetches_nothing(embedder: Embedder) -> None:
    """Looking is not reading."""
    shelf = Shelf(FAR, MIDDLE, NEAR)
    found = find(QUESTION, [shelf], embedder=embedder, max_papers=2)
    assert [paper.id for paper in found.papers] == ["near", "middle"]
    assert [entry.received for entry in found.log] == [3]
    assert shelf.fetched == []
    with pytest.raises(NothingRetrieved):
        find(QUESTION, [Shelf()], embedder=embedder)


def test_find_tells_what_was_taken_back_apart(embedder: Embedder) -> None:
    """A withdrawn paper takes no place from one that a run would read, and is shown with its reason."""
    back = NEAR.model_copy(update={"id": "back", "title": "Token merging makes vision transformers much faster", "withdrawn": True})
    found = find(QUESTION, [Shelf(FAR, back, NEAR, MIDDLE)], embedder=embedder, max_papers=2)
    assert [paper.id for paper in found.papers] == ["near", "middle"]
    assert [item.paper.id for item in found.skipped] == ["back"]
    assert dict(found.log[0].excluded) == {"ranked below those that were read": 1, "withdrawn or retracted": 1}


@pytest.mark.disable_socket
def test_local_sources_need_no_network(tmp_path: Path, embedder: Embedder) -> None:
    """The library and a folder work with sockets blocked."""
    (tmp_path / "a.md").write_text("# Token merging\n\nIt is fast.")
    result = retrieve(QUESTION, [FolderSource(tmp_path), LibrarySource()], embedder=embedder)
    assert len(result.fetched) == 15
    assert any(item.paper.arxiv_id == "2210.09461" for item in result.fetched)


def test_a_second_run_fetches_nothing_twice(server: ArxivServer, client: PoliteClient, embedder: Embedder, tmp_path: Path) -> None:
    """Cut off in the middle of the downloads and run again, only what was missing is fetched; a third run sends nothing."""
    server.entries = [Entry(f"2401.0000{number}", title=f"Token merging {number}") for number in range(1, 5)]
    question = question_of("weight decay and grokking")

    def run(calls: int | None) -> list[str]:
        cache = Cache(tmp_path / "cache", now=client.clock.now)
        source = ArxivSource(PoliteClient(cache=cache, limiter=client.limiter, clock=client.clock), base_url=server.url)
        fetch = source.fetch

        def dies(paper: Paper) -> Fetched | Skipped:
            if calls is not None and sum(call.path.startswith("/pdf/") for call in server.calls) >= calls:
                raise KeyboardInterrupt
            return fetch(paper)

        source.fetch = dies  # type: ignore[method-assign]
        return [item.paper.id for item in retrieve(question, [source], embedder=embedder).fetched]

    with pytest.raises(KeyboardInterrupt):
        run(calls=2)
    assert len(server.calls) == 3
    first = run(calls=None)
    assert len(server.calls) == 5
    assert run(calls=None) == first
    assert len(server.calls) == 5


def test_arxiv_with_bad_pdfs_end_to_end(server: ArxivServer, source: ArxivSource, embedder: Embedder) -> None:
    """Each paper whose PDF is missing, HTML or withdrawn is skipped with its reason and the good one is read."""
    server.entries = [
        Entry("2401.00001", title="Token merging one"),
        Entry("2401.00002", title="Token merging two"),
        Entry("2401.00003", title="Token merging three"),
        Entry("2401.00004", 2, title="Token merging four", comment="This paper has been withdrawn"),
    ]
    server.pdfs = {"2401.00002v1": HttpAnswer(404, b"", "text/plain"), "2401.00003v1": html(200)}
    result = retrieve(question_of("weight decay and grokking"), [source], embedder=embedder)
    assert [item.name for item in result.fetched] == ["2401.00001v1.pdf"]
    no_source = "arXiv has no LaTeX source of this version (HTTP 404)"
    assert {skipped.paper.arxiv_id: skipped.reason for skipped in result.skipped} == {
        "2401.00002": f"arXiv has no PDF of this version (HTTP 404); {no_source}",
        "2401.00003": "the PDF could not be had: the server sent an HTML page instead of a PDF; " + no_source,
        "2401.00004": "withdrawn: This paper has been withdrawn",
    }


def test_arxiv_down_and_the_library_up(server: ArxivServer, source: ArxivSource, embedder: Embedder) -> None:
    """The library's notes are read, with one line on arXiv, and arXiv was asked one query's worth of times."""
    server.plan(*[html(503)] * 9)
    result = retrieve(QUESTION, [source, LibrarySource()], embedder=embedder, max_papers=3)
    assert len(result.fetched) == 3
    assert [notice for notice in result.notices if "arxiv" in notice] == ["arxiv gave nothing (unavailable): HTTP 503 (tried 4 times)"]
    assert len(server.calls) == 4


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ({"doi": "10.1/x"}, {"doi": "10.1/x"}, True),
        ({"arxiv_id": "2401.00001"}, {"arxiv_id": "2401.00001"}, True),
        ({"arxiv_id": "2401.00001"}, {"arxiv_id": "2401.00002"}, False),
        ({"title": "RETRACTED: Ünï <i>Merging</i>!"}, {"title": "uni merging"}, True),
        ({"title": "Reply"}, {"title": "Reply", "authors": ("Other Body",)}, False),
        ({"title": "Reply"}, {"title": "Reply", "year": 2020}, False),
        ({"title": "Reply"}, {"title": "Reply", "authors": ("Müller, Ana",)}, True),
        ({"title": "Reply", "year": None}, {"title": "Reply"}, False),
    ],
)
def test_what_makes_two_records_one_work(a: dict[str, object], b: dict[str, object], same: bool) -> None:
    """An identifier, or title with first author and year; a title alone never."""
    common: dict[str, object] = {"authors": ("Ana Müller",), "year": 2024}
    assert is_same(make_paper("a", **(common | a)), make_paper("b", **(common | b))) is same  # type: ignore[arg-type]


def test_merging_fills_gaps() -> None:
    """What the better record lacks, the other one gives; a file name gives way to a title."""
    file = make_paper("arxiv:2401.00001", "2401.00001", arxiv_id="2401.00001", source="folder")
    record = make_paper("arxiv:2401.00001", "A Title", arxiv_id="2401.00001", abstract="About.", year=2024, source="arxiv")
    works, duplicates = merge([file, record])
    assert (len(works), duplicates) == (1, 1)
    best = works[0].best
    assert (best.source, best.title, best.abstract, best.year) == ("folder", "A Title", "About.", 2024)
