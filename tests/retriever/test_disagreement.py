"""A whole run over three services that disagree about the same papers: one work once, under all its ids, and a log that adds up."""

from __future__ import annotations

from pathlib import Path

import pytest
from disagreement import RESULTS, kept, played

from synth.model import Paper, Run
from synth.model.flow import UNUSABLE
from synth.report.prisma import flow_of, stages

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("disagreement")


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return played(folder)


def titled(run: Run, title: str) -> Paper:
    (paper,) = (paper for paper in run.papers if paper.title == title)
    return paper


def test_preprint_and_article_are_one_work_with_all_ids(run: Run) -> None:
    """Another title and year at each service, and no id that all three share: the arXiv id joins two, the DOI the third."""
    paper = titled(run, "Token merging speeds up vision transformers")
    assert {"arxiv:2201.00003", "doi:10.1234/w3", "openalex:W10003", f"s2:{13:040x}"} <= set(paper.keys)
    assert paper.year == 2022


def test_another_spelling_of_the_author_is_the_same_author(run: Run) -> None:
    """Without a common id, title, family name and nearness in time make it one work."""
    paper = titled(run, "Top-K token pruning beats random token pruning")
    assert {"doi:10.1234/w4", "doi:10.9999/other"} <= set(paper.keys)


def test_the_same_title_of_other_authors_is_another_work(run: Run) -> None:
    """Two surveys of one name stay two; the one without an open file is told."""
    assert not {"doi:10.9999/survey"} & set(titled(run, "Token pruning and token merging, a survey").keys)
    reasons = {item.paper.title: item.reason for item in run.skipped}
    assert reasons["Token pruning and token merging: a survey"] == "Semantic Scholar knows no open PDF of it"


def test_what_one_service_calls_retracted_is_no_evidence(run: Run) -> None:
    """Two services still list it without a word and one has its PDF; it is shown with its notice and not read."""
    (item,) = (item for item in run.skipped if item.paper.withdrawn)
    assert item.paper.doi == "10.1234/w6"
    assert item.reason == "retracted, notice 10.1234/notice"
    assert "10.1234/w6" not in {paper.doi for paper in run.papers}


def test_the_first_hit_of_a_title_is_not_believed(run: Run) -> None:
    """The paper that was named is read; the one with nearly its title that two services give first is not taken for it."""
    assert run.papers[0].doi == "10.1234/w2"
    named = {entry.source: (entry.state, entry.received) for entry in run.search_log if entry.query.startswith("named")}
    assert named == {"openalex": ("ok", 1), "semanticscholar": ("empty", 0), "crossref": ("empty", 0)}
    assert not run.notices


def test_the_log_says_where_promised_and_received_differ(run: Run) -> None:
    """Forty were promised and six came, which is partial; a record that came on two pages is counted twice and is a duplicate."""
    searches = {entry.source: entry for entry in run.search_log if "pruning" in entry.query}
    openalex, semantic, crossref = (searches[name] for name in ("openalex", "semanticscholar", "crossref"))
    assert (openalex.state, openalex.promised, openalex.received, openalex.reason) == ("partial", 40, 6, "6 different papers of 40")
    assert (semantic.state, semantic.promised, semantic.received, semantic.duplicates) == ("ok", 4, 5, 3)
    assert dict(crossref.excluded) == {UNUSABLE: 1, "older than 2015": 1}


def test_the_log_adds_up_to_the_papers_that_were_read(run: Run) -> None:
    """Sixteen records, six of them duplicates and one a notice, are nine works, of which five full texts were had and four read."""
    numbers = flow_of(run)
    told = [(row.kept.count, row.left_out.count if row.left_out else 0) for row in stages(numbers)]
    assert told == [(16, 7), (9, 2), (7, 2), (5, 1), (4, 0)]
    assert (numbers.duplicates, numbers.unusable, numbers.read) == (6, 1, len(run.papers))
    assert len(run.skipped) == 2 + 1 + 1


def test_the_report_shows_it(folder: Path, run: Run) -> None:
    """Markdown has the chart and HTML the drawing, with the numbers of this run."""
    reports = folder / "reports" / run.name
    files = kept(folder, run)
    assert files["flow.md"].strip() in (reports / "report.md").read_text("utf-8")
    assert files["flow.svg"].strip() in (reports / "report.html").read_text("utf-8")


def test_the_results_that_are_kept_are_of_this_run(folder: Path, run: Run) -> None:
    """`python tests/retriever/disagreement.py` writes them anew where this fails."""
    assert kept(folder, run) == {path.name: path.read_text("utf-8") for path in RESULTS.iterdir()}
