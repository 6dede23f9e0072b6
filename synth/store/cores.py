"""How much of the machine this process may use."""

from __future__ import annotations

import os


def cores() -> int:
    """Cores for the work of this process: those that it may run on, or fewer where OMP_NUM_THREADS, as torch obeys it, says so."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    return min(there, max(1, int(told))) if told.isdecimal() else there
