"""Builders: tables as a reader would give them, of records and of results."""

from __future__ import annotations

from collections.abc import Sequence

from synth.model import Cell, Table


def make_table(
    rows: Sequence[Sequence[str]], *, caption: str = "", labels: int = 1, bold: Sequence[tuple[int, int]] = (), label: str = ""
) -> Table:
    """A table whose first row is the head and whose leading columns name the rows; empty texts are no cells."""
    head = rows[0]
    cells = [
        Cell(
            row=i,
            column=j,
            text=text,
            row_path=tuple(each for each in row[: min(j, labels)] if each),
            column_path=(head[j],) if head[j] else (),
            bold=(i, j) in bold,
        )
        for i, row in enumerate(rows[1:], start=1)
        for j, text in enumerate(row)
        if text
    ]
    return Table(paper_id="arxiv:own", index=0, label=label, caption=caption, cells=tuple(cells))


GAMES = make_table(
    [
        ["week", "date", "opponent", "venue", "result", "attendance"],
        ["1", "september 6 , 1992", "houston oilers", "astrodome", "w 24 - 21", "60147"],
        ["2", "september 13 , 1992", "detroit lions", "silverdome", "l 17 - 31", "57519"],
        ["3", "september 20 , 1992", "tampa bay buccaneers", "metrodome", "w 26 - 20", "48113"],
        ["4", "october 4 , 1992", "chicago bears", "metrodome", "w 21 - 20", "60992"],
        ["5", "october 11 , 1992", "detroit lions", "metrodome", "w 31 - 14", "52816"],
    ],
    caption="1992 minnesota vikings season",
)
"""records: one game a row."""

MEDALS = make_table(
    [
        ["rank", "nation", "gold", "silver", "bronze"],
        ["1", "scotland", "9", "2", "2"],
        ["2", "switzerland", "4", "3", "5"],
        ["3", "norway", "3", "3", "4"],
        ["4", "denmark", "1", "3", "0"],
        ["", "total", "17", "11", "11"],
    ],
    caption="world junior curling championship",
)
"""records with a row that sums up the others."""

PARSERS = make_table(
    [
        ["Model", "Params (M)", "UAS", "LAS", "Time (s)"],
        ["BiLSTM", "11.2", "93.10", "91.05", "4.1"],
        ["BiLSTM + char", "12.0", "93.62", "91.70", "4.6"],
        ["BiLSTM w/o tags", "10.9", "92.40", "90.11", "3.9"],
        ["Graph-based", "14.5", "94.01", "92.13", "6.8"],
        ["Ours", "13.3", "94.55", "92.80", "3.2"],
    ],
    caption="Table 2: Parsing results on the Penn Treebank test set.",
    label="Table 2",
)
"""results: systems by measures."""
