"""A folder that may not be written: root, who may write anywhere, steps down for it."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder that only reading is allowed of to whoever runs the test, once it is frozen; root steps down for it."""
    folder = Path(tempfile.mkdtemp(prefix="synth-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        for place in (folder, *folder.rglob("*")):
            place.chmod(0o755)
        shutil.rmtree(folder)


def freeze(folder: Path) -> None:
    """Take the right to write from a folder and all in it, and root's right to do so nevertheless."""
    for place in (folder, *folder.rglob("*")):
        place.chmod(place.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) | stat.S_IROTH | (stat.S_IXOTH * place.is_dir()))
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
