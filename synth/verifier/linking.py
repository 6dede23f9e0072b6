"""
The cells of one table to the names that each number stands for: row path, column path, neighbours in the row, caption, words about it.

Confidence of the linking is a product, so every guess shows:
    method     named and known 1 · known name under another word 0.95 · own name kept as a slug 0.85 · from the caption 0.7 · none 0.5
    metric     named and known 1 · from the caption 0.8 · an unknown column kept as a slug 0.7 · none 0.3
    data set   named in the table 1 · in the caption 0.95 · in a sentence on the table 0.85 · not named 0.9
    backbone   a row that names only a backbone counts as the unreduced model where other rows name methods: 0.8
    shape      a value wholly in parentheses 0.8 · an outer header that was not understood 0.95
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from synth.model import Cell, Document, Table, slug, vocabulary
from synth.model.vocabulary import Kind
from synth.verifier.headers import Header, read_header, settings_in
from synth.verifier.numbers import is_absent, number_of

_TRAINING = re.compile(r"pre-?train|training|extra data|teacher|reference|venue|year", re.IGNORECASE)
_VAGUE_METRICS = ("performance", "iou", "images_per_second", "memory_gib", "gmacs")
_COINED = re.compile(
    r"\b(?:call(?:ed)?|dub(?:bed)?|named?|propose|introduce|present|coin(?:ed)?|termed)\s+(?:it\s+|this\s+|our\s+(?:method|model|approach)\s+|the\s+)?"
    r"([A-Z][A-Za-z0-9]*(?:[-+][A-Za-z0-9]+)*)"
)


@dataclass(frozen=True)
class Context:
    """What a document says about all or one of its tables outside of the cells."""

    own_method: str = ""
    dataset: str = ""
    dataset_confidence: float = 0.9
    backbone: str = ""
    metric: str = ""
    method: str = ""
    settings: tuple[tuple[str, float], ...] = ()
    open_setting: str = ""
    """a setting that the caption names without a value: what bare numbers in headers then mean."""
    deviations: bool = False
    methods_known: bool = False
    """some row or column names a method of the vocabulary."""
    metric_axis: str = ""
    """"rows" or "columns", where the metrics stand; empty if neither names one."""


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


def own_method(document: Document) -> str:
    """Canonical name or slug of the method that a paper presents; empty where title and abstract name none."""
    title = document.paper.title
    head = re.match(r"\s*([A-Za-z][\w+-]*(?:\s[\w+-]+)?)\s*:", title)
    if head and (len(head.group(1).split()) == 1 or vocabulary().find("method", head.group(1))):
        return vocabulary().name("method", head.group(1))
    abstract = document.paper.abstract or " ".join(each.text for each in document.passages if each.role == "abstract")
    coined = Counter(
        match.group(1) for match in _COINED.finditer(abstract) if re.search(r"[A-Z].*[A-Z]|\d", match.group(1)) and len(match.group(1)) > 1
    )
    if coined:
        return vocabulary().name("method", coined.most_common(1)[0][0])
    named = {mention.term.name for mention in vocabulary().mentions(title, "method")}
    return named.pop() if len(named) == 1 else ""


def _only(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""


def _mentioned(text: str, kind: Kind) -> set[str]:
    found = {mention.term.name for mention in vocabulary().mentions(text, kind) if text[mention.start : mention.end] != "map"}
    return found - set(_VAGUE_METRICS) if kind == "metric" else found


def _sentences_on(table: Table, document: Document) -> str:
    if not table.label:
        return ""
    label = re.compile(rf"\b{re.escape(table.label).replace(' ', chr(92) + 's*')}(?![\d.])", re.IGNORECASE)
    return " ".join(passage.text for passage in document.passages if label.search(passage.text))


def _axis(table: Table) -> str:
    rows = {cell.row_path for cell in table.cells}
    columns = {cell.column_path for cell in table.cells}
    by_row = sum(any(read_header(text).metric for text in path) for path in rows)
    by_column = sum(any(read_header(text).metric for text in path) for path in columns)
    if by_row == by_column == 0:
        return ""
    return "rows" if by_row / max(1, len(rows)) > by_column / max(1, len(columns)) else "columns"


def context_of(table: Table, document: Document, own: str) -> Context:
    """What caption and sentences on the table say; only what they say of one thing alone."""
    caption, spoken = f"{table.label} {table.caption}", _sentences_on(table, document)
    in_caption = _mentioned(caption, "dataset")
    dataset, confidence = (_only(in_caption), 0.95) if in_caption else (_only(_mentioned(spoken, "dataset")), 0.85)
    settings, _ = settings_in(table.caption)
    unset = {mention.term.name for mention in vocabulary().mentions(caption, "setting")} - set(settings)
    paths = {text for cell in table.cells for text in (*cell.row_path, *cell.column_path)} | {
        cell.text for cell in table.cells if number_of(cell.text) is None
    }
    return Context(
        own_method=own,
        dataset=dataset,
        dataset_confidence=confidence if dataset else 0.9,
        backbone=_only(_mentioned(caption, "backbone")),
        metric=_only(_mentioned(table.caption, "metric")),
        method=_only(_mentioned(table.caption, "method") - {"keep_all"}),
        settings=tuple(settings.items()),
        open_setting=_only(unset),
        deviations=bool(re.search(r"standard (?:deviation|error)|\bstd\b|±|confidence interval", caption, re.IGNORECASE)),
        methods_known=any(read_header(text).known for text in paths),
        metric_axis=_axis(table),
    )


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
        value = value / 100 if header.unit == "%" or 1 < value <= 100 else value
    link.settings[name] = value


def _metric(link: Link, rows: list[Header], columns: list[Header], context: Context) -> float:
    for header in [*reversed(columns), *reversed(rows)]:
        if header.metric:
            link.metric, link.unit, link.change = header.metric, header.unit, header.change
            break
    for header in [*reversed(columns), *reversed(rows)]:
        link.unit, link.change = link.unit or header.unit, link.change or header.change
    if link.metric:
        return 1.0
    if context.metric:
        link.metric = context.metric
        return 0.8
    unknown = _last(columns, "rest")
    if context.metric_axis != "rows" and unknown:
        link.metric = unknown
        return 0.7
    return 0.3


def _naming(rows: list[Header], columns: list[Header], context: Context) -> list[Header]:
    """The path in which an unknown method would stand: across where metrics stand down, or where the rows name other things."""
    if context.metric_axis == "rows":
        return columns
    if context.metric_axis == "columns" or any(header.rest or header.ours for header in rows):
        return rows
    return columns if any(header.rest or header.ours for header in columns) and context.metric else rows


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
        link.method = slug(f"{inner.backbone} {inner.rest}") if inner.backbone and not context.methods_known else inner.rest
        return 0.85
    if inner is not None and (inner.backbone or any(header.backbone for header in names)) and not inner.dataset and not context.method:
        link.method = "keep_all" if context.methods_known else (inner.backbone or _last(names, "backbone"))
        return 0.8
    outer = next((header.rest for header in reversed(names[:-1]) if header.rest), "")
    if outer or context.method:
        link.method = outer or context.method
        return 0.7
    return 0.5


def link(cell: Cell, context: Context, row_side: Sides, column_side: Sides) -> Link:
    """What the number of a cell stands for."""
    rows = [read_header(text) for text in cell.row_path]
    columns = [read_header(text) for text in cell.column_path]
    sides = [row_side, column_side]
    around = [*(header for side in sides for header in side.headers), *rows, *columns]
    found = Link()
    _settings(found, (rows, columns), sides, context)
    for header in (each for side in sides for each in side.headers):
        found.settings.update(header.settings)
    found.dataset = _last(around, "dataset")
    found.confidence *= 1.0 if found.dataset else context.dataset_confidence
    found.dataset = found.dataset or context.dataset
    found.backbone = _last(around, "backbone") or context.backbone
    found.confidence *= _metric(found, rows, columns, context)
    found.confidence *= _method(found, rows, columns, [header for side in sides for header in side.headers], context)
    if any(header.rest and not header.method for header in rows[:-1]):
        found.confidence *= 0.95
    if found.metric == _last(columns, "rest"):
        return found
    return _unknown_column(found, columns, context)


def _unknown_column(found: Link, columns: list[Header], context: Context) -> Link:
    """An unknown column beside a metric that is known from elsewhere is what the metric is measured on."""
    unknown = _last(columns, "rest")
    if (
        unknown
        and unknown != found.method
        and not found.dataset
        and context.metric_axis != "rows"
        and not any(header.metric for header in columns)
    ):
        found.dataset, found.confidence = unknown, found.confidence * 0.8
    return found
