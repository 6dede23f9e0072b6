"""
The append-only table of what was measured, keyed by the digest of code, weights, data and arguments.

One JSON line is a unit of work. Lines are appended under a lock, so two runs can share a file; a line cut short by a kill is
passed over. A row whose code or weights have changed is never found again.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.ledger.rows import Row, asked
from synth.model import LabRecord

__all__ = ["SHIPPED", "Ledger", "Row", "append_lines", "asked", "key_of", "read_records"]

SHIPPED = Path(__file__).parent / "measured.jsonl.gz"
"""what was measured with the shipped weights; README.md beside it has the command."""
_KEY = re.compile(r'\{"key": "([0-9a-f]+)", ')


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


class Ledger:
    """Rows by key, in one file of JSON lines, over the shipped ones."""

    def __init__(self, path: Path, shipped: Path | None = SHIPPED) -> None:
        self.path = path
        self._lines: dict[str, str] = {}
        self._failed: list[str] = []
        self._read = 0
        if shipped is not None and shipped.is_file():
            self._take(gzip.decompress(shipped.read_bytes()))
        self.refresh()

    @property
    def weights(self) -> Path:
        """The folder beside the ledger where fine-tuned weights lie."""
        return self.path.parent / "weights"

    def refresh(self) -> None:
        """Take up the whole lines that others have appended since."""
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._read += len(whole)
        self._take(whole)

    def _take(self, data: bytes) -> None:
        # Most rows are never asked for: a line is parsed when its key is.
        for line in data.decode("utf-8", errors="replace").splitlines():
            if match := _KEY.match(line):
                self._lines[match[1]] = line
            elif line:
                self._failed.append(line)

    def get(self, key: str) -> Row | None:
        """A row that was measured with this code, these weights, data and arguments; None where there is none."""
        line = self._lines.get(key)
        return None if line is None else Row.parse(line)

    def put(self, *rows: Row) -> None:
        """Append rows."""
        append_lines(self.path, [row.line for row in rows])
        self.refresh()

    def keys(self) -> frozenset[str]:
        """Keys of all rows with values, current or not."""
        return frozenset(self._lines)

    def rows(self) -> Iterator[Row]:
        """All rows with values, current or not; no torn one."""
        yield from (row for line in self._lines.values() if (row := Row.parse(line)) is not None)

    def failures(self) -> Iterator[Row]:
        """Rows that hold a reason instead of values, oldest first."""
        yield from (row for line in self._failed if (row := Row.parse(line)) is not None)
