"""Wrong siblings of a claim: what each way of being wrong makes, and what it leaves alone."""

from __future__ import annotations

import pytest
from builders import make_claim, make_paper

from synth.extractor.parse import parse
from synth.model import Cell, Claim, Document, Passage, Table
from synth.verifier.mutants.condition import dropped, exchanged
from synth.verifier.mutants.mutation import Mutation
from synth.verifier.mutants.negated import negated
from synth.verifier.mutants.number import renumbered
from synth.verifier.mutants.quantifier import raised
from synth.verifier.mutants.quote import misattributed, truncated
from synth.verifier.mutants.reversed import sign_turned, turned
from synth.verifier.mutants.siblings import MUTATIONS, Siblings
from synth.verifier.mutants.subject import swapped
from synth.verifier.mutants.superlative import ADDED, topped
from synth.verifier.mutants.surroundings import Surroundings
from synth.verifier.mutants.unit import exchanged_unit

BEATS = "EViT outperforms ToMe on ImageNet-1k with DeiT-S."
REACHES = "EViT reaches 79.5% top-1 accuracy on ImageNet-1k with DeiT-S at keep rate 0.7."


def claim(text: str) -> Claim:
    """A claim as a run reads it."""
    return make_claim(text, hypothesis=parse(text).hypothesis)


def document(*sentences: str, cells: tuple[Cell, ...] = ()) -> Document:
    """A document with these sentences and perhaps a table."""
    paper = make_paper()
    passages = tuple(Passage(paper_id=paper.id, text=text, start=0, end=len(text)) for text in sentences)
    tables = (Table(paper_id=paper.id, index=0, cells=cells),) if cells else ()
    return Document(paper=paper, source_digest="", media="markdown", text=" ".join(sentences), passages=passages, tables=tables)


def made(mutate: Mutation, text: str, *documents: Document) -> str | None:
    """The sibling of a claim among documents; by default one that says the claim and names ToMe."""
    return mutate(claim(text), Surroundings(documents or (document(text, "We compare with ToMe."),)))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (BEATS, "EViT does not outperform ToMe on ImageNet-1k with DeiT-S."),
        ("The throughput of ToMe is 930 images/s.", "The throughput of ToMe is not 930 images/s."),
        ("ToMe can double the throughput.", "ToMe cannot double the throughput."),
        ("ToMe has been shown to fail.", "ToMe has not been shown to fail."),
        ("The released model has 5M parameters.", "The released model does not have 5M parameters."),
        ("ToMe achieved 79.5% accuracy.", "ToMe did not achieve 79.5% accuracy."),
        ("Fixed patterns keep the accuracy at a keep rate of 0.9.", "Fixed patterns do not keep the accuracy at a keep rate of 0.9."),
        ("ToMe does not reach 80% accuracy.", "ToMe does reach 80% accuracy."),
        ("DynamicSwin reaches 80.9% accuracy.", "DynamicSwin does not reach 80.9% accuracy."),
    ],
)
def test_negated(text: str, wrong: str) -> None:
    """The first finite verb is denied; a denial is taken back."""
    assert made(negated, text) == wrong


@pytest.mark.parametrize("text", ["Hardly any method reaches 80% accuracy.", "A table of accuracies.", "ToMe works without training."])
def test_what_cannot_be_negated(text: str) -> None:
    """No verb of results, or a denial of another form: nothing is made, rather than nonsense."""
    assert made(negated, text) is None


def test_turned_round() -> None:
    """A strict comparison becomes its contrary; equalities and denials are left alone."""
    assert made(turned, "EViT has higher accuracy than ToMe.") == "EViT has lower accuracy than ToMe."
    assert made(turned, BEATS) == "EViT underperforms ToMe on ImageNet-1k with DeiT-S."
    assert made(turned, "EViT is not better than ToMe.") is None
    assert made(turned, "EViT has a similar accuracy at higher speed.") is None


def test_a_number_leaves_what_rounding_and_bounds_allow() -> None:
    """The new value is a fifth away; behind "at least" it grows by half or more, behind "at most" it shrinks."""
    assert made(renumbered, REACHES) == REACHES.replace("79.5", "63.6")
    assert made(renumbered, "ToMe is at least 2x faster.") == "ToMe is at least 3x faster."
    assert made(renumbered, "ToMe loses at most 0.5 points.") == "ToMe loses at most 0.3 points."
    assert made(renumbered, "ToMe merges tokens at keep rate 0.7.") is None


def test_a_number_that_the_papers_print_is_not_taken() -> None:
    """63.6 may be true of something near, so the next candidate is tried."""
    cell = Cell(row=1, column=1, text="63.6", row_path=("ToMe",), column_path=("Acc",))
    assert made(renumbered, REACHES, document(REACHES, cells=(cell,))) == REACHES.replace("79.5", "99.4")


def test_compared_methods_change_places() -> None:
    """In a strict comparison the converse is wrong."""
    assert made(swapped, BEATS) == "ToMe outperforms EViT on ImageNet-1k with DeiT-S."


def test_a_subject_that_also_holds_is_not_taken() -> None:
    """A method of the same paper takes the place unless the paper gives it the same number; then one that nobody names does."""
    assert made(swapped, REACHES) == REACHES.replace("EViT", "ToMe")
    cell = Cell(row=1, column=1, text="79.5", row_path=("ToMe",), column_path=("Acc",))
    wrong = made(swapped, REACHES, document(REACHES, cells=(cell,)))
    assert wrong is not None
    assert wrong.endswith(REACHES.removeprefix("EViT"))
    assert "ToMe" not in wrong


def test_the_plain_model_is_no_subject_to_swap() -> None:
    """What is told of the unreduced DeiT-S is changed by its backbone, not by a method."""
    assert made(swapped, "The unreduced DeiT-S reaches 79.8% top-1 accuracy on ImageNet-1k.") is None


def test_conditions() -> None:
    """The data set becomes one that no document names; or the claim is said of every condition."""
    wrong = made(exchanged, REACHES)
    assert wrong is not None
    assert wrong.startswith("EViT reaches 79.5% top-1 accuracy on ")
    assert "ImageNet-1k" not in wrong
    assert made(dropped, REACHES) == REACHES.replace("at keep rate 0.7", "at every keep rate")
    assert made(dropped, BEATS) == "EViT outperforms ToMe on every data set with DeiT-S."
    assert made(dropped, "EViT outperforms ToMe.") is None
    assert made(dropped, "EViT outperforms ToMe on all data sets with DeiT-S.") is None


def test_a_condition_of_the_same_paper_is_taken_where_no_line_gives_it_the_number() -> None:
    """DeiT-T stands in the paper with another value, so it takes the place; a line that gave it 79.5 would forbid it."""
    elsewhere = "ToMe reaches 71.4% top-1 accuracy on ImageNet-1k with DeiT-T."
    found = made(exchanged, "EViT reaches 79.5% top-1 accuracy with DeiT-S.", document(REACHES, elsewhere))
    assert found == "EViT reaches 79.5% top-1 accuracy with DeiT-T."
    forbidden = made(exchanged, "EViT reaches 79.5% top-1 accuracy with DeiT-S.", document(REACHES, elsewhere.replace("71.4", "79.5")))
    assert forbidden is not None
    assert "DeiT-T" not in forbidden.replace("LV-ViT-T", "")


def test_a_change_that_two_rows_show_is_not_taken() -> None:
    """0.4 is the difference of 79.9 and 79.5 in one column, so a change of 0.5 points becomes another one."""
    cells = tuple(Cell(row=row, column=1, text=text, column_path=("Acc",)) for row, text in ((1, "79.9"), (2, "79.5")))
    text = "EViT loses 0.5 points."
    assert made(renumbered, text) == "EViT loses 0.4 points."
    assert made(renumbered, text, document(text, cells=cells)) == "EViT loses 0.6 points."


def test_a_superlative_is_added_once() -> None:
    """A claim that has a superlative gets no second one; top-1 is none."""
    wrong = made(topped, REACHES)
    assert wrong in {f"{REACHES.removesuffix('.')}{added}." for added in ADDED}
    assert made(topped, "EViT reaches the best accuracy.") is None


def test_the_sign_of_a_change_is_turned() -> None:
    """Words of change become their contraries; a comparison is turned round elsewhere."""
    assert made(sign_turned, "MCTF increases the accuracy by 0.5 points.") == "MCTF decreases the accuracy by 0.5 points."
    assert made(sign_turned, "MCTF brings a gain of 0.5 points.") == "MCTF brings a loss of 0.5 points."
    assert made(sign_turned, "MCTF is faster and increases the accuracy.") is None
    assert made(sign_turned, "MCTF does not increase the accuracy.") is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("EViT needs 3.0 GFLOPs.", "EViT needs 3.0 ms."),
        ("EViT has a latency of 26 ms.", "EViT has a latency of 26 GFLOPs."),
        ("EViT runs at 930 images/s.", "EViT runs at 930 thousand images/s."),
        ("EViT has 22M parameters.", "EViT has 22B parameters."),
        ("EViT is 2x faster.", "EViT is 2% faster."),
        ("EViT loses 0.3 points.", None),
    ],
)
def test_a_unit_is_exchanged_where_the_other_is_excluded(text: str, wrong: str | None) -> None:
    """A unit gives way to one that the number cannot have too; points and per cent are used for one another, so they stay."""
    assert made(exchanged_unit, text) == wrong


def test_a_quantifier_is_raised() -> None:
    """ "Some" becomes "all"; "most accurate" and "at most" are no quantifiers, and who says "all" already is left alone."""
    assert made(raised, "EViT is faster on some data sets.") == "EViT is faster on all data sets."
    assert made(raised, "EViT is often faster.") == "EViT is always faster."
    assert made(raised, "EViT is the most accurate.") is None
    assert made(raised, "EViT loses at most 0.5 points.") is None
    assert made(raised, "EViT is often faster, and always smaller.") is None


def test_a_quote_is_cut_in_the_middle_of_a_word() -> None:
    """The cut lies in the second half, inside a long word; without one nothing is made."""
    assert made(truncated, "EViT at keep rate 0.7 reaches 79.5% top-1 accuracy.") == "EViT at keep rate 0.7 reaches 79.5% top-1 accu"
    assert made(truncated, "EViT is as fast as ToMe.") is None


def test_a_claim_is_attributed_to_a_paper_that_cannot_say_it() -> None:
    """Another paper that prints none of its numbers and does not name its subject is said to have found it; else nothing is made."""
    other = document("It was mild.").model_copy(update={"paper": make_paper(id="arxiv:2", title="Winters")})
    assert made(misattributed, REACHES, document(REACHES), other) == f"According to “Winters”, {REACHES}"
    assert made(misattributed, REACHES, document(REACHES)) is None
    knows = other.model_copy(update={"passages": (Passage(paper_id="arxiv:2", text="EViT is known.", start=0, end=14),)})
    assert made(misattributed, REACHES, document(REACHES), knows) is None


def test_siblings_come_in_the_order_of_the_kinds_and_are_always_the_same() -> None:
    """Kinds as listed, each at most once; the same run gives the same."""
    siblings = Siblings((document(REACHES, "We compare with ToMe."),), (claim(REACHES),))
    found = siblings.of(claim(REACHES))
    kinds = [kind for kind, _ in found]
    assert kinds == [kind for kind, _ in MUTATIONS if kind in kinds]
    assert kinds == ["negated", "number changed", "subject swapped", "condition changed", "condition dropped", "superlative added"]
    assert found == siblings.of(claim(REACHES))


def test_what_another_claim_states_is_no_wrong_sibling() -> None:
    """A sibling that the run itself extracted elsewhere may hold, so it is not made."""
    converse = claim("ToMe outperforms EViT on ImageNet-1k with DeiT-S.")
    kinds = [kind for kind, _ in Siblings((document(BEATS),), (claim(BEATS), converse)).of(claim(BEATS))]
    assert "subject swapped" not in kinds
    assert "negated" in kinds
