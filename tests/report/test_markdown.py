"""The Markdown report: what it must say, what it must never say, and its whole text for one small run."""

from __future__ import annotations

import re

from builders import make_claim, make_evidence, make_finding, make_paper, make_passage, make_provenance, make_run

from synth.model import Facet, Finding, Question, Quote, Run, SearchEntry, Skipped, Verdict
from synth.report.markdown import Markdown
from synth.report.page import Page
from synth.report.tables import Csv


def rendered(run: Run) -> str:
    """The report of a run on a fixed day."""
    return Markdown().render(run, make_provenance())


def verified(text: str, **fields: object) -> tuple[object, Finding]:
    """A claim with a tick."""
    claim = make_claim(text)
    return claim, make_finding(claim, verdict=Verdict.VERIFIED, confidence=0.91, **fields)


def test_the_sections_of_a_report_are_there_in_order() -> None:
    """Title, abstract, introduction, methodology, results, limitations, claims, what is not covered, evidence, log, references."""
    headings = re.findall(r"^## (?:\d )?(.+)$", rendered(make_run()), re.MULTILINE)
    assert headings == [
        "Abstract", "Introduction", "Methodology", "Results", "Limitations", "Extracted Claims", "What no paper covers", "Evidence",
        "Search log", "References",
    ]  # fmt: skip


def test_claim_text_is_never_cut() -> None:
    """A very long claim stands whole in the table."""
    text = "ToMe " + "very " * 300 + "much improves."
    assert text in rendered(make_run(make_claim(text)))


def test_the_title_asserts_nothing() -> None:
    """The title is the question."""
    assert rendered(make_run()).startswith("# Does token merging pay?\n")


def test_the_abstract_repeats_only_decided_claims() -> None:
    """A claim without a verdict does not enter the abstract."""
    good, finding = verified("ToMe doubles throughput.")
    other = make_claim("ATS cures everything.")
    run = make_run(good, other, findings=(finding, make_finding(other)))  # type: ignore[arg-type]
    abstract = rendered(run).split("## 1 Introduction")[0]
    assert "ToMe doubles throughput" in abstract
    assert "ATS cures" not in abstract


def test_what_no_paper_covers_is_said_in_the_abstract_and_in_its_section() -> None:
    """An uncovered facet is not hidden at the end."""
    text = rendered(make_run(uncovered=("no document reports tokens per second on MBPP",)))
    assert text.count("no document reports tokens per second on MBPP") == 2


def test_a_quote_links_to_its_page_in_the_version_that_was_read() -> None:
    """Evidence can be looked up: the link carries version and page."""
    quote = Quote(passage=make_passage("It is twice as fast."), stance="supports", probability=0.9, similarity=0.8,
                  independence="other_papers", reason="same direction")  # fmt: skip
    claim = make_claim()
    finding = make_finding(claim, evidence=(make_evidence("text", outcome="supported", quotes=(quote,)),))
    assert "(https://arxiv.org/pdf/2210.09461v3#page=4)" in rendered(make_run(claim, findings=(finding,)))


def test_a_reading_note_is_never_passed_off_as_the_paper() -> None:
    """Notes are counted apart, labelled in the references, and linked to the abstract page, not to a page of the PDF."""
    text = rendered(make_run(papers=(make_paper(kind="note"),)))
    assert "1 reading note" in text
    assert "(reading note, not the paper)" in text
    assert "#page=" not in text


def test_a_skipped_document_is_named_with_its_reason() -> None:
    """What could not be read is in the report."""
    run = make_run(skipped=(Skipped(paper=make_paper(title="Locked"), reason="encrypted: a password is needed"),))
    assert "- Locked: encrypted: a password is needed" in rendered(run)


def test_hostile_text_stays_text_in_every_format() -> None:
    """A claim that is Markdown, HTML and a terminal code at once changes no structure."""
    text = "| x | <script>alert(1)</script> \x1b[31m # ToMe wins"
    hostile = rendered(make_run(make_claim(text)))
    assert "\x1b" not in hostile
    assert "<script>" not in hostile
    page = Page().render(make_run(make_claim(text)), make_provenance())
    assert "<script>" not in page
    assert len(re.findall(r"<table>", page)) == len(re.findall(r"<table>", Page().render(make_run(), make_provenance())))
    assert Csv().render(make_run(make_claim("=1+1")), make_provenance()).splitlines()[1].split(",")[1] == "'=1+1"


def test_the_whole_report_of_a_small_run() -> None:
    """Change the words, see the difference."""
    claim, finding = verified("ToMe doubles throughput.", wording="other papers agree")
    question = Question(text="Does token merging pay?", facets=(Facet(role="method", text="token merging"),))
    entry = SearchEntry(source="library", query="token merging", state="ok", promised=1, received=1)
    text = rendered(make_run(claim, findings=(finding,), question=question, search_log=(entry,)))  # type: ignore[arg-type]
    claims = text.split("## 5 Extracted Claims\n\n")[1].split("\n\n")[0]
    assert claims == (
        "| Claim | Verified | Confidence | Text | Tables | Rerun | How far | Source |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
        "| ToMe doubles throughput. | ✓ | 0.91 | – | – | – | other papers agree | "
        "[Person 2022, p. 4](https://arxiv.org/pdf/2210.09461v3#page=4) |"
    )
    assert "| library | token merging | ok | 1 | 1 | 0 |  |" in text
    assert text.endswith("## References\n\n- A. Person. Token Merging. 2022. <https://arxiv.org/abs/2210.09461v3>\n")


def test_the_same_run_gives_the_same_text() -> None:
    """Rendering is a function of the run."""
    assert rendered(make_run()) == rendered(make_run())
