"""Named papers and their PDFs: found in the version asked for, fetched once, skipped with the reason."""

from __future__ import annotations

import pytest
from arxiv_server import PDF, Answer, ArxivServer, Entry, error_feed, html, rate_exceeded

from synth.model import Fetched, Paper, Skipped
from synth.retriever.arxiv import ArxivSource, bare_id

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def make_paper(version: int | None = 1, **fields: object) -> Paper:
    return Paper.model_validate(
        {"id": "arxiv:2401.00001", "title": "T", "arxiv_id": "2401.00001", "arxiv_version": version, "source": "arxiv"} | fields
    )


def found(source: ArxivSource, *names: str) -> list[tuple[str, int | None]]:
    return [(paper.id, paper.arxiv_version) for paper in source.find(names)[0].papers]


def of_pdfs(source: ArxivSource) -> ArxivSource:
    """The same source, of which no LaTeX source is read."""
    return ArxivSource(source.client, base_url=source.base_url, latex="never")


def reasons(source: ArxivSource, *names: str) -> list[str]:
    return [skipped.reason for skipped in source.find(names)[1]]


@pytest.mark.parametrize(
    "name",
    [
        "2308.04657",
        " arXiv:2308.04657 ",
        "arXiv:2308.04657 [cs.CV]",
        "https://arxiv.org/abs/2308.04657",
        "http://www.arxiv.org/pdf/2308.04657.pdf",
        "10.48550/arXiv.2308.04657",
        "https://doi.org/10.48550/arxiv.2308.04657",
    ],
)
def test_an_id_may_be_written_in_many_ways(name: str) -> None:
    """What people paste names the same paper."""
    assert bare_id(name) == "2308.04657"


def test_named_papers_come_in_the_version_named(source: ArxivSource, server: ArxivServer) -> None:
    """No version means the newest; an asked version is pinned; ids with a slash work; one call for all."""
    server.entries = [Entry("2401.00001", 3), Entry("2401.00002", 1), Entry("2401.00002", 2), Entry("quant-ph/0201082")]
    names = ["2401.00001", "2401.00002v1", "quant-ph/0201082"]
    assert found(source, *names) == [("arxiv:2401.00001", 3), ("arxiv:2401.00002", 1), ("arxiv:quant-ph/0201082", 1)]
    assert len(server.calls) == 1
    assert server.calls[0].query["id_list"] == "2401.00001,2401.00002v1,quant-ph/0201082"


def test_the_version_asked_for_is_read_where_another_is_served(source: ArxivSource, server: ArxivServer) -> None:
    """A server that gives the newest record for an older version does not change what is read."""
    server.entries = [Entry("2401.00001", 3)]
    server.plan(server.everything())
    paper = source.find(["2401.00001v2"])[0].papers[0]
    assert paper.arxiv_version == 2
    source.fetch(paper)
    assert server.calls[-1].path == "/pdf/2401.00001v2"


def test_a_version_that_does_not_exist_is_said(source: ArxivSource, server: ArxivServer) -> None:
    """Version 9 of a paper with three versions is no paper."""
    server.entries = [Entry("2401.00001", 3)]
    server.plan(server.everything())
    assert reasons(source, "2401.00001v9") == ["arXiv has no version 9 of 2401.00001, the newest is v3"]


def test_an_unknown_id_is_skipped_and_the_others_come(source: ArxivSource, server: ArxivServer) -> None:
    """arXiv leaves unknown ids out in silence; we do not."""
    server.entries = [Entry("2401.00001")]
    assert found(source, "2401.00001", "2401.99999") == [("arxiv:2401.00001", 1)]
    assert reasons(source, "2401.00001", "2401.99999") == ["arXiv has no paper 2401.99999"]


def test_a_malformed_id_is_never_sent(source: ArxivSource, server: ArxivServer) -> None:
    """One malformed id would fail the whole call, so it is refused here."""
    server.entries = [Entry("2401.00001")]
    assert found(source, "abc", "2401.00001") == [("arxiv:2401.00001", 1)]
    assert server.calls[0].query["id_list"] == "2401.00001"
    assert reasons(source, "abc") == ["'abc' is no arXiv id; expected one such as 2308.04657 or 2308.04657v1"]


def test_an_id_that_the_server_refuses_does_not_take_the_others_with_it(source: ArxivSource, server: ArxivServer) -> None:
    """The refused id is left out and the rest asked again."""
    server.entries = [Entry("2401.00001")]
    server.plan(error_feed("incorrect id format for 9999.99999", 400))
    answer, skipped = source.find(["2401.00001", "9999.99999"])
    assert [paper.id for paper in answer.papers] == ["arxiv:2401.00001"]
    assert [entry.state for entry in answer.log] == ["bad_request", "ok"]
    assert "incorrect id format for 9999.99999" in skipped[0].reason


def test_a_source_that_is_down_is_not_an_unknown_paper(source: ArxivSource, server: ArxivServer) -> None:
    """The reason says that nobody could be asked, not that the paper does not exist."""
    server.plan(*[html(503)] * 9)
    assert reasons(source, "2401.00001") == ["arXiv could not be asked: HTTP 503 (tried 4 times)"]


def test_many_ids_are_asked_in_batches(source: ArxivSource, server: ArxivServer) -> None:
    """At most fifty ids a call, and as many results as ids."""
    server.entries = [Entry(f"2401.{number:05d}") for number in range(1, 61)]
    assert len(found(source, *[entry.base for entry in server.entries])) == 60
    assert [call.query["max_results"] for call in server.calls] == ["50", "10"]


def test_a_withdrawn_paper_is_skipped_with_its_comment(source: ArxivSource, server: ArxivServer) -> None:
    """Nothing is downloaded of what its authors took back."""
    server.entries = [Entry("2401.00001", 2, comment="This paper has been withdrawn by the author due to an error in Lemma 2")]
    paper = source.find(["2401.00001"])[0].papers[0]
    outcome = source.fetch(paper)
    assert isinstance(outcome, Skipped)
    assert outcome.reason == "withdrawn: This paper has been withdrawn by the author due to an error in Lemma 2"
    assert len(server.calls) == 1


def test_a_pdf_comes_from_the_configured_host_and_only_once(source: ArxivSource, server: ArxivServer) -> None:
    """A versioned PDF is kept for ever: a second run, even much later, fetches nothing."""
    server.entries = [Entry("2401.00001")]
    paper = source.find(["2401.00001"])[0].papers[0]
    first = source.fetch(paper)
    assert first == Fetched(paper=paper, data=PDF + b"2401.00001v1", name="2401.00001v1.pdf")
    source.client.clock.sleep(400 * 86_400)
    assert ArxivSource(source.client, base_url=server.url).fetch(paper) == first
    assert [call.path for call in server.calls] == ["/api/query", "/pdf/2401.00001v1"]


def test_the_file_name_of_an_old_id_is_safe(source: ArxivSource, server: ArxivServer) -> None:
    """The slash of an old id does not make a folder."""
    outcome = source.fetch(make_paper(arxiv_id="quant-ph/0201082"))
    assert isinstance(outcome, Fetched)
    assert outcome.name == "quant-ph_0201082v1.pdf"
    assert server.calls[0].path == "/pdf/quant-ph/0201082v1"


@pytest.mark.parametrize(
    ("answer", "reason", "calls"),
    [
        (Answer(404, b"gone", "text/plain"), "arXiv has no PDF of this version (HTTP 404)", 1),
        (html(200), "the PDF could not be had: the server sent an HTML page instead of a PDF", 1),
        (Answer(200, b"PK\x03\x04", "application/zip"), "the PDF could not be had: the server sent application/zip instead of a PDF", 1),
        (Answer(200, b"", "application/pdf"), "the PDF could not be had: the server sent nothing instead of a PDF", 1),
        (Answer(200, PDF[:20], "application/pdf"), "the PDF could not be had: the PDF is cut off: it has no end mark (tried 2 times)", 2),
        (html(403), "the PDF could not be had: HTTP 403, access denied", 1),
        (html(503), "the PDF could not be had: HTTP 503 (tried 4 times)", 4),
        (
            Answer(200, PDF * 99, "application/pdf", drop="in"),
            "the PDF could not be had: the connection to 127.0.0.1 was cut (tried 4 times)",
            4,
        ),
    ],
    ids=["404", "html", "zip", "empty", "truncated", "403", "503", "cut"],
)
def test_a_pdf_that_cannot_be_had_is_skipped_with_the_reason(
    source: ArxivSource, server: ArxivServer, answer: Answer, reason: str, calls: int
) -> None:
    """Each way in which a download fails has its own line, and is tried as often as it is worth."""
    server.plan(*[answer] * 9)
    assert of_pdfs(source).fetch(make_paper()) == Skipped(paper=make_paper(), reason=reason)
    assert len(server.calls) == calls


def test_a_missing_pdf_is_asked_for_once_a_day(source: ArxivSource, server: ArxivServer) -> None:
    """The server's word that there is none holds for a day, and not for ever."""
    server.plan(Answer(404, b"gone", "text/plain"))
    first = source.fetch(make_paper())
    assert source.fetch(make_paper()) == first
    assert [call.path for call in server.calls] == ["/pdf/2401.00001v1", "/src/2401.00001v1"]
    source.client.clock.sleep(86_401)
    assert isinstance(source.fetch(make_paper()), Fetched)


def test_a_pdf_with_the_wrong_content_type_is_a_pdf(source: ArxivSource, server: ArxivServer) -> None:
    """The bytes decide, not the label."""
    server.plan(Answer(200, b"\n\n" + PDF, "text/html"))
    assert isinstance(source.fetch(make_paper()), Fetched)


def test_a_pdf_beyond_the_cap_is_not_loaded(source: ArxivSource, server: ArxivServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without end does not fill the memory."""
    import synth.retriever.arxiv_texts as module

    monkeypatch.setattr(module, "MAX_PDF_BYTES", 1_000_000)
    server.plan(Answer(200, PDF + b"0" * 2_000_000, "application/pdf"))
    outcome = of_pdfs(source).fetch(make_paper())
    assert isinstance(outcome, Skipped)
    assert outcome.reason == "the PDF could not be had: larger than 1 MB"


def test_downloads_stop_when_the_host_is_gone(source: ArxivSource, server: ArxivServer) -> None:
    """After two papers that failed because the host did, the third is not tried."""
    server.plan(*[html(503)] * 9)
    outcomes = [source.fetch(make_paper(version=number)) for number in (1, 2, 3)]
    assert [isinstance(outcome, Skipped) for outcome in outcomes] == [True] * 3
    assert outcomes[2].reason.startswith("not tried: ")  # type: ignore[union-attr]
    assert len(server.calls) == 8


def test_a_throttled_download_waits(source: ArxivSource, server: ArxivServer) -> None:
    """PDFs obey Retry-After like searches do."""
    server.plan(rate_exceeded(429, Retry_After="40"))
    assert isinstance(source.fetch(make_paper()), Fetched)
    assert server.gaps()[0] >= 40
