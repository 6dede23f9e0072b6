"""A folder of three small papers, a workspace in which they were read, and the command line as tests call it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "Does token merging beat token pruning on the accuracy of vision transformers?"
VERIFIED = "Top-K pruning achieves higher accuracy than random pruning on ImageNet-1K with DeiT-S."
REFUTED = "Random pruning achieves higher accuracy than Top-K pruning on ImageNet-1K with DeiT-S."
OPEN = "SiT attains the lowest accuracy on CIFAR-100."

TABLE = """
Table 1: Top-1 accuracy (%) on ImageNet-1K with DeiT-S.

| Method | r=0.9 | r=0.7 | r=0.5 | r=0.25 |
| --- | --- | --- | --- | --- |
| ToMe | {0}.5 | {0}.0 | 77.1 | 65.0 |
| EViT | 79.3 | 78.0 | 75.5 | 60.1 |
| Top-K | 79.4 | 78.5 | 76.0 | 62.0 |
| Random | 78.0 | 75.0 | 70.0 | 50.0 |
"""
PAPERS = {
    "alpha.md": "# Alpha: Merging Tokens of Vision Transformers\n\n## Abstract\n\nWe study token reduction.\n\n"
    f"## Results\n\n{VERIFIED}\n" + TABLE.format(79),
    "beta.md": "# Beta: A Comparison of Token Pruning\n\n## Abstract\n\nWe compare pruning methods of vision transformers.\n\n"
    "## Experiments\n\nOn ImageNet-1K with DeiT-S, the accuracy of Top-K pruning is higher than the accuracy of random pruning.\n"
    + TABLE.format(80),
    "gamma.md": f"# Gamma: Chance in Token Pruning\n\n## Abstract\n\nWe ask what chance can do.\n\n## Results\n\n{REFUTED} {OPEN}\n",
}


@dataclass(frozen=True)
class Answer:
    """What a call of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """stdout as JSON; fails if anything else stands there."""
        return json.loads(self.out)


def call(*arguments: str | Path) -> Answer:
    """The command in this process: quick, since nothing is imported twice."""
    from synth.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as stop:
        main([str(part) for part in arguments])
    code = stop.value.code
    return Answer(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


def environment(extra: Mapping[str, str] = {}) -> dict[str, str]:
    """The environment of a process that runs this checkout."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1", **extra}


def heed_interrupts() -> None:
    """Undo that a shell has its background jobs ignore Ctrl-C, which the processes that they start inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(*arguments: str | Path, extra: Mapping[str, str] = {}, **options: Any) -> subprocess.Popen[str]:
    """The command as a process of its own, with its output in pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", "synth", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(extra),
        **options,
        preexec_fn=heed_interrupts,
    )


def process(*arguments: str | Path, extra: Mapping[str, str] = {}, **options: Any) -> Answer:
    """The command as a process of its own, waited for."""
    started = start(*arguments, extra=extra, **options)
    out, err = started.communicate(timeout=240)
    return Answer(started.returncode, out, err)


def until(started: subprocess.Popen[str], is_reached: Callable[[], bool]) -> bool:
    """Whether the process came to a point before its end."""
    while not is_reached():
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(0.005)
            return False
    return started.poll() is None


def write_papers(folder: Path, papers: Mapping[str, str] = PAPERS) -> Path:
    """The papers as files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in papers.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def run_arguments(papers: Path, workspace: Path) -> tuple[str | Path, ...]:
    """A run over a folder, without network and without reruns."""
    return ("run", QUESTION, "--source", f"folder:{papers}", "--offline", "--budget", "0", "-w", workspace)


def claims_file(workspace: Path) -> Path:
    """The one claims table of a workspace."""
    (path,) = (workspace / "claims").glob("*.json")
    return path


def report_file(workspace: Path) -> Path:
    """The one report of a workspace."""
    (path,) = (workspace / "reports").glob("*/report.md")
    return path


def rows(workspace: Path) -> dict[str, dict[str, Any]]:
    """Rows of the claims table by the text of the claim."""
    return {row["text"]: row for row in json.loads(claims_file(workspace).read_text("utf-8"))["claims"]}


def kept(workspace: Path, kind: str) -> int:
    """How many entries of a kind the cache of a workspace holds at this moment."""
    index = workspace / ".synth" / "index.sqlite"
    if not index.exists():
        return 0
    with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM entries WHERE kind = ?", (kind,)).fetchone()[0])
        except sqlite3.OperationalError:  # between the file and its first table
            return 0


_finished: dict[str, Path] = {}


def finished(factory: pytest.TempPathFactory) -> Path:
    """A workspace with one finished run over the three papers in its folder papers; made once, to be read only."""
    if "root" not in _finished:
        root = factory.mktemp("workplace")
        answer = call(*run_arguments(write_papers(root / "papers"), root))
        assert answer.code == 1, answer.err
        _finished["root"] = root
    return _finished["root"]


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
    return finished(tmp_path_factory)


@pytest.fixture
def copy(done: Path, tmp_path: Path) -> Path:
    """A copy of that workspace to write to; its run still names the folder of the original."""
    return Path(shutil.copytree(done, tmp_path / "copy"))
