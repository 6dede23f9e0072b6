"""The twelve claims on token reduction, each on tables in which it is true, false, or too noisy to tell, by construction."""

from __future__ import annotations

import numpy as np
import pytest
from judge_tables import BACKBONES, DATASETS, METHODS, RATES, measured, ordered

from synth.model import (
    AllOf,
    Amount,
    Compare,
    CompareCorrelations,
    Conditions,
    Contrast,
    Correlate,
    Group,
    Hypothesis,
    Interval,
    Judgement,
    Observation,
    Rank,
    SettingRange,
    Spread,
    Trend,
)
from synth.verifier.judge import judge
from synth.verifier.rules import rule_for

DRAWS = 400
LEARNED = Group(label="pruning with learned patterns", members=("topk", "evit", "dynamicvit", "ats"))
FIXED = Group(label="fixed radial patterns", members=("l1", "l2", "linf"))
SOFT = Group(label="soft merging", members=("sit", "patchmerger", "sinkhorn"))
HARD = Group(label="ToMe and DPC-KNN", members=("tome", "dpcknn"))
OTHERS = Group(label="all other methods", members=())
DYNAMIC = Group(label="DynamicViT", members=("dynamicvit",))
ATS = Group(label="ATS", members=("ats",))


def at(low: float, high: float | None = None) -> Conditions:
    """Keep rates from low to high."""
    return Conditions(settings=(SettingRange(name="keep_rate", range=Interval(low=low, high=high or low)),))


CLAIM_1 = Rank(subject=LEARNED, end="top", k=3, quantifier="consistently", per_dataset=True)
CLAIM_2 = Rank(subject=SOFT, end="bottom", k=3, quantifier="consistently", per_dataset=True)
CLAIM_3 = Compare(
    subject=HARD, other=OTHERS, relation="beats", quantifier="regularly", where=Conditions(backbones=("deit_tiny", "deit_small"))
)
CLAIM_4 = Compare(subject=LEARNED, other=HARD, relation="beats", where=Conditions(backbones=("deit_base",)))
COMPETITIVE = Compare(
    subject=FIXED, other=LEARNED, relation="equals", other_by="median", margin=Interval(low=0, high=1), where=at(0.9), quantifier="stated"
)
DROPS = Trend(subject=FIXED, setting="keep_rate", direction="falls", start=0.9, beyond=Group(label="Top-K", members=("topk",)), margin=1.0)
CLAIM_5 = AllOf(parts=(COMPETITIVE, DROPS))
CLAIM_6 = AllOf(
    parts=(
        Spread(subject=DYNAMIC, extreme="most"),
        Rank(subject=DYNAMIC, end="bottom", k=3, quantifier="often", where=at(0.25, 0.5)),
    )
)
CLAIM_7 = Contrast(subject=ATS, under=Conditions(datasets=("nuswide",)), level_under="high", level_against="middle")
CLAIM_8 = AllOf(
    parts=tuple(
        Amount(
            subject=ATS,
            metric="tokens",
            range=Interval(low=low, high=high),
            versus=OTHERS,
            relation="fewer",
            quantifier="on_average",
            where=at(rate),
        )
        for low, high, rate in ((50, 90, 0.9), (10, 30, 0.7))
    )
)
CLAIM_9 = AllOf(parts=tuple(Correlate(x=x, y="performance_difference", strength="high") for x in ("procrustes", "nmi")))
CLAIM_10 = Correlate(x="iou", y="performance_difference", strength="moderate")
CLAIM_11 = CompareCorrelations(better="nmi", worse="iou", y="performance_difference")
CLAIM_12 = Rank(subject=Group(label="Top-K and EViT", members=("topk", "evit")), end="top", k=2, by="mean_rank")

LEARNED_FIRST = ordered(["topk", "evit", "ats", "dynamicvit", "tome", "dpcknn", "kmedoids"])
SOFT_FIRST = ordered(["sit", "patchmerger", "sinkhorn", "tome", "dpcknn"])


def ruled(hypothesis: Hypothesis, observations: list[Observation]) -> Judgement:
    """The judgement by the hypothesis's own rule, with fewer draws for speed."""
    rule = rule_for(hypothesis)
    parts = tuple(part.model_copy(update={"draws": DRAWS}) for part in rule.parts)
    return judge(hypothesis, observations, rule.model_copy(update={"draws": DRAWS, "parts": parts}))


def test_learned_pruning_in_the_top_three_is_supported_and_refuted_by_the_order_of_methods() -> None:
    """Claim 1 follows the mean number of members in the top 3 against the chance level 12/13."""
    assert ruled(CLAIM_1, measured(LEARNED_FIRST)).outcome == "supported"
    assert ruled(CLAIM_1, measured(SOFT_FIRST)).outcome == "refuted"
    assert ruled(CLAIM_1, measured(LEARNED_FIRST)).chance == pytest.approx(12 / 13)


def test_one_bad_data_set_refutes_a_claim_on_all_of_them() -> None:
    """Claim 1 says every data set: one in which no member is in the top 3 is enough against it."""

    def value(method: str, dataset: str, backbone: str, rate: float) -> float:
        return (SOFT_FIRST if dataset == "nabirds" else LEARNED_FIRST)(method, dataset, backbone, rate)

    assert ruled(CLAIM_1, measured(value)).outcome == "refuted"


def test_one_member_in_the_top_three_is_little_more_than_chance_and_stays_open() -> None:
    """Claim 1's weak form (at least one of four) is nearly empty, so a single member neither supports nor refutes."""
    one = ordered(["topk", "sit", "patchmerger", "sinkhorn", "tome", "dpcknn", "kmedoids", "evit", "ats", "dynamicvit"])
    judgement = ruled(CLAIM_1, measured(one))
    assert judgement.share == pytest.approx(1.0)
    assert judgement.outcome == "inconclusive"


def test_soft_merging_in_the_bottom_three() -> None:
    """Claim 2 asks for 2.4 of 3 in every data set and falls below 1.5."""
    assert ruled(CLAIM_2, measured(LEARNED_FIRST)).outcome == "supported"
    assert ruled(CLAIM_2, measured(SOFT_FIRST)).outcome == "refuted"
    two = ordered(["sit", *[m for m in METHODS if m not in SOFT.members]])
    assert ruled(CLAIM_2, measured(two)).outcome == "inconclusive"


def test_hard_merging_regularly_first_on_small_backbones() -> None:
    """Claim 3 needs half of the cells and more than chance (2 of 13); base backbones do not count."""

    def half(method: str, dataset: str, backbone: str, rate: float) -> float:
        wins = backbone != "deit_base" and rate in (0.25, 0.5)
        return (ordered(["tome", "dpcknn"]) if wins else LEARNED_FIRST)(method, dataset, backbone, rate)

    supported = ruled(CLAIM_3, measured(half))
    assert (supported.outcome, supported.share, supported.n_cells) == ("supported", 0.5, 32)
    assert supported.chance == pytest.approx(2 / 13)
    assert ruled(CLAIM_3, measured(LEARNED_FIRST)).outcome == "refuted"


def test_learned_pruning_beats_hard_merging_on_base() -> None:
    """Claim 4 looks at the base backbone alone."""

    def value(method: str, dataset: str, backbone: str, rate: float) -> float:
        return (LEARNED_FIRST if backbone == "deit_base" else SOFT_FIRST)(method, dataset, backbone, rate)

    assert ruled(CLAIM_4, measured(value)).outcome == "supported"
    assert ruled(CLAIM_4, measured(SOFT_FIRST)).outcome == "refuted"
    assert ruled(CLAIM_4, measured(lambda *_: 80.0, noise=1.0)).outcome == "inconclusive"


def falling(drop_of_fixed: float, start_gap: float = 0.5) -> list[Observation]:
    """Fixed patterns start `start_gap` below the rest and fall by `drop_of_fixed` points down to 0.25; the others by 1."""

    def value(method: str, dataset: str, backbone: str, rate: float) -> float:
        way = (0.9 - rate) / 0.65
        return 80.0 - (start_gap + drop_of_fixed * way if method in FIXED.members else way)

    return measured(value, noise=0.02)


def test_fixed_patterns_hold_at_first_and_fall_later() -> None:
    """Claim 5 needs both halves: competitive at 0.9, and by 0.5 a drop beyond Top-K's by more than a point."""
    assert ruled(CLAIM_5, falling(6.0)).outcome == "supported"
    assert ruled(CLAIM_5, falling(1.0)).outcome == "refuted"
    assert ruled(CLAIM_5, falling(6.0, start_gap=5.0)).outcome == "refuted"
    assert ruled(CLAIM_5, falling(2.0)).outcome == "refuted"
    assert ruled(CLAIM_5, falling(2.625)).outcome == "inconclusive"


def test_dynamicvit_varies_most_and_is_often_last() -> None:
    """Claim 6: largest spread over the cells, and in the bottom three in half of the cells at low keep rates."""
    last = ordered([m for m in METHODS if m != "dynamicvit"])

    def value(method: str, dataset: str, backbone: str, rate: float) -> float:
        return (LEARNED_FIRST if rate > 0.6 else last)(method, dataset, backbone, rate)

    assert ruled(CLAIM_6, measured(value)).outcome == "supported"
    assert ruled(CLAIM_6, measured(LEARNED_FIRST)).outcome == "refuted"


def test_ats_shines_on_nuswide_only() -> None:
    """Claim 7: top third there, middle third elsewhere, with a gap whose interval excludes 0."""
    middle = ordered(["topk", "evit", "dynamicvit", "tome", "dpcknn", "kmedoids", "ats"])

    def value(method: str, dataset: str, backbone: str, rate: float) -> float:
        return (ordered(["topk", "ats"]) if dataset == "nuswide" else middle)(method, dataset, backbone, rate)

    supported = ruled(CLAIM_7, measured(value))
    assert (supported.outcome, supported.share) == ("supported", 5.0)
    assert ruled(CLAIM_7, measured(middle)).outcome == "refuted"
    assert ruled(CLAIM_7, measured(ordered(["ats"]))).outcome == "refuted"


NOMINAL = {0.9: (176, 158, 142), 0.7: (137, 96, 67)}


def counts(gaps: dict[float, float]) -> list[Observation]:
    """Token counts by stage of Top-K (nominal) and ATS, which lies `gaps` below."""
    return [
        Observation(
            method=method,
            metric="tokens",
            value=stage_count - (gaps[rate] if method == "ats" else 0.0),
            backbone=backbone,
            dataset=dataset,
            settings=(("keep_rate", rate), ("stage", float(stage))),
            seed=seed,
            origin="measured",
        )
        for backbone in BACKBONES
        for dataset in DATASETS
        for rate, stages in NOMINAL.items()
        for stage, stage_count in enumerate(stages, 1)
        for method in ("topk", "ats")
        for seed in range(3)
    ]


@pytest.mark.parametrize(
    ("gaps", "outcome"),
    [
        ({0.9: 70.0, 0.7: 20.0}, "supported"),
        ({0.9: 20.0, 0.7: 20.0}, "refuted"),
        ({0.9: 70.0, 0.7: 34.0}, "refuted"),
        ({0.9: 93.0, 0.7: 20.0}, "inconclusive"),
    ],
)
def test_ats_uses_fewer_tokens(gaps: dict[float, float], outcome: str) -> None:
    """Claim 8: the gap to the nominal count lies in the stated range at each keep rate; off by over a tenth refutes."""
    assert ruled(CLAIM_8, counts(gaps)).outcome == outcome


def patterns(metric: str, fidelity: float, *, seed: int = 0, cells: int = 24) -> list[Observation]:
    """Similarities of every method to the best one that follow the fall in performance with the given fidelity (0..1)."""
    rng = np.random.default_rng(seed)
    found: list[Observation] = []
    sign = 1.0 if metric == "procrustes" else -1.0
    places = [(d, b, r) for d in DATASETS for b in BACKBONES for r in RATES][:cells]
    for dataset, backbone, rate in places:
        fields = {"backbone": backbone, "dataset": dataset, "origin": "measured"}
        fall = rng.permutation(len(METHODS) - 1) + 1.0
        best, rest = METHODS[0], METHODS[1:]
        noise = rng.permutation(len(rest)) + 1.0
        for s in range(3):
            settings = (("keep_rate", rate),)
            found.append(Observation(method=best, metric="performance", value=90.0, settings=settings, seed=s, **fields))
            for method, drop, off in zip(rest, fall, noise, strict=True):
                x = sign * (fidelity * drop + (1 - fidelity) * off) / 20 + 0.5
                found.append(Observation(method=method, metric="performance", value=90.0 - drop, settings=settings, seed=s, **fields))
                found.append(
                    Observation(method=f"{best}|{method}", metric=metric, value=x, settings=(*settings, ("stage", 1.0)), seed=s, **fields)
                )
    return found


def test_high_correlation_of_procrustes_and_nmi() -> None:
    """Claim 9: median |rho| of at least 0.7 with the right sign; unrelated patterns refute it."""
    nmi = [o for o in patterns("nmi", 0.9) if o.metric == "nmi"]
    assert ruled(CLAIM_9, patterns("procrustes", 0.9) + nmi).outcome == "supported"
    high = Correlate(x="nmi", y="performance_difference", strength="high")
    assert ruled(high, patterns("nmi", 0.9)).outcome == "supported"
    assert ruled(high, patterns("nmi", 0.0)).outcome == "refuted"
    assert ruled(high, patterns("nmi", 0.45)).outcome == "inconclusive"


def test_moderate_correlation_of_iou() -> None:
    """Claim 10: a median |rho| between 0.4 and 0.7; both sides of the band refute it."""
    assert ruled(CLAIM_10, patterns("iou", 0.4, cells=48)).outcome == "supported"
    assert ruled(CLAIM_10, patterns("iou", 0.95)).outcome == "refuted"
    assert ruled(CLAIM_10, patterns("iou", 0.0, cells=48)).outcome == "refuted"


def test_nmi_a_better_proxy_than_iou() -> None:
    """Claim 11: the difference of |rho| in paired cells excludes 0."""

    def both(nmi: float, iou: float) -> list[Observation]:
        return patterns("nmi", nmi) + [o for o in patterns("iou", iou) if o.metric == "iou"]

    assert ruled(CLAIM_11, both(0.9, 0.2)).outcome == "supported"
    assert ruled(CLAIM_11, both(0.2, 0.9)).outcome == "refuted"
    assert ruled(CLAIM_11, both(0.6, 0.6)).outcome == "inconclusive"


def test_topk_and_evit_best_by_mean_rank() -> None:
    """Claim 12: both have the two lowest mean ranks; a method above them by Wilcoxon's test refutes it."""
    assert ruled(CLAIM_12, measured(LEARNED_FIRST)).outcome == "supported"
    assert ruled(CLAIM_12, measured(SOFT_FIRST)).outcome == "refuted"
    assert ruled(CLAIM_12, measured(lambda *_: 80.0, noise=1.0)).outcome != "supported"


@pytest.mark.parametrize(
    "claim", [CLAIM_1, CLAIM_2, CLAIM_3, CLAIM_4, CLAIM_5, CLAIM_6, CLAIM_7, CLAIM_8, CLAIM_9, CLAIM_10, CLAIM_11, CLAIM_12]
)
def test_no_table_no_verdict(claim: Hypothesis) -> None:
    """Without a single observation every claim is left with no evidence, never support."""
    judgement = ruled(claim, [])
    assert (judgement.outcome, judgement.n_cells, judgement.probability) == ("no_evidence", 0, None)


@pytest.mark.parametrize("claim", [CLAIM_1, CLAIM_2, CLAIM_3, CLAIM_4, CLAIM_5, CLAIM_6, CLAIM_7, CLAIM_12])
def test_two_seeds_decide_nothing(claim: Hypothesis) -> None:
    """Fewer than three seeds are inconclusive at best, however clear the numbers."""
    assert ruled(claim, measured(LEARNED_FIRST, seeds=2)).outcome == "inconclusive"


def test_correlations_among_performances_that_cannot_be_told_apart_are_left_open() -> None:
    """Seed noise far above the differences pulls every correlation to 0; that refutes nothing."""
    rng = np.random.default_rng(5)
    table = [
        o.model_copy(update={"value": o.value + 60 * float(rng.normal())}) if o.metric == "performance" else o for o in patterns("nmi", 0.9)
    ]
    judgement = ruled(Correlate(x="nmi", y="performance_difference", strength="high"), table)
    assert judgement.outcome == "inconclusive"


def test_a_high_correlation_in_spite_of_noise_counts() -> None:
    """Noise lowers correlations and raises none: one that is high although few performances can be told apart is supported."""
    rng = np.random.default_rng(5)
    table = [
        o.model_copy(update={"value": o.value + 6 * float(rng.normal())}) if o.metric == "performance" else o for o in patterns("nmi", 1.0)
    ]
    judgement = ruled(Correlate(x="nmi", y="performance_difference", strength="any"), table)
    assert judgement.outcome == "supported"
    weak = ruled(Correlate(x="nmi", y="performance_difference", strength="moderate"), table)
    assert weak.outcome == "inconclusive"
    assert any("of the differences in a cell exceed the noise" in step for step in weak.steps)
