"""The reading notes of the built-in library: well-formed, labelled, sourced, and true to the facts that they report."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from synth.model import Document, Paper
from synth.model.paper import split_arxiv_id
from synth.reader.read import read

NOTES = Path(__file__).resolve().parents[2] / "synth" / "library" / "notes"
FILES = sorted(NOTES.glob("*.md"))
LABEL = "Reading note, not the paper."
FIELDS = {"key", "title", "authors", "year", "arxiv_id", "arxiv_version", "doi", "venue", "submitted", "kind"}
NUMBER = re.compile(r"(?<![A-Za-z.\d])\d+(?:\.\d+)?(?:e-?\d+)?")

each_note = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def front_and_body(path: Path) -> tuple[dict[str, Any], str]:
    """The front matter as a mapping, and the Markdown behind it."""
    empty, front, body = re.split(r"^\+\+\+$", path.read_text("utf-8"), maxsplit=2, flags=re.MULTILINE)
    assert empty == ""
    return tomllib.loads(front), body.strip()


def section(body: str, title: str) -> str:
    """The text under a second-level heading, empty where the note has none."""
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", body, flags=re.MULTILINE | re.DOTALL)
    return found.group(1).strip() if found else ""


def paragraphs(text: str) -> list[str]:
    """Blocks of text between blank lines."""
    return [block.strip() for block in text.split("\n\n") if block.strip()]


def words(text: str) -> list[str]:
    """Words in lower case, in order; tokens with a digit are figures and are left out."""
    return [word for word in re.findall(r"[\w'-]+", text.lower()) if not re.search(r"\d", word)]


def runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    """Every run of `length` consecutive words."""
    found = words(text)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


@cache
def papers(shared: Path) -> dict[str, dict[str, Any]]:
    """The facts on each paper, by key."""
    lines = (shared / "facts" / "papers.jsonl").read_text("utf-8").splitlines()
    return {paper["key"]: paper for paper in map(json.loads, lines)}


@cache
def document(path: Path) -> Document:
    """The note as the reader sees it, like any other Markdown document."""
    found = read(path.read_bytes(), Paper(id=f"note:{path.stem}", title=path.stem, kind="note"), name=path.name)
    assert isinstance(found, Document), found
    return found


def facts_on(path: Path, shared: Path) -> dict[str, Any]:
    """The facts on the paper of a note; a note that came later has none to be compared with."""
    if path.stem not in papers(shared):
        pytest.skip(f"no facts on {path.stem}")
    return papers(shared)[path.stem]


def known_numbers(paper: dict[str, Any]) -> set[float]:
    """Every number that the facts on a paper hold, in values, settings, names and texts."""
    return {float(text) for text in NUMBER.findall(json.dumps(paper, ensure_ascii=False))}


def table_rows(body: str) -> list[str]:
    """Body rows of all pipe tables, header and rule left out."""
    rows: list[str] = []
    for block in paragraphs(section(body, "Results")):
        if block.startswith("|"):
            rows += block.splitlines()[2:]
    return rows


def test_there_is_a_note_for_each_paper() -> None:
    """The library ships at least the thirty-two notes that it began with."""
    assert len(FILES) >= 32


@each_note
def test_front_matter_is_complete(path: Path) -> None:
    """Every note names its key, title, authors and kind in TOML, and nothing that the format does not know."""
    front, _ = front_and_body(path)
    assert front["key"] == path.stem
    assert front["title"].strip()
    assert all(isinstance(author, str) and author.strip() for author in front["authors"])
    assert front["kind"] == "note"
    assert set(front) <= FIELDS


@each_note
def test_arxiv_id_has_its_form(path: Path) -> None:
    """An arXiv id in a note is a base id, and its version, where known, a positive whole number."""
    front, _ = front_and_body(path)
    if "arxiv_id" in front:
        assert split_arxiv_id(front["arxiv_id"]) == (front["arxiv_id"], None)
        assert front["year"] == 2000 + int(front["arxiv_id"][:2])
    if "arxiv_version" in front:
        assert isinstance(front["arxiv_version"], int) and front["arxiv_version"] >= 1
        assert "arxiv_id" in front


@each_note
def test_note_says_that_it_is_one(path: Path) -> None:
    """A note opens with the paper's title and the line that it is not the paper."""
    front, body = front_and_body(path)
    assert paragraphs(body)[:2] == [f"# {front['title']}", LABEL]


@each_note
def test_every_finding_has_a_source(path: Path) -> None:
    """Each paragraph of findings, conflicts and warnings ends with its source in brackets."""
    _, body = front_and_body(path)
    findings = paragraphs(section(body, "Findings"))
    assert findings
    for paragraph in findings + paragraphs(section(body, "Conflicts and warnings")):
        assert re.search(r"[.)] \[Source: [^\[\]]{8,}\]$", paragraph), paragraph


@each_note
def test_tables_are_whole(path: Path) -> None:
    """Each table stands between a numbered caption and its source, and all its rows have as many cells as its header."""
    _, body = front_and_body(path)
    blocks = paragraphs(section(body, "Results"))
    for number, (caption, table, source) in enumerate(zip(blocks[::3], blocks[1::3], blocks[2::3], strict=True), 1):
        assert re.match(rf"Table {number}: .+\.$", caption), caption
        assert re.match(r"\[Source: [^\[\]]+\]$", source), source
        lines = table.splitlines()
        assert len(lines) >= 3
        assert all(line.startswith("|") and line.endswith("|") for line in lines)
        assert len({line.count("|") for line in lines}) == 1


@each_note
def test_rows_are_distinct(path: Path) -> None:
    """No row of results stands twice in a table of a note."""
    _, body = front_and_body(path)
    for block in paragraphs(section(body, "Results"))[1::3]:
        rows = block.splitlines()
        assert len(rows) == len(set(rows))


@each_note
def test_reader_reads_it(path: Path) -> None:
    """The reader finds every table with its caption, takes each source for a sentence of its own, and warns of nothing."""
    _, body = front_and_body(path)
    found = document(path)
    assert [table.label for table in found.tables] == re.findall(r"^(Table \d+): ", body, flags=re.MULTILINE)
    assert all(table.caption and table.cells for table in found.tables)
    assert [passage.text for passage in found.passages if "[Source: " in passage.text[1:]] == []
    assert not found.warnings


@pytest.mark.shared
def test_keys_are_those_of_the_facts(shared: Path) -> None:
    """Each paper that the facts know has its note, under the same key."""
    assert set(papers(shared)) <= {path.stem for path in FILES}


@pytest.mark.shared
@each_note
def test_front_matter_agrees_with_the_facts(path: Path, shared: Path) -> None:
    """Title, authors, arXiv id, version and DOI are those of the facts."""
    front, _ = front_and_body(path)
    paper = facts_on(path, shared)
    assert front["title"] == paper["title"]
    assert front["authors"] == (paper["authors"] or [])
    assert front.get("arxiv_id") == paper["arxiv_id"]
    assert front.get("arxiv_version") == (int(paper["version"].lstrip("v")) if paper["version"] else None)
    assert front.get("doi") == paper["doi"]


@pytest.mark.shared
@each_note
def test_table_figures_are_known(path: Path, shared: Path) -> None:
    """Every number in a table of results occurs in the facts on that paper."""
    _, body = front_and_body(path)
    known = known_numbers(facts_on(path, shared))
    unknown = [(number, row) for row in table_rows(body) for number in NUMBER.findall(row) if float(number) not in known]
    assert unknown == []


@pytest.mark.shared
@each_note
def test_text_figures_are_known(path: Path, shared: Path) -> None:
    """Every number in a finding, conflict or warning occurs in the facts on that paper."""
    _, body = front_and_body(path)
    known = known_numbers(facts_on(path, shared))
    text = re.sub(r"\[Source: [^\]]*\]", "", section(body, "Findings") + section(body, "Conflicts and warnings"))
    assert [number for number in NUMBER.findall(text) if float(number) not in known] == []


@pytest.mark.shared
@each_note
def test_no_sentence_is_copied(path: Path, shared: Path) -> None:
    """No eight consecutive words, figures left out, are those of the facts."""
    _, body = front_and_body(path)
    prose = re.sub(r"\[Source: [^\]]*\]", "", body.split("## Results")[0])
    for finding in facts_on(path, shared)["findings"]:
        assert not runs(prose) & runs(finding["text"]), finding["id"]


@pytest.mark.shared
@each_note
def test_conflicts_are_told(path: Path, shared: Path) -> None:
    """A note has the section on conflicts wherever the facts record a conflict or a warning."""
    _, body = front_and_body(path)
    kinds = {finding["kind"] for finding in facts_on(path, shared)["findings"]}
    if kinds & {"conflict", "warning"}:
        assert section(body, "Conflicts and warnings")


@pytest.mark.shared
@each_note
def test_no_result_is_lost(path: Path, shared: Path) -> None:
    """Every result of the facts stands in a cell of a table; of LTMP's, those with DeiT backbones."""
    cells = {cell.text for table in document(path).tables for cell in table.cells}
    values = {float(text) for text in cells if re.fullmatch(r"\d+(?:\.\d+)?", text)}
    results = [row for row in facts_on(path, shared)["results"] if path.stem != "ltmp" or "DeiT" in row["backbone"]]
    assert [row for row in results if row["value"] not in values] == []
