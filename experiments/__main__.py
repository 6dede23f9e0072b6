"""The commands of the laboratory; `--help` lists them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from experiments import inventory
from experiments.ledger import command as ledger
from experiments.sweep import command as sweep


def main(arguments: list[str] | None = None) -> int:
    """Parse, call, and return the exit code: 0 done, 1 a check failed, 2 usage, 3 could not."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.call(options))
    except Exception as error:
        from pydantic import ValidationError

        from experiments.errors import DataError, MissingCheckpoint, ReductionError

        if isinstance(error, (DataError, MissingCheckpoint, ReductionError, ValidationError, OSError)):
            print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
            return 2 if isinstance(error, (ReductionError, ValidationError, FileNotFoundError)) else 3
        raise


def _parser() -> argparse.ArgumentParser:
    from experiments.analysis.commands import add_parsers

    parser = argparse.ArgumentParser(prog="python -m experiments", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="measure the cells of a specification and append records")
    run.add_argument("spec", type=Path)
    run.add_argument("--out", type=Path, required=True, help="file of records, one JSON line each; appended to")
    run.add_argument("--ledger", type=Path, help="table of what was measured before; default: ledger.jsonl beside the records")
    run.set_defaults(call=_run)
    sweep.add_arguments(
        commands.add_parser("sweep", help="measure many cells by many processes into one ledger; goes on where it was killed")
    )
    ledger.add_arguments(commands.add_parser("ledger", help="what was measured: rows by data set, backbone, regime and method"))
    parity = commands.add_parser("parity", help="compare all reducers with stored outputs of the reference code")
    parity.add_argument("folder", type=Path)
    parity.set_defaults(call=_parity)
    _bench_parser(commands.add_parser("bench", help="images per second over the unreduced timm model, interleaved"))
    train = commands.add_parser("train", help="train a small backbone on a data set; goes on where it was killed")
    train.add_argument("--backbone", required=True)
    train.add_argument("--dataset", required=True)
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--seconds", type=float, default=3600.0, help="wall-clock limit; the schedule is cut to end in time")
    train.add_argument("--data", type=Path, help="where real data sets lie; digit scenes need none")
    train.add_argument("--folder", type=Path, help="where weights go; default: the shipped checkpoints")
    train.set_defaults(call=_train)
    _finetune_parser(commands.add_parser("finetune", help="train a backbone further together with a method, with the method's own losses"))
    add_parsers(commands)
    inventory.add_arguments(commands.add_parser("list", help="methods with their regimes, backbones, data sets and checkpoints"))
    return parser


def _finetune_parser(finetune: argparse.ArgumentParser) -> None:
    finetune.add_argument("--method", required=True)
    finetune.add_argument("--backbone", default="proxy_tiny")
    finetune.add_argument("--dataset", default="digit_scenes")
    finetune.add_argument("--keep-rate", type=float, default=0.5)
    finetune.add_argument("--seed", type=int, default=0)
    finetune.add_argument("--no-teacher", action="store_true", help="DynamicViT without its teacher's losses")
    finetune.add_argument("--steps", type=int, help="of the optimiser; this and the next two by default as the standard recipe says")
    finetune.add_argument("--lr", type=float, help="highest learning rate")
    finetune.add_argument("--batch", type=int, help="images a step")
    finetune.add_argument("--seconds", type=float, help="wall-clock limit; the schedule is cut to end in time")
    finetune.add_argument("--folder", type=Path, help="where weights are kept, found again, and go on from; default: nowhere")
    finetune.add_argument("--data", type=Path, help="where real data sets lie; digit scenes need none")
    finetune.set_defaults(call=_finetune)


def _bench_parser(bench: argparse.ArgumentParser) -> None:
    bench.add_argument("--methods", default="all", help="names joined by commas, or all")
    bench.add_argument("--backbone", default="deit_small_patch16_224")
    bench.add_argument("--keep-rate", type=float, default=0.5)
    bench.add_argument("--batch", type=int, help="images a pass; default: 16, on an accelerator 256")
    bench.add_argument("--rounds", type=int, default=7)
    bench.add_argument("--eager", action="store_true", help="also the same methods with full attention matrices")
    bench.add_argument("--device", default="cpu", help="cpu or cuda")
    bench.add_argument("--dtype", choices=("float32", "bfloat16", "float16"), help="default: float32, on an accelerator bfloat16")
    bench.add_argument("--compile", action="store_true", help="run everything through torch.compile, on an accelerator as CUDA graphs")
    bench.add_argument("--json", action="store_true")
    bench.set_defaults(call=_bench)


def _run(options: argparse.Namespace) -> int:
    from experiments.ledger import Ledger
    from experiments.run import run
    from synth.model import Spec

    spec = Spec.model_validate_json(options.spec.read_text("utf-8"))
    ledger = Ledger(options.ledger or options.out.parent / "ledger.jsonl")
    run(spec, options.out, ledger, log=lambda line: print(line, file=sys.stderr, flush=True))
    return 0


def _parity(options: argparse.Namespace) -> int:
    from experiments.parity import TOLERANCE, parity

    agreed = True
    for line in parity(options.folder):
        print(json.dumps(line), flush=True)
        agreed &= line["decisions_equal"] is not False and line["tokens_equal"] and line["max_logit_difference"] <= TOLERANCE
    return 0 if agreed else 1


def _bench(options: argparse.Namespace) -> int:
    from experiments.bench import bench, table

    result = bench(
        None if options.methods == "all" else options.methods.split(","),
        backbone=options.backbone,
        keep_rate=options.keep_rate,
        batch=options.batch,
        rounds=options.rounds,
        eager=options.eager,
        device=options.device,
        dtype=options.dtype,
        compiled=options.compile,
    )
    print(json.dumps(result, indent=2) if options.json else table(result))
    return 0


def _train(options: argparse.Namespace) -> int:
    from experiments.backbones import CHECKPOINTS
    from experiments.data import open_data
    from experiments.train import recipe_for, train

    recipe = recipe_for(options.backbone, options.dataset, options.seed)
    train(recipe, open_data(options.dataset, options.data), seconds=options.seconds, folder=options.folder or CHECKPOINTS)
    return 0


def _finetune(options: argparse.Namespace) -> int:
    from dataclasses import asdict, replace

    from experiments.data import open_data
    from experiments.finetune import recipe_for, tune
    from experiments.train import evaluate
    from synth.model import CellRequest

    named = {name: getattr(options, name) for name in ("method", "backbone", "dataset", "keep_rate", "seed")}
    cell = CellRequest(**named, regime="fine_tuned_no_teacher" if options.no_teacher else "fine_tuned")
    given = {name: value for name in ("steps", "lr", "batch") if (value := getattr(options, name)) is not None}
    recipe, data = replace(recipe_for(cell), **given), open_data(cell.dataset, options.data)
    log = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731
    model = tune(recipe, options.folder, seconds=options.seconds, data_folder=options.data, log=log)
    print(json.dumps({**asdict(recipe), "validation": {data.metric: round(evaluate(model, data, "validation"), 2)}}))
    return 0


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    sys.exit(main())
