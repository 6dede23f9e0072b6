"""Scores, resamples, patterns and controls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_mutual_info_score, average_precision_score, normalized_mutual_info_score

from experiments import finetune
from experiments.backbones import plain
from experiments.errors import MissingCheckpoint, ReductionError, Unfinished
from experiments.measure import accuracy, controls, forward, patterns
from experiments.measure.scores import average_precision, performance, resamples
from experiments.measure.unit import Unit
from experiments.reducers import REGISTRY, Reducer, Reduction, View
from experiments.reducers.topk import TopK
from experiments.vit import attach
from synth.model import CellRequest, LabRecord, Spec
from synth.model.experiment import Measure, Regime


def test_resamples_are_the_same_for_every_method_of_a_data_set() -> None:
    """Draws depend on data set, number of images and seed only."""
    assert np.array_equal(resamples(50, 4, 1, "a"), resamples(50, 4, 1, "a"))
    assert not np.array_equal(resamples(50, 4, 1, "a"), resamples(50, 4, 1, "b"))


def test_a_weighted_precision_equals_that_of_the_drawn_images() -> None:
    """mAP on a resample is mAP of the images that were drawn."""
    rng = np.random.default_rng(0)
    scores, targets = rng.normal(size=(40, 3)), (rng.random((40, 3)) < 0.4).astype(float)
    draw = rng.integers(0, 40, 40)
    weighted = average_precision(scores, targets, np.bincount(draw, minlength=40)[None])[0]
    order = np.sort(draw)
    # Repeated images tie; scikit-learn treats a tie as one step, as the weights do.
    expected = [average_precision_score(targets[order, c], scores[order, c]) for c in range(3)]
    np.testing.assert_allclose(weighted, expected, atol=1e-9)


def test_top1_and_its_resamples_are_in_percent() -> None:
    """Three of four right is 75, and a resample of the wrong image alone is 0."""
    logits, labels = np.eye(4)[[0, 1, 2, 0]], np.array([0, 1, 2, 3])
    assert performance(logits, labels, np.array([[3, 3, 3, 3], [0, 1, 2, 0]])) == (75.0, (0.0, 100.0))


def test_nmi_equals_scikit_learns() -> None:
    """On random labels every image's value agrees."""
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 6, (5, 64)), rng.integers(0, 9, (5, 64))
    expected = [normalized_mutual_info_score(x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(patterns.nmi(a, b), expected, atol=1e-6)


def test_ami_equals_scikit_learns() -> None:
    """On random labels, on equal ones and on a single cluster every image's value agrees; random labels give about 0."""
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 20, (6, 64)), rng.integers(0, 30, (6, 64))
    b[1], b[2] = a[1], 0
    expected = [adjusted_mutual_info_score(x, y) for x, y in zip(a, b, strict=True)]
    nmi, ami = patterns.nmi_and_ami(a, b)
    np.testing.assert_allclose(ami, expected, atol=1e-9)
    np.testing.assert_allclose(nmi, patterns.nmi(a, b))
    assert abs(ami[3:].mean()) < 0.1 < nmi[3:].mean()


def test_pwcca_in_both_orders_is_their_mean() -> None:
    """One number stands for both orders; with fewer images than channels there is none."""
    rng = np.random.default_rng(3)
    one, two = (patterns.normalised(rng.normal(size=(50, 6))) for _ in range(2))
    expected = (patterns.pwcca_distance(one, two) + patterns.pwcca_distance(two, one)) / 2
    assert patterns.pwcca_both(one, two, patterns.axes(one), patterns.axes(two)) == pytest.approx(expected)
    few = patterns.normalised(rng.normal(size=(5, 6)))
    assert np.isnan(patterns.pwcca_both(few, few, patterns.axes(few), patterns.axes(few)))


def test_distances_vanish_for_rotations() -> None:
    """Procrustes and CKA distances do not see a rotation, and see other features."""
    rng = np.random.default_rng(2)
    features = rng.normal(size=(50, 6))
    rotation, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    one, same, other = (patterns.normalised(x) for x in (features, features @ rotation, rng.normal(size=(50, 6))))
    assert patterns.procrustes(one, same) == pytest.approx(0, abs=1e-9)
    assert patterns.cka_distance(one, same) == pytest.approx(0, abs=1e-9)
    assert patterns.procrustes(one, other) > 0.5


def test_expected_iou_is_that_of_random_sets() -> None:
    """Random sets of the sizes of rate 0.9 at 196 patches agree by 0.81, the figure of the chance correction."""
    kept = np.zeros((1, 196), bool)
    kept[0, :176] = True
    assert patterns.expected_iou(kept, kept) == pytest.approx(0.815, abs=0.005)


def test_a_keep_all_that_drops_something_fails_its_control() -> None:
    """A difference of logits beyond rounding does not pass."""
    logits = np.zeros((2, 3))
    assert controls.keep_all(logits, logits + 1e-6).passed
    assert not controls.keep_all(logits, logits + 1e-2).passed


def test_random_pruning_that_ranks_high_fails_its_control() -> None:
    """Random pruning above the median and level with no reduction does not pass."""
    assert controls.random_low(70, [80, 90], (95, 1)).passed
    assert not controls.random_low(94, [80, 90], (95, 1)).passed


def test_a_label_leak_fails_the_shuffled_labels() -> None:
    """Predictions that know the shuffled labels cannot pass; honest ones do."""
    labels = np.repeat(np.arange(10), 30)
    honest = controls.shuffled_labels(np.eye(10)[labels], labels, 0)
    assert honest.passed
    assert honest.value == pytest.approx(10, abs=2)


def make_cell(method: str, regime: Regime = "fine_tuned", keep_rate: float = 0.5) -> CellRequest:
    """A cell of the narrowest backbone."""
    return CellRequest(method=method, backbone="proxy_tiny", dataset="digit_scenes", keep_rate=keep_rate, regime=regime)


def make_spec(*cells: CellRequest, measures: tuple[Measure, ...] = ("performance",)) -> Spec:
    """Few images and resamples."""
    return Spec(measures=measures, cells=cells, images=32, replicates=4)


def measured(spec: Spec, metric: str, weights: Path | None = None) -> tuple[LabRecord, ...]:
    """The records of the first unit of a metric."""
    return next(unit for unit in accuracy.units(spec, weights) if unit.metric == metric).measure(float("inf"))


@pytest.fixture
def one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fine-tune by a single step of the optimiser, which is large enough to ruin any weights though the schedule only warms up."""
    monkeypatch.setattr(finetune, "SCHEDULES", {"proxy_tiny": (1, 1000.0)})
    monkeypatch.setattr(accuracy, "recipe_for", lambda cell: replace(finetune.recipe_for(cell), batch=4))


@pytest.fixture
def swapped(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put the reducer of the test's parameter in the place of the one of its name."""
    kind: type[Reducer] = request.param
    held = REGISTRY[kind.name]
    REGISTRY[kind.name] = kind
    yield
    REGISTRY[kind.name] = held


class NoClass(REGISTRY["keep_all"]):  # type: ignore[misc]
    """Keeps all patches and wipes the class token out."""

    def reduce(self, view: View) -> Reduction | None:
        """What leaves is whole; what stays behind is not."""
        view.tokens[:, 0] = 0
        return None


class Claims(TopK):
    """Says that it keeps the first and keeps all."""

    place = "between"

    def reduce(self, view: View) -> Reduction | None:
        """All patches, with the indices of a few."""
        return Reduction(tokens=view.patches, kept=torch.arange(self.counts[view.stage]).expand(len(view.patches), -1))


class Hides(TopK):
    """Says that most of what it keeps is padding."""

    place = "between"

    def reduce(self, view: View) -> Reduction | None:
        """All patches, of which one counts."""
        everything = torch.arange(view.patches.shape[1]).expand(len(view.patches), -1)
        return Reduction(kept=everything, valid=everything == 0)


class Leaves(TopK):
    """Keeps all and says so, against its promise."""

    place = "between"

    def reduce(self, view: View) -> Reduction | None:
        """Nothing changes."""
        return None


@pytest.mark.parametrize("swapped", [NoClass], indirect=True)
@pytest.mark.parametrize("regime", ["off_the_shelf", "fine_tuned"])
def test_a_reducer_that_drops_the_class_token_fails_the_keep_all_control(
    swapped: None, one_step: None, monkeypatch: pytest.MonkeyPatch, regime: Regime
) -> None:
    """In either regime its logits are not those of the plain model, and the control says so."""
    monkeypatch.setattr(finetune, "advance", _stand_still)
    record = measured(make_spec(make_cell("topk", regime)), "control_keep_all")[0]
    assert record.passed is False
    assert record.cell.regime == regime


def _stand_still(state: finetune.State, *_: object) -> float:
    """A step that trains nothing, for a reducer that no gradient goes through."""
    state.step += 1
    return 0.0


@pytest.mark.parametrize("swapped", [Claims, Hides, Leaves], indirect=True)
def test_a_reducer_that_keeps_what_it_claims_to_drop_has_no_value(swapped: None) -> None:
    """Whichever way it lies, the length of the tensor gives it away."""
    with pytest.raises(ReductionError, match="more in the tensor than topk claims"):
        measured(make_spec(make_cell("topk", "off_the_shelf")), "performance")


@pytest.mark.parametrize("method", sorted(REGISTRY))
def test_an_honest_reducer_holds_what_it_claims(method: str) -> None:
    """No method has more tokens in the tensor than it counts, names and promises."""
    reduced = attach(plain("proxy_tiny"), method, 0.5)
    with torch.inference_mode():
        _, trace = reduced.traced(torch.randn(3, 1, 64, 64))
    assert forward.removed(trace, reduced).passed


def test_the_fine_tuned_controls_judge_the_fine_tuned_weights(one_step: None) -> None:
    """The keep-all control holds for weights that one step ruined, and that score far below the plain backbone's own."""
    spec = make_spec(make_cell("keep_all"))
    control = measured(spec, "control_keep_all")[0]
    assert control.passed
    assert (control.value or 0.0) < controls.SAME
    tuned, plain_value = measured(spec, "performance")[0], measured(make_spec(make_cell("keep_all", "off_the_shelf")), "performance")[0]
    assert tuned.value is not None
    assert plain_value.value is not None
    assert tuned.value < plain_value.value / 2
    assert measured(spec, "control_shuffled_labels")[0].passed


def test_a_label_leak_fails_the_shuffled_control(one_step: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A score that is taken on other labels than the shuffled ones is above chance, and the control says so."""
    honest = controls.performance

    def leaking(logits: np.ndarray, labels: np.ndarray, draws: np.ndarray) -> tuple[float, tuple[float, ...]]:
        return honest(np.eye(10)[labels], labels, draws)

    monkeypatch.setattr(controls, "performance", leaking)
    assert measured(make_spec(make_cell("topk", "off_the_shelf")), "control_shuffled_labels")[0].passed is False


def test_each_regime_has_controls_of_its_own() -> None:
    """A specification of three regimes has two sets of controls, since a teacher changes none; one regime has one."""
    cells = [make_cell("topk", "off_the_shelf"), make_cell("dynamicvit"), make_cell("dynamicvit", "fine_tuned_no_teacher")]
    named = [(unit.metric, unit.cell.regime) for unit in accuracy.units(make_spec(*cells)) if unit.metric.startswith("control_")]
    names = ("control_keep_all", "control_shuffled_labels", "control_random")
    assert named == [(name, regime) for regime in ("off_the_shelf", "fine_tuned") for name in names]


def test_patterns_are_compared_within_a_regime() -> None:
    """Of two methods in two regimes there are two pairs, not six."""
    cells = [make_cell(method, regime) for method in ("topk", "tome") for regime in ("off_the_shelf", "fine_tuned")]
    pairs = [(unit.cell.method, unit.cell.regime) for unit in accuracy.units(make_spec(*cells, measures=("patterns",)))]
    assert pairs == [("tome|topk", "off_the_shelf"), ("tome|topk", "fine_tuned")]


def test_a_trained_method_has_no_performance_off_the_shelf() -> None:
    """The reason names the regime that has one."""
    with pytest.raises(MissingCheckpoint, match="the regime fine_tuned has its performance"):
        measured(make_spec(make_cell("sit", "off_the_shelf")), "performance")


def test_a_fine_tuned_cell_is_known_by_its_recipe(one_step: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another learning rate is another key; off the shelf no recipe counts."""

    def key(regime: Regime) -> str:
        return next(unit for unit in accuracy.units(make_spec(make_cell("topk", regime))) if unit.metric == "performance").key()

    before = key("fine_tuned"), key("off_the_shelf")
    monkeypatch.setattr(finetune, "SCHEDULES", {"proxy_tiny": (1, 0.5)})
    assert key("fine_tuned") != before[0]
    assert key("off_the_shelf") == before[1]


def test_a_unit_without_time_keeps_what_its_fine_tuning_reached(one_step: None, tmp_path: Path) -> None:
    """Past the deadline there is no value but a state to go on from; with time there is one, from the weights beside it."""
    spec = make_spec(make_cell("topk"))
    unit: Unit = next(unit for unit in accuracy.units(spec, tmp_path) if unit.metric == "performance")
    with pytest.raises(Unfinished, match="0 of 1 steps"):
        unit.measure(0.0)
    assert len(list(tmp_path.glob("*.state"))) == 1
    assert unit.measure(float("inf"))[0].value is not None
    assert len(list(tmp_path.glob("*.safetensors"))) == 1
