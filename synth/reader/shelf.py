"""Fetched bytes → Documents, with all cores and what was read before kept; a crash of the PDF engine costs one document."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from synth.model import Document, Fetched, Skipped
from synth.progress import Progress
from synth.reader.read import read
from synth.store.cache import Cache
from synth.store.code import code_digest

MINUTES_PER_DOCUMENT = 5
"""a PDF that takes longer is hostile or broken; the longest of the shared samples takes seconds."""


def read_all(fetched: Sequence[Fetched], cache: Cache, progress: Progress) -> tuple[tuple[Document, ...], tuple[Skipped, ...]]:
    """The documents that could be read and the reason for each that could not, both in the order given."""
    results = {place: kept for place, item in enumerate(fetched) if (kept := _kept(cache, item))}
    missing = [(place, item) for place, item in enumerate(fetched) if place not in results]
    for place, result in _read_missing(missing, progress):
        results[place] = result
        cache.put("document", _key(fetched[place]), _pack(result))
    ordered = [results[place] for place in sorted(results)]
    return tuple(item for item in ordered if isinstance(item, Document)), tuple(item for item in ordered if isinstance(item, Skipped))


def _read_missing(missing: Sequence[tuple[int, Fetched]], progress: Progress) -> Iterable[tuple[int, Document | Skipped]]:
    heavy = [pair for pair in missing if b"%PDF-" in pair[1].data[:1024]]
    light = [pair for pair in missing if pair not in heavy]
    for place, item in light:
        yield place, read(item.data, item.paper, name=item.name)
    if not heavy:
        return
    context = multiprocessing.get_context("spawn")
    # The largest first, so that no core waits at the end for one long document.
    heavy.sort(key=lambda pair: -len(pair[1].data))
    broken: list[tuple[int, Fetched]] = []
    with ProcessPoolExecutor(min(len(heavy), os.cpu_count() or 1), context) as pool:
        futures = [(place, item, pool.submit(read, item.data, item.paper, name=item.name)) for place, item in heavy]
        for number, (place, item, future) in enumerate(futures, 1):
            progress(f"reading {number} of {len(futures)}: {item.paper.title or item.name}")
            result = _result(item, future)
            if result is None:
                broken.append((place, item))
            else:
                yield place, result
    for place, item in broken:
        yield place, _read_alone(item, context)


def _read_alone(item: Fetched, context: multiprocessing.context.SpawnContext) -> Document | Skipped:
    """Read in a process of its own: when one document ends the pool, the innocent ones are read after all."""
    with ProcessPoolExecutor(1, context) as pool:
        result = _result(item, pool.submit(read, item.data, item.paper, name=item.name))
    return result or Skipped(paper=item.paper, reason="the PDF engine crashed on it")


def _result(item: Fetched, future: Future[Document | Skipped]) -> Document | Skipped | None:
    try:
        return future.result(timeout=60 * MINUTES_PER_DOCUMENT)
    except BrokenProcessPool:
        return None
    except TimeoutError:
        future.cancel()
        return Skipped(paper=item.paper, reason=f"reading took longer than {MINUTES_PER_DOCUMENT} minutes")


def _key(item: Fetched) -> str:
    total = hashlib.sha256(item.data)
    total.update(item.paper.model_dump_json().encode() + item.name.encode() + code_digest("reader", "model").encode())
    return total.hexdigest()


def _kept(cache: Cache, item: Fetched) -> Document | Skipped | None:
    data = cache.get("document", _key(item))
    if data is None:
        return None
    model = Document if data[:1] == b"D" else Skipped
    return model.model_validate_json(data[1:])


def _pack(result: Document | Skipped) -> bytes:
    return (b"D" if isinstance(result, Document) else b"S") + result.model_dump_json().encode()
