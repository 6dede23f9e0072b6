"""
LaTeX → Document: sections, abstract, sentences, tables and references from the source of one file.

Not an interpreter: simple macros of the preamble are expanded, display mathematics and figures dropped, inline mathematics
kept readable, and every other command gives way to its argument.
"""

from __future__ import annotations

import re

from synth.model import Document, Paper, SectionRole
from synth.reader.assemble import Paragraph, document
from synth.reader.latex_tables import read_tables
from synth.reader.latex_text import argument, expanded, readable, without_comments
from synth.reader.sections import Outline

_HEADING = re.compile(r"\\(part|chapter|section|subsection|subsubsection|paragraph|subparagraph)\*?\s*(?:\[[^\]]*\])?\s*(?=\{)")
_DEPTH = {"part": 0, "chapter": 0, "section": 1, "subsection": 2, "subsubsection": 3, "paragraph": 4, "subparagraph": 5}
_DROPPED = (
    "figure|figure\\*|table|table\\*|wraptable|wrapfigure|equation|equation\\*|align|align\\*|gather|gather\\*|multline|multline\\*|"
    "eqnarray|eqnarray\\*|displaymath|tikzpicture|algorithm|algorithm\\*|algorithmic|verbatim|lstlisting|minted|filecontents|filecontents\\*|"
    "tabular|tabular\\*|tabularx|longtable|CCSXML|comment"
)
_BEFORE, _AFTER = r"(?:(?<=[^\n])\n[ \t]*)?", r"(?:[ \t]*\n(?![ \t]*\n))?"
"""A single line feed around what is dropped goes with it, or the sentence around a formula would be two paragraphs."""
_BLOCK = re.compile(rf"{_BEFORE}\\begin\{{({_DROPPED})\}}.*?\\end\{{\1\}}{_AFTER}", re.DOTALL)
_DISPLAY = re.compile(rf"{_BEFORE}(?:\\\[.*?\\\]|\$\$.*?\$\$){_AFTER}", re.DOTALL)
_ABSTRACT = re.compile(r"\\begin\{abstract\}(.*?)\\end\{abstract\}", re.DOTALL)
_BIBLIOGRAPHY = re.compile(r"\\begin\{thebibliography\}(?:\{[^}]*\})?(.*?)\\end\{thebibliography\}", re.DOTALL)
_SECTION_MARK = "\x01"


def read_latex(text: str, paper: Paper, digest: str) -> Document:
    """The document in a LaTeX source."""
    source = expanded(without_comments(text))
    begin = source.find(r"\begin{document}")
    body = source[begin + len(r"\begin{document}") :] if begin >= 0 else source
    body = body.split(r"\end{document}")[0]
    tables = read_tables(body, paper.id)
    references = [readable(entry) for match in _BIBLIOGRAPHY.finditer(body) for entry in _items(match.group(1))]
    body = _BIBLIOGRAPHY.sub(" ", body)
    body = re.sub(r"\\appendix\b", r"\\section{Appendix}", body)
    body = _ABSTRACT.sub(lambda match: f"\n\n\\section{{Abstract}}\n{match.group(1)}\n\n\\section{{{_SECTION_MARK}}}\n", body)
    captions = [Paragraph(text=table.caption, section=table.label, role="other") for table in tables if table.caption]
    paragraphs = _paragraphs(_BLOCK.sub(" ", _DISPLAY.sub(" ", body)))
    return document(paper, [*paragraphs, *captions], digest=digest, media="latex", tables=tables, references=references)


def _items(text: str) -> list[str]:
    """The entries of a thebibliography environment."""
    return [re.sub(r"^(?:\s*\[[^\]]*\])?\s*\{[^}]*\}", "", item) for item in text.split(r"\bibitem")[1:]]


def _paragraphs(body: str) -> list[Paragraph]:
    """Headings and paragraphs in the order of the source; nothing before the first heading but full sentences."""
    found: list[Paragraph] = []
    outline = Outline()
    role: SectionRole = "other"
    section, start = "", 0
    for match in [*_HEADING.finditer(body), None]:
        found.extend(_prose(body[start : match.start() if match else len(body)], section, role))
        if match is None:
            break
        title, start = argument(body, match.end())
        section = readable(title).replace(_SECTION_MARK, "").strip()
        depth = _DEPTH[match.group(1)]
        role = outline.enter(section, depth) if section else "other"
        if section:
            found.append(Paragraph(text=section, section=section, role=role, heading=True))
    return found


def _prose(text: str, section: str, role: SectionRole) -> list[Paragraph]:
    """The paragraphs between two headings; items of a list are paragraphs."""
    pieces = re.split(r"\n\s*\n|\\item\b(?:\s*\[[^\]]*\])?|\\par\b|\\begin\{(?:itemize|enumerate|description)\}", text)
    texts = [readable(piece) for piece in pieces]
    return [Paragraph(text=piece, section=section, role=role) for piece in texts if len(piece) > 1]
