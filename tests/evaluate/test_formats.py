"""A folder is recognised by the fields of its lines, becomes our own records, and no line of it can stop the reading."""

from __future__ import annotations

from pathlib import Path

import pytest
from labelled_sets import CELLS, MAKERS, TOKENS, plain, scifact, scitab, tabfact, tdms_claims, write

from synth.errors import NotFound, UsageError
from synth.evaluate.formats import open_benchmark
from synth.evaluate.items import Benchmark, Reading

COUNTS = {
    "scifact": (3, 2, 2, 0), "citation_integrity": (2, 0, 0, 0), "healthver": (1, 0, 0, 0), "plain": (3, 0, 0, 0),
    "scitab": (3, 0, 0, 0), "tabfact": (3, 0, 0, 0), "tdms_claims": (3, 0, 0, 0), "cl_scisumm": (0, 1, 0, 0),
    "ncg": (0, 0, 0, 1), "csabstruct": (0, 0, 0, 1), "biomed_claims": (0, 0, 0, 1),
}  # fmt: skip
"""claims, rationales, searches and papers of each made set."""


@pytest.mark.parametrize("name", MAKERS)
def test_every_format_is_known_by_its_fields(name: str, tmp_path: Path, reading: Reading) -> None:
    """Whatever the folder is called, the format is found, and every item of the set is there."""
    found = open_benchmark(MAKERS[name](tmp_path / "any"), "dev", reading)
    assert found.format == name
    assert (len(found.claims), len(found.rationales), len(found.searches), len(found.papers)) == COUNTS[name]
    assert found.malformed == ()


def test_a_claim_beside_text(tmp_path: Path, reading: Reading) -> None:
    """The sentences of an abstract are its passages, found again at their offsets, and rationales point at them."""
    found = open_benchmark(scifact(tmp_path), "dev", reading)
    item, rationale = found.claims[0], found.rationales[0]
    document = item.document
    assert [passage.text for passage in document.passages] == CELLS
    assert all(document.text[passage.start : passage.end] == passage.text for passage in document.passages)
    assert (item.label, item.own, document.paper.title) == ("SUPPORT", False, "Interleukin 6")
    assert rationale.wanted == {document.passages[0].start}
    assert found.searches[0].wanted == {"file:7", "file:8"}


def test_scifact_without_pairs(tmp_path: Path, reading: Reading) -> None:
    """Where only claims are given, each is judged beside every abstract that it cites, NEI where that has no evidence."""
    (scifact(tmp_path) / "dev_pairs.jsonl").unlink()
    found = open_benchmark(tmp_path, "dev", reading)
    assert [(item.id, item.label) for item in found.claims] == [("1_7", "SUPPORT"), ("1_8", "NEI"), ("2_8", "REFUTE")]
    assert len(found.rationales) == 2


def test_marks_of_citations_are_no_words_of_the_claim(tmp_path: Path, reading: Reading) -> None:
    """ "[<|multi_cit|>,7]" is left out; claims of one citing article stand and fall together."""
    found = open_benchmark(MAKERS["citation_integrity"](tmp_path), "dev", reading)
    assert [item.claim for item in found.claims] == ["IL-6 raises neutrophils.", "Merging slows models down."]
    assert [item.group for item in found.claims] == ["article 31", "article 32"]


def test_running_text_is_cut_into_sentences(tmp_path: Path, reading: Reading) -> None:
    """A passage of two sentences becomes two passages, as the reader would cut it."""
    (item,) = open_benchmark(MAKERS["healthver"](tmp_path), "dev", reading).claims
    assert [passage.text for passage in item.document.passages] == CELLS[:2]


def test_cells_know_their_headers(tmp_path: Path, reading: Reading) -> None:
    """A grid of texts becomes cells with header paths; marks of print are the cells' own, and empty cells none."""
    item = open_benchmark(scitab(tmp_path), "dev", reading).claims[0]
    (table,) = item.document.tables
    found = {(cell.row_path, cell.column_path): (cell.text, cell.bold) for cell in table.cells}
    assert found[("BERT",), ("SST-2",)] == ("93.5", True)
    assert (("BoW",), ("MRPC",)) not in found
    assert (table.label, table.caption) == ("Table 2", "Table 2: Accuracy (%) on two data sets.")
    assert (item.own, item.group, item.document.paper.title) == (True, "p1", "Sentence encoders")


def test_linked_cells_get_places(tmp_path: Path, reading: Reading) -> None:
    """Cells that come with headers and no places stand in one row for one header on the left, in one column for one above."""
    items = open_benchmark(tdms_claims(tmp_path / "claims"), "dev", reading).claims
    places = {(cell.row_path[0], cell.column_path[0]): (cell.row, cell.column) for cell in items[0].document.tables[0].cells}
    assert places == {("LSTM", "SST-2"): (1, 1), ("LSTM", "MRPC"): (1, 2), ("BERT", "SST-2"): (2, 1), ("BERT", "MRPC"): (2, 2)}
    assert [item.kind for item in items] == ["true", "perturbed", "swapped"]


def test_sections_of_a_paper_have_roles(tmp_path: Path, reading: Reading) -> None:
    """Headings among the lines of a paper tell in which section the others stand."""
    (paper,) = open_benchmark(MAKERS["ncg"](tmp_path), "dev", reading).papers
    roles = {passage.text: passage.role for passage in paper.document.passages}
    assert [roles[text] for text in (TOKENS[0], TOKENS[2], TOKENS[1])] == ["abstract", "introduction", "results"]
    assert paper.document.paper.title == "Merging Tokens"
    assert len(paper.marked) == 3


def test_numbers_of_sentences_are_looked_up(tmp_path: Path, reading: Reading) -> None:
    """Cited sentences are given by number, not by place."""
    (item,) = open_benchmark(MAKERS["cl_scisumm"](tmp_path), "dev", reading).rationales
    assert item.wanted == {item.document.passages[2].start}


def opened_with(folder: Path, reading: Reading, *lines: object) -> Benchmark:
    """A user's set with further lines behind three good ones."""
    plain(folder)
    with (folder / "dev.jsonl").open("ab") as file:
        for line in lines:
            file.write((line if isinstance(line, bytes) else str(line).encode()) + b"\n")
    return open_benchmark(folder, "dev", reading)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ('"a text"', "valid dictionary"),
        ('{"claim": "A", "evidence": ["B."]}', "label: Field required"),
        ('{"claim": "A", "evidence": ["B."], "label": "PERHAPS"}', "expected SUPPORT, REFUTE or NEI, got 'PERHAPS'"),
        ('{"claim": 3, "evidence": ["B."], "label": "NEI"}', "claim: Input should be a valid string"),
        ('{"claim": "A", "evidence": 3, "label": "NEI"}', "evidence"),
        ('{"claim": "  ", "evidence": [], "label": "NEI"}', "the claim is empty"),
        ('{"claim": "\\ud800", "evidence": [], "label": "NEI"}', "half a surrogate pair"),
    ],
    ids=["broken", "bytes", "deep", "text", "missing", "label", "type", "evidence", "empty", "surrogate"],
)
def test_a_malformed_line_is_told_by_number(line: object, reason: str, tmp_path: Path, reading: Reading) -> None:
    """The line is left out and named with its number and one line of reason; all others are read."""
    found = opened_with(tmp_path, reading, line, '{"claim": "Good.", "evidence": [], "label": "nei"}')
    assert len(found.claims) == 4
    (malformed,) = found.malformed
    assert (malformed.file, malformed.line) == ("dev.jsonl", 4)
    assert reason in malformed.reason
    assert "\n" not in str(malformed)


def test_what_no_file_holds_is_malformed(tmp_path: Path, reading: Reading) -> None:
    """A claim on a table that is nowhere, and a mark behind the end of a document, are told like any other."""
    tables = write(tabfact(tmp_path / "t"), dev=[{"claim": "A", "label": "SUPPORT", "table_id": name} for name in ("x", "gone")])
    assert [str(each) for each in open_benchmark(tables, "dev", reading).malformed] == [
        "dev.jsonl line 2: speaks of table gone, which no file holds; left out"
    ]
    good = {"sentences": TOKENS, "contribution": [0], "paper": "a"}
    papers = write(tmp_path / "n", dev=[good, {**good, "contribution": [3]}])
    assert [each.reason for each in open_benchmark(papers, "dev", reading).malformed] == ["marks sentence 3 of 3"]


def test_empty_lines_and_a_mark_of_byte_order_are_no_fault(tmp_path: Path, reading: Reading) -> None:
    """Editors leave both behind."""
    (tmp_path / "dev.jsonl").write_bytes(b'\xef\xbb\xbf{"claim": "A", "evidence": "B.", "label": "nei"}\r\n\r\n')
    found = open_benchmark(tmp_path, "dev", reading)
    assert (len(found.claims), found.malformed) == (1, ())


def test_another_split_is_chosen_by_name(tmp_path: Path, reading: Reading) -> None:
    """The tables of the split are used where they are told apart."""
    tabfact(tmp_path)
    write(
        tmp_path,
        heldout=[{"claim": "A", "label": "SUPPORT", "table_id": "z"}],
        heldout_tables=[{"table_id": "z", "columns": ["A"], "rows": []}],
    )
    found = open_benchmark(tmp_path, "heldout", reading)
    assert (len(found.claims), found.files) == (1, ("heldout.jsonl", "heldout_tables.jsonl"))


def test_a_split_that_is_not_there(tmp_path: Path, reading: Reading) -> None:
    """The message lists the splits that are."""
    write(plain(tmp_path), test_hard=[{"claim": "A", "evidence": [], "label": "nei"}])
    with pytest.raises(NotFound, match=r"no split 'heldout'.*one of: dev, test_hard"):
        open_benchmark(tmp_path, "heldout", reading)
    assert len(open_benchmark(tmp_path, "test", reading).claims) == 1


def test_folders_that_cannot_be_meant(tmp_path: Path, reading: Reading) -> None:
    """No folder, nothing known in it, two sets in it, or a part that is nowhere: one line each, with what was expected."""
    with pytest.raises(NotFound, match="is no folder"):
        open_benchmark(tmp_path / "none", "dev", reading)
    with pytest.raises(UsageError, match=r"no labelled set.*scifact.*\{claim, evidence"):
        open_benchmark(write(tmp_path / "other", dev=[{"text": "A"}]), "dev", reading)
    with pytest.raises(UsageError, match=r"several sets.*csabstruct, plain"):
        MAKERS["csabstruct"](tmp_path / "two")
        open_benchmark(write(tmp_path / "two", dev2=[{"claim": "A", "evidence": [], "label": "nei"}]), "dev", reading)
    (tabfact(tmp_path / "alone" / "here") / "dev_tables.jsonl").unlink()
    with pytest.raises(UsageError, match=r"lacks a part of tabfact.*tabfact: a table"):
        open_benchmark(tmp_path / "alone" / "here", "dev", reading)


def test_a_set_without_one_good_item(tmp_path: Path, reading: Reading) -> None:
    """Nothing to score is an error with the first reason, not a report of zeros."""
    write(tmp_path, dev=[{"claim": "", "evidence": [], "label": "nei"}])
    with pytest.raises(UsageError, match=r"no usable line.*line 1: the claim is empty"):
        open_benchmark(tmp_path, "dev", reading)
