"""Reports under audit: parsed in every shape they come in, and each fault found by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import make_claim, make_provenance, make_run

from synth.errors import UsageError
from synth.model import Facet, Question
from synth.report.markdown import Markdown
from synth.reviewer.audit import faults, parse_report, stopped_by_length

REPORT = """# Pruning wins everywhere

May 1, 2025

## Abstract

This report synthesises findings from 4 papers addressing the following research question: Does pruning help speed. 2 claims were
extracted from source literature; 1 were independently verified against retrieved documents.

## 5 Extracted Claims

Claim\tVerified\tConfidence
Pruning wins everywhere.\t✓\t0.90
Merging is slower than pruning.\t×\t0.10

## References

- <http://arxiv.org/abs/2209.15001v3>
- Doe. A book. 1999
"""


def names(text: str, question: Question | None = None) -> list[str]:
    """Names of the faults of a report."""
    return [fault.name for fault in faults(parse_report(text), question, cut_short=(), unresolved=())]


def test_a_report_is_parsed_into_its_parts() -> None:
    """Title, date, question, counts, claims with marks and confidences, references with pinned versions."""
    report = parse_report(REPORT)
    assert (report.title, report.date, report.question) == ("Pruning wins everywhere", "May 1, 2025", "Does pruning help speed?")
    assert (report.papers_counted, report.claims_counted, report.verified_counted) == (4, 2, 1)
    assert [(claim.text, claim.mark, claim.confidence) for claim in report.claims] == [
        ("Pruning wins everywhere.", "✓", 0.9), ("Merging is slower than pruning.", "×", 0.1),
    ]  # fmt: skip
    assert [(item.arxiv_id, item.arxiv_version) for item in report.references] == [("2209.15001", 3), (None, None)]


def test_a_table_with_bars_is_read_like_one_with_tabs() -> None:
    """The columns may be separated by bars."""
    barred = (
        REPORT.replace("\t", " | ").replace("Claim |", "| Claim |").replace("Pruning wins everywhere. |", "| Pruning wins everywhere. |")
    )
    barred = barred.replace("Merging is", "| Merging is")
    assert parse_report(barred).claims == parse_report(REPORT).claims


def test_our_own_reports_can_be_audited() -> None:
    """What we render, we parse: the claims come back whole, escapes undone."""
    run = make_run(make_claim("ToMe | r=8 *doubles* throughput."), make_claim("A_1 beats B#2."))
    report = parse_report(Markdown().render(run, make_provenance()))
    assert [claim.text for claim in report.claims] == ["ToMe | r=8 *doubles* throughput.", "A_1 beats B#2."]
    assert report.question == "Does token merging pay?"
    assert [item.arxiv_id for item in report.references] == ["2210.09461"]


def test_a_sound_report_has_no_count_or_title_fault() -> None:
    """Nothing is found where nothing is wrong."""
    assert names(REPORT.replace("4 papers", "2 papers")) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("2 claims were", "3 claims were", "claims-miscounted"),
        ("1 were independently", "2 were independently", "verified-miscounted"),
        ("# Pruning wins everywhere", "# Pruning speeds up code generation", "title-not-carried"),
        ("✓\t0.90", "✓\t0.27", "tick-on-low-confidence"),
    ],
)
def test_each_fault_is_found_by_its_name(old: str, new: str, name: str) -> None:
    """One change to a sound report gives one fault."""
    assert names(REPORT.replace("4 papers", "2 papers").replace(old, new)) == [name]


def test_papers_that_are_counted_and_not_cited() -> None:
    """Four papers counted, two cited."""
    assert names(REPORT) == ["papers-counted-not-cited"]


def test_a_facet_that_no_claim_addresses() -> None:
    """The question's facets are looked for in the claims."""
    question = Question(text="?", facets=(Facet(role="dataset", text="MBPP"), Facet(role="method", text="pruning")))
    found = faults(parse_report(REPORT.replace("4 papers", "2 papers")), question, cut_short=(), unresolved=())
    assert [(fault.name, "MBPP" in fault.text) for fault in found] == [("facet-unaddressed", True)]


def test_claims_cut_at_a_limit_of_length_are_recognised() -> None:
    """Several rows of exactly the longest length without an end were cut by a limit."""
    cut = REPORT.replace("Pruning wins everywhere.\t", "Pruning wins everywhere and als\t").replace("than pruning.\t", "than pruning\t")
    assert stopped_by_length(parse_report(cut)) == ("Pruning wins everywhere and als", "Merging is slower than pruning")
    assert stopped_by_length(parse_report(REPORT)) == ()


def test_a_text_without_a_claims_table_is_refused() -> None:
    """There is nothing to audit, and the error says what was expected."""
    with pytest.raises(UsageError, match="columns Claim, Verified and Confidence"):
        parse_report("# A letter\n\nDear all,\n")


@pytest.mark.shared
def test_the_seed_report_shows_its_faults(shared: Path) -> None:
    """15 counted and 3 cited, a title that no claim carries, two ticks on low confidence, four claims cut at 120 characters."""
    report = parse_report((shared / "seed_report.txt").read_text())
    assert (len(report.claims), len(report.references), report.papers_counted) == (12, 3, 15)
    found = [fault.name for fault in faults(report, None, cut_short=(), unresolved=())]
    assert found == ["papers-counted-not-cited", "title-not-carried", "tick-on-low-confidence", "tick-on-low-confidence"]
    assert [text[-5:] for text in stopped_by_length(report)] == [" espe", "thods", " sign", " rate"]
