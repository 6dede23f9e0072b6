"""
A hypothesis to the cells that the laboratory would have to measure, or the reason why it cannot speak on it.

The laboratory trains small vision transformers on scenes of digits and times the shapes of DeiT. A claim on another kind
of model, data or metric is beyond it, and it says so instead of measuring something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.model import (
    PERFORMANCE,
    AllOf,
    Amount,
    AnyOf,
    CellRequest,
    CompareCorrelations,
    Conditions,
    Contrast,
    Correlate,
    Effect,
    Measure,
    Statement,
    leaves,
    vocabulary,
)
from synth.verifier.scaling import PROXY_DATASETS, multi_label
from synth.verifier.selection import metrics_of, others_of, subjects_of

METHODS = (
    "random",
    "l1",
    "l2",
    "linf",
    "topk",
    "evit",
    "dynamicvit",
    "ats",
    "tome",
    "dpcknn",
    "kmedoids",
    "sit",
    "patchmerger",
    "sinkhorn",
)
"""reducers of the laboratory; keep_all is added where the plain model is spoken of."""
KEEP_RATES = (0.9, 0.7, 0.5, 0.25)
SIZES = ("tiny", "small", "base")
FAMILIES = ("deit", "vit", "proxy")
"""backbones that a proxy of their size may stand for: plain vision transformers."""
SCENES = (
    "imagenet",
    "imagenet21k",
    "imagenet_real",
    "nabirds",
    "coco",
    "nuswide",
    "cifar10",
    "cifar100",
    "digit_scenes",
    "digit_scenes_multi",
)
"""image classification sets, single- and multi-label, for which the digit scenes may stand."""
SETTINGS = ("keep_rate", "stage")

_MEASURES: dict[str, Measure] = {
    PERFORMANCE: "performance",
    "top1_percent": "performance",
    "map_percent": "performance",
    "performance_difference": "performance",
    "tokens": "tokens",
    "images_per_second": "speed",
    "gmacs": "gmacs",
    "iou": "patterns",
    "nmi": "patterns",
    "procrustes": "patterns",
    "cka": "patterns",
    "pwcca": "patterns",
}


@dataclass(frozen=True)
class Plan:
    """What to measure for one hypothesis."""

    wanted: frozenset[tuple[Measure, CellRequest]]
    notes: tuple[str, ...] = ()
    """what stands for what, and which parts the laboratory leaves out."""


@dataclass(frozen=True)
class Beyond:
    """Why the laboratory cannot speak."""

    reason: str


def plan(hypothesis: Statement | AllOf | AnyOf, *, seeds: Sequence[int] = (0, 1, 2)) -> Plan | Beyond:
    """The cells of every statement that can be measured; Beyond with the first reason where none can."""
    wanted: set[tuple[Measure, CellRequest]] = set()
    notes: list[str] = []
    reasons: list[str] = []
    for leaf in leaves(hypothesis):
        part = _of_leaf(leaf, seeds)
        if isinstance(part, Beyond):
            reasons.append(part.reason)
        else:
            wanted |= part.wanted
            notes += part.notes
    if not wanted:
        return Beyond(reasons[0] if reasons else "the hypothesis names nothing to measure")
    return Plan(frozenset(wanted), tuple(dict.fromkeys([*notes, *(f"a part is not measured: {reason}" for reason in reasons)])))


def _beyond_proxies(leaf: Statement) -> Beyond | None:
    """
    Why small models on digit scenes cannot stand for a number; orders, trends and counts carry over, sizes do not.

    An accuracy on digits says nothing about one on ImageNet, and neither does the size of a drop.
    """
    own = {_MEASURES.get(name) for name in metrics_of(leaf)} == {"performance"}
    if own and isinstance(leaf, Amount) and leaf.versus is None:
        return Beyond("an accuracy of the original model on its own data cannot be measured on small models")
    if own and isinstance(leaf, Effect) and (leaf.size.low, leaf.size.high) not in ((0.0, None), (None, 0.0)):
        return Beyond("the size of a change in accuracy does not carry over from small models")
    if isinstance(leaf, Amount) and leaf.versus is None and {_MEASURES.get(name) for name in metrics_of(leaf)} == {"speed"}:
        return Beyond("a throughput belongs to the machine that it was measured on; only its ratio to another can be measured here")
    if isinstance(leaf, Amount) and leaf.subject.members == ("keep_all",) and "tokens" in metrics_of(leaf):
        return Beyond("the unreduced model keeps all tokens; there is nothing to count")
    return None


def _of_leaf(leaf: Statement, seeds: Sequence[int]) -> Plan | Beyond:
    beyond = _beyond_proxies(leaf)
    if beyond:
        return beyond
    measures = _measures(leaf)
    methods = _methods(leaf) if not isinstance(measures, Beyond) else ((), ())
    if isinstance(measures, Beyond):
        return measures
    if isinstance(methods, Beyond):
        return methods
    rates = _rates(leaf)
    if isinstance(rates, Beyond):
        return rates
    wanted: set[tuple[Measure, CellRequest]] = set()
    notes = list(methods[1])
    for measure in measures:
        places = _places(leaf, measure)
        if isinstance(places, Beyond):
            return places
        notes += places[1]
        for backbone, dataset in places[0]:
            for method in methods[0]:
                for rate in (1.0,) if method == "keep_all" else rates:
                    for seed in seeds if measure in ("performance", "patterns") else seeds[:1]:
                        wanted.add((measure, CellRequest(method=method, backbone=backbone, dataset=dataset, keep_rate=rate, seed=seed)))
    return Plan(frozenset(wanted), tuple(notes))


def _measures(leaf: Statement) -> tuple[Measure, ...] | Beyond:
    names = metrics_of(leaf)
    unknown = [name for name in names if name not in _MEASURES]
    if unknown:
        return Beyond(f"the laboratory does not measure {vocabulary().label('metric', unknown[0])}")
    found = dict.fromkeys(_MEASURES[name] for name in names)
    if "patterns" in found:
        return ("patterns",)  # measured together with the performance of the same cells
    return tuple(found)


def _methods(leaf: Statement) -> tuple[tuple[str, ...], tuple[str, ...]] | Beyond:
    """(methods to measure, notes); every method of the laboratory where the statement speaks of all others."""
    subjects, others = subjects_of(leaf), others_of(leaf)
    known = (*METHODS, "keep_all")
    missing = [name for name in subjects if name not in known]
    if missing and len(missing) == len(subjects):
        return Beyond(f"the laboratory has no {_labels(missing)}")
    lost = [name for name in others or () if name not in known]
    if others and len(lost) == len(others):
        return Beyond(f"the laboratory has no {_labels(lost)} to compare with")
    everyone = METHODS if not subjects or others is None else ()
    chosen = dict.fromkeys(name for name in (*subjects, *(others or ()), *everyone) if name in known)
    if isinstance(leaf, Effect):
        chosen.update(dict.fromkeys(name for name in leaf.baseline.members or ("keep_all",) if name in known))
    notes = (f"not in the laboratory: {_labels([*missing, *lost])}",) if missing or lost else ()
    return tuple(chosen), notes


def _labels(names: Sequence[str]) -> str:
    return ", ".join(vocabulary().label("method", name) for name in names)


def _conditions(leaf: Statement) -> tuple[Conditions, ...]:
    return (leaf.where, leaf.under, leaf.against) if isinstance(leaf, Contrast) else (leaf.where,)


def _rates(leaf: Statement) -> tuple[float, ...] | Beyond:
    """The keep rates that the conditions name; all of the protocol where they name none."""
    strange = [each.name for where in _conditions(leaf) for each in where.settings if each.name not in SETTINGS]
    if strange:
        return Beyond(f"the laboratory has no setting {vocabulary().label('setting', strange[0])}")
    ranges = [each.range for where in _conditions(leaf) for each in where.settings if each.name == "keep_rate"]
    if not ranges:
        return KEEP_RATES
    inside = {rate for rate in KEEP_RATES for each in ranges if each.contains(rate, 0.005)}
    bounds = {bound for each in ranges for bound in (each.low, each.high) if bound is not None and 0 < bound < 1}
    if not inside and not bounds:
        return Beyond("the laboratory keeps a share of the tokens between 0 and 1, which the claim's keep rate is not")
    return tuple(sorted(inside or bounds, reverse=True))


def _places(leaf: Statement, measure: Measure) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]] | Beyond:
    """(pairs of backbone and data set, notes on what stands for what)."""
    named = tuple(dict.fromkeys(name for where in _conditions(leaf) for name in where.datasets))
    foreign = [name for name in named if name not in SCENES]
    if foreign and len(foreign) == len(named):
        return Beyond(f"the laboratory has nothing like {vocabulary().label('dataset', foreign[0])}: it classifies images")
    sizes = _sizes(leaf)
    if isinstance(sizes, Beyond):
        return sizes
    if measure in ("speed", "gmacs", "tokens"):
        if measure == "speed" and sizes == SIZES:
            # Timing all three shapes takes minutes; where a claim names none, the middle one speaks.
            return (("deit_small_patch16_224", ""),), ("speed is measured on DeiT-S, as the claim names no backbone",)
        return tuple((f"deit_{size}_patch16_224", "") for size in sizes), ()
    datasets = _scenes(leaf, tuple(name for name in named if name in SCENES))
    note = f"{', '.join(datasets)} for the claim's data sets and {', '.join('proxy_' + size for size in sizes)} for its backbones"
    return tuple((f"proxy_{size}", dataset) for size in sizes for dataset in datasets), (note,)


def _scenes(leaf: Statement, named: tuple[str, ...]) -> tuple[str, ...]:
    """The digit scenes of the kinds named; both kinds where none is named or a contrast leaves its other side open."""
    kinds = {multi_label(name) for name in named}
    if not kinds or (isinstance(leaf, Contrast) and not leaf.against.datasets):
        kinds = {False, True}
    if not named and not isinstance(leaf, Contrast | Correlate | CompareCorrelations):
        metrics = set(metrics_of(leaf))
        kinds = {False} if metrics == {"top1_percent"} else {True} if metrics == {"map_percent"} else kinds
    return tuple(PROXY_DATASETS[kind] for kind in sorted(kinds))


def _sizes(leaf: Statement) -> tuple[str, ...] | Beyond:
    named = tuple(dict.fromkeys(name for where in _conditions(leaf) for name in where.backbones))
    if not named:
        return SIZES
    parts = [(name.split("_")[0], name.split("_")[1] if "_" in name else "") for name in named]
    fitting = tuple(dict.fromkeys(size for family, size in parts if family in FAMILIES and size in SIZES))
    return fitting or Beyond(f"the laboratory has no backbone like {vocabulary().label('backbone', named[0])}")
