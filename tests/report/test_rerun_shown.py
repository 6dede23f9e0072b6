"""How a report shows a rerun: what was judged, the other readings beside it, and nothing of timings."""

from __future__ import annotations

from builders import make_claim, make_evidence, make_finding, make_provenance, make_run

from synth.model import Evidence, Judgement, Observation, Reading
from synth.report.markdown import Markdown

WEAK = Reading(name="weak: at least 1 of 4 among the top 3", outcome="supported", share=1.0, interval=(0.75, 1.0), chance=0.706, n_cells=8)
UNSEEN = Reading(name="without soft merging", outcome="no_evidence")
PART = Judgement(
    outcome="supported", share=1.0, n_cells=8, readings=(Reading(name="by medians", outcome="refuted", share=0.25, n_cells=1),)
)
WHOLE = Judgement(outcome="inconclusive", share=1.5, interval=(0.8, 3.0), n_cells=8, n_seeds=3, readings=(WEAK, UNSEEN), parts=(PART,))


def rendered(evidence: Evidence) -> str:
    """The report of a run with one claim and this testimony."""
    claim = make_claim()
    run = make_run(claim, findings=(make_finding(claim, evidence=(evidence,)),))
    return Markdown().render(run, make_provenance())


def test_other_readings_stand_beside_the_judgement() -> None:
    """Each with its figures and outcome, those of the parts too; one that found no numbers is left out."""
    text = rendered(make_evidence("rerun", outcome="inconclusive", scale="proxy", judgement=WHOLE))
    assert "judged: statistic 1.50 (0.80 to 3.00), 8 cells, 3 seeds" in text
    assert "read otherwise: weak: at least 1 of 4 among the top 3: 1.00 (0.75 to 1.00), chance 0.71, 8 cells: supported" in text
    assert "read otherwise: by medians: 0.25, 1 cell: refuted" in text
    assert "without soft merging" not in text


def test_readings_of_timings_are_no_part_of_a_report() -> None:
    """What rests on this machine's timings would change from run to run."""
    timing = Observation(method="tome", metric="images_per_second", value=10.0, origin="measured")
    text = rendered(make_evidence("rerun", outcome="supported", scale="paper", judgement=WHOLE, observations=(timing,)))
    assert "read otherwise" not in text


def test_the_limits_of_a_rerun_are_told() -> None:
    """What kind of models was measured is said of every rerun, in the section on limitations."""
    text = rendered(make_evidence("rerun"))
    assert "fine-tuned models, or models off the shelf where a claim is about use without training" in text
