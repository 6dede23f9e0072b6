"""The witness of the tables: who is heard, what it says, and that wrong siblings of a true claim are caught for what is wrong."""

from __future__ import annotations

from table_builders import make_document, make_table

from synth.model import (
    Amount,
    Claim,
    Compare,
    Conditions,
    Document,
    Effect,
    Group,
    Hypothesis,
    Interval,
    Rank,
    SettingRange,
)
from synth.verifier.lookup import likeness, rival
from synth.verifier.tabular import TableWitness

OWN, OTHER = "arxiv:own", "arxiv:other"
ROWS = [
    ["Method", "Keep rate", "Top-1 (%)", "GFLOPs", "Throughput (img/s)"],
    ["DeiT-S", "1.0", "79.8", "4.6", "2000"],
    ["EViT", "0.7", "79.5", "3.0", "3000"],
    ["DynamicViT", "0.7", "79.3", "2.9", "2900"],
    ["ToMe", "0.7", "79.1", "2.9", "3100"],
]


def group(*members: str) -> Group:
    """A group labelled by its members."""
    return Group(label=", ".join(members), members=members)


def make_claim(hypothesis: Hypothesis | None, reason: str = "") -> Claim:
    """A claim of the paper OWN."""
    return Claim(id="c-1", text="a claim", passage=None, paper_id=OWN, hypothesis=hypothesis, reason=reason, extraction_confidence=1.0)


def paper(rows: list[list[str]] = ROWS, *, paper: str = OWN, kind: str = "paper") -> Document:
    """A paper with one table on ImageNet."""
    return make_document(make_table(rows, paper=paper, caption="DeiT-S on ImageNet"), paper=paper, kind=kind)


def amount(value: float, *, method: str = "evit", metric: str = "top1_percent", where: Conditions | None = None) -> Amount:
    """A method has this value of a metric, to one decimal."""
    span = Interval(low=value - 0.05, high=value + 0.05)
    return Amount(subject=group(method), metric=metric, range=span, where=where or Conditions())


def test_a_value_is_not_looked_up_in_the_row_of_another_backbone() -> None:
    """A name that shares but a word with the claim's backbone does not hide that the row is of another one."""
    rows = [["Method", "Backbone", "Top-1 (%)", "GFLOPs"], ["EViT", "DeiT-S", "79.5", "3.0"], ["EViT", "LeViT-384", "82.0", "2.4"]]
    document = make_document(make_table(rows, paper=OWN, caption="Results on ImageNet", labels=2), paper=OWN)
    for backbone, outcome in (("deit_small", "supported"), ("lvvit_tiny", "no_evidence"), ("lvvit_small", "no_evidence")):
        claim = make_claim(amount(79.5, where=Conditions(backbones=(backbone,))))
        assert TableWitness([document]).testify(claim).outcome == outcome


def test_a_sure_reading_of_the_sentence_keeps_the_judge_from_deciding_the_other_way() -> None:
    """What the grammar does not carry over, here "significantly", is read in the words of the claim."""
    rows = [["Method", "Top-1 (%)"], ["EViT", "79.52"], ["ToMe", "79.50"], ["DynamicViT", "70.10"]]
    said = Compare(subject=group("evit"), other=group("tome"), relation="beats", metric="top1_percent")
    claim = make_claim(said).model_copy(update={"text": "EViT significantly outperforms ToMe in top-1 accuracy."})
    document = make_document(make_table(rows, paper=OWN, caption="Top-1 accuracy of DeiT-S on ImageNet"), paper=OWN)
    assert TableWitness([document]).testify(make_claim(said)).outcome == "supported"
    evidence = TableWitness([document]).testify(claim)
    assert evidence.outcome == "inconclusive" and evidence.reason.startswith("read in two ways")


def test_a_comparison_is_read_from_the_own_table() -> None:
    """A true comparison is supported, by own tables, and the reason names paper, table and page."""
    evidence = TableWitness([paper()]).testify(make_claim(Compare(subject=group("evit"), other=group("tome"), relation="beats")))
    assert (evidence.outcome, evidence.independence, evidence.scale) == ("supported", "own_tables", "paper")
    assert "arxiv:own, Table 1 (page 3)" in evidence.reason
    assert {each.method for each in evidence.observations} == {"evit", "tome"}


def test_a_reversed_comparison_is_refuted() -> None:
    """The tampered sibling with the methods exchanged is refuted."""
    evidence = TableWitness([paper()]).testify(make_claim(Compare(subject=group("tome"), other=group("evit"), relation="beats")))
    assert evidence.outcome == "refuted"


def test_the_stated_number_is_supported_and_a_wrong_one_refuted() -> None:
    """A number one and a half times as large is caught as wrong; the right one is supported."""
    witness = TableWitness([paper()])
    assert witness.testify(make_claim(amount(3000, metric="images_per_second"))).outcome == "supported"
    assert witness.testify(make_claim(amount(4500, metric="images_per_second"))).outcome == "refuted"


def test_the_number_of_another_method_is_refuted() -> None:
    """The right number under the wrong method does not pass."""
    witness = TableWitness([paper()])
    assert witness.testify(make_claim(amount(2000, metric="images_per_second", method="evit"))).outcome == "refuted"


def test_the_wrong_unit_is_refuted() -> None:
    """4.6 gmacs are not 4.6 million."""
    witness = TableWitness([paper([["Method", "FLOPs (M)"], ["EViT", "4600"]])])
    assert witness.testify(make_claim(amount(4.6, metric="gmacs"))).outcome == "supported"
    assert witness.testify(make_claim(amount(4600, metric="gmacs"))).outcome == "refuted"


def test_the_wrong_sign_of_an_effect_is_refuted() -> None:
    """A gain of half the throughput is supported, a loss of as much is not."""
    witness = TableWitness([paper()])

    def effect(low: float, high: float) -> Effect:
        return Effect(subject=group("evit"), metric="images_per_second", change="percent", size=Interval(low=low, high=high))

    assert witness.testify(make_claim(effect(45, 55))).outcome == "supported"
    assert witness.testify(make_claim(effect(-55, -45))).outcome == "refuted"


def test_nothing_grounded_is_no_evidence() -> None:
    """Another method, metric, data set or keep rate is absence, never refutation."""
    witness = TableWitness([paper()])
    elsewhere = Conditions(datasets=("nabirds",))
    low = Conditions(settings=(SettingRange(name="keep_rate", range=Interval(low=0.25, high=0.3)),))
    for hypothesis in (
        amount(79.5, method="sinkhorn"),
        amount(79.5, metric="bleu"),
        amount(79.5, where=elsewhere),
        amount(79.5, where=low),
    ):
        evidence = witness.testify(make_claim(hypothesis))
        assert (evidence.outcome, evidence.probability) == ("no_evidence", None), hypothesis
        assert evidence.reason


def test_no_hypothesis_is_no_evidence_with_the_reason() -> None:
    """A claim that was not understood says why."""
    evidence = TableWitness([paper()]).testify(make_claim(None, "it compares nothing"))
    assert (evidence.outcome, evidence.reason) == ("no_evidence", "no hypothesis to judge: it compares nothing")


def test_other_papers_count_before_the_own_one() -> None:
    """Where another paper decides too, the testimony is independent; a disagreement is named."""
    flipped = [["Method", "Top-1 (%)"], ["EViT", "78.0"], ["ToMe", "79.0"]]
    claim = make_claim(Compare(subject=group("evit"), other=group("tome"), relation="beats"))
    agreeing = TableWitness([paper(), paper(paper=OTHER)]).testify(claim)
    assert (agreeing.outcome, agreeing.independence) == ("supported", "other_papers")
    opposed = TableWitness([paper(), paper(flipped, paper=OTHER)]).testify(claim)
    assert (opposed.outcome, opposed.independence) == ("refuted", "other_papers")
    assert opposed.reason.startswith("papers disagree: arxiv:other")
    assert "arxiv:own" in opposed.reason


def test_other_papers_that_disagree_leave_it_open() -> None:
    """Two foreign papers that decide in opposite ways are inconclusive together."""
    flipped = [["Method", "Top-1 (%)"], ["EViT", "78.0"], ["ToMe", "79.0"]]
    witness = TableWitness([paper(paper="arxiv:a"), paper(flipped, paper="arxiv:b")])
    evidence = witness.testify(make_claim(Compare(subject=group("evit"), other=group("tome"), relation="beats")))
    assert evidence.outcome == "inconclusive"
    assert evidence.reason.startswith("papers disagree")


def test_a_reading_note_is_called_one() -> None:
    """Numbers of a reading note count and are labelled."""
    evidence = TableWitness([paper(paper=OTHER, kind="note")]).testify(make_claim(amount(3000, metric="images_per_second")))
    assert evidence.outcome == "supported"
    assert "reading note, not the paper" in evidence.reason


def test_a_rank_over_the_table() -> None:
    """The best of a table is on top, the worst is not."""
    witness = TableWitness([paper()])
    population = group("evit", "dynamicvit", "tome")
    best = Rank(subject=group("evit"), end="top", k=1, population=population)
    worst = Rank(subject=group("tome"), end="top", k=1, population=population)
    assert witness.testify(make_claim(best)).outcome == "supported"
    assert witness.testify(make_claim(worst)).outcome == "refuted"


def test_documents_without_tables_say_so() -> None:
    """No table, no evidence."""
    evidence = TableWitness([make_document()]).testify(make_claim(amount(1.0)))
    assert (evidence.outcome, evidence.reason) == ("no_evidence", "no retrieved document has a table with numbers")


def test_a_slightly_wrong_number_is_caught_in_the_own_table() -> None:
    """A value that is off by less than noise contradicts the paper's own table all the same, and the reason shows the printed one."""
    witness = TableWitness([paper()])
    on_imagenet = Conditions(datasets=("imagenet",))
    assert witness.testify(make_claim(amount(79.5, where=on_imagenet))).outcome == "supported"
    evidence = witness.testify(make_claim(amount(79.9, where=on_imagenet)))
    assert (evidence.outcome, evidence.independence) == ("refuted", "own_tables")
    assert evidence.reason.endswith("the fitting cell has another value, 79.5")


def test_the_number_of_another_row_or_column_is_not_taken() -> None:
    """A value that the table prints for another method or another metric does not pass, near or far."""
    rows = [["Method", "ROUGE-1", "ROUGE-2"], ["Seq2seq", "40.1", "17.2"], ["Ours", "40.5", "17.9"]]
    table = make_table(rows, paper=OWN, caption="Results on Gigaword")
    witness = TableWitness([make_document(table, paper=OWN, title="PuMer: merging and pruning")])
    on_gigaword = Conditions(datasets=("gigaword",))

    def outcome(value: float, metric: str) -> str:
        return witness.testify(make_claim(amount(value, method="pumer", metric=metric, where=on_gigaword))).outcome

    assert outcome(40.5, "rouge_1") == "supported"
    assert outcome(17.9, "rouge_1") == "refuted"
    assert outcome(40.1, "rouge_1") == "refuted"


def test_the_number_of_another_member_of_the_family_is_not_taken() -> None:
    """A value under ImageNet-1k says nothing on ImageNet-21k, whose name shares all but the number."""
    assert likeness("dataset", "imagenet", "ImageNet-1k") == 1.0
    assert likeness("dataset", "imagenet21k", "ImageNet-1k") == 0.0
    assert rival("dataset", "imagenet21k", "ImageNet-1k")


def test_numbers_at_different_budgets_decide_nothing() -> None:
    """A method that keeps most tokens is not better than one that keeps few, where the table never gives both at one rate."""
    rows = [
        ["Method", "Keep rate", "Top-1"],
        ["EViT", "0.9", "79.8"],
        ["EViT", "0.8", "79.6"],
        ["ToMe", "0.3", "74.0"],
        ["ToMe", "0.2", "70.0"],
    ]
    claim = make_claim(Compare(subject=group("evit"), other=group("tome"), relation="beats"))
    evidence = TableWitness([paper(rows)]).testify(claim)
    assert evidence.outcome == "inconclusive"
    assert evidence.judgement is not None
    assert "settings ignored" in evidence.judgement.steps[-1]


def test_an_open_population_does_not_refute() -> None:
    """Rows that nobody named as rivals, another size or an ablation, leave "better than all others" open; a named rival refutes it."""
    rows = [["Method", "Top-1"], ["EViT", "79.5"], ["ToMe", "79.1"], ["SomethingHuge", "88.0"]]
    anyone = Group(label="all other methods", members=())
    witness = TableWitness([paper(rows)])
    assert witness.testify(make_claim(Compare(subject=group("tome"), other=anyone, relation="beats"))).outcome == "inconclusive"
    assert witness.testify(make_claim(Compare(subject=group("tome"), other=group("evit"), relation="beats"))).outcome == "refuted"


def test_guessed_names_do_not_refute() -> None:
    """Numbers under a head that nobody understands can leave a claim open, not refute it."""
    rows = [["Model", "Zorp"], ["Alpha", "3.0"], ["Beta", "9.0"]]
    evidence = TableWitness([paper(rows)]).testify(
        make_claim(Compare(subject=group("alpha"), other=group("beta"), relation="beats", metric="zorp"))
    )
    assert evidence.outcome == "inconclusive"


def test_another_machine_never_refutes() -> None:
    """A throughput that differs in another paper is the other machine's; the claim's own tables may refute it."""
    claim = make_claim(amount(999, metric="images_per_second"))
    assert TableWitness([paper(paper=OTHER)]).testify(claim).outcome == "inconclusive"
    assert TableWitness([paper()]).testify(claim).outcome == "refuted"


def test_a_sentence_that_was_not_wholly_read_is_not_refuted() -> None:
    """A condition that the hypothesis could not express may be what makes the number right."""
    claim = make_claim(amount(999, metric="images_per_second"))
    partly = claim.model_copy(update={"notes": ("the condition “With a better teacher” is not part of the reading",)})
    assert TableWitness([paper()]).testify(claim).outcome == "refuted"
    assert TableWitness([paper()]).testify(partly).outcome != "refuted"
