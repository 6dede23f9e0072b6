"""Sources that fail, files that are broken, and no network at all."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest
from workplace import PAPERS, QUESTION, call, report_file, run_arguments, write_papers

from synth.gathering import gather, question_within
from synth.model import Document, Fetched, Paper, Skipped
from synth.progress import silent
from synth.reader.shelf import Reading, Shelf
from synth.retriever.folder import FolderSource
from synth.settings import Settings
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace

DAMAGED = {
    "broken_2bytes.pdf": "not a PDF",
    "empty.pdf": "empty",
    "enc_user_pw_secret.pdf": "password",
    "html_error.pdf": "HTML",
    "lfs_pointer_adaptive_pruning.pdf": "LFS",
    "rasterised_3pages.pdf": "no text",
}


@pytest.fixture
def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.shared
def test_damaged_files_are_skipped_with_their_reasons(shared: Path, tmp_path: Path) -> None:
    """Beside one good paper, every damaged file is an entry of the report with its own reason, and the run goes on."""
    papers = write_papers(tmp_path / "papers", {"beta.md": PAPERS["beta.md"]})
    for name in DAMAGED:
        shutil.copy(shared / "data" / "pdfs" / "damaged" / name, papers / name)
    answer = call(*run_arguments(papers, tmp_path), "--json")
    assert answer.code == 0
    assert answer.data["papers"] == 1
    reasons = {item["paper"].removeprefix("file:"): item["reason"] for item in answer.data["skipped"]}
    assert reasons.keys() == DAMAGED.keys()
    assert all(word in reasons[name] for name, word in DAMAGED.items()), reasons
    text = report_file(tmp_path).read_text("utf-8")
    assert all(name.removesuffix(".pdf").split("_")[0] in text for name in DAMAGED)


def test_arxiv_down_falls_back_to_the_library(tmp_path: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With default sources, an arXiv that is out of reach is one visible line, and the reading notes answer."""
    monkeypatch.setenv("SYNTH_ARXIV_URL", f"http://127.0.0.1:{closed_port}")
    answer = call("run", QUESTION, "--max-papers", "1", "--claims-per-paper", "1", "--budget", "0", "-w", tmp_path, "--json")
    assert answer.code in (0, 1), answer.err
    lines = [line for line in answer.err.splitlines() if "built-in library" in line]
    assert len(lines) == 1
    assert lines[0].startswith("synth: ")
    assert "arxiv" in lines[0]
    text = report_file(tmp_path).read_text("utf-8")
    assert "built\\-in library" in text or "built-in library" in text
    assert "reading note" in text


def test_arxiv_down_is_an_error_when_it_was_asked_for(tmp_path: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """--source arxiv means arXiv: exit code 3, one line, no report."""
    monkeypatch.setenv("SYNTH_ARXIV_URL", f"http://127.0.0.1:{closed_port}")
    answer = call("run", QUESTION, "--source", "arxiv", "--budget", "0", "-w", tmp_path)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    assert not (tmp_path / "reports").exists()


@pytest.mark.disable_socket
def test_offline_opens_no_socket(done: Path, tmp_path: Path) -> None:
    """With every socket forbidden, an offline run from folder to report works."""
    papers = write_papers(tmp_path / "papers", {"beta.md": PAPERS["beta.md"]})
    with pytest.raises(Exception, match="socket"):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    assert call(*run_arguments(papers, tmp_path)).code == 0


def test_a_paper_is_read_while_the_next_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each download but the first waits for the paper before it to be read: a story that reads afterwards would wait in vain."""
    papers, place = write_papers(tmp_path / "papers"), Workspace(tmp_path)
    fetch, take = FolderSource.fetch, Shelf.take
    readings: list[Reading] = []
    done: list[int] = []

    def noted(shelf: Shelf, item: Fetched) -> Reading:
        readings.append(take(shelf, item))
        return readings[-1]

    def patient(source: FolderSource, paper: Paper) -> Fetched | Skipped:
        done.append(sum(isinstance(reading.result.result(60), Document) for reading in readings))
        return fetch(source, paper)

    monkeypatch.setattr(Shelf, "take", noted)
    monkeypatch.setattr(FolderSource, "fetch", patient)
    settings = Settings(sources=(f"folder:{papers}",), offline=True, embedding_model="minilm")
    with Shelf(place.cache, silent) as shelf:
        question = question_within(QUESTION, settings)
        found = gather(question, place, settings, Embedder("minilm", place.cache), (), False, silent, shelf)
        documents, skipped = shelf.read(found.fetched)
    assert done == [0, 1, 2]
    assert [document.paper.id for document in documents] == [reading.paper.id for reading in found.fetched]
    assert skipped == ()
