"""
Markdown → Document by markdown-it-py's tokens: sections, sentences and pipe tables; front matter and HTML are left out.

A paragraph that begins with "Table" or "Caption" directly before or after a table is its caption.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from synth.model import Document, Paper, SectionRole, Table
from synth.reader.assemble import Paragraph, document
from synth.reader.clean import collapsed
from synth.reader.grid import Entry, cells
from synth.reader.sections import Outline

_FRONT = re.compile(r"\A\s*(\+\+\+|---)[ \t]*\r?\n.*?^\1[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_CAPTION = re.compile(r"^(?:(Table|Tab\.)\s*(\w{1,5})?|Caption)\s*(?:[:.–—-]\s*|\s|$)", re.IGNORECASE)


def without_front_matter(text: str) -> str:
    """The text behind a block between +++ or --- lines at its beginning."""
    match = _FRONT.match(text)
    return text[match.end() :] if match else text


def read_markdown(text: str, paper: Paper, digest: str) -> Document:
    """The document in a Markdown text."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(without_front_matter(text))
    reader = _Reader(paper)
    reader.walk(tokens)
    return document(paper, reader.paragraphs, digest=digest, media="markdown", tables=reader.tables, references=tuple(reader.references))


class _Reader:
    """Walks over tokens and collects paragraphs, tables and references."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.paragraphs: list[Paragraph] = []
        self.tables: list[Table] = []
        self.references: list[str] = []
        self.section = ""
        self.role: SectionRole = "other"
        self._outline = Outline()
        self._caption: Paragraph | None = None
        """the last paragraph, where a table could follow that it is the caption of."""
        self._bare: int | None = None
        """place of the last table, where a caption could follow."""

    def walk(self, tokens: Sequence[Any]) -> None:
        """Read all tokens of a document."""
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if token.type == "table_open":
                end = next(n for n in range(place, len(tokens)) if tokens[n].type == "table_close")
                self._table(tokens[place:end])
                place = end
            elif token.type == "inline":
                before = tokens[place - 1]
                if before.type == "heading_open":
                    self._heading(collapsed(_text(token)), int(before.tag[1]))
                else:
                    self._paragraph(collapsed(_text(token)))
            place += 1

    def _heading(self, title: str, depth: int) -> None:
        self.role = self._outline.enter(title, depth)
        self.section = title
        self._caption, self._bare = None, None
        self.paragraphs.append(Paragraph(text=title, section=title, role=self.role, heading=True))

    def _paragraph(self, text: str) -> None:
        if not text:
            return
        if self.role == "references":
            self.references.append(text)
            return
        match = _CAPTION.match(text)
        if match and self._bare is not None:
            table = self.tables[self._bare]
            self.tables[self._bare] = table.model_copy(update={"caption": text, "label": _label(text)})
            self.paragraphs.append(Paragraph(text=text, section=self.section, role=self.role))
            self._bare = None
            return
        paragraph = Paragraph(text=text, section=self.section, role=self.role)
        self.paragraphs.append(paragraph)
        self._caption = paragraph if match else None
        self._bare = None

    def _table(self, tokens: Sequence[Any]) -> None:
        entries: list[Entry] = []
        row = column = head = 0
        for token in tokens:
            if token.type == "tr_open":
                column = 0
            elif token.type == "tr_close":
                row += 1
            elif token.type == "thead_close":
                head = row
            elif token.type == "inline":
                entries.append(Entry(row, column, collapsed(_text(token)), bold=_is_bold(token)))
            elif token.type in ("td_close", "th_close"):
                column += 1
        caption = self._caption.text if self._caption else ""
        found = cells(entries, head)
        if found:
            self.tables.append(Table(paper_id=self.paper.id, index=len(self.tables), label=_label(caption), caption=caption, cells=found))
            self._bare = None if caption else len(self.tables) - 1
        self._caption = None


def _label(caption: str) -> str:
    """What a caption calls its table, "Table 3"; empty if it gives no number."""
    match = _CAPTION.match(caption)
    return (
        f"Table {match.group(2)}"
        if match and match.group(2) and any(char.isdigit() or char.isupper() for char in match.group(2)[:1])
        else ""
    )


def _text(token: Any) -> str:
    """The readable text of an inline token: links by their text, images and HTML left out."""
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return "".join(parts)


def _is_bold(token: Any) -> bool:
    """Whether most of an inline token's text is strong."""
    depth = heavy = total = 0
    for child in token.children or ():
        depth += {"strong_open": 1, "strong_close": -1}.get(child.type, 0)
        length = len(child.content.strip()) if child.type in ("text", "code_inline") else 0
        total += length
        heavy += length if depth else 0
    return 2 * heavy > total
