"""What is scored: labelled items in the program's own records, whatever file they came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from synth.model import Cell, Document, SectionRole

Label = Literal["SUPPORT", "REFUTE", "NEI"]
LABELS: tuple[Label, ...] = ("SUPPORT", "REFUTE", "NEI")


@dataclass(frozen=True)
class ClaimItem:
    """A claim beside the evidence that it is to be judged by."""

    id: str
    claim: str
    label: Label
    document: Document
    """the evidence: passages, tables or both."""
    group: str
    """what it stands and falls with: items on one document are no independent draws."""
    own: bool = False
    """whether the claim is about its own paper's tables; else the evidence is another work's."""
    kind: str = ""
    """how it was made, "true", "perturbed" or "swapped"; empty where the set does not say."""


@dataclass(frozen=True)
class SentenceSearch:
    """A claim and one document in which some sentences carry its evidence."""

    id: str
    claim: str
    document: Document
    wanted: frozenset[int]
    """offsets (Passage.start) of the sentences that were marked."""


@dataclass(frozen=True)
class DocumentSearch:
    """A claim and the documents of the corpus that it is to be checked by."""

    id: str
    claim: str
    wanted: frozenset[str]
    """ids of papers."""


@dataclass(frozen=True)
class MarkedPaper:
    """A document in which some sentences were marked as claims, results or contributions."""

    document: Document
    marked: frozenset[int]
    """offsets (Passage.start) of those sentences."""
    roles: tuple[str, ...] = ()
    """what the set calls each sentence, in their order; empty where it only says yes or no."""
    asks: Literal["claims", "contributions"] = "claims"
    """what the marks stand for: what a paper claims, or every sentence that tells of its own contribution."""


@dataclass(frozen=True)
class Malformed:
    """A line that could not be used."""

    file: str
    line: int
    """1-based."""
    reason: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.reason}; left out"


@dataclass(frozen=True)
class Benchmark:
    """One split of a labelled set; each part is empty where the set has nothing of the kind."""

    format: str
    split: str
    files: tuple[str, ...]
    claims: tuple[ClaimItem, ...] = ()
    rationales: tuple[SentenceSearch, ...] = ()
    searches: tuple[DocumentSearch, ...] = ()
    corpus: tuple[Document, ...] = ()
    papers: tuple[MarkedPaper, ...] = ()
    malformed: tuple[Malformed, ...] = ()

    def __len__(self) -> int:
        return len(self.claims) + len(self.rationales) + len(self.searches) + len(self.papers)


class Grid(Protocol):
    """Rows of texts → cells with header paths, as the reader makes them; cells marked bold are given as places (row, column)."""

    def __call__(self, rows: Sequence[Sequence[str]], bold: frozenset[tuple[int, int]]) -> tuple[Cell, ...]:
        """The body cells; the first row is the header."""
        ...


@dataclass(frozen=True)
class Reading:
    """What the reader does to texts and tables, so that a labelled set is read as a paper would be."""

    sentences: Callable[[str], list[str]]
    """running text → its sentences."""
    sections: Callable[[Sequence[str]], list[tuple[str, SectionRole]]]
    """the lines of a paper, headings among them → title and role of the section that each stands in."""
    cells: Grid
