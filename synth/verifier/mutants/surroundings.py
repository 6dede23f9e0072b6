"""What the documents of a run name and print, so that a sibling that might hold by chance is not made."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, cached_property, lru_cache

from synth.model import Document, Term, vocabulary
from synth.model.vocabulary import Kind

NAMED: tuple[Kind, ...] = ("method", "backbone", "dataset")
MOST_IN_COLUMN = 60
"""numbers of one column whose differences are still worth listing."""
_VALUE = re.compile(r"\d+(?:\.\d+)?")


@lru_cache(maxsize=65536)
def _named(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((mention.term.kind, mention.term.name) for mention in vocabulary().mentions(text, *NAMED))


@cache
def _measured() -> frozenset[str]:
    """What the laboratory has: the members of the families, the plain model, random pruning, and its own data sets."""
    members = (name for family in vocabulary().of("family") for name in family.members)
    return frozenset({*members, "keep_all", "random", "digit_scenes", "digit_scenes_multi"})


class Surroundings:
    """The documents of a run, asked about names and numbers."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = tuple(documents)

    @cached_property
    def _lines(self) -> dict[str, list[tuple[frozenset[tuple[str, str]], frozenset[str]]]]:
        """By paper: the names and the printed numbers of each sentence and each table cell."""
        return {document.paper.id: [(_named(text), values_in(said)) for text, said in _texts(document)] for document in self._documents}

    @cached_property
    def _names(self) -> frozenset[tuple[str, str]]:
        """Everything named anywhere, captions and references included."""
        whole = (text for document in self._documents for text in (document.text, document.paper.title, *document.references))
        captions = (table.caption for document in self._documents for table in document.tables)
        lines = (names for paper in self._lines.values() for names, _ in paper)
        return frozenset().union(*(_named(text) for text in (*whole, *captions)), *lines)

    @cached_property
    def _printed(self) -> frozenset[str]:
        return frozenset().union(*(values for paper in self._lines.values() for _, values in paper))

    def is_printed(self, value: str) -> bool:
        """Whether any sentence or table of the run prints this number; single digits are everywhere and tell nothing."""
        return len(value) > 1 and value in self._printed

    def foreign(self, kind: Kind) -> Term | None:
        """The first term of the vocabulary that no document names and no rerun measures; None if there is none."""
        unknown = (term for term in vocabulary().of(kind) if (kind, term.name) not in self._names)
        return next((term for term in unknown if term.name not in _measured()), None)

    def rivals(self, paper_id: str, kind: Kind = "method") -> list[Term]:
        """Terms of a kind that this paper names, in the order of the vocabulary; the plain model is no method."""
        said = {name for names, _ in self._lines.get(paper_id, ()) for each, name in names if each == kind}
        return [term for term in vocabulary().of(kind) if term.name in said and term.name != "keep_all"]

    def are_told_together(self, name: str, values: Iterable[str], kind: Kind = "method") -> bool:
        """Whether a sentence or a table cell of the run gives one of these numbers to this term."""
        wanted = set(values)
        return any((kind, name) in names and wanted & said for paper in self._lines.values() for names, said in paper)

    @cached_property
    def _differences(self) -> frozenset[float]:
        """Differences of the numbers in one column of a table, to two decimals: what a sentence may truly give as a change."""
        columns: dict[tuple[str, int, int], set[float]] = defaultdict(set)
        for document in self._documents:
            for table in document.tables:
                for cell in table.cells:
                    columns[document.paper.id, table.index, cell.column] |= {float(value) for value in values_in(cell.text)}
        return frozenset(
            round(abs(a - b), 2) for values in columns.values() if len(values) <= MOST_IN_COLUMN for a in values for b in values
        )

    def is_difference(self, value: str) -> bool:
        """Whether two numbers of one column of a table differ by this much."""
        return round(float(value), 2) in self._differences

    def stranger(self, paper_id: str, method: str, values: Iterable[str]) -> str | None:
        """Title of the first other paper that names neither this method nor prints one of these numbers; None if there is none."""
        wanted = {value for text in values for value in values_in(text)}
        for document in self._documents:
            lines = self._lines[document.paper.id]
            if document.paper.id != paper_id and not any(wanted & said or ("method", method) in names for names, said in lines):
                return document.paper.title
        return None


def _texts(document: Document) -> Iterable[tuple[str, str]]:
    """(where names stand, where numbers stand) of each sentence and cell: a cell is named by its headers."""
    for passage in document.passages:
        yield passage.text, passage.text
    for table in document.tables:
        for cell in table.cells:
            yield " | ".join((*cell.row_path, *cell.column_path, cell.text)), cell.text


def values_in(text: str) -> frozenset[str]:
    """The numbers of a text as they are printed, without unit."""
    return frozenset(_VALUE.findall(text))
