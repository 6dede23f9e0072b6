"""What a document says about its tables outside of their cells: the own method, the caption, sentences on a table, its layout."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from synth.model import Document, Table, vocabulary
from synth.model.vocabulary import Kind
from synth.verifier.headers import read_header, settings_in
from synth.verifier.numbers import number_of

_VAGUE_METRICS = ("performance", "iou", "images_per_second", "memory_gib", "gmacs", "parameters_million", "tokens", "latency_ms")
"""a caption that has these words seldom means that all its numbers are of that metric."""
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
    methods_known: bool = False
    """some row or column names a method of the vocabulary."""
    plain_rows: frozenset[str] = frozenset()
    """row labels that stand once in a table without an explicit baseline: a backbone alone there is the unreduced model."""
    shared_heads: tuple[tuple[int, str], ...] = ()
    """(column, metric) where one head with several metrics stands over as many columns, "GFLOPs Acc."."""
    metric_axis: str = ""
    """"rows" or "columns", where the metrics stand; empty if neither names one."""


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
