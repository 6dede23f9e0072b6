"""How many cores a process takes for itself."""

from __future__ import annotations

import os

import pytest

from synth.store.cores import cores


@pytest.mark.parametrize(("told", "most"), [("1", 1), ("0", 1), ("100000", 100000), ("", 100000), ("2,1", 100000)])
def test_a_process_keeps_to_its_share(told: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """OMP_NUM_THREADS makes it fewer cores, never more than there are and never none; what is no number is not heeded."""
    there = len(os.sched_getaffinity(0))
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert cores() == min(there, most)
