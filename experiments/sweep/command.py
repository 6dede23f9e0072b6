"""The command `sweep`: arguments to one sweep and its exit code."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from experiments.sweep.executor import Executor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `sweep`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("spec", type=Path, nargs="?", help="specification as JSON")
    what.add_argument("--preset", choices=("shipped",), help="shipped: everything that the shipped ledger holds")
    parser.add_argument("--ledger", type=Path, required=True, help="table of rows, appended to; sweeps may share it")
    parser.add_argument("--executor", choices=("local", "ray"), default="local")
    parser.add_argument("--address", help="of a Ray cluster; auto: the one of this machine, local: one started here")
    parser.add_argument("--workers", type=int, help="processes at once; default: as many as cores")
    parser.add_argument("--seconds", type=float, default=math.inf, help="wall-clock limit; what is not measured by then is left")
    parser.add_argument("--chunk-seconds", type=float, default=7200.0, help="limit of one chunk; what it misses are failed rows")
    parser.add_argument("--seed", type=int, default=0, help="of the order of chunks among those of one size")
    parser.add_argument("--seeds", default="0", help="of fine-tuned cells on the wider backbones of a preset, joined by commas")
    parser.add_argument("--data", default="", help="folder of the data sets that are not embedded")
    parser.set_defaults(call=call)


def call(options: argparse.Namespace) -> int:
    """Sweep; 0 if everything was measured, 1 if something failed, 3 if something is left."""
    from experiments.ledger import Ledger
    from experiments.sweep.chunks import cut
    from experiments.sweep.progress import Progress, summary
    from experiments.sweep.shipped import specifications
    from experiments.sweep.sweep import Sweep
    from synth.model import Spec

    if options.preset:
        specs = specifications(tuple(int(seed) for seed in options.seeds.split(",")), options.data)
    else:
        spec = Spec.model_validate_json(options.spec.read_text("utf-8"))
        specs = (spec.model_copy(update={"data_folder": options.data or spec.data_folder}),)
    chunks = cut(specs, options.seed)
    executor = _executor(options)
    with Progress(len(chunks)) as log:
        report = Sweep(chunks, Ledger(options.ledger), executor, chunk_seconds=options.chunk_seconds, log=log).run(options.seconds)
    print(f"{summary(report)}; {report.seconds:.0f} s", file=sys.stderr)
    if report.failed:
        return 1
    return 3 if report.left else 0


def _executor(options: argparse.Namespace) -> Executor:
    if options.executor == "ray":
        from experiments.sweep.ray import OnRay

        return OnRay(options.address, options.workers)
    from experiments.sweep.local import Local

    return Local(options.workers)
