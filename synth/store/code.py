"""Digests of the program's own code, so that kept results expire when the code that made them changes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


@cache
def code_digest(*parts: str) -> str:
    """SHA-256 over names and contents of the files of the named parts of the package, "reader", "model", ..."""
    total = hashlib.sha256()
    for part in sorted(parts):
        for path in sorted((PACKAGE / part).rglob("*")):
            if path.is_file() and path.suffix in {".py", ".toml", ".json", ".safetensors"}:
                total.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()
