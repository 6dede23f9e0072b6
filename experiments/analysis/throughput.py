"""Images per second by backbone, method and keep rate: out of files of `bench --json`, or measured now on small shapes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from experiments.analysis.methods import COMPETITORS, NO_TEACHER, RANDOM, UNREDUCED
from experiments.analysis.panels import SIZES
from experiments.errors import DataError

BATCH, ROUNDS = 64, 5


@dataclass(frozen=True)
class Speeds:
    """What was timed in one run."""

    backbone: str
    circumstances: str
    """device, type, batch"""
    images_per_second: Mapping[tuple[str, float], float]
    """by method and keep rate; the unreduced model at 1"""


def read_bench(paths: Sequence[Path]) -> list[Speeds]:
    """
    The speeds in files of `bench --json`, one a backbone; files of one backbone at several keep rates belong together.

    A file may hold one run or a list of them; of several runs of one backbone and keep rate the last counts.

    raises  DataError for a file that is none
    """
    found: dict[str, tuple[str, dict[tuple[str, float], float]]] = {}
    for path in paths:
        try:
            data = json.loads(path.read_text("utf-8"))
            for backbone, words, speeds in map(_read, data if isinstance(data, list) and data else [data]):
                found.setdefault(backbone, (words, {}))[1].update(speeds)
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path.name} is no result of `python -m experiments bench --json`: {error!r}") from None
    return [Speeds(backbone, words, own) for backbone, (words, own) in found.items()]


def _read(run: Any) -> tuple[str, str, dict[tuple[str, float], float]]:
    """Backbone, circumstances and speeds of one run."""
    words = f"{run['device']}, {run['dtype']}, batch {run['batch']}"
    names = [(_name(row["method"]), float(row["images_per_second"])) for row in run["methods"]]
    return run["backbone"], words, {(name, 1.0 if name == UNREDUCED else float(run["keep_rate"])): value for name, value in names}


def _name(method: str) -> str:
    return UNREDUCED if method.startswith("unreduced") else method


def measured(
    backbones: Iterable[tuple[str, str]], keep_rates: Sequence[float], *, batch: int = BATCH, rounds: int = ROUNDS
) -> list[Speeds]:
    """Time all methods on the shapes of (backbone, data set), weights at random; all of a shape share interleaved rounds."""
    import torch

    from experiments.backbones import plain
    from experiments.data import open_data
    from experiments.measure.speed import interleaved, sample_input
    from experiments.vit import attach

    found = []
    for backbone, dataset in backbones:
        torch.manual_seed(0)
        model = plain(backbone, open_data(dataset).format)
        names = [(method, rate) for method in (*COMPETITORS, RANDOM) for rate in keep_rates]
        models = [model, *(attach(model, *name) for name in names)]
        samples, _ = interleaved(models, sample_input(model, batch), rounds=rounds, deadline=math.inf)
        speeds = [batch / median(seconds) for seconds in samples]
        threads = torch.get_num_threads()
        words = f"cpu, {threads} thread{'s' * (threads > 1)}, float32, batch {batch}"
        found.append(Speeds(backbone, words, dict(zip([(UNREDUCED, 1.0), *names], speeds, strict=True))))
    return found


def size_of(backbone: str) -> str:
    """ "small" of "deit_small_patch16_224" and "proxy_small"; the whole name where it has no size."""
    return next((size for size in SIZES if size in backbone), backbone)


def with_speeds(rows: Iterable[Mapping[str, Any]], speeds: Sequence[Speeds]) -> list[dict[str, Any]]:
    """Rows of a rank table with `images_per_second`, of the same backbone or else of one of the same size; without where there is none."""
    exact = {one.backbone: one for one in speeds}
    by_size = {size_of(one.backbone): one for one in speeds}
    result = []
    for row in rows:
        one = exact.get(row["backbone"]) or by_size.get(size_of(row["backbone"]))
        method = row["method"].replace(NO_TEACHER, "dynamicvit")
        rate = 1.0 if method == UNREDUCED else row["keep_rate"]
        value = one.images_per_second.get((method, rate)) if one else None
        result.append({**row, "images_per_second": value, "timed_on": one.backbone if one and value else None})
    return result
