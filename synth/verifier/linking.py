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
from collections import Counter
from dataclasses import dataclass, field

from synth.model import PERFORMANCE, Cell, Document, Table, slug, vocabulary
from synth.model.vocabulary import Kind
from synth.verifier.headers import Header, read_header, settings_in
from synth.verifier.numbers import is_absent, number_of

_TRAINING = re.compile(r"pre-?train|training|extra data|teacher|reference|venue|year", re.IGNORECASE)
_VAGUE_METRICS = ("performance", "iou", "images_per_second", "memory_gib", "gmacs", "parameters_million", "tokens", "latency_ms")
"""a caption that has these words seldom means that all its numbers are of that metric."""
_PLAIN_SETTINGS = ("resolution_px", "epochs", "patch_size", "batch_size", "layers", "heads", "depth", "width")
"""settings that an unreduced model has too."""
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
    plain_rows: frozenset[str] = frozenset()
    """row labels that stand once in a table without an explicit baseline: a backbone alone there is the unreduced model."""
    shared_heads: tuple[tuple[int, str], ...] = ()
    """(column, metric) where one head with several metrics stands over as many columns, "GFLOPs Acc."."""
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
    from_caption: bool = False
    """the metric is only the caption's."""


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


_ABLATED = re.compile(r"^(?:w_o|without|no|minus|only|single)(?:_|$)|_(?:w_o|without)_")


def own_names(document: Document, own: str) -> tuple[str, ...]:
    """Every name under which a paper's own method may stand in its tables: its name, "ours", and what rows marked as ours are called."""
    names = dict.fromkeys(name for name in (own, "ours") if name)
    for table in document.tables:
        for text in (text for cell in table.cells for text in (*cell.row_path, *cell.column_path)):
            header = read_header(text)
            name = header.method or header.rest
            if header.ours and name and not header.metric and not _ABLATED.search(name):
                names[name] = None
    return tuple(names)


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
    unset = {mention.term.name for mention in vocabulary().mentions(caption, "setting")} - set(settings) - {"r", "stage"}
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
        plain_rows=_plain_rows(table),
        shared_heads=_shared_heads(table),
        metric_axis=_axis(table),
    )


def _plain_rows(table: Table) -> frozenset[str]:
    labels = {(cell.row, cell.row_path) for cell in table.cells if cell.row_path}
    if any(read_header(path[-1]).method == "keep_all" for _, path in labels):
        return frozenset()
    count = Counter(text for text, _ in {(path[-1], row) for row, path in labels})
    return frozenset(text for text, times in count.items() if times == 1)


def _shared_heads(table: Table) -> tuple[tuple[int, str], ...]:
    columns: dict[str, set[int]] = {}
    for cell in table.cells:
        if cell.column_path:
            columns.setdefault(cell.column_path[-1], set()).add(cell.column)
    found: list[tuple[int, str]] = []
    for text, places in columns.items():
        metrics = tuple(dict.fromkeys(mention.term.name for mention in vocabulary().mentions(text, "metric")))
        if len(places) > 1 and len(metrics) > 1:
            names = metrics if len(metrics) == len(places) else [""] * len(places)
            found += zip(sorted(places), names, strict=True)
    return tuple(found)


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
