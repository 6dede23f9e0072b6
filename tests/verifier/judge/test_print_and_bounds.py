"""What print leaves open decides nothing: bounds within its rounding, and changes that are merely possible."""

from __future__ import annotations

import numpy as np
import pytest

from synth.model import Amount, Conditions, Effect, Group, Interval, Observation
from synth.verifier.judge import judge
from synth.verifier.predicates.ranges import bound_slack, operating_point, printed_slack
from synth.verifier.rules import rule_for


def seen(method: str, value: float, decimals: int = 1) -> Observation:
    """A printed accuracy on ImageNet."""
    return Observation(
        method=method, backbone="deit_small", dataset="imagenet", metric="top1_percent", value=value, unit="percent", decimals=decimals,
        origin="reported", paper_id="arxiv:1", scale="paper",
    )  # fmt: skip


def outcome_of(hypothesis: Amount | Effect, *observations: Observation) -> str:
    """What the judge makes of it by its own rule."""
    return judge(hypothesis, observations, rule_for(hypothesis)).outcome


def value(low: float | None, high: float | None) -> Amount:
    """EViT's accuracy lies there."""
    where = Conditions(datasets=("imagenet",))
    return Amount(subject=Group(label="EViT", members=("evit",)), metric="top1_percent", range=Interval(low=low, high=high), where=where)


def change(low: float, high: float) -> Effect:
    """EViT changes the accuracy by so many points."""
    size = Interval(low=low, high=high)
    return Effect(subject=Group(label="EViT", members=("evit",)), metric="top1_percent", change="difference", size=size)


@pytest.mark.parametrize(
    ("printed", "bound", "outcome"),
    [(79.3, 79.315, "inconclusive"), (79.3, 79.95, "supported"), (79.3, 79.3, "supported"), (79.3, 79.0, "refuted")],
)
def test_a_bound_within_the_rounding_of_a_value_is_open(printed: float, bound: float, outcome: str) -> None:
    """79.3 may be 79.32, so it is not known to stay below; the bound itself, as print has it, is reached."""
    assert outcome_of(value(None, bound), seen("evit", printed)) == outcome


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [(-0.35, -0.25, "supported"), (-0.45, -0.35, "inconclusive"), (0.25, 0.35, "refuted"), (0.05, 0.15, "refuted")],
)
def test_a_change_that_is_merely_possible_is_not_shown(low: float, high: float, outcome: str) -> None:
    """79.8 and 79.5 show a loss of 0.3 points; one of 0.4 is possible and not shown, and a gain is the other way."""
    assert outcome_of(change(low, high), seen("keep_all", 79.8), seen("evit", 79.5)) == outcome


def test_a_loss_within_print_does_not_refute_a_gain() -> None:
    """79.8 and 79.7 may be 79.76 and 79.74, which is as good as no change."""
    assert outcome_of(change(0.05, 0.15), seen("keep_all", 79.8), seen("evit", 79.7)) == "inconclusive"


def test_at_most_a_change_is_a_bound() -> None:
    """ "Loses at most 0.5 points" must hold in general, so a range that ends at no change is no single measured point."""
    assert operating_point(Interval(low=-0.5, high=0.0), 0.0) is None
    assert operating_point(Interval(low=-0.35, high=-0.25), 0.0) is True


def test_print_gives_way_only_as_far_as_it_is_coarser_than_the_claim() -> None:
    """79.82 may be printed as 79.8; 79.8 is not 79.9, although both may be rounded to within 0.1."""
    assert float(printed_slack(Interval(low=79.815, high=79.825), 0.05)) == pytest.approx(0.045)
    assert float(printed_slack(Interval(low=79.75, high=79.85), 0.05)) == pytest.approx(0.0, abs=1e-9)
    assert bound_slack(np.array([0.5, 0.44]), Interval(high=0.5), 0.1).tolist() == [0.1, 0.0]
