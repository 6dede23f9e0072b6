"""The twelve claims of the seed report, each with its whole expected reading (facts on token reduction, section 5)."""

from __future__ import annotations

import pytest

from synth.extractor.parse import parse
from synth.model import (
    AllOf,
    Amount,
    AnyOf,
    Compare,
    CompareCorrelations,
    Conditions,
    Contrast,
    Correlate,
    Group,
    Interval,
    Rank,
    SettingRange,
    Spread,
    Statement,
    Trend,
)

PL = ("topk", "evit", "dynamicvit", "ats")
PL_NOTE = "is read as Top-K, EViT, DynamicViT, ATS; a source may count fewer or more"
SM_NOTE = "is read as SiT, PatchMerger, Sinkhorn; a source may count fewer or more"
HM_NOTE = "is read as ToMe, DPC-KNN, K-Medoids; a source may count fewer or more"
TWO_RANGES = (
    "the tokens of the other methods are the nominal budget of the keep rate",
    "the 2 figures have no stated conditions: they are read for the first 2 keep rates of the protocol in order, 0.9 and 0.7",
)


def group(label: str, *members: str) -> Group:
    return Group(label=label, members=members)


def keep_rate(low: float | None, high: float | None) -> Conditions:
    return Conditions(settings=(SettingRange(name="keep_rate", range=Interval(low=low, high=high)),))


DYNAMICVIT = group("DynamicViT method", "dynamicvit")
FIXED = group("Fixed-pattern p methods", "l1", "l2", "linf")
FIXED_NOTE = "“Fixed-pattern p methods” is read as l1 pattern, l2 pattern, l∞ pattern; a source may count fewer or more"

EXPECTED: list[tuple[str, Statement | AllOf | AnyOf, tuple[str, ...]]] = [
    (
        "Pruning-based methods with learned reduction patterns are consistently among the top-3 methods across all datasets.",
        Rank(
            subject=group("Pruning-based methods with learned reduction patterns", *PL),
            end="top",
            k=3,
            quantifier="consistently",
            per_dataset=True,
            assumptions=(f"“Pruning-based methods with learned reduction patterns” {PL_NOTE}",),
        ),
        (),
    ),
    (
        "Soft-clustering methods are consistently among the bottom three methods across all datasets.",
        Rank(
            subject=group("Soft-clustering methods", "sit", "patchmerger", "sinkhorn"),
            end="bottom",
            k=3,
            quantifier="consistently",
            per_dataset=True,
            assumptions=(f"“Soft-clustering methods” {SM_NOTE}",),
        ),
        (),
    ),
    (
        "With the DeiT-T and DeiT-S backbones, hard-merging methods ToMe and DPC-KNN regularly outperform all other methods, espe",
        Compare(
            subject=group("hard-merging methods ToMe and DPC-KNN", "tome", "dpcknn"),
            other=group("all other methods"),
            relation="beats",
            subject_by="best",
            other_by="best",
            quantifier="regularly",
            where=Conditions(backbones=("deit_tiny", "deit_small")),
        ),
        ("cut short in the middle of a word, “espe”", "what “especially” was to introduce is lost"),
    ),
    (
        "With the DeiT-B backbone, pruning-based methods with learned reduction patterns outperform even the hard-merging methods",
        Compare(
            subject=group("pruning-based methods with learned reduction patterns", *PL),
            other=group("hard-merging methods", "tome", "dpcknn", "kmedoids"),
            relation="beats",
            subject_by="best",
            other_by="best",
            where=Conditions(backbones=("deit_base",)),
            assumptions=(f"“pruning-based methods with learned reduction patterns” {PL_NOTE}", f"“hard-merging methods” {HM_NOTE}"),
        ),
        (),
    ),
    (
        "Fixed-pattern p methods are competitive when 90% of tokens are kept, but at lower keep rates the performance drops sign",
        AllOf(
            parts=(
                Compare(
                    subject=FIXED,
                    other=group("pruning with learned reduction patterns", *PL),
                    relation="equals",
                    margin=Interval(low=0.0, high=1.0),
                    subject_by="best",
                    other_by="median",
                    where=keep_rate(0.9, 0.9),
                    assumptions=(
                        "“competitive” names no other side: it is read against pruning with learned reduction patterns, by the median",
                        FIXED_NOTE,
                        "on par is read as within 1 point",
                    ),
                ),
                Trend(
                    subject=FIXED,
                    setting="keep_rate",
                    direction="falls",
                    start=0.9,
                    end=None,
                    beyond=group("Top-K", "topk"),
                    margin=1.0,
                    assumptions=("“significantly” is read as beyond the fall of Top-K by more than the margin",),
                ),
            )
        ),
        ("cut short in the middle of a word, “sign”", "“sign” is read as “significantly”"),
    ),
    (
        "DynamicViT method is the most unstable of the tested methods, often being in the bottom three methods when the keep rate",
        AllOf(
            parts=(
                Spread(subject=DYNAMICVIT, population=group("the tested methods"), extreme="most"),
                Rank(
                    subject=DYNAMICVIT,
                    end="bottom",
                    k=3,
                    quantifier="often",
                    where=keep_rate(None, 0.5),
                    assumptions=("the condition on the keep rate is cut off; it is read as low, at most 0.5 (0.5 and 0.25)",),
                ),
            )
        ),
        ("cut short in an open clause, “when the keep rate”",),
    ),
    (
        "ATS method has great performance on the challenging NUS-WIDE dataset but average performance on all other datasets.",
        Contrast(
            subject=group("ATS method", "ats"),
            under=Conditions(datasets=("nuswide",)),
            relation="better",
            level_under="high",
            level_against="middle",
            assumptions=("grades are thirds of the ranking: high, middle, low",),
        ),
        (),
    ),
    (
        "ATS method uses on average 50-90 and 10-30 fewer tokens than the other methods.",
        AllOf(
            parts=(
                Amount(
                    subject=group("ATS method", "ats"),
                    metric="tokens",
                    range=Interval(low=50, high=90),
                    versus=group("the other methods"),
                    relation="fewer",
                    quantifier="on_average",
                    where=keep_rate(0.9, 0.9),
                    assumptions=TWO_RANGES,
                ),
                Amount(
                    subject=group("ATS method", "ats"),
                    metric="tokens",
                    range=Interval(low=10, high=30),
                    versus=group("the other methods"),
                    relation="fewer",
                    quantifier="on_average",
                    where=keep_rate(0.7, 0.7),
                    assumptions=TWO_RANGES,
                ),
            )
        ),
        (),
    ),
    (
        "Orthogonal Procrustes distance and NMI are highly correlated with the difference in model performance.",
        AllOf(
            parts=(
                Correlate(x="procrustes", y="performance_difference", strength="high"),
                Correlate(x="nmi", y="performance_difference", strength="high"),
            )
        ),
        (),
    ),
    (
        "IoU metric is moderately correlated with the difference in model performance.",
        Correlate(x="iou", y="performance_difference", strength="moderate"),
        (),
    ),
    (
        "NMI is a better proxy than IoU for model performance.",
        CompareCorrelations(
            better="nmi",
            worse="iou",
            y="performance_difference",
            assumptions=("performance is read as the difference in it, as the similarity is one of two models",),
        ),
        (),
    ),
    (
        "Top-K pruning method and its extension, EViT, are found to be the best performing methods.",
        Rank(
            subject=group("Top-K pruning method and its extension, EViT", "topk", "evit"),
            end="top",
            k=2,
            by="mean_rank",
            assumptions=("the best or worst methods as such are read by their mean rank over all cells",),
        ),
        (),
    ),
]


@pytest.mark.parametrize(("text", "hypothesis", "notes"), EXPECTED, ids=[str(n) for n in range(1, 13)])
def test_seed_claim_is_read_whole(text: str, hypothesis: Statement | AllOf | AnyOf, notes: tuple[str, ...]) -> None:
    """Each claim of the seed report parses to its executable reading, with every assumption and loss written down."""
    found = parse(text)
    assert found.hypothesis == hypothesis
    assert found.notes == notes
    assert found.reason == ""


@pytest.mark.shared
def test_expected_texts_are_those_of_the_report(shared: object) -> None:
    """The sentences tested here are the twelve of the report, word for word."""
    from pathlib import Path

    lines = Path(str(shared), "seed_report.txt").read_text("utf-8").split("\n")
    claims = [line.split("\t")[0] for line in lines if line.count("\t") == 2][1:]
    assert claims == [text for text, _, _ in EXPECTED]
