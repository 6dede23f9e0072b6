"""The measurement of tables against their source: what counts as found, under the right headers, in the right weight."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.model import Cell, Document, Paper, Table
from synth.reader.read import read
from synth.reader.recipes.table_headers import Agreement, agreement

VALUES = {"tex_aisci_dual_scale": 60, "tex_aisci_weight_init_grokking": 20, "tex_cifar10_label_mods": 56}


def make_table(*cells: tuple[str, str, str, bool]) -> Table:
    """A table of (text, header to the left, header above, bold)."""
    found = (
        Cell(row=row, column=1, text=text, row_path=(left,), column_path=(above,), bold=bold)
        for row, (text, left, above, bold) in enumerate(cells)
    )
    return Table(paper_id="", index=0, cells=tuple(found))


WRITTEN = make_table(("79.8", "ToMe", "Top-1", True), ("79.8", "EViT", "Top-1", False), ("2.1 ± 0.3", "ToMe", "GMACs", False))


def test_a_table_agrees_with_itself() -> None:
    """All values, headers, weights and deviations are right where nothing was lost."""
    assert agreement([WRITTEN], [WRITTEN]) == Agreement(3, 3, 3, 3, 3, 3, 1, 1)


def test_each_kind_of_loss_is_told_apart() -> None:
    """A wrong header is no lost value, a lost deviation no wrong number, and equal numbers are not counted twice."""
    drawn = make_table(("79.8", "ToMe", "Top-5", True), ("79.8", "EViT", "Top-1", True), ("2.1", "ToMe", "GMACs", False))
    assert agreement([WRITTEN], [drawn]) == Agreement(3, 3, 3, 2, 2, 2, 1, 0)
    assert agreement([WRITTEN], [make_table(("79.8", "EViT", "Top-1", False))]) == Agreement(3, 1, 0, 1, 0, 0, 1, 0)
    assert agreement([WRITTEN], []) == Agreement(values=3, deviations=1)


@pytest.mark.shared
@pytest.mark.parametrize("stem", VALUES)
def test_shared_papers_are_read_as_they_were_written(shared: Path, stem: str) -> None:
    """Every value of each paper's source is in its PDF, under the same headers, in the same weight and with its deviation."""
    source, pdf = (
        read(path.read_bytes(), Paper(id="file:sample", title="A sample"), name=path.name)
        for path in (shared / "data" / "tex" / f"{stem}.tex", shared / "data" / "pdfs" / f"{stem}.pdf")
    )
    assert isinstance(source, Document) and isinstance(pdf, Document)
    found = agreement(source.tables, pdf.tables)
    assert found.values == found.found == found.header_path == found.bold == VALUES[stem]
    assert found.deviation == found.deviations
