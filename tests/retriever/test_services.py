"""What each service is asked, in its own language, and how its records read."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from service_server import PDF, Reply, ServiceServer, Work, serve

from synth.errors import UsageError
from synth.model import Fetched, Paper, Question, Skipped
from synth.retriever import fulltext
from synth.retriever.crossref import CrossrefSource
from synth.retriever.europepmc import EuropePmcSource
from synth.retriever.facets import question_of
from synth.retriever.fulltext import open_pdf
from synth.retriever.limits import day, limited, outside
from synth.retriever.openalex import OpenAlexSource
from synth.retriever.queries import arxiv_queries
from synth.retriever.semanticscholar import SemanticScholarSource
from synth.retriever.service import Service
from synth.retriever.unpaywall import UnpaywallSource
from synth.store.http import PoliteClient

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
QUESTION = question_of("Does token merging speed up vision transformers?")
LIMITED = limited(QUESTION, "2022", "2023-05", ("cs.CV",))
SEARCHED: tuple[type[Service], ...] = (OpenAlexSource, SemanticScholarSource, CrossrefSource, EuropePmcSource)
KINDS: tuple[type[Service], ...] = (*SEARCHED, UnpaywallSource)


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENALEX_API_KEY", "SEMANTIC_SCHOLAR_API_KEY", "S2_API_KEY", "CROSSREF_MAILTO", "CROSSREF_API_KEY", "UNPAYWALL_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("SYNTH_CONTACT", raising=False)


@pytest.fixture
def web() -> Iterator[ServiceServer]:
    with serve() as running:
        yield running


def opened(kind: type[Service], web: ServiceServer, client: PoliteClient) -> Service:
    web.speaks = kind.name
    return kind(client, base_url=web.url)


def made(kind: type[Service], raw: Any) -> Paper | None:
    return kind(PoliteClient()).record(raw)


def asked(kind: type[Service], web: ServiceServer, client: PoliteClient, question: Question) -> list[dict[str, str]]:
    opened(kind, web, client).search(question, 10)
    return [query for _, query, _ in web.calls]


def test_openalex_is_asked_in_boolean_with_filters(web: ServiceServer, client: PoliteClient) -> None:
    """Phrases joined by OR within a facet and AND between facets; dates and field as filters."""
    query = asked(OpenAlexSource, web, client, LIMITED)[0]
    assert '"token merging"' in query["search"]
    assert ") AND (" in query["search"]
    assert query["filter"] == "from_publication_date:2022-01-01,to_publication_date:2023-05-31,primary_topic.field.id:17"
    assert (query["per_page"], query["page"]) == ("10", "1")


def test_semantic_scholar_is_asked_in_plain_words(web: ServiceServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """No hyphen, no operator; the key is a header, and the time and the field of study are parameters."""
    monkeypatch.setenv("S2_API_KEY", "sesame")
    query = asked(SemanticScholarSource, web, client, LIMITED)[0]
    assert query["query"] == "token merging vision transformers"
    assert (query["publicationDateOrYear"], query["fieldsOfStudy"]) == ("2022-01-01:2023-05-31", "Computer Science")
    assert {headers.get("x-api-key") for _, _, headers in web.calls} == {"sesame"}


def test_crossref_is_asked_for_references(web: ServiceServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bibliographic query with dates; the address of the user where one is set."""
    monkeypatch.setenv("CROSSREF_MAILTO", "me@univ.test")
    query = asked(CrossrefSource, web, client, LIMITED)[0]
    assert query["query.bibliographic"] == "token merging vision transformers"
    assert query["filter"] == "from-pub-date:2022-01-01,until-pub-date:2023-05-31"
    assert query["mailto"] == "me@univ.test"


def test_europe_pmc_is_asked_with_fields(web: ServiceServer, client: PoliteClient) -> None:
    """Title and abstract, years, JSON and whole records."""
    query = asked(EuropePmcSource, web, client, LIMITED)[0]
    assert 'TITLE:"token merging" OR ABSTRACT:"token merging"' in query["query"]
    assert query["query"].endswith(" AND (PUB_YEAR:[2022 TO 2023])")
    assert (query["format"], query["resultType"], query["cursorMark"]) == ("json", "core", "*")


def test_arxiv_is_limited_by_date_and_category() -> None:
    """The dates in arXiv's form, the categories joined by OR, a whole archive with a star."""
    query = arxiv_queries(limited(QUESTION, "2022", None, ("cs.CV", "stat")))[0]
    assert query.endswith(" AND submittedDate:[202201010000 TO 209912312359] AND (cat:cs.CV OR cat:stat.*)")


@pytest.mark.parametrize("kind", SEARCHED)
def test_a_record_arrives_with_all_its_fields(kind: type[Service], web: ServiceServer, client: PoliteClient) -> None:
    """Title, authors, year, DOI, abstract and the ids of every service come over; markup does not."""
    source = opened(kind, web, client)
    web.works = [Work(1, title="Tökén <i>merging</i> &amp; more", arxiv="2401.00001", pdf=f"{web.url}/a.pdf")]
    paper = source.search(question_of("weight decay and grokking"), 5).papers[0]
    assert paper.title == "Tökén merging & more"
    assert (paper.doi, paper.year, paper.source) == ("10.1234/w1", 2024, kind.name)
    assert paper.authors[0] in ("Zoë First", "First Z")
    assert "abstract." in paper.abstract
    assert "<" not in paper.abstract
    if kind in (OpenAlexSource, SemanticScholarSource):
        assert (paper.id, paper.arxiv_id) == ("arxiv:2401.00001", "2401.00001")
        assert "doi:10.1234/w1" in paper.ids
    assert paper.location == (None if kind is CrossrefSource else f"{web.url}/a.pdf")


def test_the_doi_of_an_arxiv_id_is_the_arxiv_id() -> None:
    """10.48550/arXiv.2210.09461 is no DOI of an article."""
    paper = made(SemanticScholarSource, {"title": "T", "paperId": "a" * 40, "externalIds": {"DOI": "10.48550/arXiv.2210.09461"}})
    assert paper is not None
    assert (paper.id, paper.doi, paper.ids) == ("arxiv:2210.09461", None, ("s2:" + "a" * 40,))


@pytest.mark.parametrize("kind", [OpenAlexSource, CrossrefSource, EuropePmcSource])
def test_a_retracted_work_is_marked(kind: type[Service], web: ServiceServer, client: PoliteClient) -> None:
    """Each service says it in its own way; the paper says what said it, and is not fetched."""
    source = opened(kind, web, client)
    web.works = [Work(1, retracted=True)]
    paper = source.search(question_of("weight decay and grokking"), 5).papers[0]
    assert paper.withdrawn
    assert paper.notice.startswith("retracted")
    assert source.fetch(paper) == Skipped(paper=paper, reason=paper.notice)


def test_notices_of_crossref_mark_papers_of_other_sources(web: ServiceServer, client: PoliteClient) -> None:
    """A notice names the paper that it takes back, when, and itself; a correction takes nothing back."""
    updates = [
        {"DOI": "10.1234/W1", "type": "retraction", "updated": {"date-parts": [[2025, 2, 3]]}},
        {"DOI": "10.1234/w2", "type": "correction", "updated": {"date-parts": [[None]]}},
        None,
    ]
    items = [{"DOI": "10.1234/n", "title": ["Retraction"], "update-to": updates}]
    web.others = {"/works": {"status": "ok", "message": {"total-results": 1, "items": items}}}
    source = CrossrefSource(client, base_url=web.url)
    papers = [Paper(id="arxiv:2401.00001", ids=("doi:10.1234/w1",), title="A"), Paper(id="doi:10.1234/w2", title="B", doi="10.1234/w2")]
    notices, log = source.retracted(papers)
    assert notices == {"arxiv:2401.00001": "retracted 2025-02-03, notice 10.1234/n"}
    assert [(entry.state, entry.received, entry.reason) for entry in log] == [("ok", 0, "1 were taken back")]
    assert web.calls[0][1]["filter"] == "updates:10.1234/w1,updates:10.1234/w2"


def test_a_notice_is_no_paper() -> None:
    """The retraction of a paper is not evidence on its subject."""
    assert made(CrossrefSource, {"DOI": "10.1234/n", "title": ["Retraction: X"], "update-to": [{"type": "retraction"}]}) is None
    assert (
        made(EuropePmcSource, {"id": "1", "source": "MED", "title": "X", "pubTypeList": {"pubType": ["Retraction of Publication"]}}) is None
    )


@pytest.mark.parametrize(
    ("hit", "found"),
    [
        (Work(1, title="Attention is all you need", authors=("Ashish Vaswani",), year=2017), True),
        (Work(1, title="Self-Attention with Relative Position Representations", authors=("Peter Shaw",), year=2018), False),
        (Work(1, title="Attention Is All You Need", authors=("Somebody Else",), year=2017), False),
        (Work(1, title="Attention is all you need", authors=("A. Vaswani",), year=2024), False),
    ],
    ids=["itself", "another title", "another author", "another time"],
)
@pytest.mark.parametrize("kind", SEARCHED)
def test_the_first_hit_of_a_title_search_is_not_believed(
    kind: type[Service], web: ServiceServer, client: PoliteClient, hit: Work, found: bool
) -> None:
    """Only the same title by the same first author at about the same time is that paper."""
    source = opened(kind, web, client)
    web.works = [hit]
    wanted = Paper(id="list:x", title="Attention Is All You Need", authors=("Vaswani, Ashish",), year=2017)
    assert len(source.match([wanted]).papers) == found


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_paper_is_missed_and_not_a_failure(
    kind: type[Service], web: ServiceServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """404 to an id means that there is none; a name that is no id is said to be none."""
    monkeypatch.setenv("UNPAYWALL_EMAIL", "me@univ.test")
    source = opened(kind, web, client)
    web.fault = lambda server, due: Reply(404, b"Resource not found.", "text/plain")
    answer, skipped = source.find(["10.1234/none", "odd"])
    assert [entry.state for entry in answer.log] == ["empty"]
    assert [item.reason for item in skipped] == [f"{kind.label} has no paper 10.1234/none", f"'odd' is no id that {kind.label} knows"]


def test_references_and_citations_are_followed(web: ServiceServer, client: PoliteClient) -> None:
    """Both ends of a link are papers; a publisher that keeps its references is no failure."""
    cited = {"paperId": "b" * 40, "title": "Cited"}
    web.others = {
        "/paper/ARXIV:2401.00001/references": {
            "offset": 0,
            "data": [{"citedPaper": cited}, {"citedPaper": {"paperId": None, "title": None}}],
        },
        "/paper/ARXIV:2401.00001/citations": {"offset": 0, "data": None},
    }
    answer = opened(SemanticScholarSource, web, client).follow([Paper(id="arxiv:2401.00001", title="A", arxiv_id="2401.00001")], 10)
    assert [paper.title for paper in answer.papers] == ["Cited"]
    assert [(entry.query, entry.state, entry.received) for entry in answer.log] == [
        ("references of arxiv:2401.00001", "ok", 2),
        ("citations of arxiv:2401.00001", "empty", 0),
    ]


def test_unpaywall_without_an_address_says_so_once_and_is_skipped(web: ServiceServer, client: PoliteClient) -> None:
    """One entry of the log with what to do; nothing is sent, no paper is handed to it."""
    source = opened(UnpaywallSource, web, client)
    answer = source.search(QUESTION, 5)
    assert [(entry.state, "set UNPAYWALL_EMAIL" in entry.reason) for entry in answer.log] == [("unauthorised", True)]
    assert not source.can_fetch(Paper(id="doi:10.1234/w1", title="A", doi="10.1234/w1"))
    assert web.calls == []


def test_unpaywall_finds_the_open_pdf(web: ServiceServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that is a page is passed over, the next one is read, and the paper remembers where."""
    monkeypatch.setenv("UNPAYWALL_EMAIL", "me@univ.test")
    source = opened(UnpaywallSource, web, client)
    page, good = ({"url_for_pdf": f"{web.url}/{name}"} for name in ("page.html", "good.pdf"))
    web.others = {
        "/10.1234": {"doi": "10.1234/w1", "title": "A", "best_oa_location": page, "oa_locations": [page, good]},
        "/page.html": Reply(200, b"<html>Please log in</html>", "text/html"),
        "/good.pdf": PDF,
    }
    outcome = source.fetch(Paper(id="doi:10.1234/w1", title="A", doi="10.1234/w1", source="crossref"))
    assert isinstance(outcome, Fetched)
    assert (outcome.data, outcome.paper.location, outcome.paper.source) == (PDF, f"{web.url}/good.pdf", "crossref")


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1/x.pdf", "http://127.0.0.1:1/x.pdf", "file:///etc/passwd", "http://[::1]/x.pdf", "http://169.254.169.254/x"]
)
def test_a_private_address_is_never_called(web: ServiceServer, client: PoliteClient, address: str) -> None:
    """What a server names as the place of a PDF does not lead into this machine or its network."""
    source = opened(OpenAlexSource, web, client)
    outcome = source.fetch(Paper(id="openalex:W1", title="A", location=address))
    assert isinstance(outcome, Skipped)
    assert "not a public address" in outcome.reason


def test_a_redirect_to_a_private_address_is_refused(web: ServiceServer, client: PoliteClient) -> None:
    """Nor does a redirect."""
    source = opened(OpenAlexSource, web, client)
    web.others = {"/a.pdf": Reply(302, headers=(("Location", "http://10.0.0.1/secret"),))}
    outcome = source.fetch(Paper(id="openalex:W1", title="A", location=f"{web.url}/a.pdf"))
    assert isinstance(outcome, Skipped)
    assert "refused a redirect to http://10.0.0.1" in outcome.reason


def test_a_name_that_turns_private_is_not_called(web: ServiceServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that was public when it was checked and leads inside when it is called is given up before anything is sent."""
    port = int(web.url.rpartition(":")[2])
    answers = ["93.184.215.14", "127.0.0.1"]
    resolve = socket.getaddrinfo

    def rebound(host: str, *rest: Any, **terms: Any) -> Any:
        return resolve(answers.pop(0) if host == "papers.test" else host, *rest, **terms)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    outcome = opened(OpenAlexSource, web, client).fetch(Paper(id="openalex:W1", title="A", location=f"http://papers.test:{port}/x.pdf"))
    assert isinstance(outcome, Skipped)
    assert "refused to call papers.test: not a public address" in outcome.reason
    assert answers == []
    assert web.calls == []


def test_a_name_that_stays_is_called(web: ServiceServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same call arrives where its address is allowed: the refusal above is for the address."""
    port = int(web.url.rpartition(":")[2])
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **terms: resolve("127.0.0.1", *rest, **terms))
    web.others = {"/x.pdf": PDF}
    outcome = open_pdf(client, Paper(id="openalex:W1", title="A"), f"http://papers.test:{port}/x.pdf", home=f"papers.test:{port}")
    assert isinstance(outcome, Fetched)


WALL = Reply(200, b"<html><body>We value your privacy. Accept all cookies to read the PDF.</body></html>", "application/pdf")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"/x.pdf": WALL}, "the server sent an HTML page instead of a PDF"),
        ({"/x.pdf": Reply(302, headers=(("Location", "/consent"), ("Set-Cookie", "seen=1"))), "/consent": WALL}, "an HTML page"),
        ({"/x.pdf": Reply(302, headers=(("Location", "/x.pdf"), ("Set-Cookie", "seen=1")))}, "redirected more often than is followed"),
        ({"/x.pdf": Reply(200, PDF[:30], "application/pdf")}, "the PDF is cut off"),
        ({"/x.pdf": Reply(200, b"", "application/pdf")}, "nothing instead of a PDF"),
        ({"/x.pdf": Reply(200, b"PK\3\4", "application/zip")}, "application/zip instead of a PDF"),
        ({"/x.pdf": Reply(200, PDF + bytes(2_000_000), "application/pdf")}, "larger than 1 MB"),
    ],
    ids=["said to be a PDF", "behind a redirect", "in a circle", "cut", "empty", "zip", "large"],
)
def test_only_a_pdf_is_taken_for_a_paper(
    web: ServiceServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], reason: str
) -> None:
    """A wall of cookies, a piece of a file, another format and a file without end are no papers, whatever the server calls them."""
    monkeypatch.setattr(fulltext, "MAX_PDF_BYTES", 1_000_000)
    web.others = answers
    outcome = opened(OpenAlexSource, web, client).fetch(Paper(id="openalex:W1", title="A", location=f"{web.url}/x.pdf"))
    assert isinstance(outcome, Skipped)
    assert reason in outcome.reason


def test_a_key_is_not_sent_along_a_redirect(web: ServiceServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """It belongs to the host that it was meant for."""
    monkeypatch.setenv("S2_API_KEY", "sesame")
    with serve() as elsewhere:
        source = opened(SemanticScholarSource, web, client)
        port = elsewhere.url.rpartition(":")[2]
        web.fault = lambda server, due: Reply(302, headers=(("Location", f"http://127.0.0.1:{port}/x"),))
        source.find(["2401.00001"])
        assert all("x-api-key" not in headers for _, _, headers in elsewhere.calls)


def test_answers_are_kept_without_the_key(web: ServiceServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run sends nothing, whoever's key it has."""
    web.works = [Work(1)]
    question = question_of("weight decay and grokking")
    for key in ("one", "two"):
        monkeypatch.setenv("OPENALEX_API_KEY", key)
        assert len(opened(OpenAlexSource, web, client).search(question, 5).papers) == 1
    assert [query["api_key"] for _, query, _ in web.calls] == ["one"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_that_is_none_is_refused(kind: type[Service], client: PoliteClient) -> None:
    """A mirror is an address of http or https."""
    with pytest.raises(UsageError, match="cannot be meant"):
        kind(client, base_url="mirror")


NOTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
ANYTHING = st.recursive(
    NOTHING, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_record_stops_a_search(kind: type[Service], data: st.DataObject) -> None:
    """Whatever stands in a field, the record is a paper with a title and an id, or none."""
    from service_server import FORMATS

    raw = json.loads(json.dumps(FORMATS[kind.name].record(Work(1, arxiv="2401.00001", pdf="https://a.org/x.pdf"))))
    for name in data.draw(st.lists(st.sampled_from(sorted(raw)), max_size=4)):
        raw[name] = data.draw(ANYTHING)
    paper = made(kind, raw)
    assert paper is None or (paper.title and paper.id)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2023", "2023-01-01", "2023-12-31"), ("2024-02", "2024-02-01", "2024-02-29"), ("2024-02-05", "2024-02-05", "2024-02-05")],
)
def test_a_date_is_a_year_a_month_or_a_day(text: str, first: str, last: str) -> None:
    """From its first day to its last."""
    assert (day(text), day(text, end=True)) == (first, last)


@pytest.mark.parametrize("text", ["", "23", "2023-13", "2023-02-30", "May 2023", "0000"])
def test_what_is_no_date_is_refused(text: str) -> None:
    """With what was got and what was expected."""
    with pytest.raises(UsageError, match="no date"):
        day(text)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"published": "2021-12-31"}, "older than 2022"),
        ({"published": "2022-01-01"}, ""),
        ({"year": 2023}, ""),
        ({"published": "2023-06-01"}, "newer than 2023-05"),
        ({"year": 2024}, "newer than 2023-05"),
        ({"year": 2022, "categories": ("cs.CL",)}, "not in cs.CV"),
        ({"year": 2022, "categories": ("cs.CL", "cs.CV")}, ""),
        ({}, ""),
    ],
)
def test_which_papers_are_outside_the_limits(fields: dict[str, Any], reason: str) -> None:
    """A paper of which too little is known is not shut out."""
    assert outside(Paper.model_validate({"id": "x", "title": "X"} | fields), LIMITED) == reason


def test_limits_that_contradict_themselves_are_refused() -> None:
    """The time must not end before it begins, a category must be one."""
    with pytest.raises(UsageError, match="ends before it begins"):
        limited(QUESTION, "2024", "2023")
    with pytest.raises(UsageError, match="no category"):
        limited(QUESTION, categories=("cs CV",))
