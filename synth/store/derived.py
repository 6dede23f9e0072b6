"""
What is made of a file again and again, kept in the cache until the file is another one; the file stays the source of truth.

1. A file that looks as it did (size, times, place on the disk) is taken for the one that was read, as git does; what was
   changed a moment before it was read might look the same after a second change, and is not.
2. Anything else is read, and what was made of these very bytes before is used, wherever they lay.
3. The cache holds what it gives against its digest. Without a cache that can be used, all is made from the files.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from synth.errors import NotFound, StoreError, SynthError
from synth.store.cache import Cache

RACY_SECONDS = 2.0
"""how coarse the times of files can be (FAT: 2 s); a younger file is not taken for what it looks like."""
KEPT_SECONDS = 90 * 24 * 3600.0
"""after which `synth cache clean` may take what belongs to files as they were long ago."""

Make = Callable[[bytes, Path], Any]
"""bytes of a file → what is made of it, in the form of JSON; raises StoreError."""


def derive(cache: Cache, kind: str, paths: Sequence[Path], make: Make) -> dict[Path, Any | SynthError]:
    """What is made of each file, or why it cannot be: NotFound or StoreError."""
    digests = _known(cache, paths)
    held = _read(cache, kind, list(digests.values()))
    found: dict[Path, Any | SynthError] = {}
    made: dict[str, bytes] = {}
    seen: dict[str, bytes] = {}
    for path in paths:
        if path in digests and digests[path] in held:
            found[path] = held[digests[path]]
            continue
        try:
            mark, data = _mark(path), path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            if digest not in held:
                held |= _read(cache, kind, [digest])
            if digest not in held:
                held[digest] = make(data, path)
                made[digest] = json.dumps(held[digest], separators=(",", ":")).encode()
            found[path] = held[digest]
        except FileNotFoundError:
            found[path] = NotFound(f"there is no {path.name}", expected=f"a file {path}", then="`synth claims --runs` lists the runs")
        except OSError as error:
            found[path] = StoreError(f"{path} cannot be read", got=error.strerror or str(error), expected="a file that you may read")
        except StoreError as error:
            found[path] = error
        else:
            if mark and mark == _mark(path):
                seen[mark] = digest.encode()
    _keep(cache, kind, made)
    _keep(cache, "file", seen)
    return found


def _known(cache: Cache, paths: Sequence[Path]) -> dict[Path, str]:
    """Digests of the files that look as they did when they were read."""
    marks = {path: mark for path in paths if (mark := _mark(path))}
    try:
        seen = cache.get_many("file", list(marks.values()))
    except StoreError:
        return {}
    return {path: seen[mark].decode() for path, mark in marks.items() if mark in seen}


def _mark(path: Path) -> str:
    """How a file looks from outside; empty for one that is not there or was changed just now."""
    try:
        found = path.stat()
    except OSError:
        return ""
    if time.time() - max(found.st_mtime, found.st_ctime) < RACY_SECONDS:
        return ""
    return f"{path.absolute()}:{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}:{found.st_dev}:{found.st_ino}"


def _read(cache: Cache, kind: str, digests: Sequence[str]) -> dict[str, Any]:
    try:
        return {digest: json.loads(data) for digest, data in cache.get_many(kind, digests).items()}
    except (StoreError, ValueError):
        return {}


def _keep(cache: Cache, kind: str, items: Mapping[str, bytes]) -> None:
    """Keep them for the next time; where that cannot be, the next time costs what this one did."""
    try:
        if items:
            cache.put_many(kind, items, seconds=KEPT_SECONDS)
    except StoreError:
        return
