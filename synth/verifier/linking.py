"""
The cells of one table to the names that each number stands for: row path, column path, neighbours in the row, caption, words about it.

Confidence of the linking is a product, so every guess shows:
    method     named and known 1 · known name under another word 0.95 · own name kept as a slug 0.85 · from the caption 0.7 · none 0.5
    metric     named and known 1 · from the caption 0.8 · an unknown column kept as a slug 0.7 · none 0.3
    data set   named in the table 1 · in the caption 0.95 · in a sentence on the table 0.85 · not named 0.9
    backbone   a row that names only a backbone counts as the unreduced model where other rows name methods: 0.8
    variant    what stands beside a backbone in a column of backbones ("distilled") becomes a setting with the value 1
    shape      a value wholly in parentheses 0.8 · an outer header that was not understood 0.95
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from synth.model import PERFORMANCE, Cell, Table, slug
from synth.verifier.context import Context
from synth.verifier.headers import Header, read_header, settings_in
from synth.verifier.numbers import is_absent, number_of

_TRAINING = re.compile(r"pre-?train|training|extra data|teacher|reference|venue|year", re.IGNORECASE)
_PLAIN_SETTINGS = ("resolution_px", "epochs", "patch_size", "batch_size", "layers", "heads", "depth", "width")
"""settings that an unreduced model has too."""


@dataclass
class Link:
    """What one number stands for, with the confidence of the reading."""

    method: str = ""
    backbone: str = ""
    dataset: str = ""
    metric: str = ""
    unit: str = ""
    change: str = ""
    settings: dict[str, float] = field(default_factory=dict)
    confidence: float = 1.0
    from_caption: bool = False
    """the metric is only the caption's."""


@dataclass(frozen=True)
class Sides:
    """What stands beside a number in its row and its column without being a header: attributes of the whole line."""

    headers: tuple[Header, ...] = ()
    settings: tuple[tuple[str, float], ...] = ()


def _attribute_of(path: tuple[str, ...]) -> str:
    return read_header(path[-1]).attribute if path else ""


def is_attribute(cell: Cell) -> bool:
    """Whether the number of a cell is a setting of its row or column, not a result."""
    return bool(_attribute_of(cell.column_path) or _attribute_of(cell.row_path))


def labels_of(table: Table) -> set[tuple[int, int]]:
    """Places of the cells that are row labels of others: words of the row paths, not results."""
    paths: dict[int, set[str]] = {}
    for cell in table.cells:
        paths.setdefault(cell.row, set()).update(cell.row_path)
    return {(cell.row, cell.column) for cell in table.cells if cell.text in paths[cell.row]}


def sides_of(table: Table) -> tuple[dict[int, Sides], dict[int, Sides]]:
    """Attributes by row and by column: cells of words, and numbers under a header that names a setting."""
    rows: dict[int, Sides] = {}
    columns: dict[int, Sides] = {}
    for cell in table.cells:
        for place, path, sides in ((cell.row, cell.column_path, rows), (cell.column, cell.row_path, columns)):
            extra = _side(cell, path)
            if extra is not None:
                before = sides.get(place, Sides())
                sides[place] = Sides(before.headers + extra.headers, before.settings + extra.settings)
    return rows, columns


def _side(cell: Cell, path: tuple[str, ...]) -> Sides | None:
    name = _attribute_of(path)
    number = number_of(cell.text)
    if name and number is not None:
        value = number.value / 100 if name in ("keep_rate", "sparsity") and (number.unit == "%" or number.value > 1) else number.value
        return Sides(settings=(("r" if name == "keep_rate" and value > 1 else name, value),))
    if name:
        resolution, _ = settings_in(cell.text)
        return Sides(settings=tuple(resolution.items())) if resolution else None
    if number is not None or is_absent(cell.text) or not re.search(r"[A-Za-z]{2}", cell.text) or len(cell.text) > 60:
        return None
    if path and _TRAINING.search(path[-1]):
        return None
    header = read_header(cell.text)
    return Sides(headers=(header,)) if header.method or header.backbone or header.dataset or header.settings else None


def _last(headers: list[Header], name: str) -> str:
    return next((str(getattr(header, name)) for header in reversed(headers) if getattr(header, name)), "")


def _settings(link: Link, paths: tuple[list[Header], list[Header]], sides: list[Sides], context: Context) -> None:
    link.settings.update(context.settings)
    for side in sides:
        link.settings.update(side.settings)
    for path in paths:
        name = ""
        for header in path:
            link.settings.update(header.settings)
            if header.bare is not None:
                _bare(link, header, name or context.open_setting)
            name = header.attribute or name


def _bare(link: Link, header: Header, name: str) -> None:
    value = header.bare
    if not name or value is None:
        return
    if name in ("keep_rate", "sparsity"):
        value = value / 100 if header.unit == "%" else value
        if not 0 < value <= 1:
            return
    link.settings[name] = value


def _metric(link: Link, rows: list[Header], columns: list[Header], context: Context) -> float:
    """The metric from the headers, the column first; an unknown column is a metric of its own, or what the caption's metric is of."""
    named = next((header for header in [*reversed(columns), *reversed(rows)] if header.metric), None)
    beside = columns if context.metric_axis != "rows" else rows
    link.unit = named.unit if named and named.unit else _last(columns, "unit") or _last(rows, "unit")
    link.change = named.change if named and named.change else _last(beside, "change")
    if named:
        link.metric = named.metric
        return 1.0
    if context.metric and (not context.metric_axis or any(header.dataset for header in [*rows, *columns])):
        link.metric, link.from_caption = context.metric, True
        return 0.8
    unknown = _last(columns, "rest")
    if context.metric_axis != "rows" and unknown:
        link.metric = unknown
        return 0.7
    if any(header.dataset for header in columns):
        link.metric = PERFORMANCE
        return 0.7
    return 0.3


def _naming(rows: list[Header], columns: list[Header], context: Context) -> list[Header]:
    """The path in which an unknown method would stand: across where metrics stand down, or where the rows name other things."""
    if context.metric_axis == "rows":
        return columns
    if context.metric_axis == "columns" or any(header.rest or header.ours for header in rows):
        return rows
    across = any(header.rest or header.ours or header.backbone for header in columns)
    return columns if across and (context.metric or any(header.dataset for header in rows)) else rows


def _method(link: Link, rows: list[Header], columns: list[Header], sides: list[Header], context: Context) -> float:
    named = [header for header in [*sides, *rows, *columns] if header.method]
    if named:
        best = max(named, key=lambda header: header.known)
        link.method = best.method
        return 1.0 if best.known else 0.95
    names = _naming(rows, columns, context)
    inner = names[-1] if names else None
    if any(header.ours for header in names) and not (inner and inner.rest):
        link.method = context.own_method or "ours"
        return 0.9 if context.own_method else 0.7
    if inner is not None and inner.rest:
        link.method = slug(f"{inner.backbone} {inner.rest}")
        return 0.85
    if any(header.backbone for header in names) and not (inner and inner.dataset) and not context.method:
        return _backbone_alone(link, names, context)
    outer = next((header.rest for header in reversed(names[:-1]) if header.rest), "")
    if outer or context.method:
        link.method = outer or context.method
        return 0.7
    return 0.5


def _backbone_alone(link: Link, names: list[Header], context: Context) -> float:
    """A row that names a backbone and no method: the unreduced model among methods, or the model itself in a table of models."""
    if not context.methods_known:
        link.method = _last(names, "backbone")
        return 0.8
    full = {"keep_rate": 1.0, "sparsity": 0.0}
    own = {name for name, value in link.settings.items() if full.get(name) != value}
    reduced = own - set(dict(context.settings)) - set(_PLAIN_SETTINGS)
    if reduced or not any(header.text in context.plain_rows for header in names):
        return 0.5  # a rate of its own, or a baseline beside it: a reduced model whose method the table leaves unsaid
    link.method = "keep_all"
    return 0.8


def link(cell: Cell, context: Context, row_side: Sides, column_side: Sides) -> Link:
    """What the number of a cell stands for."""
    rows = [read_header(text) for text in cell.row_path if not is_absent(text)]
    columns = [read_header(text) for text in cell.column_path if not is_absent(text)]
    sides = [row_side, column_side]
    around = [*(header for side in sides for header in side.headers), *rows, *columns]
    found = Link()
    _settings(found, (rows, columns), sides, context)
    for header in (each for side in sides for each in side.headers):
        found.settings.update(header.settings)
        if header.backbone and header.rest:
            found.settings[header.rest] = 1.0
    found.dataset = _last(around, "dataset")
    found.confidence *= 1.0 if found.dataset else context.dataset_confidence
    found.dataset = found.dataset or context.dataset
    found.backbone = _last(around, "backbone") or context.backbone
    found.confidence *= _metric(found, rows, columns, context)
    shared = dict(context.shared_heads)
    if cell.column in shared:
        found.metric, found.unit = shared[cell.column], ""
    found.confidence *= _method(found, rows, columns, [header for side in sides for header in side.headers], context)
    if any(header.rest and not header.method for header in rows[:-1]):
        found.confidence *= 0.95
    return _qualified(found, columns if context.metric_axis != "rows" else rows)


def _qualified(found: Link, heads: list[Header]) -> Link:
    """What a head says beside its metric ("V2 top-1") is the data set where none is named, else a variant with a setting of its own."""
    unknown = _last(heads, "rest")
    if not unknown or unknown in (found.method, found.metric):
        return found
    if not found.dataset:
        found.dataset, found.confidence = unknown, found.confidence * 0.8
    elif any(header.metric and header.rest for header in heads):
        found.settings[unknown] = 1.0
    return found
