"""
`kill -9` at random moments of a real `synth run --offline`, resumed each time: claims and report end as if nothing had happened.

    python tests/store/kill_and_resume.py --times 50 --out tests/store/results/kill_and_resume.json

One of the papers is a PDF, which is read in a process of its own. Runs begin with the vectors of their sentences, so that kills fall
upon the work and not upon the loading of a model; with --bare they begin with nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from workplace import claims_file, kept, process, report_file, run_arguments, start, write_papers

from synth.store.cache import Cache

DATE = {"SOURCE_DATE_EPOCH": "1767323045"}
"""every date the same, so that reports can be compared to the byte."""


STEPS = ("nothing", "cache", "ranking", "documents", "claims", "evidence", "run.json", "claims table", "report")
"""what a run writes, in this order."""


@dataclass(frozen=True)
class Kill:
    """Where one kill fell."""

    seconds: float
    """after the start of the process."""
    held: str
    """the last of STEPS that the workspace held when the process was started."""
    reached: str
    """and when it was dead."""


@dataclass
class Count:
    """What happened."""

    kills: list[Kill] = field(default_factory=list)
    runs: int = 0
    """that came to their end after at least one kill."""
    equal: int = 0
    """of those runs: with claims and report as those of the undisturbed run."""
    seconds: float = 0.0
    """wall time of the undisturbed run."""

    def __str__(self) -> str:
        reached = Counter(kill.reached for kill in self.kills)
        told = ", ".join(f"{name} {reached[name]}" for name in STEPS if reached[name])
        return f"{len(self.kills)} kills ({told}), {self.runs} runs resumed to their end, {self.equal} equal to the undisturbed run"


def outcome(workspace: Path) -> tuple[bytes, bytes]:
    """The claims table and the report."""
    return claims_file(workspace).read_bytes(), report_file(workspace).read_bytes()


def survive(times: int, papers: Path, folder: Path, seed: int, *, held: Path | None = None) -> Iterator[Count]:
    """
    The count after each run that was killed at least once and came to its end, until there were so many kills.

    Every other moment is a share of the time of the undisturbed run. The ones between are a number of changes to the files of the
    workspace and up to half a second after them: a busy machine, on which the same work takes many times as long, is killed in the
    same places.

    papers  a folder of papers
    held    a cache that every run begins with; an empty one otherwise
    raises  AssertionError if a run ends with another exit code than the undisturbed one, or a cache is damaged
    """
    chance = random.Random(seed)
    count, began = Count(), time.monotonic()
    undisturbed = start(*run_arguments(papers, _fresh(folder / "undisturbed", held)), extra=DATE)
    changes = _watch(undisturbed, folder / "undisturbed")
    _, err = undisturbed.communicate(timeout=600)
    count.seconds = round(time.monotonic() - began, 1)
    assert undisturbed.returncode in (0, 1), err
    expected = outcome(folder / "undisturbed")
    while len(count.kills) < times:
        place, before = _fresh(folder / "disturbed", held), len(count.kills)
        while True:
            found, began = reached(place), time.monotonic()
            started = start(*run_arguments(papers, place), extra=DATE)
            if len(count.kills) < times:
                if len(count.kills) % 2:
                    _watch(started, place, 0, chance.uniform(0.0, count.seconds))
                else:
                    _watch(started, place, chance.randint(0, changes), chance.uniform(0.0, 0.5))
                started.kill()
            _, err = started.communicate(timeout=600)
            if started.returncode != -signal.SIGKILL:
                break
            count.kills.append(Kill(round(time.monotonic() - began, 2), found, reached(place)))
        assert started.returncode == undisturbed.returncode, err
        whole = process("cache", "verify", "-w", place)
        assert whole.code == 0, whole.out + whole.err
        if len(count.kills) > before:
            count.runs += 1
            count.equal += outcome(place) == expected
            yield count


def embeddings_of(workspace: Path, folder: Path) -> Path:
    """A cache with nothing but the vectors of a finished run: they take a model of seconds, all the rest is done by the killed."""
    source, target = Cache(workspace / ".synth"), Cache(folder)
    keys = source.do("read", lambda connection: [key for (key,) in connection.execute("SELECT key FROM entries WHERE kind = 'embedding'")])
    target.put_many("embedding", source.get_many("embedding", keys))
    target.close()
    return folder


def reached(workspace: Path) -> str:
    """The last of STEPS that a workspace holds."""
    held = {
        "nothing": True,
        "cache": (workspace / ".synth" / "index.sqlite").exists(),
        "ranking": kept(workspace, "embedding") > 0,
        "documents": kept(workspace, "document") > 0,
        "claims": kept(workspace, "claims") > 0,
        "evidence": kept(workspace, "evidence") > 0,
        "run.json": any(workspace.glob("reports/*/run.json")),
        "claims table": any(workspace.glob("claims/*.json")),
        "report": any(workspace.glob("reports/*/report.md")),
    }
    return [name for name in STEPS if held[name]][-1]


def write_pdf(path: Path) -> None:
    """One page of a made-up paper."""
    import pymupdf

    page: Any = pymupdf.open()
    sheet = page.new_page()
    sheet.insert_text((72, 90), "Delta: Pruning Tokens by Norm", fontsize=18)
    sheet.insert_text((72, 130), "1 Results", fontsize=14)
    text = "On ImageNet-1K with DeiT-S, EViT achieves higher accuracy than random pruning. Random pruning is the worst method. " * 2
    sheet.insert_textbox((72, 150, 520, 400), text, fontsize=11)
    page.save(path)
    page.close()


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


def _vectors(papers: Path, folder: Path) -> Path:
    """The vectors that a run over these papers makes."""
    done = process(*run_arguments(papers, _fresh(folder / "first", None)))
    assert done.code in (0, 1), done.err
    return embeddings_of(folder / "first", folder / "held")


def main() -> int:
    """Print the count; exit code 1 if any run ended otherwise than the undisturbed one."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--times", type=int, default=50, help="how many kills")
    given.add_argument("--seed", type=int, default=0, help="of the moments")
    given.add_argument("--bare", action="store_true", help="begin every run with an empty cache")
    given.add_argument("--out", type=Path, help="a file for the result")
    asked = given.parse_args()
    count = Count()
    with tempfile.TemporaryDirectory(prefix="synth-kill-") as place:
        papers = write_papers(Path(place) / "papers")
        write_pdf(papers / "delta.pdf")
        held = None if asked.bare else _vectors(papers, Path(place))
        for count in survive(asked.times, papers, Path(place), asked.seed, held=held):
            sys.stdout.write(f"{count}\n")
            sys.stdout.flush()
    if asked.out:
        command = f"python tests/store/kill_and_resume.py --times {asked.times} --seed {asked.seed}" + " --bare" * asked.bare
        asked.out.write_text(json.dumps({"command": command, "summary": str(count)} | asdict(count), indent=1) + "\n", "utf-8")
    return 0 if count.equal == count.runs else 1


if __name__ == "__main__":
    sys.exit(main())
