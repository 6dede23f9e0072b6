"""
Fetched bytes → Documents, with all cores, as the bytes arrive, and with what was read before kept.

What strangers made is read in processes of their own, one document at a time: PDFs and LaTeX, which may be built to keep a reader busy.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import LifoQueue
from types import TracebackType

from synth.model import Document, Fetched, Paper, Skipped
from synth.progress import Progress
from synth.reader.desk import Desk
from synth.reader.read import read
from synth.store.cache import Cache
from synth.store.code import code_digest
from synth.store.cores import cores

SECONDS_PER_DOCUMENT = 300.0
"""a PDF that takes longer is hostile or broken; the longest of ordinary papers takes seconds."""
MOST_WAITING_BYTES = 256_000_000
"""of files that are not read yet; who brings more waits, so that memory is bounded where papers come faster than they are read."""

COPY_SHARE = 0.6
"""share of the shorter document's sentences that stand word for word in the other, from which the two are one work."""
COPY_SENTENCES = 10
"""shorter texts may share a few stock sentences and be two works."""

Result = Document | Skipped


@dataclass(frozen=True)
class Reading:
    """A paper that is being read; its bytes are let go of when it has been."""

    paper: Paper
    result: Future[Result]


class Shelf:
    """Takes files, from any thread, and begins to read each at once; to be used in a with statement, which ends the processes."""

    def __init__(
        self, cache: Cache, progress: Progress, *, seconds: float = SECONDS_PER_DOCUMENT, most_bytes: int = MOST_WAITING_BYTES
    ) -> None:
        self._cache, self._progress = cache, progress
        self._seconds, self._most_bytes = seconds, most_bytes
        workers = cores()
        self._pool = ThreadPoolExecutor(workers)
        self._desks = [Desk() for _ in range(workers)]
        self._free: LifoQueue[Desk] = LifoQueue()  # the last used first: few files start few processes
        for desk in self._desks:
            self._free.put(desk)
        self._room = threading.Condition()
        self._waiting_bytes = self._taken = self._done = 0

    def take(self, item: Fetched) -> Reading:
        """Begin to read a file; waits first where too many bytes are not read yet."""
        size = len(item.data)
        with self._room:
            self._room.wait_for(lambda: not self._waiting_bytes or self._waiting_bytes + size <= self._most_bytes)
            self._waiting_bytes += size
            self._taken += 1
        return Reading(item.paper, self._pool.submit(self._result, item))

    def read(self, readings: Sequence[Reading]) -> tuple[tuple[Document, ...], tuple[Skipped, ...]]:
        """The documents that could be read and the reason for each that could not, both in the order given."""
        ordered = one_each([reading.result.result() for reading in readings])
        return tuple(item for item in ordered if isinstance(item, Document)), tuple(item for item in ordered if isinstance(item, Skipped))

    def _result(self, item: Fetched) -> Result:
        """What is kept of a file or, if nothing is, what reading it gives."""
        try:
            key = _key(item)
            result = _kept(self._cache, key)
            if result is None:
                result, is_final = self._fresh(item)
                if is_final:
                    self._cache.put("document", key, _pack(result))
            return result
        finally:
            with self._room:
                self._waiting_bytes -= len(item.data)
                self._done += 1
                line = f"read {self._done} of {self._taken}: {item.paper.title or item.name}"
                self._room.notify_all()
            self._progress(line)

    def _fresh(self, item: Fetched) -> tuple[Result, bool]:
        """(result, whether another attempt would give the same)."""
        if b"%PDF-" not in item.data[:1024] and not item.name.lower().endswith(".tex"):
            return read(item.data, item.paper, name=item.name), True
        desk = self._free.get()
        try:
            return desk.read(item, self._seconds)
        finally:
            self._free.put(desk)

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for desk in self._desks:
            desk.stop()
        self._pool.shutdown()
        for desk in self._desks:
            desk.close()


def read_all(fetched: Sequence[Fetched], cache: Cache, progress: Progress) -> tuple[tuple[Document, ...], tuple[Skipped, ...]]:
    """The documents that could be read and the reason for each that could not, both in the order given."""
    with Shelf(cache, progress) as shelf:
        # The largest first, so that no core waits at the end for one long document.
        places = sorted(range(len(fetched)), key=lambda place: -len(fetched[place].data))
        readings = {place: shelf.take(fetched[place]) for place in places}
        return shelf.read([readings[place] for place in range(len(fetched))])


def one_each(results: Sequence[Result]) -> list[Result]:
    """
    The results with every work read once: a further copy of a work becomes Skipped.

    Two documents are one work if they bear one id or if most sentences of the shorter stand in the other: a copy under
    another name would otherwise testify for its original as if it were independent.
    """
    kept: list[tuple[Document, frozenset[str]]] = []
    ordered: list[Result] = []
    for result in results:
        if isinstance(result, Skipped):
            ordered.append(result)
            continue
        sentences = frozenset(passage.text for passage in result.passages)
        twin = next((other for other, theirs in kept if _same_work(result, sentences, other, theirs)), None)
        if twin is None:
            kept.append((result, sentences))
            ordered.append(result)
        else:
            ordered.append(Skipped(paper=result.paper, reason=f"the same work as “{twin.paper.title}”, which is read already"))
    return ordered


def _same_work(one: Document, sentences: frozenset[str], other: Document, theirs: frozenset[str]) -> bool:
    if one.paper.id == other.paper.id:
        return True
    fewer = min(len(sentences), len(theirs))
    return fewer >= COPY_SENTENCES and len(sentences & theirs) > COPY_SHARE * fewer


def _key(item: Fetched) -> str:
    total = hashlib.sha256(item.data)
    total.update(item.paper.model_dump_json().encode() + item.name.encode() + code_digest("reader", "model").encode())
    return total.hexdigest()


def _kept(cache: Cache, key: str) -> Result | None:
    data = cache.get("document", key)
    if data is None:
        return None
    model = Document if data[:1] == b"D" else Skipped
    return model.model_validate_json(data[1:])


def _pack(result: Result) -> bytes:
    return (b"D" if isinstance(result, Document) else b"S") + result.model_dump_json().encode()
