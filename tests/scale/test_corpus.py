"""The made-up corpus of the scale curve is the same each time and has the form of a real one."""

from __future__ import annotations

from pathlib import Path

from corpus import CLAIMS, RUN, SENTENCES, circumstances, paper, papers, run_of

from synth.store import runs
from synth.store.workspace import Workspace


def test_a_paper_is_the_same_whatever_their_number() -> None:
    """The same seed and place give the same paper, others give others, and offsets point at its sentences."""
    few, more = list(papers(3)), list(papers(5))
    assert more[:3] == few
    assert paper(0, 0) != paper(0, 1)
    assert len({each.text for each in more}) == 5
    assert all(each.text[passage.start : passage.end] == passage.text for each in more for passage in each.passages)
    assert {len(each.passages) for each in more} == {SENTENCES}


def test_a_run_is_one_that_can_be_saved_and_loaded(tmp_path: Path) -> None:
    """Every paper has its claims under ids of their own, each with a finding; the run is the same each time and survives the disk."""
    documents = list(papers(RUN))
    run = run_of(documents, "one")
    assert run == run_of(documents, "one") != run_of(documents, "two")
    assert len({claim.id for claim in run.claims}) == RUN * CLAIMS == len(run.findings)
    assert {claim.hypothesis is None for claim in run.claims} == {True, False}
    runs.save(Workspace(tmp_path), run, circumstances(0))
    assert runs.load(Workspace(tmp_path), "one") == (run, circumstances(0))


def test_later_runs_were_finished_later() -> None:
    """The dates of thousands of runs are in their order."""
    dates = [circumstances(place).finished for place in range(5000)]
    assert dates == sorted(set(dates))
