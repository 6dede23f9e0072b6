"""The commands `table`, `patterns` and `figures`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.analysis.panels import Panel
    from experiments.analysis.rows import Rows

Row = dict[str, Any]


def add_parsers(commands: Any) -> None:
    """Add the three commands to the parser of the laboratory."""
    table = commands.add_parser("table", help="rank tables at equal keep rate and at equal mean tokens, with intervals")
    _selection(table)
    table.add_argument("--keep-rate", type=float, action="append", default=[], help="only this one; may be given again")
    table.add_argument("--json", action="store_true")
    table.set_defaults(call=_table)
    patterns = commands.add_parser("patterns", help="likeness of the methods' patterns, and what it says of their performance")
    _selection(patterns)
    patterns.add_argument("--json", action="store_true")
    patterns.set_defaults(call=_patterns)


def _selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ledger", type=Path, help="a ledger on top of the shipped one")
    parser.add_argument("--dataset", default="")
    parser.add_argument("--backbone", default="")
    parser.add_argument("--regime", choices=("fine_tuned", "off_the_shelf"), help="default: fine_tuned where there are such rows")


def _table(options: argparse.Namespace) -> int:
    from experiments.analysis.rank_table import METRICS, overall_rows, rank_rows
    from experiments.analysis.rows import read_rows
    from experiments.analysis.text import rank_tables

    rows = read_rows(options.ledger, metrics=METRICS, dataset=options.dataset, backbone=options.backbone, regime=options.regime)
    ranked = rank_rows(rows.records, keep_rates=options.keep_rate)
    if not ranked:
        return _nothing(options)
    standing = overall_rows(rows.records)
    if options.json:
        whole = filled([row | {"images": rows.images.get(row["dataset"])} for row in ranked])
        print(json.dumps({"rows": whole, "overall": standing, "stale_rows": rows.stale}, indent=1))
    else:
        print(rank_tables(ranked, standing, rows.images, rows.stale))
    return 0


def _patterns(options: argparse.Namespace) -> int:
    from experiments.analysis.correlation import correlations
    from experiments.analysis.panels import panels
    from experiments.analysis.pattern_text import pattern_tables
    from experiments.analysis.rows import read_rows
    from experiments.analysis.similarity import RECORDED, by_family, likenesses, summary

    metrics = ("performance", *RECORDED)
    rows = read_rows(options.ledger, metrics=metrics, dataset=options.dataset, backbone=options.backbone, regime=options.regime)
    found, places = likenesses(rows.records), panels(rows.records)
    if not found or not places:
        return _nothing(options)
    medians, families, related = summary(found), by_family(found), correlations(found, places)
    if options.json:
        parts = {"likeness": medians, "families": families, "correlations": related.pooled, "contrasts": related.contrasts}
        parts["correlation_cells"] = related.cells
        print(json.dumps({name: filled(part) for name, part in parts.items()} | {"stale_rows": rows.stale}, indent=1))
    else:
        print(pattern_tables(medians, families, related, _circumstances(rows, places), rows.stale))
    return 0


def _circumstances(rows: Rows, places: Sequence[Panel]) -> str:
    """ "12 places of digit_scenes (512 images), fine_tuned, 1 to 3 seeds"."""
    sets = [f"{name} ({rows.images.get(name, '?')} images)" for name in dict.fromkeys(panel.place.dataset for panel in places)]
    seeds = sorted({len(panel.seeds) for panel in places})
    told = f"{seeds[0]} to {seeds[-1]} seeds" if len(seeds) > 1 else f"{seeds[0]} seed{'s' if seeds[0] > 1 else ''}"
    return f"{len(places)} places (data set x backbone x keep rate) of {', '.join(sets)}, {places[0].place.regime}, {told}"


def filled(rows: list[Row]) -> list[Row]:
    """Rows that all have the same fields; null where a row had none."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]


def _nothing(options: argparse.Namespace) -> int:
    asked = {name: getattr(options, name) for name in ("dataset", "backbone", "regime", "keep_rate") if getattr(options, name, None)}
    told = ", ".join(f"{name} {value}" for name, value in asked.items()) or "no condition"
    print(f"error: the ledger has no current rows of two methods under {told}; `python -m experiments run` measures them", file=sys.stderr)
    return 3
