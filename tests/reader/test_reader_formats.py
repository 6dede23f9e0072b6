"""Markdown and LaTeX → Document."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from synth.model import Document, Paper, Skipped, Table
from synth.reader.read import read

PAPER = Paper(id="file:note", title="A note")

NOTE = """+++
title = "ToMe"
+++

# Token Merging

## Abstract

ToMe merges tokens *without* training. It doubles <b>throughput</b> on
[ViT-L](https://example.org) models.

## Results

Table 2: Accuracy on ImageNet-1k.

| Method | Keep rate | Top-1 (%) |
|--------|----------:|----------:|
| ToMe   | 0.7       | **79.7**  |
| EViT   | 0.7       | 79.5 ± 0.1 |

<script>alert("never read")</script>

## References

Bolya et al. Token merging: your ViT but faster. 2023.
"""

ARTICLE = r"""
\documentclass{article}
\newcommand{\ours}{LTMP\xspace}
\newcommand{\keep}[1]{keep rate $#1$}
\begin{document}
\title{A title}
\begin{abstract}
We study \ours{} at \keep{0.5}. % never read
It loses 0.3\% accuracy~\cite{bolya2023, rao2021}.
\end{abstract}
\section{Introduction}
Pruning is \emph{fast}; see Table~\ref{tab:a}. The loss is
\begin{equation} L = \sum_i x_i \end{equation}
where $\alpha \leq 0.5$ holds.
\section{Results}
\begin{table}[t]
\centering
\caption{Accuracy of \ours{} (\%)}\label{tab:a}
\begin{tabular}{llcc}
\toprule
 & & \multicolumn{2}{c}{ImageNet} \\ \cmidrule(lr){3-4}
Model & Method & Top-1 & Top-5 \\
\midrule
\multirow{2}{*}{DeiT-S} & ToMe & 79.3 & 94.5 $\pm$ 0.1 \\
 & \ours & \textbf{79.6} & 94.7 \\
\midrule
DeiT-B & ToMe \& more & 81.0 & -- \\
\bottomrule
\end{tabular}
\end{table}
\begin{thebibliography}{9}
\bibitem{bolya2023} D. Bolya. Token merging. 2023.
\bibitem{rao2021} Y. Rao. DynamicViT. 2021.
\end{thebibliography}
\end{document}
"""


def document_of(text: str, name: str) -> Document:
    """The document that a text is read into."""
    found = read(text.encode(), PAPER, name=name)
    assert isinstance(found, Document)
    return found


def cell(table: Table, text: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Row path, column path and boldness of the cell with this text."""
    found = [cell for cell in table.cells if cell.text == text]
    assert len(found) == 1
    return found[0].row_path, found[0].column_path, found[0].bold


def test_markdown_gives_sentences_with_section_and_role() -> None:
    """Sentences know their section; front matter, markup, HTML and references are left out."""
    note = document_of(NOTE, "tome.md")
    assert [(passage.text, passage.section, passage.role) for passage in note.passages] == [
        ("ToMe merges tokens without training.", "Abstract", "abstract"),
        ("It doubles throughput on ViT-L models.", "Abstract", "abstract"),
        ("Table 2: Accuracy on ImageNet-1k.", "Results", "results"),
    ]
    assert note.references == ("Bolya et al. Token merging: your ViT but faster. 2023.",)
    assert "alert" not in note.text and "title =" not in note.text
    assert note.media == "markdown"


def test_markdown_tables_have_caption_and_header_paths() -> None:
    """A pipe table takes its caption from the line before it, marks bold cells and keeps deviations."""
    (table,) = document_of(NOTE, "tome.md").tables
    assert (table.label, table.caption) == ("Table 2", "Table 2: Accuracy on ImageNet-1k.")
    assert cell(table, "79.7") == (("ToMe",), ("Top-1 (%)",), True)
    assert cell(table, "79.5 ± 0.1") == (("EViT",), ("Top-1 (%)",), False)


def test_a_caption_may_follow_its_table() -> None:
    """A line that begins with "Caption" behind a table belongs to it."""
    note = document_of("# A\n\n| a | b |\n|---|---|\n| x | 1 |\n\nCaption: what it shows.\n", "a.md")
    assert note.tables[0].caption == "Caption: what it shows."


def test_latex_is_readable() -> None:
    """Macros are expanded, comments and display mathematics dropped, citations and inline mathematics kept readable."""
    article = document_of(ARTICLE, "paper.tex")
    assert [(passage.text, passage.role) for passage in article.passages] == [
        ("We study LTMP at keep rate 0.5.", "abstract"),
        ("It loses 0.3% accuracy [bolya2023, rao2021].", "abstract"),
        ("Pruning is fast; see Table a.", "introduction"),
        ("The loss is where α ≤ 0.5 holds.", "introduction"),
        ("Accuracy of LTMP (%)", "other"),
    ]
    assert article.references == ("D. Bolya. Token merging. 2023.", "Y. Rao. DynamicViT. 2021.")
    assert article.paper.abstract.startswith("We study LTMP")


def test_latex_tables_resolve_spans() -> None:
    """Entries over several columns or rows head every cell that they span."""
    (table,) = document_of(ARTICLE, "paper.tex").tables
    assert (table.label, table.caption) == ("Table 1", "Accuracy of LTMP (%)")
    assert cell(table, "79.6") == (("DeiT-S", "LTMP"), ("ImageNet", "Top-1"), True)
    assert cell(table, "94.5 ± 0.1") == (("DeiT-S", "ToMe"), ("ImageNet", "Top-5"), False)
    assert cell(table, "81.0") == (("DeiT-B", "ToMe & more"), ("ImageNet", "Top-1"), False)


def test_a_row_with_one_entry_heads_the_rows_below() -> None:
    """A group row becomes the outermost header of the rows that follow."""
    text = "# A\n\n| m | acc | speed |\n|---|---|---|\n| Pruning | | |\n| EViT | 79.5 | 2.1 |\n| Merging | | |\n| ToMe | 79.7 | 2.0 |\n"
    (table,) = document_of(text, "a.md").tables
    assert cell(table, "79.5")[0] == ("Pruning", "EViT")
    assert cell(table, "79.7")[0] == ("Merging", "ToMe")


def test_content_decides_before_the_ending() -> None:
    """A PDF named .md is read as a PDF, HTML named .pdf is told as HTML, an archive by its kind."""
    reasons = {
        "a.md": b"%PDF-1.7 nothing behind it",
        "b.pdf": b"<html><body>Rate exceeded.</body></html>",
        "c.tex": b"\x1f\x8b\x08\x00",
        "d.md": b"",
        "e.md": b"abc\x00\x01\x02",
    }
    outcomes = {name: read(data, PAPER, name=name) for name, data in reasons.items()}
    told = {name: outcome.reason.split(":")[0] for name, outcome in outcomes.items() if isinstance(outcome, Skipped)}
    assert told == {
        "a.md": "damaged",
        "b.pdf": "an HTML page, not a paper",
        "c.tex": "a gzip archive, not a PDF, Markdown or LaTeX file",
        "d.md": "empty",
        "e.md": "not a text",
    }


@given(st.lists(st.text(alphabet=string.printable + "éα±“”\u200b", max_size=60), max_size=8))
def test_passages_always_index_into_the_text(lines: list[str]) -> None:
    """Whatever a Markdown file holds, reading it does not fail and every passage is found at its offsets."""
    found = read("\n\n".join(["# Results", "We keep all of the tokens here.", *lines]).encode(), PAPER, name="x.md")
    if isinstance(found, Document):
        assert all(found.text[passage.start : passage.end] == passage.text for passage in found.passages)
    else:
        assert found.reason


@given(st.binary(max_size=300))
def test_no_bytes_make_reading_fail(data: bytes) -> None:
    """Any bytes give a document or a reason in one line."""
    found = read(data, PAPER, name="x.tex")
    assert isinstance(found, Document) or (found.reason and "\n" not in found.reason)
