"""Hypothesis to cells: what the laboratory is asked, or why it cannot speak."""

from __future__ import annotations

import pytest

from synth.model import (
    AllOf,
    Amount,
    Compare,
    Conditions,
    Contrast,
    Correlate,
    Effect,
    Group,
    Hypothesis,
    Interval,
    Rank,
    SettingRange,
)
from synth.verifier.cells import KEEP_RATES, METHODS, Beyond, Plan, plan


def group(*members: str) -> Group:
    """A group labelled by its members."""
    return Group(label=", ".join(members), members=members)


def compare(*, subject: str = "evit", other: str = "tome", metric: str = "performance", where: Conditions | None = None) -> Compare:
    """subject beats other."""
    return Compare(subject=group(subject), other=group(other), relation="beats", metric=metric, where=where or Conditions())


def planned(hypothesis: Hypothesis) -> Plan:
    """The plan of a hypothesis that has one."""
    found = plan(hypothesis)
    assert isinstance(found, Plan), found
    return found


def values(hypothesis: Hypothesis, field: str) -> set[object]:
    """The different values of a field over all cells."""
    return {getattr(cell, field) for _, cell in planned(hypothesis).wanted}


def test_only_the_methods_that_are_compared_are_measured() -> None:
    """A comparison of two measures two, at every keep rate, on three seeds and three sizes."""
    hypothesis = compare()
    assert values(hypothesis, "method") == {"evit", "tome"}
    assert values(hypothesis, "keep_rate") == set(KEEP_RATES)
    assert values(hypothesis, "seed") == {0, 1, 2}
    assert values(hypothesis, "backbone") == {"proxy_tiny", "proxy_small", "proxy_base"}


def test_a_rank_among_all_measures_all() -> None:
    """A rank over an open population needs every method of the laboratory."""
    assert values(Rank(subject=group("evit"), end="top", k=3), "method") == set(METHODS)


def test_conditions_choose_cells() -> None:
    """Backbone, kind of labels and keep rates follow the claim."""
    where = Conditions(
        datasets=("nuswide",), backbones=("deit_base",), settings=(SettingRange(name="keep_rate", range=Interval(high=0.5)),)
    )
    hypothesis = compare(where=where)
    assert values(hypothesis, "dataset") == {"digit_scenes_multi"}
    assert values(hypothesis, "backbone") == {"proxy_base"}
    assert values(hypothesis, "keep_rate") == {0.5, 0.25}


def test_an_odd_keep_rate_is_measured_as_it_is() -> None:
    """A rate between those of the protocol is asked for itself."""
    where = Conditions(settings=(SettingRange(name="keep_rate", range=Interval(low=0.8, high=0.8)),))
    assert values(compare(where=where), "keep_rate") == {0.8}


def test_speed_is_measured_on_the_real_shapes() -> None:
    """Throughput needs no data and no seeds, and the plain model beside the reduced one."""
    hypothesis = Effect(subject=group("tome"), metric="images_per_second", change="ratio", size=Interval(low=2.0))
    assert {measure for measure, _ in planned(hypothesis).wanted} == {"speed"}
    assert values(hypothesis, "backbone") == {"deit_small_patch16_224"}
    tiny = hypothesis.model_copy(update={"where": Conditions(backbones=("deit_tiny",))})
    assert values(tiny, "backbone") == {"deit_tiny_patch16_224"}
    assert values(hypothesis, "dataset") == {""}
    assert values(hypothesis, "seed") == {0}
    assert {cell.keep_rate for _, cell in planned(hypothesis).wanted if cell.method == "keep_all"} == {1.0}


def test_an_accuracy_of_the_original_is_beyond_small_models() -> None:
    """Neither 79.5 % on ImageNet nor the size of a drop can be measured on digits; an order can."""
    accuracy = Amount(subject=group("evit"), metric="top1_percent", range=Interval(low=79.45, high=79.55))
    drop = Effect(subject=group("evit"), metric="top1_percent", change="difference", size=Interval(low=-0.35, high=-0.25))
    for hypothesis in (accuracy, drop):
        beyond = plan(hypothesis)
        assert isinstance(beyond, Beyond)
        assert "small models" in beyond.reason


def test_a_throughput_of_another_machine_is_not_measured() -> None:
    """930 images/s on a V100 says nothing about this machine; a speed-up over the plain model does."""
    beyond = plan(Amount(subject=group("evit"), metric="images_per_second", range=Interval(low=929.5, high=930.5)))
    assert isinstance(beyond, Beyond)
    assert "only its ratio" in beyond.reason


def test_a_contrast_measures_both_sides() -> None:
    """Better on multi-label data than elsewhere needs both kinds of data."""
    assert values(Contrast(subject=group("ats"), under=Conditions(datasets=("nuswide",))), "dataset") == {
        "digit_scenes",
        "digit_scenes_multi",
    }


def test_a_correlation_measures_the_patterns_of_all_methods() -> None:
    """A proxy is held against performance over every method; the laboratory measures both for a cell of patterns."""
    hypothesis = Correlate(x="iou", y="performance_difference", strength="moderate")
    assert {measure for measure, _ in planned(hypothesis).wanted} == {"patterns"}
    assert values(hypothesis, "method") == set(METHODS)


@pytest.mark.parametrize(
    ("hypothesis", "words"),
    [
        (compare(subject="diffrate"), "the laboratory has no DiffRate"),
        (compare(other="diffrate"), "the laboratory has no DiffRate to compare with"),
        (compare(metric="bleu"), "the laboratory does not measure BLEU"),
        (compare(metric="images_per_second", where=Conditions(datasets=("mbpp",))), "nothing like MBPP"),
        (Amount(subject=group("tome"), metric="tokens_per_second", range=Interval(low=1)), "does not measure tokens per second"),
        (compare(where=Conditions(datasets=("our_private_set",))), "nothing like our_private_set"),
        (compare(where=Conditions(backbones=("swin_tiny",))), "no backbone like Swin-T"),
        (compare(where=Conditions(settings=(SettingRange(name="epochs", range=Interval(low=30)),))), "no setting epochs"),
    ],
)
def test_what_the_laboratory_cannot_do_is_said(hypothesis: Hypothesis, words: str) -> None:
    """Unknown methods, metrics, data, backbones and settings are reasons, never other measurements."""
    found = plan(hypothesis)
    assert isinstance(found, Beyond)
    assert words in found.reason


def test_the_measurable_part_of_a_composition_is_measured() -> None:
    """One part that is beyond the laboratory leaves the other, with a note."""
    found = planned(AllOf(parts=(compare(), compare(metric="bleu"))))
    assert {cell.method for _, cell in found.wanted} == {"evit", "tome"}
    assert any("does not measure BLEU" in note for note in found.notes)
