"""The command `ledger`: what a ledger holds, whether it is current, and its packing."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `ledger`."""
    parser.add_argument("--ledger", type=Path, help="a ledger on top of the shipped one")
    parser.add_argument("--stale", action="store_true", help="only what has stale or failed rows")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a row is stale")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pack", type=Path, metavar="FILE.gz", help="write the current rows, one a key, to a compressed ledger")
    parser.set_defaults(call=call)


def call(options: argparse.Namespace) -> int:
    """Print the holdings; 1 where something stale was to be found."""
    from experiments.ledger import SHIPPED, Ledger
    from experiments.ledger.current import current_rows
    from experiments.ledger.holdings import Holding, holdings, pack

    if options.ledger and not options.ledger.is_file():
        raise FileNotFoundError(f"no ledger {options.ledger}; `python -m experiments sweep` makes one")
    ledger = Ledger(options.ledger or SHIPPED.with_name("none"))
    found = holdings(ledger)
    shown = [holding for holding in found if holding.stale or holding.failed or not options.stale]
    if options.json:
        print(
            json.dumps([holding.group._asdict() | dict(zip(Holding._fields[1:], holding[1:], strict=True)) for holding in shown], indent=2)
        )
    else:
        _print([(*holding.group, *map(str, holding[1:])) for holding in shown])
    stale = sum(holding.stale for holding in found)
    print(
        f"{sum(holding.current for holding in found)} rows current, {stale} stale, {sum(h.failed for h in found)} failed", file=sys.stderr
    )
    if options.pack:
        print(f"{pack(current_rows(ledger.rows()), options.pack)} rows in {options.pack}", file=sys.stderr)
    return 1 if options.check and stale else 0


def _print(rows: list[tuple[str, ...]]) -> None:
    """A table with aligned columns."""
    table = [("data set", "backbone", "regime", "method", "current", "stale", "failed"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print(
            "  ".join(
                text.ljust(width) if place < 4 else text.rjust(width) for place, (text, width) in enumerate(zip(row, widths, strict=True))
            )
        )
