"""The real arXiv client against a loopback server: what it asks, how it waits, and how each fault ends."""

from __future__ import annotations

import gzip
import re
import threading
from dataclasses import replace

import pytest
from arxiv_server import BOMB, EXTERNAL, Answer, ArxivServer, Entry, FakeClock, error_feed, html, rate_exceeded

from synth import __version__
from synth.errors import UsageError
from synth.model import Question, SearchEntry
from synth.retriever.arxiv import ArxivSource, is_withdrawn
from synth.retriever.facets import question_of
from synth.store.http import Call, PoliteClient

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ONE_QUERY = question_of("weight decay and grokking")
"""facets of one role, so that one query is asked."""


def papers(count: int) -> list[Entry]:
    return [Entry(f"2401.{number:05d}") for number in range(1, count + 1)]


def ask(source: ArxivSource, limit: int = 50, question: Question = ONE_QUERY) -> tuple[list[str], SearchEntry]:
    answer = source.search(question, limit)
    assert len(answer.log) == 1
    return [paper.id for paper in answer.papers], answer.log[0]


def test_one_page(source: ArxivSource, server: ArxivServer) -> None:
    """A page that holds everything takes one call, and the log says ok with numbers that add up."""
    server.entries = papers(3)
    ids, entry = ask(source)
    assert ids == ["arxiv:2401.00001", "arxiv:2401.00002", "arxiv:2401.00003"]
    assert (entry.state, entry.promised, entry.received, entry.duplicates, entry.reason) == ("ok", 3, 3, 0, "")
    assert len(server.calls) == 1


@pytest.mark.parametrize(("count", "limit", "calls"), [(40, 40, 4), (45, 100, 5), (45, 20, 2)], ids=["exact", "short last", "limit"])
def test_pages(source: ArxivSource, server: ArxivServer, count: int, limit: int, calls: int) -> None:
    """Pages are fetched until everything or the limit is there, and never one more."""
    server.entries = papers(count)
    source.page_size = 10
    ids, entry = ask(source, limit)
    assert len(ids) == len(set(ids)) == entry.received == min(count, limit)
    assert entry.state == "ok"
    assert [call.query["start"] for call in server.calls] == [str(10 * page) for page in range(calls)]


def test_calls_are_three_seconds_apart_and_say_who_calls(source: ArxivSource, server: ArxivServer) -> None:
    """Terms of use: no two calls within three seconds, and a User-Agent of our own."""
    server.entries = papers(30)
    source.page_size = 10
    ask(source)
    source.fetch(source.find(["2401.00001"])[0].papers[0])
    assert len(server.calls) == 5
    assert min(server.gaps()) >= 3.0
    assert {call.headers["User-Agent"].split()[0] for call in server.calls} == {f"synth/{__version__}"}
    assert all(re.fullmatch(r"synth/\S+ \([^()]+\)", call.headers["User-Agent"]) for call in server.calls)


def test_two_clients_share_the_pause_and_the_connection(source: ArxivSource, server: ArxivServer, client: PoliteClient) -> None:
    """Two sources in two threads together call no more often than one."""
    server.entries = papers(20)
    other = ArxivSource(PoliteClient(limiter=client.limiter, clock=client.clock), base_url=server.url, page_size=5)
    source.page_size = 5
    threads = [threading.Thread(target=lambda one=one: one.search(ONE_QUERY, 20)) for one in (source, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.calls) == 8
    assert min(server.gaps()) >= 3.0
    assert server.most_concurrent == 1


def test_queries_are_fielded_with_explicit_operators(source: ArxivSource, server: ArxivServer) -> None:
    """Every term has a field and quotes, and between any two terms stands AND or OR."""
    answer = source.search(question_of("Does token merging improve throughput of vision transformers on ImageNet?"), 10)
    asked = [call.query["search_query"] for call in server.calls]
    assert asked == [entry.query for entry in answer.log]
    assert 3 <= len(asked) == len(set(asked)) <= 7
    for query in asked:
        rest = re.sub(r'(?:ti|abs):"[^"]+"', "T", query)
        assert re.fullmatch(r"\(T(?: OR T)*\)(?: AND \(T(?: OR T)*\))*", rest)
    assert any('abs:"token merging"' in query and 'abs:"vision transformer' in query for query in asked)


def test_records_found_by_several_queries_are_held_once(source: ArxivSource, server: ArxivServer) -> None:
    """A paper that a later query gives again is a duplicate of the log and not of the answer."""
    server.entries = papers(4)
    answer = source.search(question_of("Does token merging improve throughput of vision transformers?"), 10)
    assert len(answer.papers) == 4
    assert [entry.duplicates for entry in answer.log] == [0] + [4] * (len(answer.log) - 1)
    assert sum(entry.received - entry.duplicates for entry in answer.log) == 4


def test_every_field_of_an_entry_arrives(source: ArxivSource, server: ArxivServer) -> None:
    """Title, authors, dates, version, DOI, journal and comment are taken over; white space is collapsed."""
    server.entries = [
        Entry(
            "2401.00001",
            version=3,
            title="A $\\mathcal{O}(n)$\n  Title & <more> – ünï",
            summary="\n  Two\n lines. ",
            authors=("Ana Müller", "The X Collaboration"),
            affiliations=("Lab A", "Lab B"),
            comment="12 pages",
            journal="J. Test 3 (2024)",
            dois=("10.1234/AbC", "10.1234/second"),
            categories=("cs.CV", "I.2.6"),
        )
    ]
    paper = source.search(ONE_QUERY, 5).papers[0]
    assert paper.title == "A $\\mathcal{O}(n)$ Title & <more> – ünï"
    assert paper.abstract == "Two lines."
    assert paper.authors == ("Ana Müller", "The X Collaboration")
    assert (paper.arxiv_id, paper.arxiv_version, paper.doi, paper.venue) == ("2401.00001", 3, "10.1234/abc", "J. Test 3 (2024)")
    assert (paper.year, paper.published, paper.updated, paper.comment) == (2024, "2024-01-01", "2024-03-04", "12 pages")
    assert paper.url == "https://arxiv.org/abs/2401.00001v3"
    assert not paper.withdrawn


def test_control_characters_of_a_record_are_left_out(source: ArxivSource, server: ArxivServer) -> None:
    """A title cannot steer a terminal or turn the direction of a line."""
    server.entries = [Entry("2401.00001", title="Red \x9b31m \u202eevil\u202c text", authors=("A\x85B",), comment="c\x9bd")]
    paper = source.search(ONE_QUERY, 5).papers[0]
    assert (paper.title, paper.authors, paper.comment) == ("Red 31m evil text", ("A B",), "cd")


def test_a_packed_page_and_a_page_of_two_thousand(source: ArxivSource, server: ArxivServer) -> None:
    """Gzip is unpacked, and the largest page that arXiv gives is read."""
    server.entries = papers(2000)
    page = server.everything()
    server.plan(replace(page, body=gzip.compress(page.body), headers=(("Content-Encoding", "gzip"),)))
    source.page_size = 2000
    ids, entry = ask(source, 2000)
    assert (len(ids), entry.state, len(server.calls)) == (2000, "ok", 1)


@pytest.mark.parametrize("url", ["ftp://a.org", "export.arxiv.org", "https://"])
def test_an_address_that_cannot_be_meant_is_refused(client: PoliteClient, url: str) -> None:
    """A wrong SYNTH_ARXIV_URL is said before anything is sent."""
    with pytest.raises(UsageError, match="the address of arXiv cannot be meant"):
        ArxivSource(client, base_url=url)


def test_a_title_that_is_zero_and_an_old_id(source: ArxivSource, server: ArxivServer) -> None:
    """The title "0" is a title, and ids with a slash are ids."""
    server.entries = [Entry("2104.12255", title="0"), Entry("quant-ph/0201082")]
    first, second = source.search(ONE_QUERY, 5).papers
    assert first.title == "0"
    assert second.arxiv_id == "quant-ph/0201082"


def test_empty(source: ArxivSource, server: ArxivServer) -> None:
    """No hits is a good answer, told apart from every failure."""
    ids, entry = ask(source)
    assert (ids, entry.state, entry.promised, len(server.calls)) == ([], "empty", 0, 1)


@pytest.mark.parametrize("status", [200, 400])
def test_error_feed(source: ArxivSource, server: ArxivServer, status: int) -> None:
    """arXiv's error feed is a refusal with its reason whatever the status, and is not asked again."""
    server.plan(error_feed("Invalid query string: '(x'", status))
    ids, entry = ask(source)
    assert (ids, entry.state, len(server.calls)) == ([], "bad_request", 1)
    assert "Invalid query string: '(x'" in entry.reason


FAULTS = {
    "429": (rate_exceeded(429), "throttled"),
    "rate exceeded with 200": (rate_exceeded(200), "throttled"),
    "503 html": (html(503), "unavailable"),
    "502": (html(502), "unavailable"),
    "html with 200": (html(200), "malformed"),
    "cut xml": ("cut", "malformed"),
    "empty body": (Answer(200, b""), "malformed"),
    "no feed": (Answer(200, b"<rss></rss>"), "malformed"),
    "no total": (Answer(200, b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>'), "malformed"),
    "bad gzip": (Answer(200, b"not gzip", headers=(("Content-Encoding", "gzip"),)), "malformed"),
    "dropped before": (Answer(drop="before"), "unavailable"),
    "dropped in the body": (Answer(200, b"x" * 1000, drop="in"), "unavailable"),
    "shorter than promised": ("short", "unavailable"),
    "empty page": ("empty", "malformed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_costs_one_more_call(source: ArxivSource, server: ArxivServer, fault: str) -> None:
    """Each passing fault is seen and the page asked again, politely; nothing is lost."""
    server.entries = papers(3)
    server.plan(FAULTS[fault][0])
    ids, entry = ask(source)
    assert (len(ids), entry.state, len(server.calls)) == (3, "ok", 2)
    assert server.gaps()[0] >= 3.0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_a_state_and_never_zero_results(source: ArxivSource, server: ArxivServer, fault: str) -> None:
    """Each lasting fault ends in its state with a reason after at most four calls."""
    server.entries = papers(3)
    answer, state = FAULTS[fault]
    server.plan(*[answer] * 9)
    ids, entry = ask(source)
    assert (ids, entry.state) == ([], state)
    assert 2 <= len(server.calls) <= 4
    assert entry.reason
    assert min(server.gaps()) >= 3.0


def test_bombs_are_refused(source: ArxivSource, server: ArxivServer) -> None:
    """A feed with a document type is refused at once, expanded or not."""
    for bomb in (BOMB, EXTERNAL):
        server.plan(bomb)
        _, entry = ask(source)
        assert entry.state == "malformed"
        assert entry.reason.startswith("refused")
    assert len(server.calls) == 2


def test_retry_after_is_obeyed(source: ArxivSource, server: ArxivServer) -> None:
    """The server's own number of seconds counts, as seconds or as a date."""
    server.entries = papers(1)
    server.plan(
        rate_exceeded(429, Retry_After="47"),
        rate_exceeded(429, Date="Sun, 22 Nov 2026 21:00:00 GMT", Retry_After="Sun, 22 Nov 2026 21:00:20 GMT"),
    )
    _, entry = ask(source)
    assert entry.state == "ok"
    assert server.gaps()[0] >= 47
    assert 20 <= server.gaps()[1] < 47


def test_without_retry_after_a_throttled_client_backs_off_for_long(source: ArxivSource, server: ArxivServer) -> None:
    """429 without a hint is answered by pauses of tens of seconds that grow."""
    server.entries = papers(1)
    server.plan(rate_exceeded(429), rate_exceeded(429))
    ask(source)
    assert 15 <= server.gaps()[0] <= 30
    assert 30 <= server.gaps()[1] <= 60


def test_a_retry_after_beyond_the_deadline_ends_the_search(source: ArxivSource, server: ArxivServer, clock: FakeClock) -> None:
    """An hour is not waited for: the state is throttled and says what was asked."""
    server.plan(rate_exceeded(429, Retry_After="3600"))
    before = clock.now()
    _, entry = ask(source)
    assert (entry.state, len(server.calls)) == ("throttled", 1)
    assert "3600 s" in entry.reason
    assert clock.now() - before < 150


def test_access_denied_stops_at_once(source: ArxivSource, server: ArxivServer) -> None:
    """403 is not asked again, nor by any other query."""
    server.plan(*[html(403)] * 9)
    answer = source.search(question_of("Does token merging improve throughput of vision transformers?"), 10)
    assert {entry.state for entry in answer.log} == {"unauthorised"}
    assert len(server.calls) == 1
    assert answer.log[1].reason.startswith("not tried: ")


@pytest.mark.parametrize("status", [404, 410, 422])
def test_refusals_are_not_repeated(source: ArxivSource, server: ArxivServer, status: int) -> None:
    """A client error is asked once."""
    server.plan(Answer(status, b"no", "text/plain"))
    _, entry = ask(source)
    assert (entry.state, len(server.calls)) == ("bad_request", 1)
    assert str(status) in entry.reason


def test_a_server_that_is_not_there(client: PoliteClient, clock: FakeClock) -> None:
    """A refused connection is unavailable after a second try, without a long wait."""
    source = ArxivSource(client, base_url="http://127.0.0.1:9")
    before = clock.now()
    _, entry = ask(source)
    assert entry.state == "unavailable"
    assert "127.0.0.1" in entry.reason
    assert clock.now() - before < 10


def test_a_redirect_to_another_host_is_refused(source: ArxivSource, server: ArxivServer) -> None:
    """Only the same host, or its https, may be followed."""
    server.plan(Answer(302, headers=(("Location", "http://127.0.0.2/api/query"),)))
    _, entry = ask(source)
    assert entry.state == "unavailable"
    assert "redirect to http://127.0.0.2" in entry.reason


def test_a_redirect_on_the_same_host_is_followed(source: ArxivSource, server: ArxivServer) -> None:
    """A moved address costs a call of its own turn."""
    server.entries = papers(1)
    server.plan(Answer(301, headers=(("Location", "/elsewhere?start=0&max_results=10"),)))
    _, entry = ask(source)
    assert (entry.state, len(server.calls)) == ("ok", 2)
    assert server.gaps()[0] >= 3.0


def test_an_empty_page_in_the_middle_is_partial(source: ArxivSource, server: ArxivServer) -> None:
    """What came before is kept, and the log says what is missing."""
    server.entries = papers(30)
    source.page_size = 10
    server.plan("ok", *["empty"] * 9)
    ids, entry = ask(source)
    assert (len(ids), entry.state, entry.promised, entry.received) == (10, "partial", 30, 10)
    assert "empty page at 10 of 30" in entry.reason


def test_a_page_that_fails_later_is_partial(source: ArxivSource, server: ArxivServer) -> None:
    """A source that goes down between two pages gives what it gave."""
    server.entries = papers(30)
    source.page_size = 10
    server.plan("ok", "ok", *[html(503)] * 9)
    ids, entry = ask(source)
    assert (len(ids), entry.state) == (20, "partial")
    assert "HTTP 503" in entry.reason


def test_the_same_paper_on_two_pages(source: ArxivSource, server: ArxivServer) -> None:
    """A duplicate between pages is counted, and the count is compared with what was promised."""
    server.entries = [*papers(10), *papers(1), *papers(15)[11:]]
    source.page_size = 10
    ids, entry = ask(source)
    assert (len(ids), entry.received, entry.duplicates, entry.promised, entry.state) == (14, 15, 1, 15, "partial")
    assert "14 different papers of 15" in entry.reason


@pytest.mark.parametrize(("totals", "state"), [([30, 20, 20], "ok"), ([20, 30], "partial")], ids=["shrinks", "grows"])
def test_a_total_that_changes_between_pages(source: ArxivSource, server: ArxivServer, totals: list[int], state: str) -> None:
    """Drift is noted; what it makes incomplete is partial."""
    server.entries = papers(20)
    server.totals = list(totals)
    source.page_size = 10
    ids, entry = ask(source)
    assert (len(ids), entry.state) == (20, state)
    assert f"changed from {totals[0]} to {totals[-1]}" in entry.reason


@pytest.mark.parametrize("lost", ["published", "updated", "both", "unreadable"])
def test_entries_without_dates_are_kept_and_paging_stays_in_step(source: ArxivSource, server: ArxivServer, lost: str) -> None:
    """A missing or odd date costs the date and not the paper, nor a page twice."""
    server.entries = papers(20)
    published = None if lost in ("published", "both") else "yesterday" if lost == "unreadable" else "2024-01-01T18:00:00Z"
    updated = None if lost in ("updated", "both") else "2024-03-04T05:06:07Z"
    server.entries[2] = Entry("2401.00003", published=published, updated=updated)
    source.page_size = 10
    answer = source.search(ONE_QUERY, 50)
    assert (len(answer.papers), answer.log[0].state, len(server.calls)) == (20, "ok", 2)
    assert answer.papers[2].year == (2024 if published and lost != "unreadable" else None)


def test_an_entry_without_an_id_is_partial(source: ArxivSource, server: ArxivServer) -> None:
    """What cannot be named cannot be used, and the log says so."""
    server.entries = papers(20)
    server.entries[2] = Entry("2401.00003", has_id=False)
    source.page_size = 10
    ids, entry = ask(source)
    assert (len(ids), entry.received, entry.state, len(server.calls)) == (19, 20, "partial", 2)
    assert "1 of them no paper: without a title or an id" in entry.reason
    assert [count for _, count in entry.excluded] == [1]


def test_entries_with_nothing_but_an_id(source: ArxivSource, server: ArxivServer) -> None:
    """No abstract, no author, no PDF link: still a paper."""
    server.entries = [Entry("2401.00001", summary=None, authors=(), has_pdf=False)]
    paper = source.search(ONE_QUERY, 5).papers[0]
    assert (paper.abstract, paper.authors, paper.location) == ("", (), None)


def test_a_search_is_cached_for_a_day(source: ArxivSource, server: ArxivServer, clock: FakeClock) -> None:
    """The same search again within a day sends nothing; after a day it asks anew."""
    server.entries = papers(3)
    first = ask(source)
    assert ask(ArxivSource(source.client, base_url=server.url)) == first
    assert len(server.calls) == 1
    clock.time += 86_401
    ask(source)
    assert len(server.calls) == 2


def test_failures_are_not_cached(source: ArxivSource, server: ArxivServer) -> None:
    """A passing failure is not made a permanent one."""
    server.entries = papers(3)
    server.plan(error_feed("start must be an integer", 200))
    ask(source)
    assert ask(source)[1].state == "ok"


def test_offline_sends_nothing(source: ArxivSource, server: ArxivServer) -> None:
    """Offline, a known search is answered from the cache and an unknown one is unavailable."""
    server.entries = papers(1)
    ask(source)
    source.client.offline = True
    assert ask(source)[1].state == "ok"
    answer = source.search(question_of("label noise and double descent"), 5)
    assert answer.log[0].state == "unavailable"
    assert "offline" in answer.log[0].reason
    assert len(server.calls) == 1


def test_a_server_that_never_answers(client: PoliteClient, server: ArxivServer) -> None:
    """A call has a time limit, and running into it is unavailable."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        call = Call(url=f"http://127.0.0.1:{deaf.getsockname()[1]}/", lane="arxiv", pause=3.0, read_seconds=0.1)
        with pytest.raises(Exception, match=r"did not answer in time \(tried 4 times\)"):
            client.get(call)


def test_every_arxiv_call_has_a_time_limit_and_a_deadline(
    source: ArxivSource, server: ArxivServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither search nor download can hang."""
    calls: list[Call] = []
    real = source.client.get
    monkeypatch.setattr(source.client, "get", lambda call: (calls.append(call), real(call))[1])
    server.entries = papers(1)
    source.fetch(source.search(ONE_QUERY, 1).papers[0])
    assert len(calls) == 2
    assert all(call.read_seconds <= 60 and call.deadline is not None and call.pause >= 3.0 for call in calls)


def test_the_address_can_be_configured(client: PoliteClient, server: ArxivServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """SYNTH_ARXIV_URL names the host or the whole endpoint."""
    server.entries = papers(1)
    for url in (server.url + "/", server.url + "/api/query"):
        monkeypatch.setenv("SYNTH_ARXIV_URL", url)
        ask(ArxivSource(client))
    assert [call.path for call in server.calls] == ["/api/query"]
    monkeypatch.delenv("SYNTH_ARXIV_URL")
    assert ArxivSource(client).base_url == "https://export.arxiv.org"


@pytest.mark.parametrize(
    ("comment", "summary", "expected"),
    [
        ("This paper has been withdrawn by the authors due to an error", "Intact.", True),
        ("", "This submission has been withdrawn by arXiv administrators because of overlap.", True),
        ("Withdrawn due to a crucial sign error in equation 1", "", True),
        ("Paper withdrawn", "", True),
        ("", "We withdrew the token from the sequence.", False),
        ("", "Patients were withdrawn from the study. The drug was withdrawn.", False),
        ("12 pages; the manuscript was withdrawn from a conference", "", False),
        ("", "Withdrawn from the market, the drug is studied here.", False),
    ],
)
def test_withdrawals_are_told_from_mere_words(comment: str, summary: str, expected: bool) -> None:
    """Only a sentence that says that the paper was taken back counts."""
    assert is_withdrawn(comment, summary) is expected
