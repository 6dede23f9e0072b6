"""The witness of the rerun against a real process that behaves well and badly."""

from __future__ import annotations

import json
import re
import stat
import sys
import time
from pathlib import Path

import pytest

from synth.model import CellRequest, Claim, Compare, Conditions, Correlate, Evidence, Group, Hypothesis, LabRecord, Spec
from synth.store.workspace import Workspace
from synth.verifier.laboratory import believed
from synth.verifier.rerun import RerunWitness

HERE = Path(__file__).parent


class Bench:
    """A workspace with a fake laboratory and its mode."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = Workspace(folder / "work")
        self.mode = folder / "mode"
        self.python = folder / "python"
        # Takes the place of the interpreter: drops "-P -m experiments" and hands the rest to the fake.
        self.python.write_text(f'#!/bin/sh\nshift 3\nexec "{sys.executable}" -S "{HERE / "fake_laboratory.py"}" "{self.mode}" "$@"\n')
        self.python.chmod(self.python.stat().st_mode | stat.S_IXUSR)

    def witness(self, mode: str, *, fresh: bool = False, budget: float = 60.0, grace: float = 20.0) -> RerunWitness:
        """A witness whose laboratory behaves in this mode."""
        self.mode.write_text(mode)
        return RerunWitness(self.workspace, python=str(self.python), budget_seconds=budget, fresh=fresh, grace_seconds=grace)

    @property
    def calls(self) -> int:
        """How often the laboratory was started."""
        path = self.folder / "calls"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def hear(self, mode: str, hypothesis: Hypothesis | None = None) -> Evidence:
        """One claim, one witness."""
        return self.witness(mode).testify(make_claim(hypothesis or compare()))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A bench in a fresh folder."""
    return Bench(tmp_path)


def compare(subject: str = "evit", other: str = "tome", metric: str = "performance") -> Compare:
    """subject beats other on DeiT-T and ImageNet."""
    return Compare(
        subject=Group(label=subject, members=(subject,)),
        other=Group(label=other, members=(other,)),
        relation="beats",
        metric=metric,
        where=Conditions(backbones=("deit_tiny",), datasets=() if metric != "performance" else ("imagenet",)),
    )


def make_claim(hypothesis: Hypothesis | None) -> Claim:
    """A claim with this hypothesis."""
    reason = "" if hypothesis else "it compares nothing"
    return Claim(id="c-1", text="a claim", passage=None, paper_id="p", hypothesis=hypothesis, reason=reason, extraction_confidence=1.0)


def test_a_true_claim_is_supported_at_proxy_scale(bench: Bench) -> None:
    """Measured values reach the judge with seeds, records and controls."""
    evidence = bench.hear("good")
    assert (evidence.outcome, evidence.independence, evidence.scale) == ("supported", "rerun", "proxy")
    assert {(each.method, each.seed) for each in evidence.observations} == {(m, s) for m in ("evit", "tome") for s in (0, 1, 2)}
    assert all(each.origin == "measured" and each.record for each in evidence.observations)
    assert evidence.controls == (
        "keep all on proxy_tiny digit_scenes: keep-all equals the plain model: passed (0)",
        "spot check on proxy_tiny digit_scenes: a ledger row measured again: passed (0.4)",
    )


def test_the_evidence_says_what_was_measured(bench: Bench) -> None:
    """Regime, stand-ins, seeds, and how much the ledger gave stand in the reason; every number has its regime."""
    evidence = bench.hear("good")
    for words in (
        "fine-tuned: backbone and method trained further together",
        "seeds: proxy_tiny 3",
        "digit_scenes for the claim's data sets, proxy_tiny for its backbones",
        "0 cells from the ledger, 24 cells measured now",
    ):
        assert words in evidence.reason
    assert {each.regime for each in evidence.observations} == {"fine_tuned"}
    assert evidence.complete


def test_a_claim_on_use_without_training_is_measured_off_the_shelf(bench: Bench) -> None:
    """The words of the claim choose the cells, and the evidence says so."""
    claim = make_claim(compare()).model_copy(update={"text": "Off the shelf, EViT beats ToMe."})
    evidence = bench.witness("good").testify(claim)
    assert {each.regime for each in evidence.observations} == {"off_the_shelf"}
    assert "off the shelf: each method on the trained backbone as it is" in evidence.reason


def test_a_ledger_that_does_not_hold_here_voids_the_finding(bench: Bench) -> None:
    """A failing spot check is a failing control."""
    evidence = bench.hear("broken_ledger")
    assert (evidence.outcome, evidence.judgement) == ("failed", None)
    assert "spot check on proxy_tiny digit_scenes: a ledger row measured again: failed" in evidence.reason


def test_no_spot_checks_where_everything_is_measured_anew(bench: Bench) -> None:
    """`fresh` asks for all cells again, so that there is no row to check."""
    evidence = bench.witness("good", fresh=True).testify(make_claim(compare()))
    (spec,) = [Spec.model_validate_json(path.read_text()) for path in bench.folder.rglob("spec.json")]
    assert (spec.fresh, spec.spot_checks) == (True, 0)
    assert len(evidence.controls) == 1


def test_where_random_pruning_is_as_good_as_any_nothing_is_judged(bench: Bench) -> None:
    """The only place is set aside, which leaves no finding."""
    evidence = bench.hear("no_better_than_random")
    assert (evidence.outcome, evidence.judgement) == ("failed", None)
    assert "random pruning ranks low: set aside" in evidence.reason


def test_the_tampered_sibling_is_refuted(bench: Bench) -> None:
    """The reversed claim is refuted by the same numbers."""
    assert bench.hear("good", compare("tome", "evit")).outcome == "refuted"


def test_speed_is_paper_scale(bench: Bench) -> None:
    """Numbers on the real shapes keep the laboratory's scale."""
    assert bench.hear("good", compare(metric="gmacs")).scale == "paper"


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("crash", "it ended with exit code 3: out of memory: tried to allocate"),
        ("garbage", "it wrote no usable record (not a record"),
        ("empty", "it wrote no usable record"),
    ],
)
def test_a_broken_laboratory_is_not_run(bench: Bench, mode: str, words: str) -> None:
    """A crash or nonsense is a failed rerun with its reason, and none of its lines is believed."""
    evidence = bench.hear(mode)
    assert (evidence.outcome, evidence.probability, evidence.judgement) == ("failed", None, None)
    assert evidence.reason.startswith("not run: the laboratory failed: ")
    assert words in evidence.reason


@pytest.mark.parametrize("mode", ["others", "nan", "range", "twice", "unmeasured"])
def test_numbers_that_do_not_answer_are_not_evidence(bench: Bench, mode: str) -> None:
    """Other cells, NaN, impossible values, contradictions and reasons without values decide nothing."""
    evidence = bench.hear(mode)
    assert (evidence.outcome, evidence.observations) == ("no_evidence", ())
    assert evidence.reason.startswith("not run: ")


def test_half_a_line_does_not_count(bench: Bench) -> None:
    """A file that breaks off gives its whole lines only, and the missing cells are counted."""
    evidence = bench.hear("half")
    assert 0 < len(evidence.observations) < 24
    assert "cells were not measured" in evidence.reason
    assert not evidence.complete


def test_a_hanging_laboratory_is_killed_with_its_children(bench: Bench) -> None:
    """The time limit is ours: the whole group is gone when it is over."""
    evidence = bench.witness("hang", budget=1.0, grace=1.0).testify(make_claim(compare()))
    assert evidence.outcome == "failed"
    assert "it was stopped after 2 seconds" in evidence.reason
    for name in ("pid.child", "pid.parent"):
        pid = int((bench.folder / name).read_text())
        deadline = time.monotonic() + 20
        while _runs(pid) and time.monotonic() < deadline:
            time.sleep(0.05)  # the system ends a killed process when it comes to it
        assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Whether the process exists and is no zombie that waits for its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_failing_control_voids_the_finding(bench: Bench) -> None:
    """Numbers whose control fails decide nothing, and the control is listed."""
    evidence = bench.hear("broken_control")
    assert (evidence.outcome, evidence.judgement) == ("failed", None)
    assert evidence.controls[0] == "keep all on proxy_tiny digit_scenes: keep-all equals the plain model: failed (0)"


def test_a_claim_again_measures_nothing(bench: Bench) -> None:
    """What was measured is kept for the next witness of this workspace, byte for byte the same evidence."""
    first = bench.hear("good")
    again = bench.hear("crash")
    assert bench.calls == 1
    assert again == first


def test_fresh_measures_anew(bench: Bench) -> None:
    """`fresh` does not take what was kept."""
    bench.hear("good")
    evidence = bench.witness("refuting", fresh=True).testify(make_claim(compare()))
    assert (bench.calls, evidence.outcome) == (2, "refuted")


def test_a_failure_is_not_kept(bench: Bench) -> None:
    """After a crash the next witness tries again."""
    bench.hear("crash")
    assert bench.hear("good").outcome == "supported"


def test_prepared_claims_share_one_process(bench: Bench) -> None:
    """Cells of all claims are measured in one process, and no claim starts another."""
    claims = [make_claim(compare()), make_claim(compare("topk", "tome")), make_claim(compare("evit", "topk")), make_claim(None)]
    witness = bench.witness("good")
    witness.prepare(claims)
    outcomes = [witness.testify(claim).outcome for claim in claims]
    assert (bench.calls, outcomes) == (1, ["supported", "supported", "supported", "no_evidence"])


def test_no_time_is_no_evidence(bench: Bench) -> None:
    """A budget of nothing starts nothing and says so."""
    evidence = bench.witness("good", budget=0.0).testify(make_claim(compare()))
    assert (evidence.outcome, bench.calls) == ("no_evidence", 0)
    assert evidence.reason == "not run: the time for reruns is used up"


def test_what_was_measured_in_part_counts_without_time(bench: Bench) -> None:
    """With no time left, the cells that an earlier run could measure still speak."""
    bench.hear("half")
    evidence = bench.witness("good", budget=0.0).testify(make_claim(compare()))
    assert bench.calls == 1
    assert evidence.observations
    assert "cells were not measured" in evidence.reason


def test_no_laboratory_is_a_reason(tmp_path: Path) -> None:
    """An interpreter that is not there is a failed rerun, not an error."""
    witness = RerunWitness(Workspace(tmp_path), python=str(tmp_path / "nowhere"))
    evidence = witness.testify(make_claim(compare()))
    assert evidence.outcome == "failed"
    assert "could not be started" in evidence.reason


def test_a_claim_beyond_the_laboratory_starts_nothing(bench: Bench) -> None:
    """A metric that cannot be measured is no evidence with the reason."""
    evidence = bench.hear("good", compare(metric="bleu"))
    assert (evidence.outcome, evidence.reason, bench.calls) == ("no_evidence", "the laboratory does not measure BLEU", 0)


def test_pairs_of_methods_are_judged_and_stay_in_the_ledger(bench: Bench) -> None:
    """Similarities of two asked methods reach the judge; the evidence counts them and shows the performance beside them."""
    evidence = bench.hear("good", Correlate(x="iou", y="performance_difference", strength="moderate"))
    told = re.search(r"(\d+) similarities of two methods are in the ledger", evidence.reason)
    assert told
    written = [json.loads(line) for path in bench.folder.rglob("records.jsonl") for line in path.read_text().splitlines()]
    assert int(told[1]) == sum(each["metric"] == "iou" for each in written) > 0
    assert not any(each["cell"]["method"] == "evit|nobody" for each in written)
    assert {each.metric for each in evidence.observations} == {"performance"}
    assert not any(each.replicates for each in evidence.observations)


def test_patterns_bring_the_performance_of_their_cells(bench: Bench) -> None:
    """A claim on patterns and one on performance share one process and the same passes."""
    correlate = Correlate(x="iou", y="performance_difference", strength="moderate")
    claims = [make_claim(correlate), make_claim(compare())]
    witness = bench.witness("good")
    witness.prepare(claims)
    assert [witness.testify(claim).outcome for claim in claims][1] == "supported"
    assert bench.calls == 1


def make_record(cell: CellRequest, **fields: object) -> str:
    """One line of a laboratory's answer."""
    return LabRecord.model_validate({"cell": cell, "metric": "performance", "value": 80.0} | fields).model_dump_json()


def test_only_what_answers_is_believed() -> None:
    """Each way to be wrong is rejected for that reason, and a value replaces the reason that stood for it."""
    cell = CellRequest(method="evit", backbone="proxy_tiny", dataset="digit_scenes", keep_rate=0.5)
    spec = Spec(measures=("performance",), cells=(cell,))
    wrong = {
        make_record(cell.model_copy(update={"seed": 9})): "a cell that was not asked",
        make_record(cell, metric="gmacs"): "a metric that was not asked",
        make_record(cell, value=None): "neither a value nor a reason",
        make_record(cell, value=101.0): "101 is outside of 0 to 100",
        make_record(cell).replace("80.0", "NaN"): "not a finite number",
        make_record(cell, replicates=(1.0,)).replace("[1.0]", "[Infinity]"): "not a finite number",
    }
    for line, reason in wrong.items():
        answer = believed([line], spec)
        assert (answer.records, len(answer.rejected)) == ((), 1)
        assert answer.rejected[0].endswith(reason)
    late = believed([make_record(cell, value=None, reason="no time"), make_record(cell)], spec)
    assert [record.value for record in late.records] == [80.0]
