"""What all tests share: where the shared data lie, and no network but loopback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "2")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the shared folder where there is none, and say so."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="needs the folder ../shared beside the checkout"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with data that tests read in place; use it with the marker `shared`."""
    return SHARED
