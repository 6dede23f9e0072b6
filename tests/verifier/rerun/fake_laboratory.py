"""
A laboratory that misbehaves on request: started as `python -m experiments` would be, it answers the contract from a formula.

The file that its first argument names holds the mode: "good", "crash", "hang", "half", "others", "nan", "garbage", ...
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from pathlib import Path

SCORES = {"keep_all": 90.0, "evit": 85.0, "topk": 84.0, "tome": 80.0, "random": 40.0}


def value_of(cell: dict[str, object], metric: str, seed_step: float) -> float:
    """A made-up value: methods differ, keep rates and seeds move it a little."""
    rate = float(str(cell["keep_rate"]))
    if metric == "performance":
        return SCORES.get(str(cell["method"]), 60.0) + 5 * rate + seed_step * int(str(cell["seed"]))
    return 100.0 / rate if metric == "images_per_second" else 4.6 * rate if metric == "gmacs" else 196 * rate


def record(cell: dict[str, object], metric: str, value: float | None, **more: object) -> dict[str, object]:
    """One line of the answer."""
    scale = "proxy" if metric == "performance" else "paper"
    return {"cell": cell, "metric": metric, "value": value, "scale": scale, "reason": "", **more}


def alike(one: dict[str, object], other: dict[str, object]) -> bool:
    """Two methods of one place."""
    return one["method"] != other["method"] and {**one, "method": ""} == {**other, "method": ""}


def answer(spec: dict[str, list[dict[str, object]]], mode: str) -> list[str]:
    """The lines of the records file in this mode."""
    metrics = {"performance": ["performance"], "speed": ["images_per_second", "speedup"], "gmacs": ["gmacs"], "tokens": ["tokens"]}[
        str(spec["measures"][0])
    ]
    cells = [{**cell, "method": "sit"} for cell in spec["cells"]] if mode == "others" else spec["cells"]
    records = [record(cell, metric, value_of(cell, metric, 0.1)) for cell in cells for metric in metrics]
    if "patterns" in spec["measures"]:
        records += [
            record({**a, "method": f"{a['method']}|{b['method']}"}, "iou", 0.5) for a, b in itertools.pairwise(cells[::3]) if alike(a, b)
        ]
        records.append(record({**cells[0], "method": "evit|nobody"}, "iou", 0.9))
    if mode == "refuting":
        for each in records:
            each["value"] = 100 - float(str(each["value"]))
    if mode == "nan":
        records = [{**each, "value": float("nan")} for each in records]
    if mode == "range":
        records = [{**each, "value": 250.0} for each in records]
    if mode == "twice":
        records += [{**each, "value": 1.0} for each in records]
    if mode == "unmeasured":
        records = [{**each, "value": None, "reason": "the time budget was used up"} for each in records]
    first = spec["cells"][0]
    records.append(record(first, "control_keep_all", 0.0, passed=mode != "broken_control", reason="keep-all equals the plain model"))
    if "performance" in spec["measures"] and spec["spot_checks"]:
        held = {**spec["cells"][1], "keep_rate": spec["cells"][1]["keep_rate"]}
        records.append(record(held, "control_spot_check", 0.4, passed=mode != "broken_ledger", reason="a ledger row measured again"))
    if mode == "no_better_than_random":
        records += [
            record({**cell, "method": "random"}, "control_random", 0.1, passed=False, reason="random pruning ranks low") for cell in cells
        ]
    return [json.dumps(each) for each in records]


def main(arguments: list[str]) -> int:
    """Behave as the mode file says; the other arguments are the laboratory's own."""
    mode_file, *rest = arguments
    mode = Path(mode_file).read_text("utf-8").strip()
    spec_path, out = Path(rest[rest.index("run") + 1]), Path(rest[rest.index("--out") + 1])
    with (Path(mode_file).parent / "calls").open("a") as calls:
        calls.write("call\n")
    if mode == "hang":
        child = os.fork()
        (Path(mode_file).parent / f"pid.{'child' if child == 0 else 'parent'}").write_text(str(os.getpid()))
        time.sleep(600)
    lines = answer(json.loads(spec_path.read_text("utf-8")), mode)
    if mode == "crash":
        out.write_text("\n".join(lines[:3]) + "\n")
        sys.stdout.write("\x1b[31mout of memory: tried to allocate\x1b[0m\n")
        return 3
    if mode == "garbage":
        lines = ["not json", '{"cell": 1}', "[]"]
    text = "\n".join(lines) + "\n"
    out.write_text(text[: len(text) // 2] if mode == "half" else "" if mode == "empty" else text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
