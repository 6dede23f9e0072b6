"""One finished workspace for all tests, and settings that no file or variable of the machine changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import workplace


@pytest.fixture(scope="session", autouse=True)
def bare_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No settings of the user or the environment, and every date the same."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SYNTH_")]:
            patch.delenv(name)
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("SOURCE_DATE_EPOCH", "1767323045")
        yield


@pytest.fixture(scope="session")
def done(bare_settings: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a finished run; read it, do not write to it."""
    return workplace.finished(tmp_path_factory)


@pytest.fixture
def copy(done: Path, tmp_path: Path) -> Path:
    """A copy of that workspace to write to; its run still names the folder of the original."""
    return Path(shutil.copytree(done, tmp_path / "copy"))
