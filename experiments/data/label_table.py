"""
Pictures with several labels each, listed in a CSV file (COCO, NUS-WIDE exported so).

Columns: image (a path relative to the file), split (train, validation or test), labels (names joined by a separator; none is allowed).
"""

from __future__ import annotations

import csv
from pathlib import Path, PurePosixPath

from experiments.data.interface import SPLITS, Split
from experiments.data.picture_files import Entry, Listing, contained
from experiments.errors import DataError

COLUMNS = ("image", "split", "labels")
EXPECTED = f"columns {', '.join(COLUMNS)}"
SPLIT_NAMES: dict[str, Split] = {**{split: split for split in SPLITS}, "val": "validation"}
Row = tuple[str, Split, tuple[str, ...]]


class LabelTable(Listing):
    """
    The list at `path`; classes are all labels that occur.

    separator  between two labels of one picture
    raises     DataError if the list is absent, damaged, names a picture twice, or no picture has two labels
    """

    multi_label = True

    def __init__(self, path: Path, separator: str = ";") -> None:
        self.root = path.parent
        self.path = path
        rows = _rows(path, separator)
        if not any(len(labels) > 1 for _, _, labels in rows):
            raise DataError(f"no picture of {path} has two labels joined by {separator!r}; state what joins them: csv:PATH?separator=|")
        self.classes = tuple(sorted({label for _, _, labels in rows for label in labels}))
        place = {name: i for i, name in enumerate(self.classes)}
        self.rows = [(split, Entry(image, tuple(place[label] for label in labels))) for image, split, labels in sorted(rows)]
        self.found: set[Split] = set()

    def entries(self, split: Split) -> tuple[Entry, ...]:
        """Pictures of a split by name, once it is seen that all of them are there."""
        chosen = tuple(entry for belongs, entry in self.rows if belongs == split)
        if split not in self.found:
            for entry in chosen:
                contained(self.root, self.root / entry.path)
            self.found.add(split)
        return chosen


def _rows(path: Path, separator: str) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                got = reader.fieldnames or "none"
                raise DataError(f"no column {', '.join(missing)} in {path}, it has {got}; expected {EXPECTED}")
            rows = [_row(values, f"line {reader.line_num} of {path}", separator) for values in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{path} is no readable CSV file ({' '.join(str(error).split())}); expected columns {', '.join(COLUMNS)}"
        ) from error
    seen: set[str] = set()
    for image, _, _ in rows:
        if image in seen:
            raise DataError(f"{image} stands twice in {path}; expected one row a picture, in one split")
        seen.add(image)
    return rows


def _row(values: dict[str, str | None], where: str, separator: str) -> Row:
    image, split, labels = (values[column] for column in COLUMNS)
    if image is None or split is None or labels is None or None in values:
        raise DataError(f"{where} has another number of cells than the first; expected {EXPECTED}")
    if split not in SPLIT_NAMES:
        raise DataError(f"split {split!r} in {where}; expected {', '.join(SPLIT_NAMES)}")
    names = tuple(name.strip() for name in labels.split(separator)) if labels.strip() else ()
    if "" in names or labels.lstrip().startswith(("[", "{")):
        raise DataError(f"labels {labels!r} in {where}; expected names joined by {separator!r}, as in 'cat{separator}dog'")
    if not image.strip():
        raise DataError(f"no image in {where}; expected a path relative to the file")
    return PurePosixPath(image).as_posix(), SPLIT_NAMES[split], names
