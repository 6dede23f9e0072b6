"""
Measures what the shipped ledger holds, and packs it: `python -m experiments.ledger.build [--seconds 3600]`.

It goes on where it stopped: the plain file beside the packed one is kept until everything is measured.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from itertools import product
from pathlib import Path

from experiments.ledger import SHIPPED, Ledger
from experiments.reducers import REGISTRY
from experiments.run import run
from synth.model import CellRequest, Spec

SIZES = ("tiny", "small", "base")
DATASETS = ("digit_scenes", "digit_scenes_multi")
KEEP_RATES = (0.9, 0.7, 0.5, 0.25)
SEEDS = (0, 1, 2)


def specifications(seconds: float) -> tuple[Spec, ...]:
    """What is measured: the trained backbones with every method that needs no training, and the real shapes with every method."""
    ready = [name for name, reducer in REGISTRY.items() if not reducer.trained]
    trained = [
        CellRequest(method=method, backbone=f"proxy_{size}", dataset=dataset, keep_rate=rate, seed=seed)
        for size, dataset, method in product(SIZES, DATASETS, ready)
        for rate in _rates(method)
        for seed in SEEDS
    ]
    shapes = [
        CellRequest(method=method, backbone=f"deit_{size}_patch16_224", keep_rate=rate)
        for size, method in product(SIZES, REGISTRY)
        for rate in _rates(method)
    ]
    return (
        Spec(measures=("performance", "tokens", "patterns"), cells=tuple(trained), budget_seconds=seconds),
        Spec(measures=("gmacs", "tokens"), cells=tuple(shapes), budget_seconds=seconds),
    )


def _rates(method: str) -> tuple[float, ...]:
    return (1.0,) if method == "keep_all" else KEEP_RATES


def pack(source: Path, target: Path) -> int:
    """Compress the lines of a ledger, sorted by key so that the same measurements give the same file; returns how many."""
    lines = sorted(set(source.read_text("utf-8").splitlines()))
    # No time stamp in the header: the file depends on its content alone.
    target.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=9, mtime=0))
    return len(lines)


def main() -> int:
    """Measure, pack and say what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600.0, help="wall-clock limit of each of the two parts")
    options = parser.parse_args()
    work = SHIPPED.with_suffix("")
    ledger = Ledger(work)
    for number, spec in enumerate(specifications(options.seconds)):
        run(spec, work.with_name(f"records-{number}.tmp"), ledger, log=lambda line: print(line, file=sys.stderr, flush=True))
    if not work.is_file():
        print("nothing new was measured: the shipped ledger is whole", file=sys.stderr)
        return 0
    print(f"{pack(work, SHIPPED)} units of work in {SHIPPED.name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
