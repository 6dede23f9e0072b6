"""Rank tables as flat rows: every method of every place at equal keep rate, at equal mean tokens, and over all places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from math import isnan
from typing import Any, Literal

from experiments.analysis.costs import Costs
from experiments.analysis.equal_tokens import AtBudget, Counts, at_budget, common_budget, nominal, patches_of, token_counts
from experiments.analysis.methods import UNREDUCED, family_of
from experiments.analysis.panels import Panel, Place, by_model, panels
from experiments.analysis.ranks import overall, standings
from synth.model import LabRecord

Row = dict[str, Any]
Comparison = Literal["equal_keep_rate", "equal_mean_tokens", "fewest_common_tokens"]
METRICS = ("performance", "tokens", "gmacs")


def rank_rows(records: Iterable[LabRecord], *, keep_rates: Sequence[float] = (), count: bool = True) -> list[Row]:
    """
    One flat row a comparison, place and method.

    keep_rates  only these are shown; curves over tokens use all of them
    count       count multiply-adds that the records lack
    """
    records = list(records)
    counts, costs = token_counts(records), Costs(records, count=count)
    rows: list[Row] = []
    for found in by_model(panels(records)).values():
        wanted = [panel for panel in found if not keep_rates or panel.place.keep_rate in keep_rates]
        for panel in wanted:
            rows += _at_keep_rate(panel, counts, costs)
            rows += _at_tokens(found, counts, panel.place.keep_rate)
        if wanted:
            rows += _at_common_tokens(found, counts)
    return rows


def _facts(place: Place, comparison: Comparison, panel: Panel, **more: Any) -> Row:
    return {
        "comparison": comparison,
        "regime": place.regime,
        "dataset": place.dataset,
        "backbone": place.backbone,
        "keep_rate": place.keep_rate if comparison != "fewest_common_tokens" else None,
        "seeds": " ".join(map(str, panel.seeds)),
        "n_seeds": len(panel.seeds),
        **more,
    }


def _standings(panel: Panel) -> Iterator[Row]:
    for standing in standings(panel):
        row = asdict(standing)
        names = {"mean": "performance_percent", "low": "performance_low", "high": "performance_high", "spread": "spread_over_seeds"}
        row = {names.get(name, name): None if isinstance(value, float) and isnan(value) else value for name, value in row.items()}
        yield {"method": row.pop("method"), "family": family_of(standing.method), **row}


def _at_keep_rate(panel: Panel, counts: Counts, costs: Costs) -> Iterator[Row]:
    patches = patches_of(counts, panel.place.dataset, panel.place.backbone)
    for row in _standings(panel):
        tokens = float(patches) if row["method"] == UNREDUCED and patches else _mean(counts, panel.place, row["method"], panel.seeds)
        more = {"mean_tokens": tokens, "gmacs": costs.gmacs(panel.place, row["method"]), "note": "; ".join(panel.notes)}
        yield _facts(panel.place, "equal_keep_rate", panel) | row | more


def _mean(counts: Counts, place: Place, method: str, seeds: Sequence[int]) -> float | None:
    found = [tokens for seed, tokens in counts.get((place, method), {}).items() if seed in seeds]
    return sum(found) / len(found) if found else None


def _at_tokens(found: Sequence[Panel], counts: Counts, keep_rate: float) -> Iterator[Row]:
    place = found[0].place
    patches = patches_of(counts, place.dataset, place.backbone)
    if patches is not None:
        budget = nominal(patches, keep_rate)
        yield from _rows(at_budget(found, counts, budget, keep_rate), "equal_mean_tokens")


def _at_common_tokens(found: Sequence[Panel], counts: Counts) -> Iterator[Row]:
    budget = common_budget(found, counts)
    if budget is not None:
        yield from _rows(at_budget(found, counts, budget, 0.0), "fewest_common_tokens")


def _rows(found: AtBudget | None, comparison: Comparison) -> Iterator[Row]:
    if found is None:
        return
    panel = found.panel
    for row in _standings(panel):
        note = "between its highest keep rate and the unreduced model" if row["method"] in found.leaning else ""
        yield _facts(panel.place, comparison, panel) | row | {"mean_tokens": round(found.budget, 6), "note": note}
    for method, (low, high) in found.unreached.items():
        note = f"not reached: measured from {low:.1f} to {high:.1f} tokens"
        facts = _facts(panel.place, comparison, panel, method=method, family=family_of(method), ranked=False)
        yield facts | {"performance_percent": None, "mean_tokens": round(found.budget, 6), "note": note}


def overall_rows(records: Iterable[LabRecord]) -> list[Row]:
    """Mean ranks over all places of a regime, and over those of each data set, of the methods that all of them have."""
    rows: list[Row] = []
    for regime, found in _by_regime(panels(records)).items():
        rows += [{"regime": regime, "dataset": "all", **asdict(row)} for row in overall(found)]
        for dataset in dict.fromkeys(panel.place.dataset for panel in found):
            own = [panel for panel in found if panel.place.dataset == dataset]
            rows += [{"regime": regime, "dataset": dataset, **asdict(row)} for row in overall(own)]
    return rows


def _by_regime(found: Iterable[Panel]) -> dict[str, list[Panel]]:
    groups: dict[str, list[Panel]] = {}
    for panel in found:
        groups.setdefault(panel.place.regime, []).append(panel)
    return groups
