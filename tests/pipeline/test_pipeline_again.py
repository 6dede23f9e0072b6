"""The same inputs give the same bytes, what was done is not done twice, and a run survives being killed at any point."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from workplace import QUESTION, call, claims_file, kept, process, report_file, run_arguments, start, until

from synth import pipeline
from synth.reader import shelf
from synth.settings import Settings
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace
from synth.verifier import hearing, laboratory


def same(first: Path, second: Path) -> bool:
    """Whether claims tables and reports of two workspaces are the same bytes."""
    return (
        claims_file(first).read_bytes() == claims_file(second).read_bytes()
        and report_file(first).read_bytes() == report_file(second).read_bytes()
    )


def count(monkeypatch: pytest.MonkeyPatch, place: object, name: str, calls: list[str]) -> None:
    """Note every call of a function and let it do its work."""
    real: Callable[..., object] = getattr(place, name)

    def counted(*arguments: object, **options: object) -> object:
        calls.append(name)
        return real(*arguments, **options)

    monkeypatch.setattr(place, name, counted)


def test_nothing_is_done_twice(done: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second identical run reads no document, embeds no text, hears no witness and starts no laboratory; its result is the same."""
    calls: list[str] = []
    count(monkeypatch, shelf, "read", calls)
    count(monkeypatch, Embedder, "_compute", calls)
    count(monkeypatch, laboratory, "run", calls)
    for witness in (hearing.TextWitness, hearing.TableWitness, hearing.RerunWitness):
        count(monkeypatch, witness, "testify", calls)
    assert call(*run_arguments(done / "papers", copy)).code == 1
    assert calls == []
    assert same(done, copy)


def test_one_new_paper_is_one_more_to_read(done: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a paper is added, only that one is read; the counters above do count."""
    papers = copy / "papers"
    (papers / "delta.md").write_text(
        "# Delta: Token Pruning Once More\n\n## Results\n\nEViT outperforms random pruning on DeiT-S.\n", "utf-8"
    )
    calls: list[str] = []
    count(monkeypatch, shelf, "read", calls)
    workspace = Workspace(copy)
    settings = Settings(sources=(f"folder:{papers}",), offline=True, budget_seconds=0)
    result = pipeline.run(QUESTION, workspace, settings)
    assert calls == ["read"]
    assert len(result.papers) == 4


def test_a_new_paper_measures_nothing_again(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the laboratory measures depends on no document: beside a new paper only the new claim is measured."""
    papers, claim = copy / "papers", "EViT outperforms random pruning on DeiT-S."
    (papers / "delta.md").write_text(f"# Delta: Token Pruning Once More\n\n## Results\n\n{claim}\n", "utf-8")
    heard: list[str] = []
    real = hearing.RerunWitness.testify
    monkeypatch.setattr(hearing.RerunWitness, "testify", lambda self, claim: (heard.append(claim.text), real(self, claim))[1])
    settings = Settings(sources=(f"folder:{papers}",), offline=True, budget_seconds=0, control=False)
    assert len(pipeline.run(QUESTION, Workspace(copy), settings).claims) > 1
    assert heard == [claim]


# What has been written when the run is killed, in the order in which a run writes it.
POINTS: tuple[tuple[str, Callable[[Path], bool]], ...] = (
    ("the cache was opened", lambda root: (root / ".synth" / "index.sqlite").exists()),
    ("papers were ranked", lambda root: kept(root, "embedding") > 0),
    ("a document was read", lambda root: kept(root, "document") > 0),
    ("a witness was heard", lambda root: kept(root, "evidence") > 0),
    ("half of the witnesses were heard", lambda root: kept(root, "evidence") > 4),
    ("the circumstances were written", lambda root: any(root.glob("reports/*/run.json"))),
)


def test_a_killed_run_goes_on_to_the_same_result(done: Path, tmp_path: Path) -> None:
    """kill -9 at six points, one run after the other in one workspace; the last one ends as if nothing had happened, in other processes."""
    reached = []
    for name, is_reached in POINTS:
        started = start(*run_arguments(done / "papers", tmp_path))
        if until(started, partial(is_reached, tmp_path)):
            started.send_signal(signal.SIGKILL)
            reached.append(name)
        started.communicate()
    assert len(reached) >= 3, reached
    answer = process(*run_arguments(done / "papers", tmp_path))
    assert (answer.code, answer.err) == (1, "")
    assert same(done, tmp_path)


def test_another_folder_with_the_same_papers_gives_the_same(done: Path, tmp_path: Path) -> None:
    """Where the workspace lies changes nothing: a fresh one elsewhere gives the same bytes."""
    assert call(*run_arguments(done / "papers", tmp_path / "a" / "b")).code == 1
    assert same(done, tmp_path / "a" / "b")
