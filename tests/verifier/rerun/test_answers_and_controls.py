"""What came from the ledger, what was measured now, and what controls over several seeds mean."""

from __future__ import annotations

from synth.model import CellRequest, LabRecord
from synth.verifier.answers import Answers, observation_of
from synth.verifier.controls import joined, voided

CELL = CellRequest(method="evit", backbone="proxy_tiny", dataset="digit_scenes", keep_rate=0.5, regime="fine_tuned")
SINCE = "2026-01-02T00:00:00+00:00"


def record(metric: str = "performance", value: float | None = 80.0, **fields: object) -> LabRecord:
    """One record of the cell."""
    return LabRecord.model_validate({"cell": CELL, "metric": metric, "value": value, "created": "2026-01-01T00:00:00+00:00"} | fields)


def control(metric: str, seed: int, passed: bool | None, value: float | None = -1.0) -> LabRecord:
    """A control of one seed."""
    return record(metric, value, cell=CELL.model_copy(update={"method": "random", "seed": seed}), passed=passed, reason=f"seed {seed}")


def test_the_ledger_and_what_is_measured_now_are_counted_apart() -> None:
    """A record older than the question is from the ledger; one cell of each kind, and one without a value."""
    other, third = (CELL.model_copy(update={"method": name}) for name in ("tome", "topk"))
    answers = Answers()
    late = record(cell=other, created="2026-01-02T00:00:09+00:00")
    answers.take("performance", [record(), late, record(cell=third, value=None, reason="no time")], SINCE)
    wanted = [("performance", cell) for cell in (CELL, other, third)]
    assert answers.sources(wanted) == "1 cell from the ledger, 1 cell measured now"  # type: ignore[arg-type]


def test_performance_of_a_pattern_specification_answers_for_both() -> None:
    """One pass gives performance, tokens and patterns; what was asked for by itself before stays as it was."""
    answers = Answers()
    answers.take("performance", [record(value=70.0)], SINCE)
    answers.take(
        "patterns",
        [record(value=80.0), record("tokens", 31.0), record("iou", 0.5, cell=CELL.model_copy(update={"method": "evit|tome"}))],
        SINCE,
    )
    assert [given.record.value for given in answers["performance", CELL]] == [70.0]
    assert [given.record.value for given in answers["patterns", CELL]] == [80.0, 31.0, 0.5]


def test_numbers_carry_their_regime() -> None:
    """Trained weights have a regime, real shapes with random weights have none, and a control is no number."""
    found = observation_of(record())
    shape = observation_of(record("gmacs", 2.0, cell=CellRequest(method="evit", backbone="deit_small_patch16_224", keep_rate=0.5)))
    assert found is not None and shape is not None
    assert (found.regime, shape.regime) == ("fine_tuned", "")
    assert observation_of(control("control_random", 0, True)) is None


def test_a_statistical_control_is_read_over_its_seeds() -> None:
    """One seed in three is out by noise; two in three set the place aside; keep-all must hold on every seed."""
    two_of_three = joined([control("control_random", seed, seed != 2) for seed in range(3)])
    assert (two_of_three.state, two_of_three.seeds, two_of_three.reason) == ("passed", 3, "seed 2")
    assert two_of_three.line == "random on proxy_tiny digit_scenes, 3 seeds: seed 2: passed (-1)"
    one_of_three = joined([control("control_random", seed, seed == 0) for seed in range(3)])
    assert one_of_three.state == "set aside"
    assert joined([control("control_keep_all", seed, seed != 2) for seed in range(3)]).state == "failed"
    assert joined([control("control_random", 0, None, None)]).state == "not run"


def test_a_place_that_is_set_aside_voids_only_where_no_other_is_left() -> None:
    """Elsewhere methods can be told apart; where they can nowhere, the numbers mean nothing."""
    aside = joined([control("control_random", 0, False)])
    here, there = ("proxy_tiny", "digit_scenes"), ("proxy_base", "digit_scenes")
    assert voided([aside], [here, there]) == []
    assert voided([aside], [here]) == [aside]
    exact = joined([control("control_keep_all", 0, False)])
    assert voided([aside, exact], [here, there]) == [exact]


def test_a_failing_spot_check_is_a_control_of_every_claim_that_the_ledger_answered() -> None:
    """A ledger row that does not hold here throws doubt on the others of its specification, whichever cell it is of."""
    answers = Answers()
    spot = control("control_spot_check", 0, False, 3.2).model_copy(update={"cell": CELL.model_copy(update={"backbone": "proxy_base"})})
    answers.take("performance", [record(), control("control_random", 0, True), spot], SINCE)
    found = answers.controls_of([("performance", CELL)])
    assert [each.name for each in found] == ["random", "spot check"]
    assert [each.name for each in voided(found, [("proxy_tiny", "digit_scenes")])] == ["spot check"]
    assert found[1].line.endswith(": failed (3.2)")
    assert answers.controls_of([("gmacs", CELL)]) == []
