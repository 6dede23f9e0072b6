"""Which reported observations speak to a hypothesis, and under the names that the hypothesis uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from synth.model import (
    AllOf,
    Amount,
    AnyOf,
    Compare,
    CompareCorrelations,
    Contrast,
    Correlate,
    Effect,
    Observation,
    Rank,
    Spread,
    Statement,
    Trend,
    leaves,
    slug,
    vocabulary,
)
from synth.model.vocabulary import Kind
from synth.verifier.panel import EVERYWHERE, metric_names
from synth.verifier.scaling import matches


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """What two spellings of one method have in common: the canonical name, else the slug without underscores."""
    kinds: tuple[Kind, ...] = ("method", "backbone")
    for kind in kinds:
        term = vocabulary().find(kind, name)
        if term is not None:
            return term.name
    return slug(name).replace("_", "")


def metrics_of(leaf: Statement) -> tuple[str, ...]:
    """The metrics that a statement is about."""
    if isinstance(leaf, Correlate):
        return (leaf.x, leaf.y)
    return (leaf.better, leaf.worse, leaf.y) if isinstance(leaf, CompareCorrelations) else (leaf.metric,)


def subjects_of(leaf: Statement) -> tuple[str, ...]:
    """The methods without which a statement cannot be judged; empty where it names none."""
    return () if isinstance(leaf, Correlate | CompareCorrelations) else leaf.subject.members


def others_of(leaf: Statement) -> tuple[str, ...] | None:
    """The methods that the subject is held against; None where that is every observed method."""
    if isinstance(leaf, Compare):
        return leaf.other.members or None
    if isinstance(leaf, Effect):
        return leaf.baseline.members or None
    if isinstance(leaf, Rank | Spread):
        return leaf.population.members or None
    if isinstance(leaf, Trend):
        return leaf.beyond.members or None if leaf.beyond else ()
    if isinstance(leaf, Amount):
        return leaf.versus.members or None if leaf.versus else ()
    return None


def open_population(leaf: Statement) -> bool:
    """Whether a statement is about all other methods without naming them."""
    return others_of(leaf) is None and not isinstance(leaf, Contrast | Correlate | CompareCorrelations)


def _relevant(observation: Observation, leaf: Statement) -> bool:
    if not any(observation.metric in metric_names(metric, observation.dataset) for metric in metrics_of(leaf)):
        return False
    if not matches(leaf.where, observation, free=frozenset({"keep_rate"}) if observation.method in EVERYWHERE else frozenset()):
        return False
    others = others_of(leaf)
    if isinstance(leaf, Contrast | Correlate | CompareCorrelations) or others is None:
        return True
    return observation.method in (*leaf.subject.members, *others)


@lru_cache(maxsize=20_000)
def _key(kind: Kind, name: str) -> str:
    term = vocabulary().find(kind, name)
    return term.name if term else slug(name).replace("_", "")


def _datasets_of(leaf: Statement) -> tuple[str, ...]:
    places = (leaf.where, leaf.under, leaf.against) if isinstance(leaf, Contrast) else (leaf.where,)
    return tuple(name for place in places for name in place.datasets)


def _same_words(name: str, names: Iterable[str]) -> str:
    """The one name of which all words stand in `name`, or the other way round: "cnn_daily_mail" and "cnn_daily_mail_test"."""
    words = set(name.split("_"))
    fitting = [each for each in names if (own := set(each.split("_"))) and (own <= words or words <= own) and len("".join(own & words)) > 3]
    return fitting[0] if len(fitting) == 1 else ""


class Names:
    """The hypothesis' own spellings of methods, data sets and metrics, found from those of a table."""

    def __init__(self, hypothesis: Statement | AllOf | AnyOf, own: Sequence[str] = (), observed: Iterable[str] = ()) -> None:
        """
        own        names of the own method of the paper that the observations are from, where the claim is of that paper too
        observed   methods of the observations: the own method's other names stand in only where its name is not among them
        """
        parts = leaves(hypothesis)
        methods = {name for leaf in parts for name in (*subjects_of(leaf), *(others_of(leaf) or ()))}
        self.methods = {name_key(name): name for name in sorted(methods)}
        seen, aliases = {name_key(name) for name in observed}, {name_key(name) for name in own}
        for name in sorted(methods):
            if name_key(name) in aliases and name_key(name) not in seen:
                self.methods |= dict.fromkeys(sorted(aliases - set(self.methods)), name)
        self.datasets = {_key("dataset", name): name for leaf in parts for name in _datasets_of(leaf)}
        self.metrics = {_key("metric", name): name for leaf in parts for name in metrics_of(leaf)}

    def spelled(self, each: Observation) -> Observation:
        """The observation under the hypothesis' names; an unreduced backbone answers to the backbone's name too."""
        method = self.methods.get(name_key(each.method))
        if method is None and each.backbone and each.method in ("keep_all", each.backbone):
            method = self.methods.get(name_key(each.backbone))
        dataset = self.datasets.get(_key("dataset", each.dataset)) or (
            "" if _known(each.dataset) else _same_words(each.dataset, self.datasets.values())
        )
        update = {"method": method, "dataset": dataset, "metric": self.metrics.get(_key("metric", each.metric))}
        changed = {name: value for name, value in update.items() if value and value != getattr(each, name)}
        return each.model_copy(update=changed) if changed else each


def _known(dataset: str) -> bool:
    return not dataset or vocabulary().get("dataset", dataset) is not None


def _distinct(observations: Iterable[Observation]) -> list[Observation]:
    """One observation for each number that a paper prints more than once for the same cell; the surest linking stays."""
    best: dict[tuple[object, ...], Observation] = {}
    for each in observations:
        key = (each.paper_id, each.method, each.backbone, each.dataset, each.settings, each.metric, each.value)
        if key not in best or each.confidence > best[key].confidence:
            best[key] = each
    return list(best.values())


def select(
    hypothesis: Statement | AllOf | AnyOf, observations: Sequence[Observation], *, own: Sequence[str] = (), minimum: float = 0.4
) -> tuple[Observation, ...]:
    """
    The observations that speak to the hypothesis, under its own spellings.

    own       other names of the method that the claim's own paper presents
    minimum   linkings below this confidence are left out
    returns   nothing where no leaf finds a method that it is about, so that an unrelated table is no evidence
    """
    names = Names(hypothesis, own, {each.method for each in observations})
    pool = [names.spelled(each) for each in observations if each.method and each.metric and each.confidence >= minimum]
    kept: list[Observation] = []
    for leaf in leaves(hypothesis):
        mine = [each for each in pool if _relevant(each, leaf)]
        subjects = subjects_of(leaf)
        if not subjects or any(each.method in subjects for each in mine):
            kept.extend(mine)
    return tuple(_distinct(kept))
