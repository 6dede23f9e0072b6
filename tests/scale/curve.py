"""
What listing, filtering, evidence search and the cache cost as a workspace grows, on papers made up by a seed.

    python tests/scale/curve.py --out tests/scale/results

Every step is a process of its own. Seconds are of its processor time, Python's start included where the step is a command; the
peak of its memory is beside them. Vectors are those of MiniLM up to --embed papers; beyond they are drawn at random, since
embedding costs the same for each sentence and is told apart. A claim that is searched for is always embedded by MiniLM.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from corpus import RUN, circumstances, papers, run_of
from figure import draw, table
from workplace import environment

from synth.model import Document
from synth.store import runs
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace
from synth.verifier.passages import PassageIndex

HERE = Path(__file__).resolve()
SIZES = (10, 100, 1000, 10000)
SEARCHED = 20
"""claims that evidence is searched for."""
MEBIBYTE = 2**20
Step = Callable[[int, Path], dict[str, float]]


class Drawn(Embedder):
    """The embedder with vectors drawn at random for the sentences of papers, kept as real ones are."""

    def _compute(self, texts: list[str]) -> npt.NDArray[np.float32]:
        if len(texts) == 1:  # a claim
            return super()._compute(texts)
        rows = np.random.default_rng(len(texts)).standard_normal((len(texts), 384), np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def save_one(number: int, folder: Path) -> dict[str, float]:
    """One run over all papers."""
    run = run_of(list(papers(number)), "one")
    began = time.process_time()
    runs.save(Workspace(folder), run, circumstances(0))
    size = runs.claims_path(Workspace(folder), "one").stat().st_size
    return {"saving_seconds": time.process_time() - began, "table_mib": size / MEBIBYTE}


def load_one(number: int, folder: Path) -> dict[str, float]:
    """That run read and validated whole, as every listing did before rows were kept."""
    began = time.process_time()
    runs.load(Workspace(folder), "one")
    return {"seconds_within": time.process_time() - began}


def save_many(number: int, folder: Path) -> dict[str, float]:
    """A run for every ten papers."""
    documents = list(papers(number))
    parts = [documents[at : at + RUN] for at in range(0, number, RUN)]
    for place, part in enumerate(parts):
        runs.save(Workspace(folder), run_of(part, f"run-{place:05d}"), circumstances(place))
    return {"runs": len(parts)}


def index_real(number: int, folder: Path) -> dict[str, float]:
    """Evidence searched among all papers, embedded by MiniLM."""
    return _indexed(number, folder, Embedder)


def index_drawn(number: int, folder: Path) -> dict[str, float]:
    """Evidence searched among all papers, with vectors drawn at random."""
    return _indexed(number, folder, Drawn)


def _indexed(number: int, folder: Path, embeds: type[Embedder]) -> dict[str, float]:
    documents, cache = list(papers(number)), Workspace(folder).cache
    claims = [f"{passage.text[:-1]}, as others say." for passage in documents[0].passages][:SEARCHED]
    embeds("minilm", cache).embed(claims[:1])  # loads the model
    first, _ = _timed(lambda: PassageIndex(documents, embeds("minilm", cache)))
    again, index = _timed(lambda: PassageIndex(documents, embeds("minilm", cache)))
    _keep_documents(documents, folder)
    everything, taken = np.ones(len(index.passages), bool), []
    for claim in claims:
        seconds, found = _timed(lambda claim=claim: index.search(claim, everything, 12))
        assert found
        taken.append(1000 * seconds)
    return {
        "sentences": len(index.passages),
        "indexing_seconds": first,
        "indexing_again_seconds": again,
        "search_milliseconds": float(np.mean(taken)),
        "slowest_milliseconds": max(taken),
    }


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    given = work()
    return time.process_time() - began, given


def _keep_documents(documents: list[Document], folder: Path) -> None:
    """Put what was read of each paper into the cache, as a run does."""
    cache = Workspace(folder).cache
    for at in range(0, len(documents), 500):
        part = documents[at : at + 500]
        cache.put_many("document", {document.paper.id: document.model_dump_json().encode() for document in part})


STEPS: dict[str, Step] = {step.__name__: step for step in (save_one, load_one, save_many, index_real, index_drawn)}


def cost(*command: str | Path) -> tuple[dict[str, float], str]:
    """Seconds and peak memory of a process, and what it printed; it must not fail."""
    started = subprocess.Popen([sys.executable, *map(str, command)], stdout=subprocess.PIPE, env=environment({"OMP_NUM_THREADS": "1"}))
    assert started.stdout is not None
    printed = started.stdout.read().decode()
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    assert started.returncode == 0, command
    return {"seconds": round(used.ru_utime + used.ru_stime, 3), "peak_mib": round(used.ru_maxrss / 1024, 1)}, printed


def step(name: str, number: int, folder: Path) -> dict[str, float]:
    """What a step cost and found, in a process of its own."""
    taken, printed = cost(HERE, "--step", name, "--sizes", str(number), "--folder", folder)
    return taken | {key: round(value, 3) for key, value in json.loads(printed).items()}


def listings(folder: Path, many: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Every listing of a workspace with one run and of one with many."""

    def listed(*given: str | Path) -> dict[str, float]:
        return cost("-m", "synth", "claims", *given)[0]

    yield "start", listed("--help")
    time.sleep(3)  # a file that was written just now is not taken for what it looks like
    yield "first listing", listed("one", "-w", folder)
    yield "listing", listed("one", "-w", folder)
    for name, given in (
        ("--verdict", ("refuted",)),
        ("--kind", ("effect",)),
        ("--paper", ("made:00007",)),
        ("--containing", ("Swin-T by 64",)),
        ("--sort", ("confidence",)),
    ):
        yield name, listed("one", name, *given, "-w", folder)
    yield "--json", listed("one", "--json", "-w", folder)
    yield "first --runs", listed("--runs", "-w", many)
    yield "--runs", listed("--runs", "-w", many)
    yield "newest of many", listed("-w", many)


def measured(number: int, folder: Path, embed: int) -> dict[str, Any]:
    """Everything at one size."""
    one, many = folder / "one", folder / "many"
    row: dict[str, Any] = {"papers": number, "claims": 10 * number, "vectors": "MiniLM" if number <= embed else "drawn"}
    row["save"], row["many"] = step("save_one", number, one), step("save_many", number, many)
    row["listing"] = dict(listings(one, many))
    row["whole"] = step("load_one", number, one)
    row["search"] = step("index_real" if number <= embed else "index_drawn", number, one)
    taken, printed = cost("-m", "synth", "cache", "size", "--json", "-w", one)
    held = json.loads(printed)
    row["cache"] = {"entries": held["entries"], "mib": round(held["bytes"] / MEBIBYTE, 1), "size": taken}
    row["cache"]["verify"] = cost("-m", "synth", "cache", "verify", "-w", one)[0]
    return row


def main() -> None:
    """Measure each size and print the table; with --out also keep figures, table and plot."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of papers, joined by commas")
    given.add_argument("--embed", type=int, default=100, help="papers up to which MiniLM embeds")
    given.add_argument("--out", type=Path, help="folder for curve.json, curve.md and curve.png")
    given.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    given.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = given.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    if asked.step:
        sys.stdout.write(json.dumps(STEPS[asked.step](sizes[0], asked.folder)))
        return
    rows: list[dict[str, Any]] = []
    for number in sizes:
        folder = Path(tempfile.mkdtemp(prefix="synth-scale-"))
        try:
            rows.append(measured(number, folder, asked.embed))
        finally:
            shutil.rmtree(folder)
        if asked.out:
            keep(rows, asked.out)
    sys.stdout.write(table(rows))


def keep(rows: list[dict[str, Any]], folder: Path) -> None:
    """Write figures, table and plot; sizes that were measured before and not now stay."""
    path = folder / "curve.json"
    known = {row["papers"]: row for row in (*(json.loads(path.read_text()) if path.exists() else ()), *rows)}
    ordered = [known[number] for number in sorted(known)]
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(ordered, indent=1) + "\n")
    (folder / "curve.md").write_text(table(ordered))
    draw(ordered, folder / "curve.png")


if __name__ == "__main__":
    main()
