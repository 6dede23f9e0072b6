"""
An e-print of arXiv → one LaTeX text, or the PDF that it holds.

arXiv gives a gzipped tar, a gzipped file or a PDF (info.arxiv.org/help/mimetypes.html); a server between may have unpacked it already.
It is a stranger's archive: nothing of it is written to the disk, only plain files count, names lead nowhere but to other files of the
archive, and every size is bounded before it is held.
"""

from __future__ import annotations

import gzip
import io
import posixpath
import re
import tarfile
import zlib
from dataclasses import dataclass, field

MAX_UNPACKED_BYTES = 300_000_000
"""of all that an archive holds, pictures included; what is larger is a bomb or not worth its pictures."""
MAX_TEXT_BYTES = 10_000_000
"""of its LaTeX files together, and of the text that they make; a thesis has one million."""
MAX_MEMBERS = 10_000
MAX_INPUTS = 1_000
"""files that are put in the place of a command, each time counted: files that name one another twice double at every level."""
MAX_DEPTH = 50
"""files within files."""
MOST_MAINS = 8
"""documents of an archive that are put together, the largest first, to see which is the paper."""
MIN_LETTERS = 1_500
"""of a document's body; a source with fewer only wraps a PDF."""

_TEXTS = (".tex", ".ltx", ".latex", ".bbl")
# Counts are bounded where a sign may be missing: a search to the end of the text from each of many places would not come to an end.
_CLASS = re.compile(r"^[^%\n]*\\document(?:class|style)\s*(?:\[[^\]]{0,500}\])?\s*\{([^}]{0,200})\}", re.MULTILINE)
_NOT_MAIN = ("standalone", "subfiles")
"""classes of figures and of parts."""
_BEGIN, _END = r"\begin{document}", r"\end{document}"
_INPUT = re.compile(
    r"(?<!\\)(?:\\\\)*(?P<comment>%[^\n]*)"
    r"|\\(?:input|include|subfile|subfileinclude|subimport\*?\s*\{(?P<below>[^{}]*)\}|import\*?\s*\{(?P<folder>[^{}]*)\})"
    r"(?![A-Za-z])\s*(?:\{(?P<braced>[^{}]*)\}|(?P<bare>[^\s\\{}%]+))"
    r"|\\(?:bibliography\s*\{[^{}]*\}|printbibliography(?![A-Za-z])(?:\[[^\]]{0,500}\])?)"
)
_DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError)


class Unusable(Exception):
    """Why an e-print gives no text, in words."""


@dataclass(frozen=True)
class Text:
    """A full text out of an e-print."""

    data: bytes
    """LaTeX as UTF-8, or a PDF."""
    ending: str
    """"tex" or "pdf"."""


def text_of(data: bytes) -> Text:
    """
    The paper in an e-print: its LaTeX files put together as one, or the PDF where that is all there is.

    raises   Unusable
    """
    try:
        stream: io.BytesIO | _Bounded = io.BytesIO(data)
        if data[:2] == b"\x1f\x8b":
            stream = _Bounded(gzip.GzipFile(fileobj=stream))
        head = stream.read(1024)
        rest = _Joined(head, stream)
        if b"%PDF-" in head:
            return Text(rest.read(), "pdf")
        files = _members(rest) if b"\0" in head else {"main.tex": rest.read(MAX_TEXT_BYTES + 1)}
    except _DAMAGED as error:
        raise Unusable(f"the source is damaged ({type(error).__name__})") from error
    if sum(map(len, files.values())) > MAX_TEXT_BYTES:
        raise Unusable(f"the LaTeX files are larger than {MAX_TEXT_BYTES // 1_000_000} MB")
    return Text(_flat(files).encode(), "tex")


class _Bounded(io.RawIOBase):
    """Bytes that are unpacked as they are read, up to MAX_UNPACKED_BYTES."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed, self._count = packed, 0

    def read(self, size: int = -1) -> bytes:
        left = MAX_UNPACKED_BYTES - self._count
        found = self._packed.read(left + 1 if size < 0 else min(size, left + 1))
        self._count += len(found)
        if self._count > MAX_UNPACKED_BYTES:
            raise Unusable(f"the source unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB")
        return found


class _Joined(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, stream: io.BytesIO | _Bounded) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            found, self._head = self._head + self._stream.read(), b""
            return found
        found, self._head = self._head[:size], self._head[size:]
        return found + self._stream.read(size - len(found))


def _members(stream: _Joined) -> dict[str, bytes]:
    """The LaTeX files of a tar by their path; links, devices and names that lead out of the archive are not among them."""
    files: dict[str, bytes] = {}
    size = 0
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for number, member in enumerate(archive):
            if number >= MAX_MEMBERS:
                raise Unusable(f"the source has more than {MAX_MEMBERS} files")
            name = _inside(member.name)
            if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or not name.lower().endswith(_TEXTS):
                continue
            opened = archive.extractfile(member)
            content = opened.read(MAX_TEXT_BYTES + 1 - size) if opened else b""
            size += len(content)
            if size > MAX_TEXT_BYTES:
                raise Unusable(f"the LaTeX files are larger than {MAX_TEXT_BYTES // 1_000_000} MB")
            files[name] = content
    return files


def _inside(name: str, folder: str = "") -> str:
    """A path within the archive in its plain form; empty for one that leads out of it."""
    path = posixpath.normpath(posixpath.join(folder, name.strip().strip('"')))
    return "" if path.startswith(("/", "..")) or "\0" in path or path == "." else path


def _flat(files: dict[str, bytes]) -> str:
    """The main file with the others in the places where it names them."""
    texts = {name: _decoded(data) for name, data in files.items()}
    mains = sorted((name for name in texts if name.lower().endswith(_TEXTS[:3]) and _is_main(texts[name])), key=lambda n: -len(texts[n]))
    if not mains:
        raise Unusable("the source holds no LaTeX document")
    # A submission may hold a response or a template beside the paper; the paper is the longest.
    found = {name: _Flattening(texts, name).text() for name in mains[:MOST_MAINS]}
    main = max(sorted(found), key=lambda name: len(found[name]))
    body = found[main].partition(_BEGIN)[2]
    letters = len(re.findall(r"[A-Za-z]", re.sub(r"\\[A-Za-z]+", "", body)))
    if letters < MIN_LETTERS:
        raise Unusable(f"the LaTeX source has only {letters} letters of text")
    return found[main]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _is_main(text: str) -> bool:
    match = _CLASS.search(text)
    return match is not None and match.group(1).strip() not in _NOT_MAIN and _BEGIN in text


@dataclass
class _Flattening:
    """The replacing of commands by the files that they name."""

    texts: dict[str, str]
    main: str
    inputs: int = 0
    size: int = 0
    open: list[str] = field(default_factory=list)
    """the files within which we are; none of them is put into itself."""

    def text(self) -> str:
        """
        The main file with all that it names.

        raises   Unusable where that has no end
        """
        return self._expanded(self.main, posixpath.dirname(self.main))

    def _expanded(self, name: str, folder: str) -> str:
        self.inputs += 1
        self.size += len(self.texts[name])
        if self.inputs > MAX_INPUTS or self.size > MAX_TEXT_BYTES or len(self.open) >= MAX_DEPTH:
            raise Unusable("the LaTeX files name one another without end")
        self.open.append(name)
        text = _INPUT.sub(lambda match: self._put(match, folder), self.texts[name])
        self.open.pop()
        if self.open and _BEGIN in text:  # a part that can also stand alone brings a preamble
            text = text.partition(_BEGIN)[2].partition(_END)[0]
        return text

    def _put(self, match: re.Match[str], folder: str) -> str:
        """What stands in the place of one command."""
        if match.group("comment") is not None:
            return match.group()
        if match.group("braced") is None and match.group("bare") is None:
            return self._bibliography(match.group())
        below, imported = match.group("below"), match.group("folder")
        there = _inside(below or imported or ".", folder) if below or imported else folder
        named = match.group("braced") or match.group("bare") or ""
        name = next((path for end in ("", ".tex", ".ltx") if (path := _inside(named + end, there)) in self.texts), None)
        if name is None or name in self.open:
            return ""
        # LaTeX looks for names beside the main file, \import beside the file that it names.
        return self._expanded(name, there)

    def _bibliography(self, command: str) -> str:
        """The list of references that BibTeX made, which arXiv has its authors send along."""
        own = posixpath.splitext(self.main)[0] + ".bbl"
        lists = [name for name in self.texts if name.lower().endswith(".bbl")]
        name = own if own in self.texts else lists[0] if len(lists) == 1 else None
        return command if name is None or name in self.open else self._expanded(name, posixpath.dirname(name))
