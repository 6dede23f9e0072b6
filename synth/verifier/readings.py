"""
The other readings of a statement that are judged on the same table: changed groups, cells or numbers, one change at a time.

What a source leaves open (who belongs to a family, equal rates or equal tokens, chance-corrected or plain) is not decided
silently: the stored rule gives the verdict, and every other reading stands beside it with its own figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from synth.model import (
    PERFORMANCE,
    Compare,
    CompareCorrelations,
    Contrast,
    Correlate,
    Group,
    Observation,
    Rank,
    Rule,
    Spread,
    Statement,
    vocabulary,
)
from synth.verifier.circumstances import seeds_words
from synth.verifier.equal_tokens import QUALITY, at_equal_tokens
from synth.verifier.families import doubtful, undisputed
from synth.verifier.scaling import matches
from synth.verifier.selection import metrics_of

DRAWS = 400
"""bootstrap draws of a reading that decides nothing."""
WITHOUT_TEACHER = "fine_tuned_no_teacher"
FEW_SEEDS = "every cell, also those of fewer seeds"


class Variant(NamedTuple):
    """One other reading: what is judged in place of the statement, on which numbers, by which rule."""

    name: str
    hypothesis: Statement
    observations: tuple[Observation, ...]
    rule: Rule


def in_regime(observations: Sequence[Observation], rule: Rule) -> tuple[Observation, ...]:
    """The numbers of the rule's regime, never a mixture; those without a regime (reported, or of real shapes) stay."""
    regimes = {each.regime for each in observations} - {"", WITHOUT_TEACHER}
    wanted = rule.regime or ("fine_tuned" if "fine_tuned" in regimes else "off_the_shelf")
    return tuple(each for each in observations if each.regime in ("", wanted))


def variants(hypothesis: Statement, observations: Sequence[Observation], rule: Rule) -> Iterator[Variant]:
    """Every reading that the numbers allow, beside the statement itself."""
    fewer = rule.model_copy(update={"draws": min(rule.draws, DRAWS)})
    main = in_regime(observations, rule)
    if few := _few_seeds(hypothesis, main, rule):
        yield Variant(f"{FEW_SEEDS} ({few})", hypothesis, main, fewer.model_copy(update={"minimum_seeds": 1}))
    for name, other in _without_doubtful(hypothesis):
        yield Variant(name, other, main, fewer)
    if isinstance(hypothesis, Correlate | CompareCorrelations):
        yield from (Variant(name, hypothesis, chosen, fewer) for name, chosen in _of_patterns(hypothesis, main))
        return
    untaught = _without_teacher(observations, main)
    if untaught:
        yield Variant("DynamicViT without its teacher, which no other method has", hypothesis, untaught, fewer)
    if isinstance(hypothesis, Rank | Compare | Spread | Contrast) and hypothesis.metric in QUALITY:
        equal = at_equal_tokens(main)
        if equal:
            yield Variant("at equal mean tokens in place of equal keep rates", hypothesis, equal, fewer)


def _few_seeds(hypothesis: Statement, main: Sequence[Observation], rule: Rule) -> str:
    """How many seeds each backbone has, where some cells have enough for the rule and some do not; else empty."""
    wanted = {PERFORMANCE, *metrics_of(hypothesis)}
    used = [each for each in main if each.metric in wanted and each.seed is not None and matches(hypothesis.where, each)]
    seeds: dict[tuple[object, ...], set[int | None]] = {}
    for each in used:
        seeds.setdefault((each.method, each.backbone, each.dataset, each.settings, each.metric), set()).add(each.seed)
    numbers = [len(found) for found in seeds.values()]
    return seeds_words(used) if numbers and min(numbers) < rule.minimum_seeds <= max(numbers) else ""


def _without_doubtful(hypothesis: Statement) -> Iterator[tuple[str, Statement]]:
    """The statement with a family that lacks the members which not every source counts."""
    for name in ("subject", "other"):
        group = getattr(hypothesis, name, None)
        if isinstance(group, Group) and (lost := doubtful(group.members)):
            labels = ", ".join(vocabulary().label("method", method) for method in lost)
            less = group.model_copy(update={"members": undisputed(group.members)})
            yield f"without {labels} among {group.label}", hypothesis.model_copy(update={name: less})


def _without_teacher(observations: Sequence[Observation], main: Sequence[Observation]) -> tuple[Observation, ...]:
    """The main numbers with those that were trained without a teacher in their place; nothing where there are none."""
    own = {(o.method, o.metric, o.backbone, o.dataset, o.settings, o.seed): o for o in observations if o.regime == WITHOUT_TEACHER}
    if not own or not any(o.regime == "fine_tuned" for o in main):
        return ()
    kept = [own.get((o.method, o.metric, o.backbone, o.dataset, o.settings, o.seed), o) for o in main]
    return tuple(o.model_copy(update={"regime": "fine_tuned"}) if o.regime == WITHOUT_TEACHER else o for o in kept)


def _of_patterns(hypothesis: Correlate | CompareCorrelations, main: Sequence[Observation]) -> Iterator[tuple[str, tuple[Observation, ...]]]:
    """Without the methods whose assignments are nearly noise, and with similarities corrected for chance."""
    soft = vocabulary().get("family", "merging_soft")
    if soft and any(_involves(each, soft.members) for each in main):
        yield f"without {soft.label}", tuple(each for each in main if not _involves(each, soft.members))
    corrected = {"iou": _corrected_iou(main), "nmi": _renamed(main, "ami", "nmi")}
    found = {name: numbers for name, numbers in corrected.items() if name in metrics_of(hypothesis) and numbers}
    if found:
        told = {"iou": "IoU less its chance level", "nmi": "AMI for NMI"}
        rest = tuple(each for each in main if each.metric not in found)
        words = ", ".join(told[name] for name in found)
        yield f"corrected for chance ({words})", (*rest, *(each for numbers in found.values() for each in numbers))


def _involves(each: Observation, methods: Sequence[str]) -> bool:
    return any(method in methods for method in each.method.split("|"))


def _renamed(main: Sequence[Observation], metric: str, name: str) -> list[Observation]:
    return [each.model_copy(update={"metric": name}) for each in main if each.metric == metric]


def _corrected_iou(main: Sequence[Observation]) -> list[Observation]:
    """(IoU - chance) / (1 - chance) by pair: 0 for sets drawn at random, 1 for equal ones."""
    chance = {_cell(each): each.value for each in main if each.metric == "iou_chance"}
    plain = [each for each in main if each.metric == "iou" and chance.get(_cell(each), 1.0) < 1.0]
    return [each.model_copy(update={"value": (each.value - chance[_cell(each)]) / (1 - chance[_cell(each)])}) for each in plain]


def _cell(each: Observation) -> tuple[object, ...]:
    return (each.method, each.backbone, each.dataset, each.settings, each.regime, each.seed)
