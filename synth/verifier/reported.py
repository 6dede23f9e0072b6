"""The tables of a document to Observations: every number that a paper reports, with the names that its table gives it and no others."""

from __future__ import annotations

from collections.abc import Sequence

from synth.model import Cell, Document, Observation, Table, vocabulary
from synth.verifier.context import Context, context_of, own_method
from synth.verifier.headers import read_header
from synth.verifier.linking import Link, Sides, is_attribute, labels_of, link, sides_of
from synth.verifier.numbers import Number, numbers_of
from synth.verifier.units import NEVER_NEGATIVE, in_unit_of


def _metric_name(found: Link, number: Number, column: Sequence[Number]) -> str:
    """The metric, with "_delta" or "_ratio" where the number is a change of it and not the quantity itself."""
    term = vocabulary().get("metric", found.metric)
    plain = number.kind
    if plain == "delta" and number.value >= 0 and not number.aside and sum(each.kind == "value" for each in column) == 0 and term is None:
        plain = "value"
    if plain == "delta" and number.value < 0 and (term is None or term.unit not in NEVER_NEGATIVE):
        plain = "value"
    change = "ratio" if plain == "ratio" else "delta" if plain == "delta" else found.change
    return f"{found.metric}_{change}" if change and found.metric else found.metric


def _observation(table: Table, cell: Cell, number: Number, found: Link, column: Sequence[Number]) -> Observation:
    value, factor, unit, decimals = in_unit_of(found.metric, number, found.unit)
    metric = _metric_name(found, number, column)
    if metric.endswith("_ratio"):
        value, factor, unit, decimals = number.value, 1.0, "ratio", number.decimals
    return Observation(
        method=found.method,
        metric=metric,
        value=value,
        backbone=found.backbone,
        dataset=found.dataset,
        settings=tuple(sorted(found.settings.items())),
        unit=unit,
        deviation=None if number.deviation is None else number.deviation * factor,
        decimals=decimals,
        origin="reported",
        paper_id=table.paper_id,
        table=table.index,
        cell=(cell.row, cell.column),
        page=table.page,
        confidence=round(found.confidence * (0.8 if number.aside else 1.0), 4),
    )


def _split_links(cell: Cell, numbers: Sequence[Number], found: Link) -> list[tuple[Number, Link]]:
    """ "79.8/95.0" under "Top-1 / Top-5": one metric a part; without as many names as numbers nothing can be said."""
    if len(numbers) == 1:
        return [(numbers[0], found)]
    for text in [*reversed(cell.column_path), *reversed(cell.row_path)]:
        parts = [part for part in text.split("/") if part.strip()]
        names = [read_header(part).metric or read_header(part).rest for part in parts]
        if len(parts) == len(numbers) and all(names) and len(set(names)) == len(names):
            return [(number, Link(**{**vars(found), "metric": name})) for number, name in zip(numbers, names, strict=True)]
    return []


def _of_table(table: Table, context: Context) -> list[Observation]:
    rows, columns = sides_of(table)
    numbers = {(cell.row, cell.column): numbers_of(cell.text) for cell in table.cells}
    by_column: dict[int, list[Number]] = {}
    for (_, column), printed in numbers.items():
        by_column.setdefault(column, []).extend(printed)
    labels = labels_of(table)
    found: list[tuple[Cell, Number, Link]] = []
    for cell in table.cells:
        parsed = numbers[cell.row, cell.column]
        if not parsed or is_attribute(cell) or (cell.row, cell.column) in labels:
            continue
        linked = link(cell, context, rows.get(cell.row, Sides()), columns.get(cell.column, Sides()))
        found += [(cell, number, part) for number, part in _split_links(cell, parsed, linked)]
    observations = [_observation(table, cell, number, part, by_column[cell.column]) for cell, number, part in found]
    kept = [_plausible(each) for each in observations]
    return _as_percent(_caption_refuted(kept, [part.from_caption for _, _, part in found]))


def _plausible(observation: Observation) -> Observation:
    """An observation whose value its metric cannot have loses the metric: the head was not what it seemed."""
    low, high = (0.0, 100.0) if observation.unit == "percent" else (0.0, float("inf"))
    if observation.unit not in NEVER_NEGATIVE or observation.metric.endswith("_delta") or low <= observation.value <= high:
        return observation
    return observation.model_copy(update={"metric": "", "unit": "", "confidence": min(observation.confidence, 0.3)})


def _caption_refuted(observations: list[Observation], from_caption: list[bool]) -> list[Observation]:
    """Where one number cannot be of the caption's metric, none of those is taken for it that only the caption named."""
    if all(each.metric for each, only in zip(observations, from_caption, strict=True) if only):
        return observations
    return [
        each.model_copy(update={"metric": "", "unit": "", "confidence": min(each.confidence, 0.3)}) if only else each
        for each, only in zip(observations, from_caption, strict=True)
    ]


def _as_percent(observations: list[Observation]) -> list[Observation]:
    """Shares between 0 and 1 as percent, where a whole table prints a percent metric that way and no header says "%"."""
    highest: dict[str, float] = {}
    finest: dict[str, int] = {}
    for each in observations:
        highest[each.metric] = max(highest.get(each.metric, 0.0), abs(each.value))
        finest[each.metric] = max(finest.get(each.metric, 0), each.decimals or 0)
    return [
        each.model_copy(
            update={"value": round(each.value * 100, 10), "decimals": max(0, (each.decimals or 0) - 2), "confidence": each.confidence * 0.9}
        )
        if each.unit == "percent"
        and each.metric.removesuffix("_delta") == each.metric
        and highest[each.metric] <= 1
        and finest[each.metric] >= 2  # a "1" among them is 100 % as well
        else each
        for each in observations
    ]


def observations_of(document: Document) -> tuple[Observation, ...]:
    """Every number of the document's tables in long form, in the order of the tables."""
    own = own_method(document)
    return tuple(each for table in document.tables for each in _of_table(table, context_of(table, document, own)))
