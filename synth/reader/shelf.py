"""
Fetched bytes → Documents, with all cores and what was read before kept.

PDFs are read in processes of their own, one document at a time: a crash or an endless loop of the PDF engine costs that
document and no other.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait

from synth.model import Document, Fetched, Skipped
from synth.progress import Progress
from synth.reader.read import read
from synth.store.cache import Cache
from synth.store.code import code_digest

SECONDS_PER_DOCUMENT = 300.0
"""a PDF that takes longer is hostile or broken; the longest of ordinary papers takes seconds."""

COPY_SHARE = 0.6
"""share of the shorter document's sentences that stand word for word in the other, from which the two are one work."""
COPY_SENTENCES = 10
"""shorter texts may share a few stock sentences and be two works."""

Result = Document | Skipped


def read_all(fetched: Sequence[Fetched], cache: Cache, progress: Progress) -> tuple[tuple[Document, ...], tuple[Skipped, ...]]:
    """The documents that could be read and the reason for each that could not, both in the order given."""
    results = {place: kept for place, item in enumerate(fetched) if (kept := _kept(cache, item))}
    missing = [(place, item) for place, item in enumerate(fetched) if place not in results]
    for place, result, is_final in _read_missing(missing, progress):
        results[place] = result
        if is_final:
            cache.put("document", _key(fetched[place]), _pack(result))
    ordered = one_each([results[place] for place in sorted(results)])
    return tuple(item for item in ordered if isinstance(item, Document)), tuple(item for item in ordered if isinstance(item, Skipped))


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


def _read_missing(missing: Sequence[tuple[int, Fetched]], progress: Progress) -> Iterator[tuple[int, Result, bool]]:
    """(place, result, whether another attempt would give the same)."""
    heavy = [(place, item) for place, item in missing if b"%PDF-" in item.data[:1024]]
    apart = {place for place, _ in heavy}
    for place, item in missing:
        if place not in apart:
            yield place, read(item.data, item.paper, name=item.name), True
    # The largest first, so that no core waits at the end for one long document.
    yield from read_apart(sorted(heavy, key=lambda pair: -len(pair[1].data)), progress)


def read_apart(
    items: Sequence[tuple[int, Fetched]], progress: Progress, *, seconds: float = SECONDS_PER_DOCUMENT
) -> Iterator[tuple[int, Result, bool]]:
    """
    Read in as many processes as there are cores, as results come.

    seconds  for one document; what takes longer is ended and skipped
    """
    waiting = list(reversed(items))
    desks = [_Desk() for _ in range(min(len(items), os.cpu_count() or 1))]
    try:
        done = 0
        while waiting or any(desk.task for desk in desks):
            for desk in desks:
                if waiting and desk.task is None:
                    desk.give(*waiting.pop(), seconds)
            busy = [desk for desk in desks if desk.task]
            ready = wait([desk.pipe for desk in busy], max(0.0, min(desk.deadline for desk in busy) - time.monotonic()))
            for desk in busy:
                if desk.pipe in ready or time.monotonic() >= desk.deadline:
                    done += 1
                    progress(f"read {done} of {len(items)}: {desk.title}")
                    yield desk.take(in_time=desk.pipe in ready, seconds=seconds)
    finally:
        for desk in desks:
            desk.close()


class _Desk:
    """A process that reads one document after another, replaced by a new one when it breaks."""

    def __init__(self) -> None:
        self.task: tuple[int, Fetched] | None = None
        self.deadline = 0.0
        self._open()

    def _open(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far,), daemon=True)
        self._process.start()
        # Only the process holds its end now, so that its death is the end of the pipe.
        far.close()

    @property
    def title(self) -> str:
        return (self.task[1].paper.title or self.task[1].name) if self.task else ""

    def give(self, place: int, item: Fetched, seconds: float) -> None:
        """Begin to read a document."""
        self.task, self.deadline = (place, item), time.monotonic() + seconds
        try:
            self.pipe.send(item)
        except OSError:  # it died before it was asked; the pipe is at its end and take() says so
            return

    def take(self, *, in_time: bool, seconds: float) -> tuple[int, Result, bool]:
        """What became of the document; the desk is free afterwards."""
        assert self.task is not None
        (place, item), self.task = self.task, None
        try:
            if in_time:
                return place, self.pipe.recv(), True
            reason = f"reading took longer than {seconds:.0f} seconds"
        except (EOFError, OSError):
            reason = "the PDF engine crashed on it"
        self.close()
        self._open()
        return place, Skipped(paper=item.paper, reason=reason), False

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _serve(pipe: Connection) -> None:
    """Read what comes until the other end is gone, also when it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends this process
    try:
        while True:
            item = pipe.recv()
            pipe.send(read(item.data, item.paper, name=item.name))
    except (EOFError, OSError):
        return


def _key(item: Fetched) -> str:
    total = hashlib.sha256(item.data)
    total.update(item.paper.model_dump_json().encode() + item.name.encode() + code_digest("reader", "model").encode())
    return total.hexdigest()


def _kept(cache: Cache, item: Fetched) -> Result | None:
    data = cache.get("document", _key(item))
    if data is None:
        return None
    model = Document if data[:1] == b"D" else Skipped
    return model.model_validate_json(data[1:])


def _pack(result: Result) -> bytes:
    return (b"D" if isinstance(result, Document) else b"S") + result.model_dump_json().encode()
