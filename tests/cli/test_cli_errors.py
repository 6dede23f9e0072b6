"""What cannot be done ends with the right exit code, one line on stderr, and nothing half done."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from workplace import QUESTION, VERIFIED, call, claims_file, process, rows, run_arguments


def one_line(text: str, *words: str) -> bool:
    """Whether this is one line of ours with these words, and no traceback."""
    return text.startswith("synth: ") and text.count("\n") == 1 and all(word in text for word in words)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("run", ""), 2, ("the question is empty",)),
        (("run", "  \t "), 2, ("the question is empty",)),
        (("run", "throughput"), 2, ("one word is no question",)),
        (("run", QUESTION, "--source", "libary"), 2, ("no such source", "library, folder:DIR or list:FILE")),
        (("run", QUESTION, "--source", "libary", "--dry-run"), 2, ("no such source",)),
        (("run", QUESTION, "--source", "folder:no/where"), 2, ("no folder no/where",)),
        (("run", QUESTION, "--source", "arxiv", "--offline"), 3, ("arxiv unavailable", "offline")),
        (("run", QUESTION, "--max-papers", "0"), 2, ("max_papers (flag)",)),
        (("run", QUESTION, "--budget", "-1"), 2, ("budget_seconds (flag)",)),
        (("claims",), 2, ("no run in",)),
        (("claims", "no-such-run"), 2, ("'no-such-run' names no run", "synth run")),
        (("claims", "show", "c-0"), 2, ("no claim c-0",)),
        (("claims", "accept", "c-0"), 2, ("no claim c-0",)),
        (("verify", "c-0"), 2, ("no claim c-0",)),
        (("report", "no-such-run"), 2, ("'no-such-run' names no run", "synth run")),
        (("papers", "list", "no-such-run"), 2, ("'no-such-run' names no run", "synth run")),
        (("audit", "no-such-report.md"), 2, ("no-such-report.md cannot be read",)),
    ],
)
def test_an_impossible_call_is_one_line(tmp_path: Path, arguments: tuple[str, ...], code: int, words: tuple[str, ...]) -> None:
    """Each error says what was wrong, and leaves neither a report nor a claims table."""
    answer = call(*arguments, "-w", tmp_path)
    assert (answer.code, answer.out) == (code, "")
    assert one_line(answer.err, *words), answer.err
    assert not (tmp_path / "claims").exists()
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("claims", "--verdict", "perhaps"), ("no such verdict", "verified, refuted, contested, unverified")),
        (("claims", "--sort", "colour"), ("no such order", "confidence, verdict, paper, text")),
        (("claims", "show", "c-"), ("begins", "claims of")),
        (("claims", "--kind", "nonsense"), ("no such kind of hypothesis", "rank, compare")),
        (("report", "--format", "md,docx"), ("no such format; got docx", "md, html, json, csv, bib")),
        (("report", "--format", ""), ("no such format; got none", "md, html, json, csv, bib")),
    ],
)
def test_a_value_that_does_not_exist_is_answered_with_those_that_do(done: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    """A wrong filter, order, id or format is a usage error that names the right ones."""
    answer = call(*arguments, "-w", done)
    assert (answer.code, answer.out) == (2, "")
    assert one_line(answer.err, *words), answer.err


def test_an_empty_folder_stops_the_writing(tmp_path: Path) -> None:
    """No paper, no report: exit code 3, and neither a report nor a claims table."""
    (tmp_path / "papers").mkdir()
    answer = call(*run_arguments(tmp_path / "papers", tmp_path))
    assert answer.code == 3
    assert one_line(answer.err, "no paper was retrieved")
    assert not (tmp_path / "claims").exists()
    assert not (tmp_path / "reports").exists()


def test_a_folder_of_rubbish_stops_the_writing(tmp_path: Path) -> None:
    """Files that hold no paper are no papers: exit code 3 with the reason of the first."""
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "page.pdf").write_text("<html><body>404 Not Found</body></html>")
    answer = call(*run_arguments(tmp_path / "papers", tmp_path))
    assert answer.code == 3
    assert one_line(answer.err, "page")
    assert not (tmp_path / "claims").exists()


def test_a_named_paper_that_nobody_has_is_told(done: Path, copy: Path) -> None:
    """An id that the source lacks is one line on stderr and an entry of the report; the others are read."""
    answer = call(*run_arguments(done / "papers", copy), "--paper", "9999.99999")
    assert answer.code == 1
    assert one_line(answer.err, "9999.99999 was asked for and is not read")
    assert any("9999.99999" in path.read_text("utf-8") for path in (copy / "reports").glob("*/report.md"))


def test_an_unknown_paper_alone_is_not_replaced(tmp_path: Path, done: Path, copy: Path) -> None:
    """A report whose one reference nobody has is not audited on other papers."""
    report = tmp_path / "old.md"
    report.write_text(
        f"# Report\n\nResearch question: {QUESTION}\n\n## Claims\n\n| Claim | Verified | Confidence |\n| --- | --- | --- |\n"
        "| ToMe beats EViT. | ✓ | 0.80 |\n\n"
        "## References\n\n- Nobody. Nothing. 2022. https://arxiv.org/abs/2299.99999\n"
    )
    answer = call("audit", report, "--source", f"folder:{done / 'papers'}", "--offline", "--budget", "0", "-w", copy)
    assert answer.code == 3
    assert one_line(answer.err, "none of the 1 papers that are named could be had")


def test_broken_settings_name_the_file(tmp_path: Path) -> None:
    """A synth.toml that is no TOML, or holds what cannot be meant, is a usage error that names it."""
    (tmp_path / "synth.toml").write_text("max_papers = = 3")
    answer = call("config", "-w", tmp_path)
    assert answer.code == 2
    assert one_line(answer.err, "synth.toml cannot be read as settings")
    (tmp_path / "synth.toml").write_text('max_papers = "many"\ncolour = "red"\n')
    answer = call("config", "-w", tmp_path)
    assert answer.code == 2
    assert one_line(answer.err, "max_papers", "colour", "synth.toml")


@pytest.mark.parametrize("damage", ["{", "[]", "{}", '{"claims": 3}', '{"claims": [{}]}', '{"claims": [3]}', "\udcff"])
def test_a_damaged_claims_table_is_named_and_left_alone(copy: Path, done: Path, damage: str) -> None:
    """Every command on it ends with 3 and one line; a new run does not write over what a person may still mend."""
    identity, path = rows(copy)[VERIFIED]["id"], claims_file(copy)
    path.write_text(damage, "utf-8", errors="surrogateescape")
    before = path.read_bytes()
    for arguments in (("claims",), ("claims", "show", identity), ("claims", "accept", identity), ("verify", identity), ("report",)):
        answer = call(*arguments, "-w", copy)
        assert answer.code == 3, arguments
        assert one_line(answer.err, path.stem), answer.err
    assert call("claims", "--runs", "-w", copy, "--json").data[0]["question"].startswith("cannot be read")
    answer = call(*run_arguments(done / "papers", copy))
    assert answer.code == 3
    assert one_line(answer.err, path.stem)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["claims", "reports", ".synth"])
def test_a_workspace_that_cannot_be_written_is_one_line(copy: Path, done: Path, name: str) -> None:
    """A file where a folder must be, as a disk that is full or read-only, is exit code 3 with the path."""
    shutil.rmtree(copy / "claims")
    shutil.rmtree(copy / name, ignore_errors=True)
    (copy / name).write_text("in the way")
    answer = call(*run_arguments(done / "papers", copy))
    assert answer.code == 3
    assert one_line(answer.err, name), answer.err
    assert not list(copy.glob("claims/*.json"))


def test_a_run_without_its_circumstances_is_told(copy: Path) -> None:
    """A claims table whose run.json was deleted is an error with the next step, and --runs still lists it."""
    (path,) = (copy / "reports").glob("*/run.json")
    path.unlink()
    answer = call("claims", "-w", copy)
    assert answer.code == 2
    assert one_line(answer.err, "run.json")
    assert call("claims", "--runs", "-w", copy).code == 0


def test_an_edit_needs_words(copy: Path) -> None:
    """An empty wording is refused."""
    answer = call("claims", "edit", rows(copy)[VERIFIED]["id"], "--text", " ", "-w", copy)
    assert answer.code == 2
    assert one_line(answer.err, "empty")
    assert json.loads(claims_file(copy).read_text("utf-8"))["claims"][0]["review"] is None


def test_a_missing_file_for_extract_is_a_usage_error(tmp_path: Path) -> None:
    """A file that is not there, and one that is no paper."""
    assert call("extract", tmp_path / "x.pdf").code == 2
    (tmp_path / "x.pdf").write_bytes(b"\r\n")
    answer = call("extract", tmp_path / "x.pdf")
    assert answer.code == 2
    assert one_line(answer.err, "x.pdf")


def test_an_unknown_option_is_a_usage_error() -> None:
    """What typer refuses has exit code 2 as well, and no traceback."""
    answer = process("run", QUESTION, "--nonsense")
    assert (answer.code, answer.out) == (2, "")
    assert "Traceback" not in answer.err
