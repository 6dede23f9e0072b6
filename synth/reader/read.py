"""
Bytes of one work → Document, or Skipped with the reason.

The content decides what is read, the file name only where the content leaves it open. A work that cannot be read is an
outcome, so nothing that a file holds makes `read` raise.
"""

from __future__ import annotations

import hashlib
import re

from synth.model import Document, Paper, Skipped
from synth.reader.clean import collapsed
from synth.reader.language import foreign

_LATEX = re.compile(r"^\s*\\(?:documentclass|begin\{document\}|section\*?\{|title\{|maketitle|input\{)", re.MULTILINE)
_HTML = re.compile(r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_ARCHIVES = {
    b"PK\x03\x04": "a ZIP archive or Office file",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
}


def read(data: bytes, paper: Paper, *, name: str) -> Document | Skipped:
    """
    The document that the bytes hold, or why they hold none.

    name  file name, whose ending tells the format where the content does not
    """
    digest = hashlib.sha256(data).hexdigest()
    stem = name.rpartition("/")[2].rpartition(".")[0]
    known = paper.model_copy(update={"title": ""}) if paper.title in (stem, name) else paper
    try:
        outcome = _read(data, known, name=name, digest=digest)
    except Exception as error:
        # A parser that fails on a hostile file is this file's fault, not the run's.
        outcome = f"damaged: the reader failed on it ({type(error).__name__}: {collapsed(str(error))[:120]})"
    if isinstance(outcome, str):
        return Skipped(paper=paper, reason=outcome)
    return (
        outcome
        if outcome.paper.title
        else outcome.model_copy(update={"paper": outcome.paper.model_copy(update={"title": paper.title or stem})})
    )


def _read(data: bytes, paper: Paper, *, name: str, digest: str) -> Document | str:
    """The document, or the reason why there is none."""
    if not data:
        return "empty: the file has 0 bytes"
    if b"%PDF-" in data[:1024]:
        from synth.reader.pdf import read_pdf

        found = read_pdf(data, paper, digest)
    else:
        found = _read_text(data, paper, name, digest)
    if isinstance(found, str):
        return found
    return foreign(found.text) or found


def _read_text(data: bytes, paper: Paper, name: str, digest: str) -> Document | str:
    """The document in LaTeX or Markdown, or why it is neither."""
    reason = _not_text(data, name)
    if reason:
        return reason
    text = data.decode("utf-8-sig", errors="replace") if not _is_latin1(data) else data.decode("latin-1")
    ending = name.lower().rpartition(".")[2]
    if ending in ("tex", "ltx", "latex") or (ending not in ("md", "markdown") and _LATEX.search(text[:20000])):
        from synth.reader.latex import read_latex

        found = read_latex(text, paper, digest)
    else:
        from synth.reader.markdown import read_markdown

        found = read_markdown(text, paper, digest)
    if not found.passages and not found.tables:
        return f"no prose: {len(data)} bytes without a single sentence"
    return found


def _is_latin1(data: bytes) -> bool:
    """Whether the bytes are no UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _not_text(data: bytes, name: str) -> str:
    """What the bytes are instead of a readable text; empty if nothing speaks against them."""
    head = data[:2048]
    if head.startswith(b"version https://git-lfs"):
        size = re.search(rb"size (\d+)", head)
        return f"a Git LFS pointer of {len(data)} bytes, not the file itself" + (f" ({int(size.group(1))} bytes)" if size else "")
    text = head.decode("utf-8", errors="replace")
    if _HTML.match(text):
        said = collapsed(re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE))[:80]
        return "an HTML page, not a paper" + (f': it says "{said}"' if said else "")
    kind = next((kind for magic, kind in _ARCHIVES.items() if data.startswith(magic)), "")
    if kind:
        return f"{kind}, not a PDF, Markdown or LaTeX file"
    if name.lower().endswith(".pdf"):
        return f'not a PDF: {len(data)} bytes without the mark "%PDF-", beginning with {data[:8]!r}'
    return f"not a text: {len(data)} bytes with binary content" if b"\0" in head else ""
