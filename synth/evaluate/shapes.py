"""
What the lines of labelled sets look like, one class a shape; a file is recognised by its fields, never by its name.

Order matters in SHAPES: the first shape that a line fits is its shape, so the one with more fields stands before the one with fewer.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from synth.evaluate.items import Label

SPELLINGS: dict[str, Label] = {
    **dict.fromkeys(("support", "supports", "supported", "true", "entailment", "entailed", "entails", "accurate", "verified"), "SUPPORT"),
    **dict.fromkeys(("refute", "refutes", "refuted", "false", "contradiction", "contradicts", "contradict", "not_accurate"), "REFUTE"),
    **dict.fromkeys(("nei", "not enough info", "not enough information", "neutral", "unverified", "irrelevant", "notenoughinfo"), "NEI"),
}


def _label(value: Any) -> Any:
    label = SPELLINGS.get(value.strip().lower().replace("_", " " if "enough" in value.lower() else "_")) if isinstance(value, str) else None
    if label is None:
        raise ValueError(f"expected SUPPORT, REFUTE or NEI, got {value!r}")
    return label


def _name(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


LabelField = Annotated[Label, BeforeValidator(_label)]
Name = Annotated[str, BeforeValidator(_name)]


class Shape(BaseModel):
    """One line of a file; fields that we do not need are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Marked(Shape):
    """Sentences of a document that carry a label for a claim (citation_integrity)."""

    sentences: tuple[int, ...]


class Rationale(Shape):
    """Sets of sentences that carry a label for a claim (scifact)."""

    label: LabelField
    rationales: tuple[tuple[int, ...], ...]


class Sentence(Shape):
    """A numbered sentence of a paper (cl_scisumm)."""

    sid: int
    text: str


class LinkedCell(Shape):
    """A cell with its headers (tdms)."""

    v: str
    bold: bool = False
    rows: tuple[str, ...] = ()
    cols: tuple[str, ...] = ()


class LinkedTable(Shape):
    """A table of a paper (tdms)."""

    caption: str = ""
    cells: tuple[LinkedCell, ...]


class CitationClaim(Shape):
    """citation_integrity: a citing sentence beside passages of the cited paper."""

    id: Name = ""
    claim: str
    evidence: dict[str, tuple[Marked, ...]]
    cited_doc_ids: tuple[Name, ...]
    label: LabelField


class ScifactClaim(Shape):
    """scifact: a claim with the abstracts that it cites."""

    id: Name = ""
    claim: str
    evidence: dict[str, Rationale]
    cited_doc_ids: tuple[Name, ...]


class ScifactPair(Shape):
    """scifact: a claim beside one abstract."""

    id: Name = ""
    claim: str
    doc_id: Name
    label: LabelField
    rationales: tuple[tuple[int, ...], ...]


class CitingSentence(Shape):
    """cl_scisumm: a citing sentence with the numbers of the cited sentences."""

    id: Name = ""
    doc_id: Name
    claim: str
    evidence: tuple[int, ...]


class CitedPaper(Shape):
    """cl_scisumm: a paper, sentence by sentence."""

    doc_id: Name
    sentences: tuple[Sentence, ...]


class Abstract(Shape):
    """A document of a corpus (scifact, citation_integrity)."""

    doc_id: Name
    title: str = ""
    sentences: tuple[str, ...]


class TableClaim(Shape):
    """scitab: a claim with its table."""

    id: Name = ""
    claim: str
    label: LabelField
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    table_id: Name = ""
    paper: str = ""
    paper_id: Name = ""


class TaggedClaim(Shape):
    """tdms_claims: a claim on the tables of a paper."""

    id: Name = ""
    claim: str
    label: LabelField
    paper: Name
    kind: str


class TablePaper(Shape):
    """tdms: the tables of a paper."""

    paper: Name
    tables: tuple[LinkedTable, ...]


class GridClaim(Shape):
    """tabfact: a statement on a table that is kept apart."""

    id: Name = ""
    claim: str
    label: LabelField
    table_id: Name


class GridTable(Shape):
    """tabfact: a table."""

    table_id: Name
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


class ContributionPaper(Shape):
    """ncg: the lines of a paper, with the numbers of those that state its contribution."""

    paper: Name
    sentences: tuple[str, ...]
    contribution: tuple[int, ...]


class RoleAbstract(Shape):
    """csabstruct: an abstract with a role for each sentence."""

    id: Name = ""
    sentences: tuple[str, ...]
    labels: tuple[str, ...]

    @model_validator(mode="after")
    def _as_many(self) -> RoleAbstract:
        _same_length(self.sentences, self.labels, "labels")
        return self


class ClaimAbstract(Shape):
    """biomed_claims: an abstract with yes or no for each sentence."""

    id: Name = ""
    sentences: tuple[str, ...]
    is_claim: tuple[int, ...]

    @model_validator(mode="after")
    def _as_many(self) -> ClaimAbstract:
        _same_length(self.sentences, self.is_claim, "is_claim")
        return self


class PlainClaim(Shape):
    """A claim with its evidence as text: healthver, and what users label themselves."""

    id: Name = ""
    claim: str
    evidence: str | tuple[str, ...]
    label: LabelField


class HealthClaim(PlainClaim):
    """healthver: a health claim beside a passage."""

    question: str
    topic: Name


def _same_length(sentences: tuple[str, ...], marks: tuple[Any, ...], name: str) -> None:
    if len(sentences) != len(marks):
        raise ValueError(f"{len(sentences)} sentences and {len(marks)} {name}")


SHAPES: tuple[type[Shape], ...] = (
    CitationClaim,
    ScifactClaim,
    ScifactPair,
    TableClaim,
    TaggedClaim,
    TablePaper,
    CitingSentence,
    CitedPaper,
    Abstract,
    GridTable,
    ContributionPaper,
    RoleAbstract,
    ClaimAbstract,
    HealthClaim,
    PlainClaim,
    GridClaim,
)
