"""
The laboratory as a process: a specification goes in, validated records come out, and whatever goes wrong is a reason.

The code under test owns neither its time limit nor its result file: it runs in a session of its own with its input
closed, is killed as a group when its time is over, and only whole lines that answer what was asked are believed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from synth.errors import LaboratoryError
from synth.model import TIMED, CellRequest, LabRecord, Measure, Spec
from synth.store.cores import cores
from synth.store.workspace import write_atomic

GRACE_SECONDS = 60.0
"""beyond the specification's budget: starting Python, importing torch, loading the checkpoints."""
SECONDS_A_CELL = 0.5
"""further grace for each cell beyond FEW_CELLS: what the ledger holds, pairs of methods included, takes time to be found."""
FEW_CELLS = 100
MOST_BYTES = 256 * 1024 * 1024
"""records or log beyond this size end the run."""
METRICS: dict[Measure, tuple[str, ...]] = {
    "performance": ("performance",),
    "tokens": ("tokens",),
    "speed": TIMED,
    "gmacs": ("gmacs",),
    "patterns": ("iou", "iou_chance", "nmi", "ami", "procrustes", "cka", "pwcca"),
}
_RANGES: dict[str, tuple[float, float]] = {
    "performance": (0.0, 100.0),
    "tokens": (0.0, 1e6),
    "images_per_second": (1e-6, 1e9),
    "gmacs": (0.0, 1e6),
    "iou": (0.0, 1.0),
    "nmi": (0.0, 1.0),
}
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT", "CUDA_VISIBLE_DEVICES")


@dataclass(frozen=True)
class Answer:
    """What a run of the laboratory gave."""

    records: tuple[LabRecord, ...]
    rejected: tuple[str, ...] = ()
    """lines that were not believed, with the reason."""
    failure: str = ""
    """why the run as a whole cannot be believed; empty if it ended well."""


@cache
def laboratory_digest() -> str:
    """SHA-256 of the laboratory's code, weights and shipped ledger as installed; empty if there is none. It is not imported."""
    found = importlib.util.find_spec("experiments")
    if found is None or not found.submodule_search_locations:
        return ""
    total = hashlib.sha256()
    for folder in found.submodule_search_locations:
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix in (".py", ".safetensors", ".gz"):
                total.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _environment(threads: int) -> dict[str, str]:
    # PYTHONPATH: the laboratory of this very installation, also where it runs from a checkout that is not installed.
    root = str(Path(__file__).resolve().parents[2])
    limits = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")}
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **limits, "PYTHONPATH": root, "PYTHONUNBUFFERED": "1", "HF_HUB_OFFLINE": "1", "PYTHONHASHSEED": "0"}


def run(spec: Spec, folder: Path, *, python: str = sys.executable, ledger: Path | None = None, grace: float = GRACE_SECONDS) -> Answer:
    """
    Measure a specification in a process of its own.

    folder   gets spec.json, log.txt and records.jsonl
    ledger   where the laboratory keeps what it measured, so that no cell is measured twice
    grace    seconds beyond the specification's budget before the process is killed with all its children
    raises   LaboratoryError if the process cannot be started at all
    """
    folder = folder.absolute()  # the process works in this folder, so a relative path would be looked for inside it
    write_atomic(folder / "spec.json", spec.model_dump_json(indent=1))
    records = folder / f"records.{os.getpid()}.part"
    records.unlink(missing_ok=True)
    command = [python, "-P", "-m", "experiments", "run", str(folder / "spec.json"), "--out", str(records)]
    command += ["--ledger", str(ledger)] if ledger else []
    lookups = SECONDS_A_CELL * max(0, len(spec.cells) - FEW_CELLS)
    failure = _watched(command, folder, records, spec.budget_seconds + grace + lookups)
    answer = believed(_lines(records), spec)
    records.unlink(missing_ok=True)
    if not failure and not answer.records:
        failure = "it wrote no usable record" + (f" ({answer.rejected[0]})" if answer.rejected else "")
    if not failure:
        lines = "".join(record.model_dump_json() + "\n" for record in answer.records)
        write_atomic(folder / "records.jsonl", lines)
    return Answer(answer.records, answer.rejected, failure)


def _watched(command: list[str], folder: Path, records: Path, limit: float) -> str:
    """Run a command to its end or its limit; why it failed, or nothing."""
    log = folder / "log.txt"
    with log.open("wb") as sink:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=_environment(cores()),
                start_new_session=True,
            )
        except OSError as error:
            raise LaboratoryError(f"the laboratory could not be started: {error.strerror or error}", got=command[0]) from error
        try:
            failure = _wait(process, time.monotonic() + limit, (log, records), limit)
        finally:
            _kill(process)
    return failure and f"{failure}{_last_line(log)}"


def _wait(process: subprocess.Popen[bytes], deadline: float, files: Iterable[Path], limit: float) -> str:
    while True:
        try:
            code = process.wait(timeout=min(1.0, max(0.01, deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() >= deadline:
                return f"it was stopped after {limit:.0f} seconds"
            if any(path.exists() and path.stat().st_size > MOST_BYTES for path in files):
                return "it was stopped because its output grew without end"
            continue
        if code == 0:
            return ""
        return f"it ended with signal {-code}" if code < 0 else f"it ended with exit code {code}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and every child that it left behind in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_line(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        text = file.read().decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    plain = re.sub(r"[^\x20-\x7e\u00a0-\uffff]", "", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", lines[-1]))[:200] if lines else ""
    return f": {plain}" if plain else ""


def _lines(path: Path) -> list[str]:
    """The whole lines of a file; a last line without its line feed was not finished and does not count."""
    if not path.is_file():
        return []
    with path.open("rb") as file:
        data = file.read(MOST_BYTES)
    return [line.decode("utf-8", "replace") for line in data.split(b"\n")[:-1] if line.strip()]


def cells_of(record: LabRecord) -> tuple[CellRequest, ...]:
    """The cells that a record speaks of: two for a similarity of two methods, "evit|topk"."""
    return tuple(record.cell.model_copy(update={"method": method}) for method in record.cell.method.split("|"))


def believed(lines: Iterable[str], spec: Spec) -> Answer:
    """The records that answer the specification: well-formed, finite, in range, for cells that were asked, each once."""
    asked = set(spec.cells)
    places = {(cell.backbone, cell.dataset) for cell in spec.cells}
    kept: dict[tuple[object, ...], LabRecord] = {}
    rejected: list[str] = []
    for line in lines:
        try:
            record = LabRecord.model_validate_json(line)
        except ValidationError as error:
            rejected.append(f"not a record: {error.errors()[0]['msg'][:100]}")
            continue
        key = (record.cell, record.metric, record.settings)
        fault = _fault(record, spec, asked, places)
        if not fault and key in kept and None not in (kept[key].value, record.value) and kept[key].value != record.value:
            fault = "two different values for one cell"
            del kept[key]
        if fault:
            rejected.append(f"{record.metric} of {record.cell.method}: {fault}")
        elif key not in kept or record.value is not None:
            kept[key] = record
    return Answer(tuple(kept.values()), tuple(rejected))


def _fault(record: LabRecord, spec: Spec, asked: set[CellRequest], places: set[tuple[str, str]]) -> str:
    """What is wrong with a record; empty if it can be believed."""
    if record.metric.startswith("control_"):
        return "" if (record.cell.backbone, record.cell.dataset) in places else "a control of something that was not asked"
    if not set(cells_of(record)) <= asked or (len(cells_of(record)) > 1) != (record.metric in METRICS["patterns"]):
        return "a cell that was not asked"
    if not any(record.metric in METRICS[measure] for measure in spec.measures):
        return "a metric that was not asked"
    if record.value is None:
        return "" if record.reason else "neither a value nor a reason"
    low, high = _RANGES.get(record.metric, (-math.inf, math.inf))
    if not all(math.isfinite(value) for value in (record.value, *record.replicates)):
        return "not a finite number"
    return "" if low <= record.value <= high else f"{record.value:g} is outside of {low:g} to {high:g}"
