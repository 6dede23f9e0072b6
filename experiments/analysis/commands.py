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
    figures = commands.add_parser("figures", help="performance against cost, ranks, kept tokens, maps of vanishing, learning curves")
    _selection(figures)
    figures.add_argument("--out", type=Path, required=True, help="folder for the figures")
    figures.add_argument("--only", default="", help="names joined by commas: costs, kept, ranks, vanishing, learning; default: all")
    figures.add_argument("--formats", default="png,svg", help="of png, svg and pdf")
    figures.add_argument("--bench", type=Path, action="append", default=[], help="a result of `bench --json`; may be given again")
    figures.add_argument("--measure", action="store_true", help="time the small backbones now, in place of --bench")
    figures.add_argument("--weights", type=Path, help="folder of fine-tuned weights; default: the one beside the ledger")
    figures.add_argument("--data", type=Path, help="where real data sets lie")
    figures.add_argument("--keep-rate", type=float, default=0.5, help="of the kept tokens and learning curves")
    figures.add_argument("--image", type=int, default=2, help="number of the test image for the kept tokens")
    figures.set_defaults(call=_figures)


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


def _figures(options: argparse.Namespace) -> int:
    from experiments.analysis.figures.draw import FIGURES, Work, draw
    from experiments.analysis.rank_table import METRICS, rank_rows
    from experiments.analysis.rows import read_rows
    from experiments.analysis.throughput import measured, read_bench

    names, formats = _names(options.only, tuple(FIGURES)), _names(options.formats, ("png", "svg", "pdf"))
    rows = read_rows(options.ledger, metrics=METRICS, dataset=options.dataset, backbone=options.backbone, regime=options.regime)
    ranked = rank_rows(rows.records)
    if not ranked:
        return _nothing(options)
    speeds = read_bench(options.bench)
    if options.measure:
        shapes = {row["backbone"]: row["dataset"] for row in reversed(ranked)}
        speeds += measured(shapes.items(), sorted({row["keep_rate"] for row in ranked if row["keep_rate"]}, reverse=True))
    work = Work(
        rows=ranked,
        images=rows.images,
        folder=options.out,
        formats=formats or ("png", "svg"),
        weights=options.weights or (options.ledger.parent / "weights" if options.ledger else None),
        data=options.data,
        speeds=speeds,
        keep_rate=options.keep_rate,
        image=options.image,
        log=lambda line: print(line, file=sys.stderr, flush=True),
    )
    for path in draw(work, names):
        print(path, flush=True)
    return 0


def _names(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Names joined by commas; raises what lists the known ones."""
    from experiments.errors import ReductionError

    names = tuple(name for name in text.split(",") if name)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ReductionError(f"no {', '.join(unknown)} here; there are {', '.join(known)}")
    return names


def filled(rows: list[Row]) -> list[Row]:
    """Rows that all have the same fields; null where a row had none."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]


def _nothing(options: argparse.Namespace) -> int:
    asked = {name: getattr(options, name) for name in ("dataset", "backbone", "regime", "keep_rate") if getattr(options, name, None)}
    told = ", ".join(f"{name} {value}" for name, value in asked.items()) or "no condition"
    print(f"error: the ledger has no current rows of two methods under {told}; `python -m experiments run` measures them", file=sys.stderr)
    return 3
