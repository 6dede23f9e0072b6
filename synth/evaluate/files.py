"""The files of a labelled set: which shape each has, which split it belongs to, and its lines, good and malformed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from synth.errors import NotFound
from synth.evaluate.items import Malformed
from synth.evaluate.shapes import SHAPES, Shape

LOOK = 50
"""lines of a file by which it is recognised."""
PARTS = ("_pairs", "_tables", "_docs")
"""endings that tell parts of one split apart: "dev_pairs.jsonl" belongs to "dev"."""
S = TypeVar("S", bound=Shape)


@dataclass(frozen=True)
class LabelledFile:
    """A file whose shape is known."""

    path: Path
    shape: type[Shape]

    @property
    def split(self) -> str:
        """The name of its split, "dev" of "dev_pairs.jsonl"."""
        stem = self.path.stem
        return next((stem.removesuffix(part) for part in PARTS if stem.endswith(part)), stem)

    def is_of(self, split: str) -> bool:
        """Whether it belongs to a split; "dev" has also what is called "dev_train"."""
        return self.split == split or self.split.startswith(f"{split}_")


def files_in(folder: Path) -> tuple[LabelledFile, ...]:
    """
    The recognised files of a folder, by name.

    raises  NotFound if there is no such folder
    """
    if not folder.is_dir():
        raise NotFound(f"{folder} is no folder", expected="a folder with the JSON lines of a labelled set")
    shapes = ((path, shape_of(path)) for path in sorted(folder.glob("*.jsonl")))
    return tuple(LabelledFile(path, shape) for path, shape in shapes if shape is not None)


def shape_of(path: Path) -> type[Shape] | None:
    """The shape that most of the first lines have; None where none fits."""
    found: Counter[type[Shape]] = Counter()
    for number, (_, fields) in enumerate(_parsed(path)):
        if number >= LOOK:
            break
        if isinstance(fields, dict):
            found.update([shape for shape in SHAPES if _fits(shape, fields)][:1])
    return min(found, key=lambda shape: (-found[shape], SHAPES.index(shape)), default=None)


def _fits(shape: type[Shape], fields: dict[str, Any]) -> bool:
    try:
        shape.model_validate(fields)
    except ValidationError:
        return False
    return True


def lines_of(files: Sequence[LabelledFile], shape: type[S], malformed: list[Malformed]) -> Iterator[tuple[LabelledFile, int, S]]:
    """(file, number, line) of all files of a shape; lines that cannot be used are added to `malformed`."""
    for file in files:
        if file.shape is not shape:
            continue
        for number, fields in _parsed(file.path):
            try:
                if isinstance(fields, _Unreadable):
                    raise ValueError(fields.reason)
                yield file, number, shape.model_validate(fields)
            except ValueError as error:  # a ValidationError is one
                malformed.append(Malformed(file.path.name, number, reason_of(error)))


def reason_of(error: ValueError) -> str:
    """One line that says what is wrong with a line of a file."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return " ".join(f"{place}: {first['msg']}".removeprefix(": ").split())[:200]
    return " ".join(str(error).split())[:200]


@dataclass(frozen=True)
class _Unreadable:
    reason: str


def _parsed(path: Path) -> Iterator[tuple[int, Any]]:
    """(1-based number, value or _Unreadable) of every line that is not empty."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _value(line.removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise NotFound(f"{path} cannot be read", got=error.strerror or str(error), expected="JSON lines") from None


def _value(line: bytes) -> Any:
    try:
        value = json.loads(line.decode("utf-8"))
        if b"\\u" in line:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value
    except UnicodeDecodeError:
        return _Unreadable("not UTF-8")
    except UnicodeEncodeError:
        return _Unreadable("half a surrogate pair, which is no text")
    except RecursionError:
        return _Unreadable("nested too deeply")
    except ValueError as error:
        return _Unreadable(f"not JSON ({error})")
