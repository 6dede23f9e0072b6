"""Every source met by every fault: the right state, one clear line, numbers that add up, and nothing lost that had come before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pdf_faults
import pytest
from faults import Bench, Case, bench
from page_faults import CASES, meetings, wrong
from service_server import Reply

from synth.retriever.sources import WEB

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MEETINGS = list(meetings())
DOWNLOADS = list(pdf_faults.meetings())
RESULT = Path(__file__).parent / "results" / "fault_matrix.txt"


@pytest.fixture(scope="module")
def one() -> Iterator[Bench]:
    with bench() as running:
        yield running


@pytest.mark.parametrize(("name", "case", "page"), MEETINGS, ids=[f"{name}-{case.name}-{page}" for name, case, page in MEETINGS])
def test_a_source_meets_a_fault(one: Bench, name: str, case: Case, page: int) -> None:
    """The query ends in the state that the fault means, with a line that names it, and pages that came before are kept."""
    met = one.meet(name, case, page)
    assert wrong(name, case, page, met) == ""


@pytest.mark.parametrize(("name", "case"), DOWNLOADS, ids=[f"{name}-{case.name}" for name, case in DOWNLOADS])
def test_a_download_meets_a_fault(one: Bench, name: str, case: pdf_faults.Case) -> None:
    """A full text is had whole or not at all, and then the paper has a line that names the fault."""
    assert pdf_faults.wrong(case, pdf_faults.meet(one, name, case)) == ""


@pytest.mark.parametrize("name", pdf_faults.GIVE_PDFS)
def test_without_a_fault_a_download_is_had(one: Bench, name: str) -> None:
    """Nor would that matrix mean anything if a source failed on a sound server."""
    assert pdf_faults.wrong(pdf_faults.Case("none", ""), pdf_faults.meet(one, name, pdf_faults.Case("none", ""))) == ""


def test_the_matrix_that_is_kept_has_every_fault() -> None:
    """`python tests/retriever/fault_matrix.py` prints it anew where this fails; nothing in it ended otherwise than it must."""
    lines = RESULT.read_text("utf-8").splitlines()
    told = {line.split("  ")[0] for line in lines}
    assert {case.name + (", later" if page == 2 else "") for _, case, page in MEETINGS} <= told
    assert {case.name for _, case in DOWNLOADS} <= told
    counts = [line.split(" meetings ended as they must")[0] for line in lines if "meetings ended as they must" in line]
    assert counts == [f"{len(met)} of {len(met)}" for met in (MEETINGS, DOWNLOADS)]
    assert not any("! " in line for line in lines)


@pytest.mark.parametrize("name", [name for name in WEB if name != "unpaywall"])
def test_without_a_fault_all_is_well(one: Bench, name: str) -> None:
    """The matrix would mean nothing if a source failed on a sound server too; and no page is asked for twice."""
    met = one.meet(name, Case("none", "ok"), 1)
    assert (met.entry.state, met.entry.promised, met.entry.received, len(met.ids), met.calls) == ("ok", 4, 4, 4, 2)


def test_retry_after_is_obeyed(one: Bench) -> None:
    """All tries together wait at least as long as the server asked for each, and the log counts how often it asked."""
    case = next(case for case in CASES if case.name == "429, Retry-After 7")
    before = one.clock.now() + 1e6
    met = one.meet("crossref", case, 1)
    assert one.clock.now() - before >= 3 * 7
    assert (met.entry.throttled, met.calls) == (4, 4)


def test_one_throttled_answer_is_counted_though_a_later_try_was_good(one: Bench) -> None:
    """The log of a source that was slowed down says so."""
    case = next(case for case in CASES if case.name == "429 once")
    entry = one.meet("openalex", case, 1).entry
    assert (entry.state, entry.throttled) == ("ok", 1)


def test_a_403_of_semantic_scholar_is_tried_once_more(one: Bench) -> None:
    """It sends one now and then for no reason."""
    flaky = Case("403 once", "ok", fault=lambda server, due: Reply(403, b'{"message": "Forbidden"}'), times=1, kept=4)
    assert one.meet("semanticscholar", flaky, 1).entry.state == "ok"
    assert one.meet("openalex", flaky, 1).entry.state == "unauthorised"


def test_a_service_that_is_down_is_not_asked_its_other_queries(one: Bench) -> None:
    """The entries of the queries that were not sent say so."""
    from synth.retriever.facets import question_of

    one.meet("openalex", Case("none", "ok"), 1)
    one.server.fault = lambda server, due: Reply(401, b"{}")
    before = len(one.server.calls)
    source = one.source("openalex", one.server.url, 5.0)
    answer = source.search(question_of("Does token merging improve throughput of vision transformers on ImageNet?"), 10)
    assert len(answer.log) >= 3
    assert {entry.state for entry in answer.log} == {"unauthorised"}
    assert all(entry.reason.startswith("not tried: ") for entry in answer.log[1:])
    assert len(one.server.calls) == before + 1


def test_what_must_not_be_shown_is_not_shown(one: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that repeats a key in its error does not get it into the log."""
    monkeypatch.setenv("OPENALEX_API_KEY", "sesame-123")
    said = Case("echo", "bad_request", fault=lambda server, due: Reply(400, b'{"error": "bad key sesame-123"}'))
    met = one.meet("openalex", said, 1)
    assert met.entry.reason == "OpenAlex refused the query: bad key …"
    assert "sesame" not in met.entry.model_dump_json()
    assert one.server.calls[-1][1]["api_key"] == "sesame-123"
