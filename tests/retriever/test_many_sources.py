"""Several sources on the same papers: one work once, an account that adds up, references followed, downloads side by side."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from service_server import PDF, Reply, ServiceServer, Work, serve

from synth.errors import NotFound, NothingRetrieved, UsageError
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped
from synth.model.flow import flow
from synth.retriever.crossref import CrossrefSource
from synth.retriever.facets import question_of
from synth.retriever.fetching import fetch
from synth.retriever.limits import limited
from synth.retriever.merge import Shelf, merge
from synth.retriever.openalex import OpenAlexSource
from synth.retriever.rank import bm25, order, spread
from synth.retriever.reading_list import ListSource
from synth.retriever.retrieve import find, retrieve
from synth.retriever.semanticscholar import SemanticScholarSource
from synth.retriever.source import Answer
from synth.retriever.sources import open_sources
from synth.settings import Settings
from synth.store.embedding import Embedder
from synth.store.http import PoliteClient
from synth.store.workspace import Workspace

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
QUESTION = question_of("weight decay and grokking")


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture
def webs() -> Iterator[list[ServiceServer]]:
    with ExitStack() as stack:
        servers = [stack.enter_context(serve()) for _ in range(3)]
        for server, name in zip(servers, ("openalex", "semanticscholar", "crossref"), strict=True):
            server.speaks = name
        yield servers


def disagreeing(webs: Sequence[ServiceServer], client: PoliteClient) -> list[OpenAlexSource | SemanticScholarSource | CrossrefSource]:
    """Three services that know overlapping papers under different ids, one of them retracted, one without a PDF, one a notice."""
    one, two, three = webs
    pdf = f"{one.url}/pdf/"
    one.others = {"/pdf/": PDF}
    one.works = [
        Work(1, title="Weight decay explains grokking", arxiv="2401.00001", pdf=pdf + "1"),
        Work(2, title="Grokking without weight decay", pdf=pdf + "2"),
        Work(3, title="A grokking paper that was taken back", pdf=pdf + "3", retracted=True),
    ]
    two.works = [
        Work(11, title="Weight Decay Explains Grokking", arxiv="2401.00001", own_doi="10.48550/arXiv.2401.00001"),
        Work(12, title="Grokking without weight decay!", own_doi="10.9999/other"),
        Work(4, title="Grokking behind a wall", year=2023),
    ]
    three.works = [Work(1, title="Weight decay explains grokking"), Work(5, title="An old paper on grokking", year=2001)]
    return [
        OpenAlexSource(client, base_url=one.url),
        SemanticScholarSource(client, base_url=two.url),
        CrossrefSource(client, base_url=three.url),
    ]


def test_three_services_that_disagree_end_in_an_account_that_adds_up(
    webs: list[ServiceServer], client: PoliteClient, embedder: Embedder
) -> None:
    """One work once under all its ids; the retracted, the old and the walled one are out, each with its reason, and the sums agree."""
    sources = disagreeing(webs, client)
    result = retrieve(limited(QUESTION, since="2020"), sources, embedder=embedder, max_papers=10)
    assert {item.paper.title for item in result.fetched} == {"Weight decay explains grokking", "Grokking without weight decay"}
    both = next(item.paper for item in result.fetched if item.paper.arxiv_id)
    assert {"doi:10.1234/w1", "openalex:W10001", "s2:" + f"{11:040x}"} <= set(both.keys)
    assert {item.paper.title: item.reason.split(":")[0] for item in result.skipped} == {
        "A grokking paper that was taken back": "retracted",
        "Grokking behind a wall": "Semantic Scholar knows no open PDF of it",
    }
    account = flow(result.log, read=len(result.fetched))
    told = {one.source: (one.received, one.duplicates, dict(one.excluded), one.fetched) for one in account.sources}
    assert told == {
        "openalex": (3, 0, {"withdrawn or retracted": 1}, 2),
        "semanticscholar": (3, 2, {"no full text could be had": 1}, 0),
        "crossref": (2, 1, {"older than 2020": 1}, 0),
    }
    assert (account.received, account.duplicates, account.fetched, account.unreadable) == (8, 3, 2, 0)


def test_what_ranks_below_is_counted(webs: list[ServiceServer], client: PoliteClient, embedder: Embedder) -> None:
    """Nothing is dropped in silence, also where there was simply enough."""
    sources = disagreeing(webs, client)
    result = retrieve(QUESTION, sources, embedder=embedder, max_papers=1)
    account = flow(result.log, read=1)
    assert dict(account.excluded)["ranked below those that were read"] == 5 - 1 - len(result.skipped)
    assert account.fetched == len(result.fetched) == 1


def test_a_source_that_fails_keeps_the_sums(webs: list[ServiceServer], client: PoliteClient, embedder: Embedder) -> None:
    """A service that is down is failed and not empty, and the others go on."""
    sources = disagreeing(webs, client)
    webs[1].fault = lambda server, due: Reply(500)
    result = retrieve(QUESTION, sources, embedder=embedder)
    account = flow(result.log, read=len(result.fetched))
    down = next(one for one in account.sources if one.source == "semanticscholar")
    assert (down.failed, down.received, down.fetched) == (1, 0, 0)
    assert account.fetched == len(result.fetched)
    assert any(notice.startswith("semanticscholar gave nothing (unavailable): HTTP 500") for notice in result.notices)


def test_a_retraction_that_only_crossref_knows_keeps_a_paper_out(
    webs: list[ServiceServer], client: PoliteClient, embedder: Embedder
) -> None:
    """The notice is asked for after the papers are ranked and before they are fetched."""
    sources = disagreeing(webs, client)
    notice = {"DOI": "10.1234/n", "update-to": [{"DOI": "10.1234/w2", "type": "retraction"}]}
    page = {"status": "ok", "message": {"total-results": 1, "items": [notice]}}
    told = Reply(body=json.dumps(page).encode())
    webs[2].fault = lambda server, due: told if "updates" in str(server.calls[-1][1]) else due
    result = retrieve(QUESTION, sources, embedder=embedder)
    assert {item.paper.title for item in result.fetched} == {"Weight decay explains grokking"}
    assert any(item.reason == "retracted, notice 10.1234/n" for item in result.skipped)


class Withdrawing:
    """A source with many papers that have no text, and a last one that was taken back."""

    name = "hall"

    def search(self, question: Question, limit: int) -> Answer:
        papers = tuple(make(f"x:{number}", title=f"Weight decay {number}", source=self.name) for number in range(9))
        return Answer(papers, (SearchEntry(source=self.name, query="q", state="ok", promised=9, received=9),))

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        return Answer((), ()), ()

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        return Fetched(paper=paper, data=b"x", name="x") if paper.id == self.last else Skipped(paper=paper, reason="closed")

    last = ""

    def retracted(self, papers: Sequence[Paper]) -> tuple[dict[str, str], tuple[SearchEntry, ...]]:
        return {paper.id: "retracted" for paper in papers if paper.id == self.last}, ()


def test_a_paper_far_down_is_asked_about_before_it_is_read(embedder: Embedder) -> None:
    """Where many texts cannot be had, the one that is had at last is known to be taken back all the same."""
    source = Withdrawing()
    ranked = find(QUESTION, [source], embedder=embedder).papers
    source.last = ranked[-1].id
    with pytest.raises(NothingRetrieved):
        retrieve(QUESTION, [source], embedder=embedder, max_papers=1)


def make(key: str, **fields: object) -> Paper:
    return Paper.model_validate({"id": key, "title": "A Title", "source": "shelf"} | fields)


def test_a_record_that_names_two_works_makes_them_one() -> None:
    """Preprint under its arXiv id, article under its DOI, and later a record that knows both."""
    works, duplicates = merge(
        [
            make("arxiv:2401.00001", arxiv_id="2401.00001"),
            make("doi:10.1/x", doi="10.1/x"),
            make("s2:1", ids=("doi:10.1/x", "arxiv:2401.00001")),
        ]
    )
    assert (len(works), duplicates) == (1, 1)
    assert set(works[0].best.keys) == {"arxiv:2401.00001", "doi:10.1/x", "s2:1"}


def test_two_preprints_stay_two_whatever_a_source_says() -> None:
    """A record that mixes up two works does not make them one."""
    papers = [
        make("arxiv:2401.00001", arxiv_id="2401.00001"),
        make("arxiv:2401.00002", arxiv_id="2401.00002", doi="10.1/x"),
        make("doi:10.1/x", doi="10.1/x", ids=("arxiv:2401.00001",)),
    ]
    assert [work.arxiv_ids for work in merge(papers)[0]] == [{"2401.00001"}, {"2401.00002"}]


def test_merging_is_the_same_in_any_order() -> None:
    """Which source answered first does not change what is one work."""
    from itertools import permutations

    papers = [
        make("arxiv:2401.00001", arxiv_id="2401.00001", authors=("Ana Müller",), year=2024),
        make("doi:10.1/x", doi="10.1/x", authors=("Müller A",), year=2025),
        make("pmid:5", ids=("doi:10.1/x",)),
        make("doi:10.1/y", doi="10.1/y", authors=("Bo Roe",), year=2024),
    ]
    groups = {frozenset(frozenset(paper.id for paper in work.papers) for work in merge(order)[0]) for order in permutations(papers)}
    assert groups == {frozenset({frozenset({"arxiv:2401.00001", "doi:10.1/x", "pmid:5"}), frozenset({"doi:10.1/y"})})}


def test_a_withdrawn_version_leaves_another_version_alone() -> None:
    """Version 1 was asked for; that version 2 was withdrawn is not its fault, that the article was retracted is."""
    first, second = (make("arxiv:2401.00001", arxiv_id="2401.00001", arxiv_version=version, withdrawn=version == 2) for version in (1, 2))
    shelf = Shelf()
    for paper in (first, second):
        shelf.add(paper)
    assert not shelf.works[0].best.withdrawn
    shelf.add(make("doi:10.1/x", ids=("arxiv:2401.00001",), withdrawn=True, notice="retracted 2025"))
    assert (shelf.works[0].best.withdrawn, shelf.works[0].best.notice) == (True, "retracted 2025")


def test_thousands_of_records_are_merged_at_once() -> None:
    """Ten thousand records of two thousand works; each is looked up and none compared with all others."""
    papers = [
        make(f"s{source}:{number}", ids=(f"doi:10.1/{number}",), title=f"T {number}", authors=("A B",), year=2020)
        for source in range(5)
        for number in range(2000)
    ]
    works, duplicates = merge(papers)
    assert (len(works), duplicates) == (2000, 8000)


class Hall:
    """A source whose downloads wait until another place's download is under way too."""

    def __init__(self, name: str, meeting: threading.Barrier | None = None, fails: str = "") -> None:
        self.name, self.meeting, self.fails = name, meeting, fails
        self.busy = 0

    def search(self, question: Question, limit: int) -> Answer:
        return Answer((), (SearchEntry(source=self.name, query="", state="empty"),))

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        return Answer((), ()), ()

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        self.busy += 1
        assert self.busy == 1
        if self.meeting is not None:
            self.meeting.wait(20)
        self.busy -= 1
        if paper.id in self.fails.split():
            return Skipped(paper=paper, reason="gone")
        return Fetched(paper=paper, data=b"x", name=paper.id)


def test_places_are_fetched_from_at_the_same_time_and_each_one_by_one() -> None:
    """The downloads of three places meet, so the wait is that of the slowest; no place sees two at once; the order is that of the rank."""
    meeting = threading.Barrier(3)
    halls = [Hall(name, meeting) for name in ("a", "b", "c")]
    works, _ = merge(make(f"{hall.name}:{number}", source=hall.name, title=f"{hall.name}{number}") for number in range(4) for hall in halls)
    lock, arrived = threading.Lock(), []

    def take(item: Fetched) -> Paper:
        with lock:
            arrived.append(item.paper.id)
        return item.paper

    fetched, skipped, left = fetch(works, 9, halls, lambda line: None, take)
    assert sorted(arrived) == sorted(paper.id for _, paper in fetched)
    assert [paper.id for _, paper in fetched] == [f"{name}:{number}" for number in range(3) for name in "abc"]
    assert (skipped, left) == ([], 3)


def test_a_place_that_fails_makes_room_in_the_order_of_the_rank() -> None:
    """The next in rank is read, wherever it lies."""
    halls = [Hall("a", fails="a:0 a:1"), Hall("b")]
    works, _ = merge(make(f"{hall.name}:{number}", source=hall.name, title=f"{hall.name}{number}") for number in range(3) for hall in halls)
    fetched, skipped, left = fetch(works, 3, halls, lambda line: None, lambda item: item.paper)
    assert [paper.id for _, paper in fetched] == ["b:0", "b:1", "a:2"]
    assert ([item.paper.id for _, item in skipped], left) == (["a:0", "a:1"], 1)


class Cited(Hall):
    """A source that gives one paper for a question and another one for following it."""

    def search(self, question: Question, limit: int) -> Answer:
        entry = SearchEntry(source=self.name, query="q", state="ok", promised=1, received=1)
        return Answer((make("x:1", title="Weight decay and grokking", source=self.name),), (entry,))

    def follow(self, papers: Sequence[Paper], limit: int) -> Answer:
        found = tuple(make(f"{paper.id}r", title=f"What {paper.id} cites", source=self.name) for paper in papers)
        entry = SearchEntry(source=self.name, query="references", state="ok", promised=len(found), received=len(found))
        return Answer(found, (entry,))


@pytest.mark.parametrize(("rounds", "ids"), [(0, {"x:1"}), (1, {"x:1", "x:1r"}), (3, {"x:1", "x:1r", "x:1rr", "x:1rrr"})])
def test_each_round_of_the_snowball_follows_what_was_not_followed_yet(rounds: int, ids: set[str], embedder: Embedder) -> None:
    """References of references, one round deeper each time, and no paper twice."""
    result = retrieve(QUESTION, [Cited("x")], embedder=embedder, snowball=rounds)
    assert {item.paper.id for item in result.fetched} == ids
    assert flow(result.log, len(ids)).fetched == len(ids)


def test_words_and_meaning_are_fused(embedder: Embedder) -> None:
    """What is near and shares the telling words goes first, what shares none last."""
    texts = ["Soil bacteria in rice fields.", "A survey of neural networks.", "Weight decay drives grokking in small transformers."]
    assert order(QUESTION, texts, ["a", "b", "c"], embedder) == [2, 1, 0]
    words = bm25(QUESTION, texts)
    assert words[:2] == [0, 0]
    assert words[2] > 0


def test_of_twins_the_second_makes_way() -> None:
    """Two that say the same differ little in score; something else on the subject, a little lower, is read between them."""
    import numpy as np

    rows = np.array([[1.0, 0.0], [1.0, 0.0], [0.6, 0.8]], dtype=np.float32)
    assert spread([0.90, 0.90, 0.88], rows, [0, 1, 2]) == [0, 2, 1]
    assert spread([0.90, 0.90, 0.50], rows, [0, 1, 2]) == [0, 1, 2]


BIB = r"""
@string{nips = "NeurIPS"}
@article{attn, title={{A}ttention {I}s All You Need}, author={Vaswani, Ashish and {The Team}}, year=2017, eprint={1706.03762v5},
  archivePrefix={arXiv}, booktitle=nips}
@inproceedings{umlaut, title={Gr{\"u}n}, author={M{\"u}ller, Ana}, date={2020-05-01},
  doi={https://doi.org/10.1234/ABC}, file={:own.pdf:PDF}}
@misc{broken, title={never closed,
@article{notitle, author={Nobody}}
"""
RIS = "TY  - JOUR\nTI  - A title\nAU  - Doe, Jane\nPY  - 2020/05/01\nDO  - 10.1234/x\nUR  - http://arxiv.org/abs/2401.00001v2\nER  - \n"
CSV = "Title,Authors,Year,DOI,Url\nA title,Doe J.; Roe B.,2020,10.1234/x,https://arxiv.org/pdf/2401.00001v2\n"


def listed(folder: Path, name: str, text: str, client: PoliteClient) -> ListSource:
    (folder / name).write_text(text, "utf-8")
    return ListSource(folder / name, client)


def test_a_bibtex_file_is_read_and_what_cannot_be_read_is_counted(tmp_path: Path, client: PoliteClient) -> None:
    """Braces, accents, strings, versions and files come over; a broken entry and one without a title do not, and the log says so."""
    answer = listed(tmp_path, "refs.bib", BIB, client).search(QUESTION, 5)
    first, second = answer.papers
    assert (first.id, first.arxiv_version, first.title, first.authors, first.venue) == (
        "arxiv:1706.03762",
        5,
        "Attention Is All You Need",
        ("Vaswani, Ashish", "The Team"),
        "NeurIPS",
    )
    assert (second.id, second.title, second.authors, second.published, second.location) == (
        "doi:10.1234/abc",
        "Grün",
        ("Müller, Ana",),
        "2020-05-01",
        "own.pdf",
    )
    assert [(entry.received, sum(count for _, count in entry.excluded)) for entry in answer.log] == [(4, 2)]


@pytest.mark.parametrize(("name", "text"), [("refs.ris", RIS), ("refs.csv", CSV)])
def test_ris_and_tables_say_the_same(tmp_path: Path, client: PoliteClient, name: str, text: str) -> None:
    """The same entry reads the same from either."""
    paper = listed(tmp_path, name, text, client).search(QUESTION, 5).papers[0]
    assert (paper.id, paper.arxiv_version, paper.doi, paper.year, paper.title) == ("arxiv:2401.00001", 2, "10.1234/x", 2020, "A title")
    assert paper.authors[0] in ("Doe, Jane", "Doe J.")


def test_a_listed_file_is_read_and_one_outside_the_folder_is_not(tmp_path: Path, client: PoliteClient) -> None:
    """A list that a stranger wrote does not open other files of this machine."""
    (tmp_path / "own.pdf").write_bytes(PDF)
    source = listed(tmp_path, "refs.bib", BIB, client)
    outcome = source.fetch(source.find(["umlaut"])[0].papers[0])
    assert isinstance(outcome, Fetched)
    lost = source.fetch(make("list:x", location="../../etc/passwd.pdf"))
    assert isinstance(lost, Skipped)
    assert lost.reason == "the file that the list names lies outside its folder"


def test_a_listed_paper_is_completed_by_a_service_that_surely_knows_it(
    webs: list[ServiceServer], client: PoliteClient, embedder: Embedder, tmp_path: Path
) -> None:
    """A title, an author and a year are enough to find the PDF; another paper's title is not."""
    sources = disagreeing(webs, client)[:1]
    webs[0].works = [Work(1, title="Weight decay explains grokking", pdf=f"{webs[0].url}/pdf/1")]
    table = "title,authors,year\nWeight decay explains grokking,Zoë First,2024\nSomething that nobody knows at all,Zoë First,2024\n"
    refs = listed(tmp_path, "refs.csv", table, client)
    result = retrieve(QUESTION, [refs, *sources], embedder=embedder)
    assert [(item.paper.title, item.paper.source) for item in result.fetched] == [("Weight decay explains grokking", "openalex")]
    assert [item.reason for item in result.skipped] == ["the list names no file of it and no address of a PDF"]
    assert flow(result.log, 1).fetched == 1


def test_lists_that_cannot_be_meant(tmp_path: Path, client: PoliteClient) -> None:
    """No such file, no such format, no column of titles: one line each."""
    with pytest.raises(NotFound, match="no file"):
        ListSource(tmp_path / "none.bib", client)
    with pytest.raises(UsageError, match="no list of papers"):
        ListSource(tmp_path / "refs.docx", client)
    with pytest.raises(UsageError, match="no column of titles"):
        listed(tmp_path, "odd.csv", "a,b\n1,2\n", client).search(QUESTION, 5)


def test_sources_are_opened_by_name(tmp_path: Path) -> None:
    """Several in one name, each once; a second list has a name of its own; what is no source is told with those that are."""
    for name in ("a.bib", "b.ris"):
        (tmp_path / name).write_text("")
    names = ["openalex,crossref", "openalex", f"list:{tmp_path}/a.bib", f"list:{tmp_path}/b.ris"]
    opened = open_sources(names, Workspace(tmp_path), Settings())
    assert [source.name for source in opened] == ["openalex", "crossref", "list", "list2"]
    with pytest.raises(UsageError, match="semanticscholar"):
        open_sources(["scholar"], Workspace(tmp_path), Settings())
