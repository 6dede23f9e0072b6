"""The head of a first page: its title, its arXiv stamp, and nothing that the record knew better."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.model import Document, Paper
from synth.reader.layout import Line
from synth.reader.masthead import identified, title_of
from synth.reader.read import read
from synth.reader.shelf import one_each

STAMP = "arXiv:2307.10780v2  [cs.CV]  15 Aug 2023"


def line(text: str, y: float, size: float) -> Line:
    """A line of the first page."""
    return Line(page=1, x0=70, y0=y, x1=500, y1=y + size, text=text, size=size, font="Times", bold=False, math=0.0, block=0)


HEAD = [line("Preprint", 20, 9), line("Token Merging: Your ViT", 60, 17), line("But Faster", 80, 17), line("A. Person", 110, 12),
        line("Abstract", 150, 12), line("A NUMBER IN LARGE TYPE", 400, 30)]  # fmt: skip


def test_the_title_is_the_largest_type_above_the_abstract() -> None:
    """Lines of the largest type are joined; what stands below the abstract is not looked at."""
    assert title_of(HEAD, 10) == "Token Merging: Your ViT But Faster"


def test_running_text_is_no_title() -> None:
    """Where nothing is larger than the text there is no title, rather than a wrong one."""
    assert title_of([line("Some words", 60, 10)], 10) == ""


def test_the_stamp_gives_id_version_and_year() -> None:
    """A file of unknown origin is recognised by the stamp in its margin."""
    paper = identified(Paper(id="file:x.pdf", title=""), HEAD, STAMP, 10)
    assert (paper.id, paper.arxiv_id, paper.arxiv_version, paper.year) == ("arxiv:2307.10780", "2307.10780", 2, 2023)


def test_a_stamp_of_another_paper_is_not_believed() -> None:
    """A record that has an id keeps it, whatever a page says."""
    known = Paper(id="arxiv:2210.09461", title="Known", arxiv_id="2210.09461", arxiv_version=1)
    assert identified(known, HEAD, STAMP, 10) == known


@pytest.mark.shared
def test_real_papers_are_recognised(shared: Path) -> None:
    """A PDF whose file name says nothing gets title and id from its first page; its protected copy is the same work."""
    folder = shared / "data" / "pdfs"
    files = (folder / "2307.10780_ltmp.pdf", folder / "damaged" / "enc_owner_only.pdf", folder / "2101.11605_botnet.pdf")
    read_ones = [read(path.read_bytes(), Paper(id=f"file:{path.name}", title="x"), name="x.pdf") for path in files]
    first, copy, other = one_each(read_ones)
    assert isinstance(first, Document)
    assert (first.paper.title, first.paper.url) == (
        "Learned Thresholds Token Merging and Pruning for Vision Transformers",
        "https://arxiv.org/abs/2307.10780v2",
    )
    assert not isinstance(copy, Document)
    assert copy.reason == f"the same work as “{first.paper.title}”, which is read already"
    assert isinstance(other, Document)
