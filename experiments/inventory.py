"""The command `list`: what the laboratory has."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `list`."""
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(call=call)


def call(options: argparse.Namespace) -> int:
    """Print the inventory."""
    found = inventory()
    if options.json:
        print(json.dumps(found, indent=2))
        return 0
    for title, rows in found.items():
        print(title)
        for row in rows:
            print("  " + "  ".join(f"{row['name']:<28}" if name == "name" else f"{name}={_words(value)}" for name, value in row.items()))
    return 0


def _words(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def inventory() -> dict[str, list[dict[str, Any]]]:
    """Methods, backbones, data sets and checkpoints with what is known of each."""
    from experiments.backbones import CHECKPOINTS, PROXIES
    from experiments.data import NAMES, PATH_NAMES, open_data
    from experiments.reducers import REGISTRY

    facts = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(CHECKPOINTS.glob("*.json"))}
    return {
        "methods": [
            {"name": name, "kind": kind.kind, "place": kind.place, "paper": kind.paper, "trained": kind.trained, "regimes": regimes(name)}
            for name, kind in sorted(REGISTRY.items())
        ],
        "backbones": [{"name": name, "width": width, "depth": 12} for name, width in PROXIES.items()],
        "datasets": [{"name": name, **asdict(open_data(name).format)} for name in NAMES] + [{"name": name} for name in PATH_NAMES],
        "checkpoints": [{"name": name, "metric": f["metric"], **f["performance"], "steps": f["steps_done"]} for name, f in facts.items()],
    }


def regimes(method: str) -> list[str]:
    """In which regimes a method has a performance."""
    from experiments.reducers import REGISTRY

    found = [] if REGISTRY[method].trained else ["off_the_shelf"]
    return [*found, "fine_tuned", *(["fine_tuned_no_teacher"] if method == "dynamicvit" else [])]
