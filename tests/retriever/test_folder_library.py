"""Local sources: a folder of files with a manifest, and the built-in notes. No network at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synth.errors import NotFound, StoreError, UsageError
from synth.model import Fetched, Skipped
from synth.retriever.facets import question_of
from synth.retriever.folder import FolderSource
from synth.retriever.library import LibrarySource, note_paper

pytestmark = pytest.mark.disable_socket
QUESTION = question_of("Does token merging speed up vision transformers?")


def make_folder(root: Path, **files: str) -> FolderSource:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return FolderSource(root)


def ids(source: FolderSource) -> list[str]:
    return [paper.id for paper in source.search(QUESTION, 5).papers]


def test_all_files_that_can_be_papers_are_candidates(tmp_path: Path) -> None:
    """PDF, Markdown and LaTeX, in folders below too, in a fixed order; nothing else."""
    source = make_folder(
        tmp_path,
        b_dot_pdf="%PDF-1.5",
        a_dot_tex="x",
        sub__c_dot_md="# A Title\n",
        README_dot_md="no",
        z_dot_txt="no",
        _dot_hidden_dot_md="no",
    )
    answer = source.search(QUESTION, 1)
    assert [paper.location for paper in answer.papers] == ["a.tex", "b.pdf", "sub/c.md"]
    assert answer.papers[2].title == "A Title"
    assert (answer.log[0].state, answer.log[0].received) == ("ok", 3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2308.04657.pdf", ("2308.04657", None)),
        ("2308.04657v2.pdf", ("2308.04657", 2)),
        ("haurum_2308.04657v1_final.pdf", ("2308.04657", 1)),
        ("quant-ph_0201082v1.pdf", ("quant-ph/0201082", 1)),
        ("2399.12345.pdf", (None, None)),
        ("12308.046571.pdf", (None, None)),
        ("paper.pdf", (None, None)),
    ],
)
def test_an_arxiv_id_is_read_from_the_file_name(tmp_path: Path, name: str, expected: tuple[str | None, int | None]) -> None:
    """What looks like an id is one, and month 99 is none."""
    (tmp_path / name).write_text("%PDF-1.5")
    paper = FolderSource(tmp_path).search(QUESTION, 5).papers[0]
    assert (paper.arxiv_id, paper.arxiv_version) == expected


def test_a_manifest_names_the_papers(tmp_path: Path) -> None:
    """DOI, title and year of the manifest count before what the file name says; an arXiv DOI gives the id."""
    rows = [
        "file,doi,title,year",
        'a.pdf,https://doi.org/10.1000/AbC,"One, two",2021',
        "b.pdf,10.48550/arXiv.2308.04657,,x",
        "lost.pdf,,Lost,2020",
    ]
    (tmp_path / "manifest.csv").write_text("\ufeff" + "\n".join(rows), encoding="utf-8")
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_text("%PDF-1.5")
    answer = FolderSource(tmp_path).search(QUESTION, 5)
    first, second = answer.papers
    assert (first.id, first.doi, first.title, first.year) == ("doi:10.1000/abc", "10.1000/abc", "One, two", 2021)
    assert (second.id, second.doi, second.title, second.year) == ("arxiv:2308.04657", None, "b", None)
    assert answer.log[0].reason == "the manifest names 1 files that are not there: lost.pdf"


def test_a_manifest_without_a_file_column_is_refused(tmp_path: Path) -> None:
    """A CSV that cannot be meant is said before anything is read."""
    (tmp_path / "manifest.csv").write_text("name,title\na.pdf,x\n")
    (tmp_path / "a.pdf").write_text("%PDF-1.5")
    with pytest.raises(UsageError, match="no column 'file'; got name, title"):
        FolderSource(tmp_path).search(QUESTION, 5)


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    """Neither a file nor a folder outside can be smuggled in, by a link or by a location."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "own.md").write_text("own")
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside)
    source = FolderSource(root)
    assert ids(source) == ["file:own.md"]
    outcome = source.fetch(source.search(QUESTION, 5).papers[0].model_copy(update={"location": "../outside/secret.md"}))
    assert isinstance(outcome, Skipped)
    assert outcome.reason == "the file lies outside the folder"


def test_a_file_name_that_is_no_unicode_is_left_out_and_told(tmp_path: Path) -> None:
    """A name of stray bytes costs that file alone, and the log says what to do."""
    (tmp_path / "good.md").write_text("# Good\n\nToMe is fast.\n")
    try:
        (tmp_path / os.fsdecode(b"\xff\xfe.md")).write_text("# Bad\n")
    except OSError:
        pytest.skip("this file system takes only Unicode names")
    answer = FolderSource(tmp_path).search(QUESTION, 10)
    assert [paper.location for paper in answer.papers] == ["good.md"]
    assert "1 files were left out because their names are not UTF-8" in answer.log[0].reason


def test_files_are_fetched_as_they_are(tmp_path: Path) -> None:
    """The reader says what a file is worth; only an empty or vanished one is skipped here."""
    source = make_folder(tmp_path, a_dot_pdf="junk", b_dot_pdf="", c_dot_md="text")
    papers = source.search(QUESTION, 5).papers
    (tmp_path / "c.md").unlink()
    first, second, third = (source.fetch(paper) for paper in papers)
    assert isinstance(first, Fetched)
    assert (first.data, first.name) == (b"junk", "a.pdf")
    assert isinstance(second, Skipped)
    assert second.reason == "the file is empty"
    assert isinstance(third, Skipped)
    assert third.reason == "the file cannot be read: No such file or directory"


def test_papers_are_found_by_name_id_or_doi(tmp_path: Path) -> None:
    """Every way of naming a file's paper finds it; another version of it is another paper."""
    (tmp_path / "manifest.csv").write_text("file,doi\nb.pdf,10.1000/x\n")
    (tmp_path / "2308.04657v1.pdf").write_text("%PDF-1.5")
    (tmp_path / "b.pdf").write_text("%PDF-1.5")
    source = FolderSource(tmp_path)
    names = ["2308.04657", "arXiv:2308.04657v1", "2308.04657v1.pdf", "https://doi.org/10.1000/X", "b.pdf"]
    found = [source.find([name])[0].papers for name in names]
    assert [papers[0].location if papers else None for papers in found] == ["2308.04657v1.pdf"] * 3 + ["b.pdf"] * 2
    assert source.find(["2308.04657v2"])[1][0].reason == f"the folder {tmp_path.name} has no paper '2308.04657v2'"


def test_an_empty_and_a_missing_folder(tmp_path: Path) -> None:
    """Empty is a state of the log; missing is the user's mistake."""
    entry = FolderSource(tmp_path).search(QUESTION, 5).log[0]
    assert (entry.state, entry.received) == ("empty", 0)
    with pytest.raises(NotFound, match="no folder"):
        FolderSource(tmp_path / "nowhere")


@pytest.mark.shared
def test_openings_of_real_files(shared: Path) -> None:
    """A paper opens with its title; what is empty, encrypted, cut, scanned or no PDF has no opening."""
    source = FolderSource(shared / "data" / "pdfs")
    openings = {paper.location: source.opening(paper) for paper in source.search(QUESTION, 99).papers}
    assert "Linformer" in (openings["2006.04768_linformer.pdf"] or "")
    for name in ("empty", "enc_user_pw_secret", "html_error", "lfs_pointer_adaptive_pruning", "scanned_acl_d09", "broken_2bytes"):
        assert openings[f"damaged/{name}.pdf"] is None


NOTE = """+++
key = "made-up"
title = "A Made-up Title"
authors = ["Ana Müller", "B. Person"]
year = 2024
arxiv_id = "2401.00001"
arxiv_version = 2
doi = "10.1234/ABC"
venue = "Test 2024"
code = "https://example.org/code"
submitted = "2024-01-01"
kind = "note"
+++

# A Made-up Title

Reading note, not the paper.

## Findings

It works. [source: abstract]

| a | b |
|---|---|
"""


def test_a_note_stands_for_its_paper(tmp_path: Path) -> None:
    """Every field of the front matter arrives, and the paper is marked a note."""
    (tmp_path / "n.md").write_text(NOTE)
    source = LibrarySource(tmp_path)
    paper = source.search(QUESTION, 5).papers[0]
    assert (paper.id, paper.kind, paper.source, paper.title, paper.year) == ("arxiv:2401.00001", "note", "library", "A Made-up Title", 2024)
    assert (paper.arxiv_version, paper.doi, paper.venue, paper.published) == (2, "10.1234/abc", "Test 2024", "2024-01-01")
    assert paper.authors == ("Ana Müller", "B. Person")
    assert paper.abstract == "It works."
    fetched = source.fetch(paper)
    assert isinstance(fetched, Fetched)
    assert (fetched.data, fetched.name) == (NOTE.encode(), "n.md")


@pytest.mark.parametrize("name", ["2401.00001", "2401.00001v1", "10.1234/abc", "n", "n.md"])
def test_notes_are_found_by_id_doi_or_file_name(tmp_path: Path, name: str) -> None:
    """A note on any version serves for the paper."""
    (tmp_path / "n.md").write_text(NOTE)
    assert [paper.id for paper in LibrarySource(tmp_path).find([name])[0].papers] == ["arxiv:2401.00001"]


def test_a_paper_without_a_note(tmp_path: Path) -> None:
    """An empty library is no error, and a missing note has its reason."""
    answer, skipped = LibrarySource(tmp_path).find(["2401.00009"])
    assert answer.log[0].state == "empty"
    assert skipped[0].reason == "the built-in library has no note on '2401.00009'"
    assert LibrarySource(tmp_path / "nowhere").search(QUESTION, 5).log[0].state == "empty"


@pytest.mark.parametrize("text", ["no front matter", "+++\ntitle = \n+++\n", "+++\nyear = 1\n+++\n"])
def test_a_damaged_note_names_its_file(text: str) -> None:
    """A note that cannot be read is a damaged installation."""
    with pytest.raises(StoreError, match=r"the note bad\.md"):
        note_paper(text, "bad.md")


def test_the_library_that_ships_is_whole() -> None:
    """Every note can be read, is marked a note, and no two stand for one paper."""
    papers = LibrarySource().search(QUESTION, 99).papers
    assert len({paper.id for paper in papers}) == len(papers) > 20
    assert {paper.kind for paper in papers} == {"note"}
    assert all(paper.abstract for paper in papers)
