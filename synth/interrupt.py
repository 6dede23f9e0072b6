"""
Ctrl-C that is not lost.

Python drops a KeyboardInterrupt that is raised within a callback of its own, as those of the locks of imports are. So the signal
is noted as well as raised, and whoever reports progress stops at the next step.
"""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType

_noted = threading.Event()


def watch() -> None:
    """Note interrupts from here on; does nothing outside of the main thread, or where somebody else handles them."""
    _noted.clear()
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _note)
        sys.unraisablehook = _tell


def stop_if_noted() -> None:
    """Raise KeyboardInterrupt if there was one."""
    if _noted.is_set():
        raise KeyboardInterrupt


def _note(number: int, frame: FrameType | None) -> None:
    _noted.set()
    raise KeyboardInterrupt


def _tell(dropped: sys.UnraisableHookArgs) -> None:
    """Print what Python dropped, but for an interrupt, which is raised again."""
    if not isinstance(dropped.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
