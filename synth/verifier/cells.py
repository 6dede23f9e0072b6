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
    Compare,
    Contrast,
    Effect,
    Measure,
    Rank,
    Regime,
    Spread,
    Statement,
    leaves,
    vocabulary,
)
from synth.verifier.equal_tokens import NOMINAL, UNREDUCED
from synth.verifier.places import ON_SHAPES, SEEDS, Beyond, conditions_of, places_of, size_of
from synth.verifier.predicates.compare import competitive
from synth.verifier.selection import metrics_of, others_of, subjects_of

__all__ = ["Beyond", "Plan", "on_trained_weights", "plan"]

METHODS = (
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
"""reducers of the laboratory, the population of "all methods"."""
CONTROLS = ("random", "keep_all")
"""measured where a claim names them."""
TRAINED = ("dynamicvit", "sit", "patchmerger", "sinkhorn")
"""methods whose parameters mean nothing before training: they have no cells off the shelf."""
TAUGHT = "dynamicvit"
"""the only method that is trained with a teacher; its cells without one are another reading."""
KEEP_RATES = (0.9, 0.7, 0.5, 0.25)
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

Wanted = tuple[Measure, CellRequest]


@dataclass(frozen=True)
class Plan:
    """What to measure for one hypothesis."""

    wanted: frozenset[Wanted]
    notes: tuple[str, ...] = ()
    """what stands for what, and which parts the laboratory leaves out."""
    beside: frozenset[Wanted] = frozenset()
    """cells of the other readings: asked for last, and not missed where there is no time for them."""


def on_trained_weights(hypothesis: Statement | AllOf | AnyOf) -> bool:
    """Whether some statement is about performance or patterns, which trained weights have and shapes do not."""
    metrics = {name for leaf in leaves(hypothesis) for name in metrics_of(leaf)}
    return any(_MEASURES.get(name) in ("performance", "patterns") for name in metrics)


def plan(hypothesis: Statement | AllOf | AnyOf, *, regime: Regime = "fine_tuned") -> Plan | Beyond:
    """The cells of every statement that can be measured; Beyond with the first reason where none can."""
    parts: list[Plan] = []
    reasons: list[str] = []
    for leaf in leaves(hypothesis):
        try:
            parts.append(_of_leaf(leaf, regime))
        except Beyond as beyond:
            reasons.append(beyond.reason)
    wanted = frozenset(each for part in parts for each in part.wanted)
    if not wanted:
        return Beyond(reasons[0] if reasons else "the hypothesis names nothing to measure")
    notes = [note for part in parts for note in part.notes]
    notes += [f"a part is not measured: {reason}" for reason in reasons]
    beside = frozenset(each for part in parts for each in part.beside) - wanted
    return Plan(wanted, tuple(dict.fromkeys(notes)), beside)


def _beyond_proxies(leaf: Statement) -> None:
    """
    Raise where small models on digit scenes cannot stand for a number; orders, trends and counts carry over, sizes do not.

    An accuracy on digits says nothing about one on ImageNet, and neither does the size of a drop.
    """
    own = {_MEASURES.get(name) for name in metrics_of(leaf)}
    if own == {"performance"} and isinstance(leaf, Amount) and leaf.versus is None:
        raise Beyond("an accuracy of the original model on its own data cannot be measured on small models")
    if own == {"performance"} and isinstance(leaf, Effect) and (leaf.size.low, leaf.size.high) not in ((0.0, None), (None, 0.0)):
        raise Beyond("the size of a change in accuracy does not carry over from small models")
    if isinstance(leaf, Amount) and leaf.versus is None and own == {"speed"}:
        raise Beyond("a throughput belongs to the machine that it was measured on; only its ratio to another can be measured here")
    if isinstance(leaf, Amount) and leaf.subject.members == (UNREDUCED,) and "tokens" in metrics_of(leaf):
        raise Beyond("the unreduced model keeps all tokens; there is nothing to count")


def _of_leaf(leaf: Statement, regime: Regime) -> Plan:
    _beyond_proxies(leaf)
    measures = _measures(leaf)
    methods, notes = _methods(leaf)
    rates = _rates(leaf)
    wanted: set[Wanted] = set()
    beside: set[Wanted] = set()
    for measure in measures:
        chosen, lost = _in_regime(methods, regime) if measure not in ON_SHAPES else (methods, "")
        if not set(chosen) & set(subjects_of(leaf) or chosen):
            raise Beyond(lost)
        places, told = places_of(leaf, measure)
        notes += [*told, *([lost] if lost else [])]
        wanted |= _cells(measure, chosen, places, rates, regime)
        beside |= _beside(leaf, measure, chosen, places, rates, regime)
    return Plan(frozenset(wanted), tuple(notes), frozenset(beside))


def _cells(
    measure: Measure, methods: Sequence[str], places: Sequence[tuple[str, str]], rates: Sequence[float], regime: Regime
) -> set[Wanted]:
    """Every method at every place and keep rate, with the seeds that its backbone has in this regime."""
    if measure in ON_SHAPES:
        cells = [CellRequest(method=method, backbone=name, dataset=data, keep_rate=1.0) for method in methods for name, data in places]
    else:
        cells = [
            CellRequest(method=method, backbone=name, dataset=data, keep_rate=1.0, seed=seed, regime=regime)
            for method in methods
            for name, data in places
            for seed in SEEDS[regime][size_of(name)]
        ]
    return {
        (measure, cell if cell.method == UNREDUCED else cell.model_copy(update={"keep_rate": rate})) for cell in cells for rate in rates
    }


def _beside(
    leaf: Statement, measure: Measure, methods: Sequence[str], places: Sequence[tuple[str, str]], rates: Sequence[float], regime: Regime
) -> set[Wanted]:
    """
    What the other readings need.

    Ranks at equal mean tokens: the unreduced model. A comparison on named backbones: the other ones. "Competitive": all
    methods. DynamicViT: its cells without a teacher. Counts of an adaptive method: those on trained backbones, which come with performance.
    """
    if measure == "tokens":
        if not isinstance(leaf, Amount) or leaf.versus is None:
            return set()
        trained, _ = places_of(leaf, "performance")
        counted = tuple(name for name in (*leaf.subject.members, NOMINAL) if name in methods)
        return _cells("performance", counted, trained, rates, regime) | _cells("tokens", methods, places, KEEP_RATES, regime)
    if measure != "performance":
        return set()
    found: set[Wanted] = set()
    if isinstance(leaf, Compare) and competitive(leaf):
        found |= _cells(measure, METHODS, places, rates, regime)
    if isinstance(leaf, Compare) and leaf.where.backbones:
        anywhere = leaf.model_copy(update={"where": leaf.where.model_copy(update={"backbones": ()})})
        found |= _cells(measure, methods, places_of(anywhere, measure)[0], rates, regime)
    if isinstance(leaf, Rank | Compare | Spread | Contrast):
        found |= _cells(measure, (UNREDUCED,), places, rates, regime) | _cells(measure, methods, places, KEEP_RATES, regime)
    if TAUGHT in methods and regime == "fine_tuned":
        found |= _cells(measure, (TAUGHT,), places, rates, "fine_tuned_no_teacher")
    return found


def _measures(leaf: Statement) -> tuple[Measure, ...]:
    names = metrics_of(leaf)
    unknown = [name for name in names if name not in _MEASURES]
    if unknown:
        raise Beyond(f"the laboratory does not measure {vocabulary().label('metric', unknown[0])}")
    found = dict.fromkeys(_MEASURES[name] for name in names)
    return ("patterns",) if "patterns" in found else tuple(found)  # patterns are measured together with the performance of their cells


def _methods(leaf: Statement) -> tuple[tuple[str, ...], list[str]]:
    """(methods to measure, notes); every method of the laboratory where the statement speaks of all others."""
    subjects, others = subjects_of(leaf), others_of(leaf)
    known = (*METHODS, *CONTROLS)
    missing = [name for name in subjects if name not in known]
    if missing and len(missing) == len(subjects):
        raise Beyond(f"the laboratory has no {_labels(missing)}")
    lost = [name for name in others or () if name not in known]
    if others and len(lost) == len(others):
        raise Beyond(f"the laboratory has no {_labels(lost)} to compare with")
    everyone: tuple[str, ...] = METHODS if not subjects or others is None else ()
    if everyone and subjects and isinstance(leaf, Amount) and "tokens" in metrics_of(leaf):
        everyone = (NOMINAL,)  # the others of a token count are the nominal budget
    chosen = dict.fromkeys(name for name in (*subjects, *(others or ()), *everyone) if name in known)
    if isinstance(leaf, Effect):
        chosen.update(dict.fromkeys(name for name in leaf.baseline.members or (UNREDUCED,) if name in known))
    return tuple(chosen), [f"not in the laboratory: {_labels([*missing, *lost])}"] if missing or lost else []


def _in_regime(methods: Sequence[str], regime: Regime) -> tuple[tuple[str, ...], str]:
    """(methods that mean something in the regime, why the others are left out)."""
    lost = [name for name in methods if name in TRAINED] if regime == "off_the_shelf" else []
    told = f"the claim is about use without training, before which {_labels(lost)} mean nothing" if lost else ""
    return tuple(name for name in methods if name not in lost), told


def _labels(names: Sequence[str]) -> str:
    return ", ".join(vocabulary().label("method", name) for name in names)


def _rates(leaf: Statement) -> tuple[float, ...]:
    """The keep rates that the conditions name; all of the protocol where they name none."""
    strange = [each.name for where in conditions_of(leaf) for each in where.settings if each.name not in SETTINGS]
    if strange:
        raise Beyond(f"the laboratory has no setting {vocabulary().label('setting', strange[0])}")
    ranges = [each.range for where in conditions_of(leaf) for each in where.settings if each.name == "keep_rate"]
    if not ranges:
        return KEEP_RATES
    inside = {rate for rate in KEEP_RATES for each in ranges if each.contains(rate, 0.005)}
    bounds = {bound for each in ranges for bound in (each.low, each.high) if bound is not None and 0 < bound < 1}
    if not inside and not bounds:
        raise Beyond("the laboratory keeps a share of the tokens between 0 and 1, which the claim's keep rate is not")
    return tuple(sorted(inside or bounds, reverse=True))
