"""
What reading while fetching is worth: wall time against the sum of parts, pages per second, and the peak of memory.

    PYTHONPATH=. python tests/pipeline/streaming.py --pdfs FOLDER --papers 200 --out tests/pipeline/results/streaming.json

The PDFs of a folder, each with a line at its end that makes it another file, are served on loopback hosts, each of which is asked
one by one with a pause, as papers are. Documents are counted and held as they are read, before copies of a work are told apart.
Every part is a process of its own with an empty cache (reading alone: with the cache that fetching alone left).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from synth.model import Document, Fetched, Paper, Question, Skipped
from synth.progress import silent
from synth.reader.shelf import Shelf
from synth.retriever.fetching import fetch
from synth.retriever.fulltext import check_pdf
from synth.retriever.merge import Work
from synth.retriever.source import Answer
from synth.store.cache import Cache
from synth.store.embedding import Embedder
from synth.store.http import Call, PoliteClient
from synth.store.limiter import Limiter

PARTS = ("fetch", "read", "together")


class Hosts:
    """A source whose papers lie on several hosts."""

    name = "hosts"

    def __init__(self, client: PoliteClient, pause: float) -> None:
        self.client, self.pause = client, pause

    def search(self, question: Question, limit: int) -> Answer:
        """Nothing: the papers are known."""
        return Answer((), ())

    def find(self, names: Sequence[str]) -> tuple[Answer, tuple[Skipped, ...]]:
        """Nothing."""
        return Answer((), ()), ()

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        """The PDF at the paper's place."""
        place = paper.location or ""
        reply = self.client.get(Call(place, lane=place.split("/")[2], pause=self.pause, kind="pdf", check=check_pdf))
        return Fetched(paper, reply.content, paper.title)


def serve(pdfs: Path, hosts: int, ports: Any) -> None:
    """Serve /NUMBER.pdf on so many hosts until the process is ended; the port of each goes into the pipe."""
    files = sorted(pdfs.glob("*.pdf"))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = int(self.path.strip("/").partition(".")[0])
            data = files[number % len(files)].read_bytes() + b"\n%% copy %d\n%%%%EOF\n" % number
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *rest: object) -> None:
            """Nothing on stderr."""

    servers = [ThreadingHTTPServer((f"127.0.0.{number + 2}", 0), Handler) for number in range(hosts)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports.send([f"http://{server.server_address[0]}:{server.server_address[1]}" for server in servers])
    threading.Event().wait()


class Peak:
    """The largest sum of resident bytes of this process and its children, looked at ten times a second."""

    def __init__(self) -> None:
        self.most = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._end.wait(0.1):
            pids = [os.getpid(), *(child.pid for child in multiprocessing.active_children())]
            self.most = max(self.most, sum(map(resident, pids)))

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *rest: object) -> None:
        self._end.set()
        self._thread.join()


def resident(pid: int | None) -> int:
    """Bytes of memory that a process holds; 0 for one that is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def measured(part: str, papers: int, hosts: Sequence[str], pause: float, folder: Path) -> dict[str, Any]:
    """Seconds, pages and peak memory of one part."""
    Embedder("minilm", Cache(folder / "vectors")).embed(["A run ranks its papers with a model before it fetches the first."])
    cache = Cache(folder / ("together" if part == "together" else "apart"))
    works = [
        Work([Paper(id=f"x:{n}", title=f"{n}.pdf", source="hosts", location=f"{hosts[n % len(hosts)]}/{n}.pdf")]) for n in range(papers)
    ]
    source = Hosts(PoliteClient(cache=cache, limiter=Limiter(folder / f"lanes-{part}"), offline=part == "read"), pause)
    began = time.monotonic()
    with ExitStack() as stack:
        peak = stack.enter_context(Peak())
        if part == "fetch":
            taken, skipped, _ = fetch(works, papers, [source], silent, lambda item: item.paper)
            documents: list[Document] = []
        else:
            shelf = stack.enter_context(Shelf(cache, silent))
            readings, skipped, _ = fetch(works, papers, [source], silent, shelf.take)
            found = [reading.result.result() for _, reading in readings]
            taken, documents = readings, [item for item in found if isinstance(item, Document)]
    seconds = time.monotonic() - began
    pages = sum(document.pages or 0 for document in documents)
    return {
        "part": part,
        "seconds": round(seconds, 1),
        "fetched": len(taken),
        "failed": len(skipped),
        "documents": len(documents),
        "pages": pages,
        "pages_per_second": round(pages / seconds, 1),
        "peak_mib": round(peak.most / 2**20),
    }


def main() -> int:
    """Print the parts and their comparison."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--pdfs", type=Path, required=True, help="folder of PDFs")
    given.add_argument("--papers", type=int, default=200)
    given.add_argument("--hosts", type=int, default=4, help="that are asked at the same time")
    given.add_argument("--pause", type=float, default=1.0, help="seconds between two calls of one host")
    given.add_argument("--out", type=Path, help="a file for the result")
    asked = given.parse_args()
    context = multiprocessing.get_context("spawn")
    near, far = context.Pipe()
    server = context.Process(target=serve, args=(asked.pdfs, asked.hosts, far), daemon=True)
    server.start()
    hosts, rows = near.recv(), []
    with tempfile.TemporaryDirectory(prefix="synth-streaming-") as folder:
        for part in PARTS:
            child = context.Process(target=_send, args=(far, part, asked.papers, hosts, asked.pause, Path(folder)))
            child.start()
            rows.append(near.recv())
            child.join()
            sys.stdout.write(f"{rows[-1]}\n")
            sys.stdout.flush()
    server.kill()
    apart, together = rows[0]["seconds"] + rows[1]["seconds"], rows[2]["seconds"]
    bound = max(rows[0]["seconds"], rows[1]["seconds"])
    summary = f"together {together:.0f} s, sum of parts {apart:.0f} s, the slower part {bound:.0f} s; peak {rows[2]['peak_mib']} MiB"
    sys.stdout.write(summary + "\n")
    if asked.out:
        terms = f"--papers {asked.papers} --hosts {asked.hosts} --pause {asked.pause}"
        circumstances = {"cores": os.cpu_count(), "load": [round(load, 1) for load in os.getloadavg()]}
        command = f"PYTHONPATH=. python tests/pipeline/streaming.py --pdfs FOLDER {terms}"
        asked.out.write_text(json.dumps({"command": command, "summary": summary, **circumstances, "parts": rows}, indent=1) + "\n", "utf-8")
    return 0


def _send(pipe: Any, *terms: Any) -> None:
    pipe.send(measured(*terms))


if __name__ == "__main__":
    sys.exit(main())
