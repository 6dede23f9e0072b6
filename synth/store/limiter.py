"""One call at a time and a pause between calls for each lane, shared by all threads and processes of this user."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import platformdirs
from filelock import FileLock, Timeout

from synth.model import SourceState


class Clock(Protocol):
    """Time as the client sees it; tests bring one that does not wait."""

    def now(self) -> float:
        """Seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that time pass."""
        ...


class SystemClock:
    """The real clock."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        time.sleep(seconds)


class Fault(Exception):
    """A call that gave no usable answer, as a state and one line; an outcome of a source, not of the program."""

    def __init__(self, state: SourceState, reason: str, *, status: int | None = None, tries: int = 4, wait: float | None = None) -> None:
        super().__init__(reason)
        self.state: SourceState = state
        self.reason = reason
        self.status = status
        self.tries = tries
        """how often such a call is worth trying, the first time included."""
        self.wait = wait
        """seconds that the server asked us to wait."""


class Limiter:
    """
    One call at a time in each lane, and the lane's pause between one call's end and the next one's start.

    A lock file holds the lane during a call (the system lets go of it when a process dies); a file beside it says when the
    next call may start. Processes of different workspaces share it, since a server counts them as one.
    """

    def __init__(self, folder: Path | None = None, clock: Clock | None = None) -> None:
        self.folder = folder or Path(platformdirs.user_cache_dir("synth")) / "lanes"
        self.clock = clock or SystemClock()

    @contextlib.contextmanager
    def turn(self, lane: str, pause: float, deadline: float | None = None) -> Iterator[None]:
        """Wait for our turn, then hold the lane; a Fault where the turn would come after the deadline."""
        left = None if deadline is None else max(0.0, deadline - self.clock.now())
        try:
            lock = FileLock(self._folder() / f"{lane}.lock", timeout=-1 if left is None else left)
            with lock:
                wait = self._wait(lane)
                if deadline is not None and self.clock.now() + wait > deadline:
                    raise Fault("throttled", f"asked to wait {wait:.0f} s, longer than the time that is left", tries=1)
                if wait > 0:
                    self.clock.sleep(wait)
                self._write(lane, pause)  # already now, in case that the process dies during the call
                try:
                    yield
                finally:  # counted from the end: what the server saw of the call came before it
                    self._write(lane, pause)
        except Timeout as error:
            raise Fault("unavailable", f"another process keeps {lane} busy", tries=1) from error

    def hold(self, lane: str, seconds: float) -> None:
        """Nobody calls in this lane for so long: the server asked for it."""
        with FileLock(self._folder() / f"{lane}.lock"):
            if seconds > self._wait(lane):
                self._write(lane, seconds)

    def _folder(self) -> Path:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            writable = os.access(self.folder, os.W_OK)
        except OSError:
            writable = False
        if not writable:  # a home that cannot be written: the limit must still be shared
            self.folder = Path(tempfile.gettempdir()) / f"synth-lanes-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
            self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder

    def _wait(self, lane: str) -> float:
        """Seconds until the next call may start; a clock that was set back never makes it longer than what was written."""
        try:
            start, pause = map(float, (self._folder() / f"{lane}.next").read_text().split())
        except (OSError, ValueError):
            return 0.0
        return max(0.0, min(pause, start + pause - self.clock.now()))

    def _write(self, lane: str, pause: float) -> None:
        (self._folder() / f"{lane}.next").write_text(f"{self.clock.now()!r} {pause!r}")
