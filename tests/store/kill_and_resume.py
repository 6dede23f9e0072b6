"""
`kill -9` at random moments of a real `synth run --offline`, resumed each time: claims and report end as if nothing had happened.

    python tests/store/kill_and_resume.py --times 50
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from workplace import claims_file, process, report_file, run_arguments, start, write_papers

DATE = {"SOURCE_DATE_EPOCH": "1767323045"}
"""every date the same, so that reports can be compared to the byte."""


@dataclass
class Count:
    """What happened."""

    kills: int = 0
    early: int = 0
    """of the kills: before anything was in the workspace."""
    runs: int = 0
    """that came to their end after at least one kill."""
    equal: int = 0
    """of those runs: with claims and report as those of the undisturbed run."""


def outcome(workspace: Path) -> tuple[bytes, bytes]:
    """The claims table and the report."""
    return claims_file(workspace).read_bytes(), report_file(workspace).read_bytes()


def survive(times: int, folder: Path, seed: int, *, held: Path | None = None) -> Iterator[Count]:
    """
    The count after each run that was killed at least once and came to its end, until there were so many kills.

    A moment is a number of changes to the files of the workspace and up to half a second after them: a busy machine, on which
    the same work takes many times as long, is killed in the same places.

    held    a cache that every run begins with; an empty one otherwise
    raises  AssertionError if a run ends with another exit code than the undisturbed one, or a cache is damaged
    """
    chance = random.Random(seed)
    papers, count = write_papers(folder / "papers"), Count()
    undisturbed = start(*run_arguments(papers, _fresh(folder / "undisturbed", held)), extra=DATE)
    changes = _watch(undisturbed, folder / "undisturbed")
    _, err = undisturbed.communicate(timeout=600)
    assert undisturbed.returncode in (0, 1), err
    expected = outcome(folder / "undisturbed")
    while count.kills < times:
        place, before = _fresh(folder / "disturbed", held), count.kills
        while True:
            started = start(*run_arguments(papers, place), extra=DATE)
            if count.kills < times:
                _watch(started, place, chance.randint(0, changes), chance.uniform(0.0, 0.5))
                started.kill()
            _, err = started.communicate(timeout=600)
            if started.returncode != -signal.SIGKILL:
                break
            count.kills += 1
            count.early += not (place / ".synth" / "index.sqlite").exists()
        assert started.returncode == undisturbed.returncode, err
        whole = process("cache", "verify", "-w", place)
        assert whole.code == 0, whole.out + whole.err
        if count.kills > before:
            count.runs += 1
            count.equal += outcome(place) == expected
            yield count


def _watch(started: subprocess.Popen[str], workspace: Path, most: int | None = None, seconds: float = 0.0) -> int:
    """How often the files of the workspace changed until the process ended, or until so many changes and so many seconds after them."""
    seen, changes = _state(workspace), 0
    while started.poll() is None and (most is None or changes < most):
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(0.005)
        now = _state(workspace)
        changes += now != seen
        seen = now
    with contextlib.suppress(subprocess.TimeoutExpired):
        started.wait(seconds)
    return changes


def _state(workspace: Path) -> dict[Path, tuple[int, int]]:
    found = {}
    for path in workspace.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            found[path] = (path.stat().st_size, path.stat().st_mtime_ns)
    return found


def _fresh(workspace: Path, held: Path | None) -> Path:
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir(parents=True)
    if held is not None:
        shutil.copytree(held, workspace / ".synth")
    return workspace


def main() -> int:
    """Print the count; exit code 1 if any run ended otherwise than the undisturbed one."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--times", type=int, default=50, help="how many kills")
    given.add_argument("--seed", type=int, default=0, help="of the moments")
    asked = given.parse_args()
    count = Count()
    with tempfile.TemporaryDirectory(prefix="synth-kill-") as folder:
        for count in survive(asked.times, Path(folder), asked.seed):
            told = f"{count.kills} kills ({count.early} before anything was written)"
            sys.stdout.write(f"{told}, {count.runs} runs resumed to their end, {count.equal} equal to the undisturbed run\n")
            sys.stdout.flush()
    return 0 if count.equal == count.runs else 1


if __name__ == "__main__":
    sys.exit(main())
