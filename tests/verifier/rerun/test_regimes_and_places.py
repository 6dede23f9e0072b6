"""Which trained weights a claim asks for, with how many seeds, and where it may use a data set of its own."""

from __future__ import annotations

import pytest

from synth.model import (
    Amount,
    Claim,
    Compare,
    Conditions,
    Contrast,
    Effect,
    Group,
    Hypothesis,
    Interval,
    Rank,
    Regime,
    SettingRange,
    Spread,
)
from synth.verifier.cells import KEEP_RATES, METHODS, TRAINED, Beyond, Plan, plan
from synth.verifier.regimes import regime_of
from synth.verifier.rules import rule_of


def group(*members: str) -> Group:
    """A group labelled by its members."""
    return Group(label=", ".join(members) or "all", members=members)


EVIT_BEATS_TOME = Compare(subject=group("evit"), other=group("tome"), relation="beats")
BEST = Rank(subject=group("evit"), end="top", k=3)


def claim(text: str, hypothesis: Hypothesis = BEST) -> Claim:
    """A claim with these words."""
    return Claim(id="c", text=text, passage=None, paper_id="p", hypothesis=hypothesis, extraction_confidence=1.0)


def planned(hypothesis: Hypothesis, regime: Regime = "fine_tuned") -> Plan:
    """The plan of a hypothesis that has one."""
    found = plan(hypothesis, regime=regime)
    assert isinstance(found, Plan), found
    return found


@pytest.mark.parametrize(
    ("text", "regime"),
    [
        ("ToMe outperforms Top-K on ImageNet.", "fine_tuned"),
        ("After fine-tuning, EViT outperforms ToMe.", "fine_tuned"),
        ("EViT wins with half of the training time.", "fine_tuned"),
        ("There is no training cost that ToMe does not lower.", "fine_tuned"),
        ("Off the shelf, ToMe outperforms Top-K.", "off_the_shelf"),
        ("Applied off-the-shelf, EViT trails ToMe.", "off_the_shelf"),
        ("Without any training, ToMe beats EViT.", "off_the_shelf"),
        ("ToMe, which is training-free, beats EViT.", "off_the_shelf"),
        ("When used without retraining, K-Medoids is last.", "off_the_shelf"),
        ("ToMe needs no additional fine-tuning and beats EViT.", "off_the_shelf"),
        ("When models are not fine-tuned, ToMe beats EViT.", "off_the_shelf"),
    ],
)
def test_the_words_of_a_claim_fix_its_regime(text: str, regime: Regime) -> None:
    """A claim is on fine-tuned models, as the paper trains all methods, unless it speaks of use without training."""
    assert regime_of(claim(text)) == regime
    rule = rule_of(claim(text))
    assert rule is not None and rule.regime == regime


def test_a_rule_on_speed_has_no_regime() -> None:
    """What follows from a shape depends on no training."""
    faster = Effect(subject=group("tome"), metric="images_per_second", change="ratio", size=Interval(low=2.0))
    rule = rule_of(claim("ToMe doubles throughput.", faster))
    assert rule is not None and rule.regime is None


def test_every_cell_of_a_plan_has_the_regime_that_was_asked_for() -> None:
    """No mixture: only the one method with a teacher has cells without it, and those are no part of the verdict."""
    for regime in ("fine_tuned", "off_the_shelf"):
        assert {cell.regime for _, cell in planned(BEST, regime).wanted} == {regime}
    others = {(cell.method, cell.regime) for _, cell in planned(BEST).beside if cell.regime != "fine_tuned"}
    assert others == {("dynamicvit", "fine_tuned_no_teacher")}
    assert {cell.regime for _, cell in planned(BEST, "off_the_shelf").beside} == {"off_the_shelf"}


def test_fine_tuned_cells_have_the_seeds_that_are_shipped() -> None:
    """Three seeds on the smallest backbone, one on the wider two, where a cell takes longer than any budget."""
    seeds = {(cell.backbone, cell.seed) for _, cell in planned(BEST).wanted}
    assert seeds == {("proxy_tiny", 0), ("proxy_tiny", 1), ("proxy_tiny", 2), ("proxy_small", 0), ("proxy_base", 0)}
    assert len({(cell.backbone, cell.seed) for _, cell in planned(BEST, "off_the_shelf").wanted}) == 9


def test_methods_that_must_be_trained_have_no_cells_off_the_shelf() -> None:
    """Among all methods they are left out with a note; a claim on one of them alone is beyond the laboratory."""
    found = planned(BEST, "off_the_shelf")
    assert {cell.method for _, cell in found.wanted} == set(METHODS) - set(TRAINED)
    assert any("without training, before which DynamicViT, SiT" in note for note in found.notes)
    alone = plan(BEST.model_copy(update={"subject": group("sit")}), regime="off_the_shelf")
    assert isinstance(alone, Beyond)
    assert "before which SiT, " in alone.reason


def test_cifar10_is_shown_by_itself_on_the_smallest_backbone() -> None:
    """A claim that names CIFAR-10 uses its own cells; with ImageNet beside it the digit scenes stand for that one."""
    alone = planned(BEST.model_copy(update={"where": Conditions(datasets=("cifar10",))}))
    assert {(cell.backbone, cell.dataset) for _, cell in alone.wanted} == {("proxy_tiny", "cifar10")}
    assert "cifar10 itself, proxy_tiny for its backbones" in alone.notes
    both = planned(BEST.model_copy(update={"where": Conditions(datasets=("cifar10", "imagenet"))}))
    assert {cell.dataset for _, cell in both.wanted} == {"cifar10", "digit_scenes"}
    wide = planned(BEST.model_copy(update={"where": Conditions(datasets=("cifar10",), backbones=("deit_base",))}))
    assert {(cell.backbone, cell.dataset) for _, cell in wide.wanted} == {("proxy_base", "digit_scenes")}
    nowhere = planned(BEST)
    assert ("proxy_tiny", "cifar10") in {(cell.backbone, cell.dataset) for _, cell in nowhere.wanted}
    assert any("digit_scenes, digit_scenes_multi, cifar10 for the claim's data sets" in note for note in nowhere.notes)
    assert not any(cell.dataset == "cifar10" and cell.backbone != "proxy_tiny" for _, cell in nowhere.wanted)


def test_other_readings_ask_for_cells_of_their_own() -> None:
    """The other backbones of a comparison, the unreduced model, and every keep rate of a curve stand beside the plan."""
    here = Conditions(backbones=("deit_base",), settings=(SettingRange(name="keep_rate", range=Interval(low=0.5, high=0.5)),))
    found = planned(EVIT_BEATS_TOME.model_copy(update={"where": here}))
    assert {(cell.backbone, cell.keep_rate) for _, cell in found.wanted} == {("proxy_base", 0.5)}
    assert {cell.backbone for _, cell in found.beside} == {"proxy_tiny", "proxy_small", "proxy_base"}
    assert {cell.keep_rate for _, cell in found.beside if cell.backbone == "proxy_base"} == {*KEEP_RATES, 1.0} - {0.5}
    assert not found.wanted & found.beside


def test_controls_are_measured_where_they_are_named() -> None:
    """Random pruning is no rival among "all methods"; a claim that names it gets its cells."""
    assert "random" not in {cell.method for _, cell in planned(Spread(subject=group("evit"), extreme="most")).wanted}
    named = planned(EVIT_BEATS_TOME.model_copy(update={"other": group("random")}))
    assert {cell.method for _, cell in named.wanted} == {"evit", "random"}


def test_the_others_of_a_token_count_are_the_nominal_budget() -> None:
    """ "Fewer tokens than the other methods" counts the subject and the method that keeps what was asked, on real and small backbones."""
    fewer = Amount(subject=group("ats"), metric="tokens", range=Interval(low=50, high=90), versus=group(), relation="fewer")
    found = planned(fewer)
    assert {(measure, cell.method) for measure, cell in found.wanted} == {("tokens", "ats"), ("tokens", "topk")}
    assert {(measure, cell.method) for measure, cell in found.beside} == {("performance", "ats"), ("performance", "topk")}


def test_a_contrast_with_cifar10_has_another_side() -> None:
    """ "Better on CIFAR-10 than elsewhere" needs an elsewhere."""
    found = planned(Contrast(subject=group("ats"), under=Conditions(datasets=("cifar10",))))
    assert {cell.dataset for _, cell in found.wanted} == {"cifar10", "digit_scenes", "digit_scenes_multi"}
