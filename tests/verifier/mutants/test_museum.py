"""
The museum of tampering: one true claim for each way to be wrong, its wrong sibling, and what must catch it.

Every exhibit is read by the grammar and heard by the witness of the tables, as in a run; what is said of the true one must be ✓.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from synth.extractor.parse import parse
from synth.model import Cell, Claim, Document, Evidence, Outcome, Paper, Passage, Table, Verdict
from synth.model.run import SiblingKind
from synth.verifier.combine import combine
from synth.verifier.mutants.siblings import MUTATIONS
from synth.verifier.mutants.surroundings import Surroundings
from synth.verifier.rules import rule_of
from synth.verifier.tabular import TableWitness

HEAD = ("Method", "Backbone", "Keep rate", "Top-1 (%)", "GFLOPs", "Images/s")
ROWS = (
    ("Unreduced model", "DeiT-S", "1.0", "79.8", "4.6", "930"),
    ("EViT", "DeiT-S", "0.9", "79.8", "4.0", "1100"),
    ("EViT", "DeiT-S", "0.7", "79.5", "3.0", "1400"),
    ("DynamicViT", "DeiT-S", "0.7", "79.3", "2.9", "1350"),
    ("Unreduced model", "DeiT-T", "1.0", "72.2", "1.3", "2500"),
)
CAPTION = "Accuracy on ImageNet-1k and throughput on one V100."


def table(paper: str) -> Table:
    """The table of the paper, each row under its method and backbone."""
    cells = tuple(
        Cell(row=number, column=column, text=text, row_path=row[:2], column_path=(HEAD[column],))
        for number, row in enumerate(ROWS, 1)
        for column, text in enumerate(row)
        if column > 1
    )
    labels = tuple(Cell(row=number, column=column, text=row[column], row_path=row[:column], column_path=(HEAD[column],))
                   for number, row in enumerate(ROWS, 1) for column in (0, 1))  # fmt: skip
    return Table(paper_id=paper, index=0, label="Table 1", caption=CAPTION, cells=(*labels, *cells), page=3)


def documents(claim: str) -> tuple[Document, ...]:
    """The paper that states the claim and has the table, and another that names neither its methods nor its numbers."""
    own = Paper(id="arxiv:1", title="EViT: attentive tokens")
    other = Paper(id="arxiv:2", title="A survey of the winter")
    passage = Passage(paper_id=own.id, text=claim, start=0, end=len(claim), page=1)
    return (
        Document(paper=own, source_digest="0", media="pdf", text=claim, passages=(passage,), tables=(table(own.id),)),
        Document(paper=other, source_digest="1", media="pdf", text="It was mild.", passages=()),
    )


def claimed(text: str, source: Document) -> Claim:
    """A wording as the control reads it, with the source sentence of the true claim."""
    parsed = parse(text)
    made = Claim(id="c-1", text=text, passage=source.passages[0], paper_id=source.paper.id, extraction_confidence=1.0,
                 hypothesis=parsed.hypothesis, reason=parsed.reason, notes=parsed.notes)  # fmt: skip
    return made.model_copy(update={"rule": rule_of(made)})


@dataclass(frozen=True)
class Exhibit:
    """One way to be wrong."""

    kind: SiblingKind
    true: str
    wrong: str
    outcome: Outcome
    """what the tables say of the wrong one,"""
    unread: str = ""
    """and the words of it that nobody read, where they are what catches it."""


_REACHES = "EViT reaches 79.5% top-1 accuracy on ImageNet-1k with DeiT-S at keep rate 0.7"
_LOWERS = "EViT lowers the top-1 accuracy of DeiT-S by 0.3 points on ImageNet-1k"
_NEEDS = "EViT needs 3.0 {} with {}"
MUSEUM = (
    Exhibit("negated", f"{_REACHES}.", f"{_REACHES.replace('reaches', 'does not reach')}.", "refuted"),
    Exhibit(
        "comparison turned round",
        "EViT has higher top-1 accuracy than DynamicViT with DeiT-S at keep rate 0.7.",
        "EViT has lower top-1 accuracy than DynamicViT with DeiT-S at keep rate 0.7.",
        "refuted",
    ),
    Exhibit("number changed", f"{_REACHES}.", f"{_REACHES.replace('79.5', '63.6')}.", "refuted"),
    Exhibit("subject swapped", f"{_REACHES}.", f"{_REACHES.replace('EViT', 'DynamicViT')}.", "inconclusive"),
    Exhibit("condition changed", f"{_NEEDS.format('GFLOPs', 'DeiT-S')}.", f"{_NEEDS.format('GFLOPs', 'DeiT-T')}.", "inconclusive"),
    Exhibit("condition dropped", f"{_LOWERS}.", f"{_LOWERS.replace('DeiT-S', 'every backbone')}.", "inconclusive", "every"),
    Exhibit(
        "superlative added",
        f"{_NEEDS.format('GFLOPs', 'DeiT-S')}.",
        f"{_NEEDS.format('GFLOPs', 'DeiT-S')}, the best of all published methods.",
        "inconclusive",
        "published",
    ),
    Exhibit("sign turned", f"{_LOWERS}.", f"{_LOWERS.replace('lowers', 'raises')}.", "inconclusive"),
    Exhibit("unit changed", f"{_NEEDS.format('GFLOPs', 'DeiT-S')}.", f"{_NEEDS.format('ms', 'DeiT-S')}.", "inconclusive"),
    Exhibit(
        "quantifier raised",
        "On average, EViT is faster than DynamicViT with DeiT-S.",
        "In every single case, EViT is faster than DynamicViT with DeiT-S.",
        "inconclusive",
    ),
    Exhibit(
        "quote cut off",
        "EViT with DeiT-S at keep rate 0.7 reaches 79.5% top-1 accuracy.",
        "EViT with DeiT-S at keep rate 0.7 reaches 79.5% top-1 accu",
        "inconclusive",
        "cut short",
    ),
    Exhibit(
        "quote attributed elsewhere",
        f"{_NEEDS.format('GFLOPs', 'DeiT-S')}.",
        f"According to “A survey of the winter”, {_NEEDS.format('GFLOPs', 'DeiT-S')}.",
        "inconclusive",
        "winter",
    ),
)


def heard(text: str, papers: tuple[Document, ...]) -> tuple[Verdict, Evidence]:
    """The verdict on a wording by the tables alone, and their testimony."""
    evidence = TableWitness(papers).testify(claimed(text, papers[0]))
    return combine("c-1", [evidence]).verdict, evidence


def test_the_museum_has_every_kind() -> None:
    """Each way of making a sibling wrong is shown once."""
    assert [exhibit.kind for exhibit in MUSEUM] == [kind for kind, _ in MUTATIONS]


@pytest.mark.parametrize("exhibit", MUSEUM, ids=lambda exhibit: exhibit.kind)
def test_the_true_claim_is_verified_and_its_wrong_sibling_caught(exhibit: Exhibit) -> None:
    """The mutation makes this sibling of this claim; the tables verify the one and not the other, for the named reason."""
    papers = documents(exhibit.true)
    mutate = dict(MUTATIONS)[exhibit.kind]
    assert mutate(claimed(exhibit.true, papers[0]), Surroundings(papers)) == exhibit.wrong
    assert heard(exhibit.true, papers)[0] == Verdict.VERIFIED
    verdict, evidence = heard(exhibit.wrong, papers)
    assert verdict != Verdict.VERIFIED
    assert evidence.outcome == exhibit.outcome
    assert exhibit.unread in " ".join(claimed(exhibit.wrong, papers[0]).unread)
