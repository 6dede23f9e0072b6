"""Reading in processes of their own: what breaks or hangs costs one document and is not believed for ever."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from builders import make_paper

from synth.model import Document, Fetched, Skipped
from synth.reader import shelf
from synth.store.cache import Cache

PDF = b"%PDF-1.4\n%%EOF\n"


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


def test_a_crash_costs_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """The crashing file is skipped with the reason; those before and after it get their own answers."""
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    items = list(enumerate([file(name="first.pdf"), file(Crash, "second.pdf"), file(name="third.pdf")]))
    results = {place: (result, is_final) for place, result, is_final in shelf.read_apart(items, silent)}
    assert sorted(results) == [0, 1, 2]
    assert results[1] == (Skipped(paper=items[1][1].paper, reason="the PDF engine crashed on it"), False)
    for place in (0, 2):
        result, is_final = results[place]
        assert isinstance(result, Skipped)
        assert "crashed" not in result.reason
        assert is_final


def test_an_endless_document_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes longer than its time is skipped, and its process does not live on."""
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    ((place, result, is_final),) = shelf.read_apart([(7, file(Hang))], silent, seconds=0.2)
    assert (place, is_final) == (7, False)
    assert isinstance(result, Skipped)
    assert result.reason == "reading took longer than 0 seconds"


def test_a_crash_is_tried_again_the_next_time(tmp_path: Path) -> None:
    """A document that broke the reader once is read when it is asked for again: a failure is no fact about the file."""
    cache = Cache(tmp_path)
    item = file()
    _, (skipped,) = shelf.read_all([Crash(item.paper, item.data, item.name)], cache, silent)
    assert skipped.reason == "the PDF engine crashed on it"
    _, (again,) = shelf.read_all([item], cache, silent)
    assert again.reason != skipped.reason


def test_results_keep_the_order_of_the_files(tmp_path: Path) -> None:
    """Documents and skipped files come in the order in which they were given, whatever was done first."""
    text = b"# A Paper on Tokens\n\nToMe outperforms EViT on ImageNet-1K with DeiT-S at a keep rate of 0.7 in every table that we know.\n"
    items = [file(name="b.pdf"), file(name="c.md", data=text), file(name="a.pdf", data=PDF + b"\n"), file(name="d.md", data=text + b"\n")]
    documents, skipped = shelf.read_all(items, Cache(tmp_path), silent)
    assert [document.paper.title for document in documents if isinstance(document, Document)] == ["c.md", "d.md"]
    assert [item.paper.title for item in skipped] == ["b.pdf", "a.pdf"]
