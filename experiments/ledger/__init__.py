"""
The append-only table of what was measured, keyed by the digest of code, weights, data and arguments.

One JSON line holds the key and the records of a unit of work. Lines are appended under a lock, so two runs can share a
file; a line cut short by a kill is passed over. A record whose code or weights have changed is never found again.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

from synth.model import LabRecord


def key_of(**parts: Any) -> str:
    """Digest of everything that a unit of work depends on, 24 characters."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:24]


def append_lines(path: Path, lines: list[str]) -> None:
    """Append whole lines under a lock, flushed to the disk; a line that an earlier kill cut short is closed first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0, os.SEEK_END)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            lines = lines if file.read(1) == b"\n" else ["", *lines]
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())


def read_records(path: Path) -> list[LabRecord]:
    """Every whole record of a file of records; none where there is no file."""
    if not path.is_file():
        return []
    return [record for line in path.read_text("utf-8", errors="replace").splitlines() if (record := _record(line)) is not None]


def _record(line: str) -> LabRecord | None:
    try:
        return LabRecord.model_validate_json(line)
    except ValueError:
        return None


_KEY = re.compile(r'\{"key": "([0-9a-f]+)", "records": ')


def _lines(path: Path) -> list[str]:
    """Lines of a file of JSON lines, plain or compressed."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8", errors="replace").splitlines()


SHIPPED = Path(__file__).parent / "measured.jsonl.gz"
"""what was measured with the shipped weights and this code; README.md beside it has the command."""


class Ledger:
    """Records by key, in one file of JSON lines, over the shipped ones."""

    def __init__(self, path: Path, shipped: Path | None = SHIPPED) -> None:
        self.path = path
        self._units: dict[str, str | tuple[LabRecord, ...]] = {}
        for file in (shipped, path):
            if file is not None and file.is_file():
                for line in _lines(file):
                    self._take(line)

    def _take(self, line: str) -> None:
        # Most units are never asked for: a line is parsed when its key is.
        match = _KEY.match(line)
        if match and line.endswith("}"):
            self._units[match[1]] = line

    def get(self, key: str) -> tuple[LabRecord, ...] | None:
        """The records of a unit; None where it was not measured with this code, these weights, data and arguments."""
        held = self._units.get(key)
        if isinstance(held, str):
            try:
                held = self._units[key] = tuple(LabRecord.model_validate(record) for record in json.loads(held)["records"])
            except (ValueError, KeyError, TypeError):
                return None
        return held

    def put(self, key: str, records: tuple[LabRecord, ...]) -> None:
        """Append a unit."""
        self._units[key] = records
        append_lines(self.path, [json.dumps({"key": key, "records": [record.model_dump(mode="json") for record in records]})])

    def __len__(self) -> int:
        return len(self._units)
