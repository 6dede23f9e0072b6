"""
Which sources a measured value depends on, and their digest.

Sources are read and never run: imports are followed by syntax, comments and docstrings are blanked out, so that an
explanation changes nothing and a changed line of code expires what it measured.
"""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
# Read with the code itself: a file that is edited while a long sweep runs is not what the sweep runs.
_LOADED = {path: path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}


@cache
def sources_digest(start: tuple[str, ...], leave_out: frozenset[str] = frozenset(), package: Path = PACKAGE) -> str:
    """SHA-256 of the modules that are reached from some, 16 characters."""
    names = reached(start, leave_out, package)
    return hashlib.sha256("".join(f"{name}\n{_blanked_file(_file(name, package))}\n" for name in names).encode()).hexdigest()[:16]


def reached(start: Iterable[str], leave_out: Iterable[str] = (), package: Path = PACKAGE) -> tuple[str, ...]:
    """
    Names of modules that are imported from some, directly or not, with these, sorted.

    start      names within the package, "vit", "measure.forward"; "reducers" is the package's own file
    leave_out  names that are not followed, even if they are named in `start`
    """
    found: set[str] = set()
    waiting = [name for name in start if name not in set(leave_out)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [other for other in _imported(_file(name, package), package) if other not in set(leave_out)]
    return tuple(sorted(found))


def blanked(source: str) -> str:
    """
    The source without comments, docstrings, blank lines and trailing space.

    A docstring is any text that stands alone as a statement. Works on the text, so all versions of Python give the same.
    """
    lines = [line.encode() for line in source.splitlines()]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            _cut(lines, node.lineno - 1, node.col_offset, (node.end_lineno or node.lineno) - 1, node.end_col_offset or 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[: len(token.line[:column].encode())] if line else line
    return "\n".join(text for line in lines if (text := line.decode().rstrip()))


def _cut(lines: list[bytes], first: int, start: int, last: int, end: int) -> None:
    """Blank out from a column of one line to a column of another; columns count bytes, as those of `ast` do."""
    for row in range(first, last + 1):
        left, right = (start if row == first else 0), (end if row == last else len(lines[row]))
        lines[row] = lines[row][:left] + b" " * (right - left) + lines[row][right:]


@cache
def _blanked_file(path: Path) -> str:
    return blanked(_text(path))


def _text(path: Path) -> str:
    return _LOADED[path] if path in _LOADED else path.read_text("utf-8")


def _file(name: str, package: Path) -> Path:
    """Where a module lies; a package's own file for a package."""
    path = package.joinpath(*name.split(".")) if name else package
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _imported(path: Path, package: Path) -> tuple[str, ...]:
    """Names of the package's modules that a file imports, anywhere in it."""
    return tuple(dict.fromkeys(_names(ast.parse(_text(path)), package)))


def _names(tree: ast.AST, package: Path) -> Iterator[str]:
    """A name that is imported from a package is a module of it where there is such a file, and else comes from the package's own file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and _within(node.module, package) is not None:
            base = _within(node.module, package) or ""
            modules = [f"{base}.{alias.name}".lstrip(".") for alias in node.names]
            known = [name for name in modules if _file(name, package).is_file()]
            yield from known
            if len(known) < len(modules):
                yield base
        elif isinstance(node, ast.Import):
            yield from (name for alias in node.names if (name := _within(alias.name, package)) is not None)


def _within(module: str, package: Path) -> str | None:
    """The name of a module within the package: "vit" of "experiments.vit"; None for a module of another one."""
    head, _, rest = module.partition(".")
    return rest if head == package.name else None
