"""Tabular environments → tables, with \\multicolumn, \\multirow, rules and bold entries."""

from __future__ import annotations

import re

from synth.model import Table
from synth.reader.grid import Entry, cells, header_rows
from synth.reader.latex_text import argument, readable

_FLOAT = re.compile(r"\\begin\{(table\*?|wraptable|sidewaystable\*?|longtable)\}(.*?)\\end\{\1\}", re.DOTALL)
_TABULAR = re.compile(r"\\begin\{(tabular\*?|tabularx|tabulary|longtable|array)\}(.*?)\\end\{\1\}", re.DOTALL)
_RULE = re.compile(
    r"\\(toprule|midrule|bottomrule|hline|specialrule|hdashline|Xhline|cmidrule|cline|addlinespace)\s*(?:\([^)]*\))?(?:\[[^\]]*\])?((?:\s*\{[^}]*\})*)"
)
_PARTIAL = ("cmidrule", "cline", "addlinespace", "hdashline")


def read_tables(body: str, paper_id: str) -> list[Table]:
    """The tables of a document, in the order of the source; \\caption and a counted label belong to the float around them."""
    found: list[Table] = []
    floats = [(match.start(), match.end(), match.group(2)) for match in _FLOAT.finditer(body)]
    for number, (start, end, inside) in enumerate(floats, 1):
        caption = _caption(inside)
        scope = body[start:end] if body[start:].startswith(r"\begin{longtable}") else inside
        for match in _TABULAR.finditer(scope):
            found.extend(_table(match.group(1), match.group(2), paper_id, len(found), f"Table {number}", caption))
    for match in _TABULAR.finditer(body):
        if match.group(1) != "array" and not any(start <= match.start() < end for start, end, _ in floats):
            found.extend(_table(match.group(1), match.group(2), paper_id, len(found), "", ""))
    return found


def _caption(inside: str) -> str:
    match = re.search(r"\\caption(?:of\s*\{table\})?\*?\s*(?:\[[^\]]*\])?\s*(?=\{)", inside)
    return readable(argument(inside, match.end())[0]) if match else ""


def _table(kind: str, inside: str, paper_id: str, index: int, label: str, caption: str) -> list[Table]:
    if kind in ("tabular*", "tabularx", "tabulary"):
        _, start = argument(inside, 0)
        inside = inside[start:]
    inside = re.sub(r"^\s*\[[^\]]*\]", "", inside)
    _, start = argument(inside, 0)
    entries, ruled = _entries(re.sub(r"\\caption\s*\{(?:[^{}]|\{[^{}]*\})*\}", "", inside[start:]))
    if not entries:
        return []
    rows = 1 + max(entry.row for entry in entries)
    head = next((row for row in ruled if 0 < row <= max(1, rows // 2)), 0) or header_rows(entries, 3)
    found = cells(entries, head)
    return [Table(paper_id=paper_id, index=index, label=label, caption=caption, cells=found)] if found else []


def _entries(inside: str) -> tuple[list[Entry], list[int]]:
    """The entries of a tabular's rows, and the numbers of the rows that a full rule stands above."""
    entries: list[Entry] = []
    ruled: list[int] = []
    row = 0
    for piece in _split(inside, "\\\\"):
        piece = re.sub(r"^\s*\*?\[[^\]]*\]", "", piece)
        if row and any(match.group(1) not in _PARTIAL for match in _RULE.finditer(piece)):
            ruled.append(row)
        piece = _RULE.sub(" ", piece)
        if not piece.strip():
            continue
        column = 0
        for cell in _split(piece, "&"):
            entry = _entry(cell, row, column)
            column += entry.width
            if entry.text:
                entries.append(entry)
        row += 1
    return entries, ruled


def _split(text: str, mark: str) -> list[str]:
    """Parts of a text between marks that stand in no braces; an escaped & is no mark."""
    parts: list[str] = []
    depth = start = place = 0
    while place < len(text):
        if text[place] == "\\" and not (mark == "\\\\" and text.startswith(mark, place)):
            place += 2
            continue
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth <= 0 and text.startswith(mark, place):
            parts.append(text[start:place])
            place += len(mark)
            start = place
        else:
            place += 1
    return [*parts, text[start:]]


def _entry(cell: str, row: int, column: int) -> Entry:
    """One entry with its spans taken from \\multicolumn and \\multirow."""
    width = height = 1
    for _ in range(3):
        spanning = re.match(r"\s*\\(multicolumn|multirow)\*?\s*(?:\[[^\]]*\])?\s*(?=\{)", cell)
        if not spanning:
            break
        count, place = argument(cell, spanning.end())
        _, place = argument(cell, place)
        optional = re.match(r"\s*\[[^\]]*\]", cell[place:])
        content, _ = argument(cell, place + (optional.end() if optional else 0))
        size = int(count) if count.strip().isdigit() else 1
        width, height = (size, height) if spanning.group(1) == "multicolumn" else (width, size)
        cell = content
    bold = bool(re.match(r"\s*\$?\s*\\(?:textbf|mathbf|bm|boldsymbol|bfseries|bf)\b|\s*\{\s*\\(?:bf|bfseries)\b", cell))
    return Entry(row, column, _shown(cell), width=width, height=height, bold=bold)


def _shown(cell: str) -> str:
    """Readable text of a cell; a hyphen at the end of a line of \\makecell broke a word."""
    cell = re.sub(r"(?<=[a-z])-\s*\\\\\s*(?=[a-z])", "", cell)
    return readable(re.sub(r"\\(?:makecell|shortstack|thead)\s*(?:\[[^\]]*\])?", "", cell))
