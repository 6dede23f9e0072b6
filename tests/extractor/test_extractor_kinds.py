"""Sentences over all eleven kinds, each beside siblings that differ in one thing and must be read differently."""

from __future__ import annotations

from collections.abc import Callable

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
    Effect,
    Group,
    Interval,
    Rank,
    SettingRange,
    Spread,
    Statement,
    Trend,
)

Part = Statement | AllOf | AnyOf
PRUNING = ("topk", "evit", "dynamicvit", "ats", "l1", "l2", "linf")
SOFT = ("sit", "patchmerger", "sinkhorn")


def bare(part: Part) -> Part:
    """The hypothesis without the words that only explain it: labels and assumptions."""
    if isinstance(part, AllOf | AnyOf):
        return type(part)(parts=tuple(bare(one) for one in part.parts))
    update: dict[str, object] = {"assumptions": ()}
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Group):
            update[name] = Group(label="", members=value.members)
    return part.model_copy(update=update)


def of(*members: str) -> Group:
    return Group(label="", members=members)


def at(datasets: tuple[str, ...] = (), backbones: tuple[str, ...] = (), **settings: tuple[float | None, float | None]) -> Conditions:
    ranges = tuple(SettingRange(name=name, range=Interval(low=low, high=high)) for name, (low, high) in sorted(settings.items()))
    return Conditions(datasets=datasets, backbones=backbones, settings=ranges)


def span(low: float | None = None, high: float | None = None) -> Interval:
    return Interval(low=low, high=high)


NEAR = span(0.0, 1.0)
OTHERS = of()
KEEP_ALL = of("keep_all")


def compare(subject: str, relation: str, other: str | None, **more: object) -> Compare:
    return Compare.model_validate({"subject": of(subject), "relation": relation, "other": of(other) if other else OTHERS, **more})


def effect(metric: str, change: str, low: float | None, high: float | None, subject: str = "evit", **more: object) -> Effect:
    return Effect.model_validate(
        {"subject": of(subject), "baseline": KEEP_ALL, "metric": metric, "change": change, "size": span(low, high), **more}
    )


def rank(subject: str, end: str, k: int, **more: object) -> Rank:
    return Rank.model_validate({"subject": of(subject), "end": end, "k": k, "population": OTHERS, **more})


def trend(subject: str, direction: str, **more: object) -> Trend:
    return Trend.model_validate({"subject": of(subject), "direction": direction, "setting": "keep_rate", **more})


def amount(subject: str, metric: str, low: float | None, high: float | None, **more: object) -> Amount:
    return Amount.model_validate({"subject": of(subject), "metric": metric, "range": span(low, high), **more})


COMPARE: list[tuple[str, Part]] = [
    ("ToMe outperforms EViT on ImageNet with DeiT-S.", compare("tome", "beats", "evit", where=at(("imagenet",), ("deit_small",)))),
    ("EViT outperforms ToMe on ImageNet with DeiT-S.", compare("evit", "beats", "tome", where=at(("imagenet",), ("deit_small",)))),
    ("ToMe outperforms EViT on ImageNet.", compare("tome", "beats", "evit", where=at(("imagenet",)))),
    ("ToMe outperforms EViT on NABirds with DeiT-S.", compare("tome", "beats", "evit", where=at(("nabirds",), ("deit_small",)))),
    ("ToMe underperforms EViT on ImageNet.", compare("tome", "trails", "evit", where=at(("imagenet",)))),
    ("ToMe is outperformed by EViT on ImageNet.", compare("tome", "trails", "evit", where=at(("imagenet",)))),
    (
        "ToMe does not outperform EViT.",
        AnyOf(parts=(compare("tome", "trails", "evit"), compare("tome", "equals", "evit", margin=span(0.0, 0.0)))),
    ),
    (
        "ToMe is no worse than EViT.",
        AnyOf(parts=(compare("tome", "beats", "evit"), compare("tome", "equals", "evit", margin=span(0.0, 0.0)))),
    ),
    ("FooViT consistently outperforms all other methods.", compare("foovit", "beats", None, quantifier="consistently")),
    ("FooViT often outperforms all other methods.", compare("foovit", "beats", None, quantifier="often")),
    ("FooViT trails BarNet by 1.2 points on COCO.", compare("foovit", "trails", "barnet", margin=span(1.15, 1.25), where=at(("coco",)))),
    ("FooViT trails BarNet by 2.2 points on COCO.", compare("foovit", "trails", "barnet", margin=span(2.15, 2.25), where=at(("coco",)))),
    ("FooViT beats BarNet by at least 2 points.", compare("foovit", "beats", "barnet", margin=span(2.0))),
    ("FooViT beats BarNet by at most 2 points.", compare("foovit", "beats", "barnet", margin=span(None, 2.0))),
    ("Top-K is on par with EViT at a keep rate of 0.7.", compare("topk", "equals", "evit", margin=NEAR, where=at(keep_rate=(0.7, 0.7)))),
    ("Top-K lags behind EViT at a keep rate of 0.7.", compare("topk", "trails", "evit", where=at(keep_rate=(0.7, 0.7)))),
    ("ToMe is within 0.3 points of the baseline.", compare("tome", "equals", "keep_all", margin=span(0.0, 0.3))),
    ("ToMe has lower latency than EViT.", compare("tome", "beats", "evit", metric="latency_ms")),
    ("ToMe has higher latency than EViT.", compare("tome", "trails", "evit", metric="latency_ms")),
    ("ToMe has a lower throughput than EViT.", compare("tome", "trails", "evit", metric="images_per_second")),
    ("Compared to EViT, ToMe is slower.", compare("tome", "trails", "evit", metric="images_per_second")),
    (
        "SiT underperforms all pruning methods at keep rates below 0.5.",
        Compare(subject=of("sit"), relation="trails", other=of(*PRUNING), where=at(keep_rate=(None, 0.5))),
    ),
    (
        "All pruning methods outperform Sinkhorn.",
        Compare(subject=of(*PRUNING), relation="beats", other=of("sinkhorn"), subject_by="each"),
    ),
    (
        "In at least 3 of the four datasets, ToMe outperforms DPC-KNN.",
        compare("tome", "beats", "dpcknn", quantifier="mostly"),
    ),
]
COMPARE += [
    (
        "ToMe outperforms EViT by 1.5% at a keep rate of 0.5 and by 0.3% at a keep rate of 0.9.",
        AllOf(
            parts=(
                compare("tome", "beats", "evit", margin=span(1.45, 1.55), where=at(keep_rate=(0.5, 0.5))),
                compare("tome", "beats", "evit", margin=span(0.25, 0.35), where=at(keep_rate=(0.9, 0.9))),
            )
        ),
    ),
    ("ToMe is superior to SiT.", compare("tome", "beats", "sit")),
    ("ToMe's accuracy is at least 2 points above that of SiT.", compare("tome", "beats", "sit", metric="top1_percent", margin=span(2.0))),
    ("ToMe's accuracy is at least 2 points below that of SiT.", compare("tome", "trails", "sit", metric="top1_percent", margin=span(2.0))),
    ("When the backbone is DeiT-B, ToMe beats SiT.", compare("tome", "beats", "sit", where=at((), ("deit_base",)))),
    ("ToMe fails to match EViT on COCO.", compare("tome", "trails", "evit", where=at(("coco",)))),
    ("EViT, unlike ToMe, outperforms SiT.", compare("evit", "beats", "sit")),
    ("ToMe matches the baseline on COCO.", compare("tome", "equals", "keep_all", margin=NEAR, where=at(("coco",)))),
    ("Most methods outperform random pruning.", Compare(subject=OTHERS, relation="beats", other=of("random"), subject_by="median")),
    ("There is no significant difference between ToMe and EViT.", compare("tome", "equals", "evit", margin=NEAR)),
    ("The gap between ToMe and EViT is at most 0.2 points.", compare("tome", "equals", "evit", margin=span(0.0, 0.2))),
    (
        "FooViT outperforms ToMe and EViT by 1.0 and 1.2 points.",
        AllOf(
            parts=(compare("foovit", "beats", "tome", margin=span(0.95, 1.05)), compare("foovit", "beats", "evit", margin=span(1.15, 1.25)))
        ),
    ),
    (
        "ToMe has lower accuracy and latency than EViT.",
        AllOf(parts=(compare("tome", "trails", "evit", metric="top1_percent"), compare("tome", "beats", "evit", metric="latency_ms"))),
    ),
    (
        "Fixed radial patterns keep up with Top-K at a keep rate of 0.9, but fall behind at lower keep rates.",
        AllOf(
            parts=(
                Compare(subject=of("l1", "l2", "linf"), relation="equals", other=of("topk"), margin=NEAR, where=at(keep_rate=(0.9, 0.9))),
                Compare(subject=of("l1", "l2", "linf"), relation="trails", other=of("topk"), where=at(keep_rate=(None, 0.89))),
            )
        ),
    ),
]
RANK: list[tuple[str, Part]] = [
    (
        "The best method is ATS, and the worst is Sinkhorn.",
        AllOf(parts=(rank("ats", "top", 1, by="mean_rank"), rank("sinkhorn", "bottom", 1, by="mean_rank"))),
    ),
    ("ToMe is among the best performing methods.", rank("tome", "top", 3, by="mean_rank")),
    ("ToMe is in the bottom three at keep rates of 0.5 and below.", rank("tome", "bottom", 3, where=at(keep_rate=(None, 0.5)))),
    ("EViT is among the top three methods on every dataset.", rank("evit", "top", 3, quantifier="all", per_dataset=True)),
    ("EViT is among the bottom three methods on every dataset.", rank("evit", "bottom", 3, quantifier="all", per_dataset=True)),
    ("EViT is among the top five methods on every dataset.", rank("evit", "top", 5, quantifier="all", per_dataset=True)),
    ("EViT is among the top three methods.", rank("evit", "top", 3)),
    ("ToMe achieves the highest accuracy on NABirds.", rank("tome", "top", 1, metric="top1_percent", where=at(("nabirds",)))),
    ("ToMe achieves the lowest accuracy on NABirds.", rank("tome", "bottom", 1, metric="top1_percent", where=at(("nabirds",)))),
    ("ToMe has the lowest latency.", rank("tome", "top", 1, metric="latency_ms")),
    ("FooViT achieves the second-highest mAP on COCO.", rank("foovit", "top", 2, metric="map_percent", where=at(("coco",)))),
    ("No other method outperforms Top-K.", rank("topk", "top", 1)),
    ("The best performing method is ATS.", rank("ats", "top", 1, by="mean_rank")),
    ("The worst performing method is ATS.", rank("ats", "bottom", 1, by="mean_rank")),
    (
        "ToMe is the best of the merging methods.",
        Rank(
            subject=of("tome"),
            end="top",
            k=1,
            by="mean_rank",
            population=of("tome", "dpcknn", "kmedoids", "sit", "patchmerger", "sinkhorn"),
        ),
    ),
    (
        "Either ToMe or DPC-KNN has the highest throughput.",
        AnyOf(parts=(rank("tome", "top", 1, metric="images_per_second"), rank("dpcknn", "top", 1, metric="images_per_second"))),
    ),
]
EFFECT: list[tuple[str, Part]] = [
    (
        "EViT reduces FLOPs by 40% with a 0.3-point drop.",
        AllOf(parts=(effect("gmacs", "percent", -40.5, -39.5), effect("performance", "difference", -0.35, -0.25))),
    ),
    (
        "EViT reduces FLOPs by 40% with a 0.9-point drop.",
        AllOf(parts=(effect("gmacs", "percent", -40.5, -39.5), effect("performance", "difference", -0.95, -0.85))),
    ),
    ("EViT increases FLOPs by 40%.", effect("gmacs", "percent", 39.5, 40.5)),
    ("EViT reaches 1.8x throughput on ViT-L.", effect("images_per_second", "ratio", 1.75, 1.85, where=at((), ("vit_large",)))),
    ("EViT is 40% faster than DeiT-S.", effect("images_per_second", "percent", 39.5, 40.5, where=at((), ("deit_small",)))),
    ("EViT is 40% slower than DeiT-S.", effect("images_per_second", "percent", -40.5, -39.5, where=at((), ("deit_small",)))),
    ("EViT loses less than 0.5% accuracy.", effect("top1_percent", "difference", -0.5, 0.0)),
    ("EViT halves the memory usage.", effect("memory_gib", "ratio", 0.45, 0.55)),
    ("FooViT uses at least 20% less memory than EViT.", effect("memory_gib", "percent", None, -20.0, "foovit", baseline=of("evit"))),
    (
        "EViT improves throughput by 50% without loss of accuracy.",
        AllOf(parts=(effect("images_per_second", "percent", 49.5, 50.5), effect("top1_percent", "difference", 0.0, None))),
    ),
    ("EViT improves top-1 accuracy from 79.5% to 80.1%.", effect("top1_percent", "difference", 0.5, 0.7)),
]
EFFECT += [
    (
        "FooViT is 1.4x faster and 0.3% more accurate than BarNet.",
        AllOf(
            parts=(
                effect("images_per_second", "ratio", 1.35, 1.45, "foovit", baseline=of("barnet")),
                effect("top1_percent", "difference", 0.25, 0.35, "foovit", baseline=of("barnet")),
            )
        ),
    ),
    ("ToMe speeds up inference by a factor of 2.", effect("images_per_second", "ratio", 1.5, 2.5, "tome")),
    (
        "By pruning 66% of the input tokens, DynamicViT reduces FLOPs by 31% to 37%.",
        effect("gmacs", "percent", -37, -31, "dynamicvit", where=at(keep_rate=(0.34, 0.34))),
    ),
]
TREND: list[tuple[str, Part]] = [
    ("At a keep rate of 0.25, the accuracy of DynamicViT collapses.", trend("dynamicvit", "falls", metric="top1_percent", end=0.25)),
    ("FooViT maintains accuracy down to a keep rate of 0.5.", trend("foovit", "stays", metric="top1_percent", end=0.5)),
    (
        "Reducing the keep rate from 0.9 to 0.5 costs EViT 1.3 points of accuracy.",
        trend("evit", "falls", metric="top1_percent", start=0.9, end=0.5, margin=1.25),
    ),
    ("The performance of Top-K drops as the keep rate decreases.", trend("topk", "falls")),
    ("The performance of Top-K rises as the keep rate decreases.", trend("topk", "rises")),
    ("The performance of Top-K stays the same as the keep rate decreases.", trend("topk", "stays")),
    ("Increasing the keep rate improves the accuracy of ATS.", trend("ats", "falls", metric="top1_percent")),
    ("The accuracy of l2 drops below keep rate 0.5.", trend("l2", "falls", metric="top1_percent", start=0.5)),
    ("The accuracy of l2 drops below keep rate 0.7.", trend("l2", "falls", metric="top1_percent", start=0.7)),
    (
        "Top-K's accuracy remains stable as the keep rate decreases from 0.9 to 0.7.",
        trend("topk", "stays", metric="top1_percent", start=0.9, end=0.7),
    ),
    (
        "EViT's accuracy does not drop at keep rate 0.7.",
        AnyOf(parts=(trend("evit", "stays", metric="top1_percent", end=0.7), trend("evit", "rises", metric="top1_percent", end=0.7))),
    ),
    ("As the keep rate falls, SiT degrades significantly.", trend("sit", "falls", beyond=of("topk"))),
]
SPREAD: list[tuple[str, Part]] = [
    ("DynamicViT is the most unstable of the tested methods.", Spread(subject=of("dynamicvit"), population=OTHERS, extreme="most")),
    ("DynamicViT is the most stable of the tested methods.", Spread(subject=of("dynamicvit"), population=OTHERS, extreme="least")),
    ("DynamicViT is the least stable method.", Spread(subject=of("dynamicvit"), population=OTHERS, extreme="most")),
    ("FooViT shows the largest variance across datasets.", Spread(subject=of("foovit"), population=OTHERS, extreme="most")),
    ("SiT is less stable than ToMe.", Spread(subject=of("sit"), population=of("tome"), extreme="most")),
]
AMOUNT: list[tuple[str, Part]] = [
    (
        "EViT achieves 79.8% top-1 accuracy on ImageNet with DeiT-S at keep rate 0.7.",
        amount("evit", "top1_percent", 79.75, 79.85, where=at(("imagenet",), ("deit_small",), keep_rate=(0.7, 0.7))),
    ),
    (
        "EViT achieves 78.9% top-1 accuracy on ImageNet with DeiT-S at keep rate 0.7.",
        amount("evit", "top1_percent", 78.85, 78.95, where=at(("imagenet",), ("deit_small",), keep_rate=(0.7, 0.7))),
    ),
    (
        "EViT achieves 79.8% top-1 accuracy on ImageNet with DeiT-S.",
        amount("evit", "top1_percent", 79.75, 79.85, where=at(("imagenet",), ("deit_small",))),
    ),
    ("ToMe uses at most 3.0 GFLOPs.", amount("tome", "gmacs", None, 3.0)),
    ("ToMe uses at least 3.0 GFLOPs.", amount("tome", "gmacs", 3.0, None)),
    ("FooViT does not reach 79.8% top-1 accuracy.", amount("foovit", "top1_percent", None, 79.75)),
    ("FooViT does not exceed 3.0 GFLOPs.", amount("foovit", "gmacs", None, 3.0)),
    ("FooNet runs at 1200 images/s on an A100.", amount("foonet", "images_per_second", 1199.5, 1200.5)),
    (
        "ATS retains between 40 and 60 fewer tokens than EViT.",
        amount("ats", "tokens", 40, 60, versus=of("evit"), relation="fewer"),
    ),
    (
        "ATS retains between 40 and 60 more tokens than EViT.",
        amount("ats", "tokens", 40, 60, versus=of("evit"), relation="more"),
    ),
    (
        "EViT reaches 79.8% and 78.5% top-1 accuracy at keep rates 0.9 and 0.5, respectively.",
        AllOf(
            parts=(
                amount("evit", "top1_percent", 79.75, 79.85, where=at(keep_rate=(0.9, 0.9))),
                amount("evit", "top1_percent", 78.45, 78.55, where=at(keep_rate=(0.5, 0.5))),
            )
        ),
    ),
]
AMOUNT += [
    (
        "ATS keeps 50 to 90 tokens fewer than EViT at keep rate 0.9 and 10 to 30 fewer at keep rate 0.7.",
        AllOf(
            parts=(
                amount("ats", "tokens", 50, 90, versus=of("evit"), relation="fewer", where=at(keep_rate=(0.9, 0.9))),
                amount("ats", "tokens", 10, 30, versus=of("evit"), relation="fewer", where=at(keep_rate=(0.7, 0.7))),
            )
        ),
    ),
    ("FooViT falls short of 80% accuracy on ImageNet.", amount("foovit", "top1_percent", None, 80.0, where=at(("imagenet",)))),
    ("The accuracy of FooViT exceeds 80% on ImageNet.", amount("foovit", "top1_percent", 80.0, None, where=at(("imagenet",)))),
    (
        "DeiT-S with FooViT reaches 79.3% top-1 on ImageNet.",
        amount("foovit", "top1_percent", 79.25, 79.35, where=at(("imagenet",), ("deit_small",))),
    ),
    (
        "ToMe achieves 1564 images/s compared to 953 images/s for the baseline.",
        AllOf(
            parts=(
                amount("tome", "images_per_second", 1563.5, 1564.5),
                amount("keep_all", "images_per_second", 952.5, 953.5),
            )
        ),
    ),
    ("FooViT uses 60% of the FLOPs of EViT.", amount("foovit", "gmacs", 0.595, 0.605, versus=of("evit"), relation="ratio")),
    ("On Penn Treebank, FooTagger achieves POS of 97.97.", amount("footagger", "pos", 97.965, 97.975, where=at(("penn_treebank",)))),
]
CONTRAST: list[tuple[str, Part]] = [
    (
        "Sinkhorn is poor on ImageNet but good on all other datasets.",
        Contrast(subject=of("sinkhorn"), under=at(("imagenet",)), relation="worse", level_under="low", level_against="high"),
    ),
    (
        "Sinkhorn is good on ImageNet but poor on all other datasets.",
        Contrast(subject=of("sinkhorn"), under=at(("imagenet",)), relation="better", level_under="high", level_against="low"),
    ),
    (
        "ToMe performs better on NABirds than on ImageNet.",
        Contrast(subject=of("tome"), under=at(("nabirds",)), against=at(("imagenet",))),
    ),
    (
        "ToMe performs worse on NABirds than on ImageNet.",
        Contrast(subject=of("tome"), under=at(("nabirds",)), against=at(("imagenet",)), relation="worse"),
    ),
    (
        "K-Medoids performs worse with DeiT-B than with DeiT-S.",
        Contrast(subject=of("kmedoids"), under=at((), ("deit_base",)), against=at((), ("deit_small",)), relation="worse"),
    ),
]
CORRELATE: list[tuple[str, Part]] = [
    ("CKA is strongly negatively correlated with FID.", Correlate(x="cka", y="fid", strength="high", sign="negative")),
    ("CKA is strongly positively correlated with FID.", Correlate(x="cka", y="fid", strength="high", sign="positive")),
    ("CKA is weakly correlated with the performance difference.", Correlate(x="cka", y="performance_difference", strength="weak")),
    ("There is a moderate correlation between latency and FLOPs.", Correlate(x="latency_ms", y="gmacs", strength="moderate")),
    ("There is a high correlation between latency and FLOPs.", Correlate(x="latency_ms", y="gmacs", strength="high")),
    ("Latency is not correlated with FLOPs.", Correlate(x="latency_ms", y="gmacs", strength="weak")),
    (
        "Latency is not highly correlated with FLOPs.",
        AnyOf(parts=(Correlate(x="latency_ms", y="gmacs", strength="weak"), Correlate(x="latency_ms", y="gmacs", strength="moderate"))),
    ),
]
PROXIES: list[tuple[str, Part]] = [
    (
        "For predicting latency, FLOPs are a better proxy than memory.",
        CompareCorrelations(better="gmacs", worse="memory_gib", y="latency_ms"),
    ),
    ("IoU correlates more strongly with accuracy than NMI.", CompareCorrelations(better="iou", worse="nmi", y="performance_difference")),
    ("NMI correlates more strongly with accuracy than IoU.", CompareCorrelations(better="nmi", worse="iou", y="performance_difference")),
    ("IoU correlates less strongly with accuracy than NMI.", CompareCorrelations(better="nmi", worse="iou", y="performance_difference")),
    ("FLOPs are a worse predictor of latency than memory.", CompareCorrelations(better="memory_gib", worse="gmacs", y="latency_ms")),
    ("FLOPs are not a better predictor of latency than memory.", CompareCorrelations(better="memory_gib", worse="gmacs", y="latency_ms")),
]
COMPOSED: list[tuple[str, Part]] = [
    (
        "ToMe beats EViT on ImageNet but trails it on NABirds.",
        AllOf(parts=(compare("tome", "beats", "evit", where=at(("imagenet",))), compare("tome", "trails", "evit", where=at(("nabirds",))))),
    ),
    (
        "ToMe has higher throughput than EViT but lower accuracy.",
        AllOf(
            parts=(compare("tome", "beats", "evit", metric="images_per_second"), compare("tome", "trails", "evit", metric="top1_percent"))
        ),
    ),
    (
        "ToMe or DPC-KNN outperforms EViT.",
        AnyOf(parts=(compare("tome", "beats", "evit"), compare("dpcknn", "beats", "evit"))),
    ),
    (
        "With DeiT-B, ToMe beats EViT and SiT is the worst method.",
        AllOf(
            parts=(
                compare("tome", "beats", "evit", where=at((), ("deit_base",))),
                rank("sit", "bottom", 1, by="mean_rank", where=at((), ("deit_base",))),
            )
        ),
    ),
]
CASES = [*COMPARE, *RANK, *EFFECT, *TREND, *SPREAD, *AMOUNT, *CONTRAST, *CORRELATE, *PROXIES, *COMPOSED]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_sentence_is_read_as_its_statement(text: str, expected: Part) -> None:
    """Every sentence of a kind is read whole: sides, direction, number, unit, conditions and quantifier."""
    found = parse(text)
    assert found.hypothesis is not None, found.reason
    assert bare(found.hypothesis) == bare(expected)


def test_sentences_cover_every_kind() -> None:
    """The eleven kinds of the grammar all occur among the tested sentences."""
    kinds = {expected.kind for _, expected in CASES}
    assert kinds == {
        "rank", "compare", "effect", "trend", "spread", "amount", "contrast", "correlate", "compare_correlations", "all", "any",
    }  # fmt: skip


PARAPHRASES = [
    ("ToMe underperforms EViT on ImageNet.", "ToMe is outperformed by EViT on ImageNet."),
    ("ToMe has a lower throughput than EViT.", "Compared to EViT, ToMe is slower."),
    ("NMI correlates more strongly with accuracy than IoU.", "IoU correlates less strongly with accuracy than NMI."),
    ("FLOPs are a worse predictor of latency than memory.", "FLOPs are not a better predictor of latency than memory."),
]


@pytest.mark.parametrize(("first", "second"), PARAPHRASES)
def test_paraphrases_share_a_reading(first: str, second: str) -> None:
    """Two wordings of one statement give one hypothesis, the notes on the wording aside."""
    one, other = parse(first).hypothesis, parse(second).hypothesis
    assert one is not None and other is not None
    assert bare(one) == bare(other)


def test_no_two_other_sentences_share_a_reading() -> None:
    """Siblings that differ in a name, a number, a direction, a condition or a denial differ in their hypotheses."""
    second = {text for _, text in PARAPHRASES}
    readings = [parse(text).hypothesis for text, _ in CASES if text not in second]
    assert len({reading.model_dump_json(exclude={"assumptions"}) for reading in readings if reading}) == len(readings)


TAMPERINGS: list[Callable[[str], str]] = [
    lambda text: text.replace("EViT", "SiT"),
    lambda text: text.replace("outperforms", "does not outperform"),
    lambda text: text.replace("outperforms", "is outperformed by"),
    lambda text: text.replace("0.7", "0.5"),
    lambda text: text.replace("1.2", "2.1"),
    lambda text: text.replace(" on ImageNet", ""),
    lambda text: text.replace("DeiT-S", "DeiT-B"),
    lambda text: text.replace("consistently ", "sometimes "),
]


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampered_sentence_is_another_hypothesis(tamper: Callable[[str], str]) -> None:
    """Changing any one thing that a sentence asserts changes its hypothesis."""
    text = "EViT consistently outperforms ToMe by 1.2 points on ImageNet with DeiT-S at keep rate 0.7."
    assert tamper(text) != text
    original, changed = parse(text).hypothesis, parse(tamper(text)).hypothesis
    assert original is not None
    assert changed != original


def test_own_method_is_read_as_the_subject() -> None:
    """ "Our method" and "we" stand for the subject that is given, known to the vocabulary or not."""
    for text in ("Our method outperforms EViT.", "We outperform EViT.", "The proposed approach outperforms EViT."):
        assert bare(parse(text, subject="FooViT").hypothesis) == bare(compare("foovit", "beats", "evit"))  # type: ignore[arg-type]
    assert bare(parse("Our method outperforms EViT.", subject="Token Merging").hypothesis) == bare(compare("tome", "beats", "evit"))  # type: ignore[arg-type]


def test_family_reading_is_written_down() -> None:
    """How a family was spelled out reaches the assumptions, since a source may count otherwise."""
    hypothesis = parse("Hard-merging methods outperform SiT.").hypothesis
    assert hypothesis is not None
    assert hypothesis.assumptions == ("“Hard-merging methods” is read as ToMe, DPC-KNN, K-Medoids; a source may count fewer or more",)


@pytest.mark.parametrize(
    ("name", "member"),
    [("TCFormer-large", "tcformer_large"), ("PVTv2-base", "pvtv2_base"), ("XYZ-tiny", "xyz_tiny"), ("XYZ-large-scale", "xyz")],
)
def test_the_size_of_a_model_is_part_of_its_name(name: str, member: str) -> None:
    """A large variant is another model than the one without a word for its size; "large-scale" is no size."""
    hypothesis = parse(f"{name} training reaches 83.6% top-1 accuracy on ImageNet-1k.").hypothesis
    assert isinstance(hypothesis, Amount)
    assert hypothesis.subject.members == (member,)


@pytest.mark.parametrize(
    ("name", "member"), [("Mobile-ViT-S", "mobile_vit_s"), ("T2X-DeiT-B", "t2x_deit_b"), ("ViT-S", "keep_all"), ("EViT-DeiT-S", "evit")]
)
def test_a_known_backbone_within_a_longer_name_is_another_model(name: str, member: str) -> None:
    """What stands before the hyphen makes it another model, unless it is a method that runs on the backbone."""
    hypothesis = parse(f"{name} reaches 78.4% top-1 accuracy on ImageNet-1k.").hypothesis
    assert isinstance(hypothesis, Amount)
    assert hypothesis.subject.members == (member,)
