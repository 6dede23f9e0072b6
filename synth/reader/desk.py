"""A process that reads one document after another: a crash or an endless loop costs that document and no other."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from multiprocessing.connection import Connection

from synth.model import Document, Fetched, Skipped
from synth.reader.read import read


class Desk:
    """The process is started with its first document, and replaced by a new one when it breaks."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def read(self, item: Fetched, seconds: float) -> tuple[Document | Skipped, bool]:
        """
        What became of a document, and whether another attempt would give the same.

        seconds  what takes longer is ended and skipped
        """
        try:
            pipe = self._opened()
            pipe.send(item)
            if pipe.poll(seconds):
                return pipe.recv(), True
            reason = f"reading took longer than {seconds:.0f} seconds"
        except (EOFError, OSError):
            reason = "the reader crashed on it"
        self._end()
        return Skipped(paper=item.paper, reason=reason), False

    def stop(self) -> None:
        """End the process for good, also while another thread waits for it; that one is told that it crashed."""
        with self._lock:
            self._is_closed = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the process for good and let go of it; nobody may be reading."""
        self.stop()
        self._end()

    def _opened(self) -> Connection:
        with self._lock:
            if self._is_closed:
                raise EOFError
            if self._pipe is None:
                context = multiprocessing.get_context("spawn")
                self._pipe, far = context.Pipe()
                self._process = context.Process(target=_serve, args=(far,), daemon=True)
                self._process.start()
                # Only the process holds its end now, so that its death is the end of the pipe.
                far.close()
            return self._pipe

    def _end(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.join()
            if self._pipe is not None:
                self._pipe.close()
            self._process = self._pipe = None


def _serve(pipe: Connection) -> None:
    """Read what comes until the other end is gone, also when it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends this process
    try:
        while True:
            item = pipe.recv()
            pipe.send(read(item.data, item.paper, name=item.name))
    except (EOFError, OSError):
        return
