"""Reading in processes of their own: what breaks or hangs costs one document and is not believed for ever."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from builders import make_paper

from synth.model import Document, Fetched, Paper, Skipped
from synth.reader import shelf
from synth.store.cache import Cache

PDF = b"%PDF-1.4\n%%EOF\n"
TEXT = b"# A Paper on Tokens\n\nToMe outperforms EViT on ImageNet-1K with DeiT-S at a keep rate of 0.7 in every table that we know.\n"


class Crash(Fetched):
    """A file that ends the process that takes it up, as a fault in a PDF engine does."""

    def __reduce__(self) -> Any:
        return os._exit, (11,)


class Hang(Fetched):
    """A file that the process never gets done with."""

    def __reduce__(self) -> Any:
        return signal.pause, ()


def file(kind: type[Fetched] = Fetched, name: str = "a.pdf", data: bytes = PDF) -> Fetched:
    """A fetched file."""
    return kind(make_paper(id=f"file:{name}", title=name), data, name)


def silent(line: str) -> None:
    """Nothing."""


def test_a_crash_costs_one_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The crashing file is skipped with the reason; those before and after it get their own answers."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    items = [file(name="first.pdf"), file(Crash, "second.pdf"), file(name="third.pdf")]
    with shelf.Shelf(Cache(tmp_path), silent) as taken:
        documents, skipped = taken.read([taken.take(item) for item in items])
    assert documents == ()
    assert skipped[1] == Skipped(paper=items[1].paper, reason="the reader crashed on it")
    assert [result.paper for result in skipped] == [item.paper for item in items]
    assert all("crashed" not in result.reason for result in (skipped[0], skipped[2]))


def test_latex_is_read_apart_too(tmp_path: Path) -> None:
    """A source that a stranger made breaks no more than itself."""
    with shelf.Shelf(Cache(tmp_path), silent) as taken:
        _, (skipped,) = taken.read([taken.take(file(Crash, "a.tex", b"\\documentclass{article}"))])
    assert skipped.reason == "the reader crashed on it"


def test_an_endless_document_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes longer than its time is skipped, and its process does not live on."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    with shelf.Shelf(Cache(tmp_path), silent, seconds=0.2) as taken:
        _, (skipped,) = taken.read([taken.take(file(Hang))])
        assert multiprocessing.active_children() == []
    assert skipped.reason == "reading took longer than 0 seconds"


def test_leaving_ends_what_is_being_read(tmp_path: Path) -> None:
    """Whoever leaves early waits for no document: the processes are ended, and what waits is not begun."""
    with pytest.raises(KeyboardInterrupt), shelf.Shelf(Cache(tmp_path), silent) as taken:
        readings = [taken.take(file(Hang, f"{number}.pdf")) for number in range(2 * (os.cpu_count() or 1))]
        raise KeyboardInterrupt
    assert all(reading.result.done() for reading in readings)
    assert multiprocessing.active_children() == []
    assert Cache(tmp_path).do("read", lambda index: index.execute("SELECT count(*) FROM entries").fetchone()) == (0,)


def test_a_file_is_read_before_the_next_arrives(tmp_path: Path) -> None:
    """Reading does not wait for the last file: the first one's document is there while nothing else was taken."""
    with shelf.Shelf(Cache(tmp_path), silent) as taken:
        first = taken.take(file(name="a.md", data=TEXT))
        assert isinstance(first.result.result(60), Document)
        second = taken.take(file(name="b.md", data=TEXT.replace(b"ToMe", b"ATS")))
        documents, _ = taken.read([second, first])
    assert [document.paper.title for document in documents] == ["b.md", "a.md"]


def test_bytes_that_wait_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who brings more than there is room for waits until something was read; a single larger file than all room is let in."""
    go = threading.Event()

    def slow(data: bytes, paper: Paper, *, name: str) -> Skipped:
        go.wait(60)
        return Skipped(paper=paper, reason="as the test says")

    monkeypatch.setattr(shelf, "read", slow)
    with shelf.Shelf(Cache(tmp_path), silent, most_bytes=100) as taken:

        def bring() -> None:
            for number, size in enumerate((60, 30, 60, 500)):
                readings.append(taken.take(file(name=f"{number}.md", data=b"x" * size)))

        readings: list[shelf.Reading] = []
        bringer = threading.Thread(target=bring)
        bringer.start()
        while len(readings) < 2:
            bringer.join(0.01)
        bringer.join(0.2)
        assert len(readings) == 2  # 60 and 30 fill the room
        go.set()
        bringer.join(60)
        _, skipped = taken.read(readings)
    assert len(skipped) == 4


def test_a_crash_is_tried_again_the_next_time(tmp_path: Path) -> None:
    """A document that broke the reader once is read when it is asked for again: a failure is no fact about the file."""
    cache = Cache(tmp_path)
    item = file()
    _, (skipped,) = shelf.read_all([Crash(item.paper, item.data, item.name)], cache, silent)
    assert skipped.reason == "the reader crashed on it"
    _, (again,) = shelf.read_all([item], cache, silent)
    assert again.reason != skipped.reason


def test_results_keep_the_order_of_the_files(tmp_path: Path) -> None:
    """Documents and skipped files come in the order in which they were given, whatever was done first."""
    items = [file(name="b.pdf"), file(name="c.md", data=TEXT), file(name="a.pdf", data=PDF + b"\n"), file(name="d.md", data=TEXT + b"\n")]
    documents, skipped = shelf.read_all(items, Cache(tmp_path), silent)
    assert [document.paper.title for document in documents if isinstance(document, Document)] == ["c.md", "d.md"]
    assert [item.paper.title for item in skipped] == ["b.pdf", "a.pdf"]
