"""From answers to figures: how a verdict becomes a label, controls, twins, samples; with a pipeline whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from labelled_sets import MAKERS, scitab

from synth.evaluate import scoring
from synth.evaluate.answers import Answer, answer_of
from synth.evaluate.claims import claim_figures, control_figures
from synth.evaluate.formats import open_benchmark
from synth.evaluate.items import Benchmark, ClaimItem, DocumentSearch, Label, MarkedPaper, Reading, SentenceSearch
from synth.evaluate.marked import Chosen, marked_details, marked_figures
from synth.evaluate.records import document_of
from synth.evaluate.sampling import sample, with_swapped_evidence, without_evidence
from synth.evaluate.searches import DocumentsFound, SentencesFound, document_figures, sentence_figures
from synth.evaluate.twins import twins
from synth.model import Document, Evidence, Finding, Stances, Verdict
from synth.progress import silent


def item(claim: str = "A.", label: Label = "SUPPORT", **fields: Any) -> ClaimItem:
    """A claim beside a document of one sentence."""
    return ClaimItem(**{"id": claim, "claim": claim, "label": label, "document": document_of("d", ["B."]), "group": claim} | fields)


def finding(verdict: Verdict, confidence: float = 0.8) -> Finding:
    """A finding of the text witness."""
    return Finding(
        claim_id="c", verdict=verdict, confidence=confidence, evidence=(Evidence(witness="text", outcome="supported", reason="r"),)
    )


def answers(*said: tuple[Label, Verdict, float]) -> list[Answer]:
    """(label, verdict, confidence) of one item each."""
    return [answer_of(item(f"claim {i}", label), finding(verdict, sure)) for i, (label, verdict, sure) in enumerate(said)]


@pytest.mark.parametrize(
    ("verdict", "label", "holds", "confidence"),
    [
        (Verdict.VERIFIED, "SUPPORT", 0.8, 0.8),
        (Verdict.REFUTED, "REFUTE", 0.2, 0.8),
        (Verdict.CONTESTED, "NEI", 0.8, None),
        (Verdict.UNVERIFIED, "NEI", 0.8, None),
    ],
)
def test_a_verdict_becomes_a_label(verdict: Verdict, label: str, holds: float, confidence: float | None) -> None:
    """A cross at 0.8 says that the claim holds with 0.2; an abstention has no confidence of its own."""
    answer = answer_of(item(), finding(verdict))
    assert (answer.said, answer.holds, answer.confidence) == (label, pytest.approx(holds), confidence)


def test_what_is_said_is_the_likeliest_stance_whether_or_not_a_verdict_is_printed() -> None:
    """The surest witness's stances give the label and its confidence; the verdict that abstains is kept beside them."""
    unsure = Evidence(witness="tables", outcome="inconclusive", reason="r", stances=Stances(supports=0.2, refutes=0.2, neutral=0.6))
    leans = Evidence(witness="text", outcome="inconclusive", reason="r", stances=Stances(supports=0.1, refutes=0.6, neutral=0.3))
    found = Finding(claim_id="c", verdict=Verdict.UNVERIFIED, confidence=0.4, evidence=(unsure, leans))
    answer = answer_of(item(label="REFUTE"), found)
    assert (answer.said, answer.confidence, answer.verdict, answer.printed) == ("REFUTE", 0.6, "NEI", None)
    figures = claim_figures([answer], (0, 1), seed=0)
    assert (figures["accuracy"], figures["verdict_accuracy"], figures["abstains"]) == (1.0, 0.0, 1.0)


def test_a_witness_that_decides_counts_although_it_tells_no_stances() -> None:
    """A look-up in a table that supports with 0.9 outweighs a text that is neutral."""
    table = Evidence(witness="tables", outcome="supported", reason="r", probability=0.9)
    text = Evidence(witness="text", outcome="inconclusive", reason="r", stances=Stances(supports=0.1, refutes=0.1, neutral=0.8))
    found = Finding(claim_id="c", verdict=Verdict.VERIFIED, confidence=0.7, evidence=(table, text))
    assert (answer_of(item(), found).said, answer_of(item(), found).confidence) == ("SUPPORT", 0.9)


def test_a_set_without_nei_tells_both_figures() -> None:
    """Of four two are right, one wrong, one an abstention: 0.5 with abstentions wrong, 2/3 among the answered, who are 3/4."""
    said = answers(
        ("SUPPORT", Verdict.VERIFIED, 0.9), ("REFUTE", Verdict.REFUTED, 0.8), ("REFUTE", Verdict.VERIFIED, 0.7),
        ("SUPPORT", Verdict.UNVERIFIED, 0.5),
    )  # fmt: skip
    figures = claim_figures(said, (0, 1), seed=0)
    assert (figures["accuracy"], figures["coverage"], figures["answered"]) == (0.5, 0.75, 3)
    assert figures["answered_accuracy"] == pytest.approx(2 / 3)
    assert figures["answered_opposite"] == pytest.approx(1 / 3)
    assert figures["macro_f1"] == pytest.approx((0.5 + 2 / 3) / 2)
    assert "nei_f1" not in figures


def test_abstaining_is_right_where_nobody_can_tell() -> None:
    """In a set with NEI an abstention is an answer like any other."""
    said = answers(("NEI", Verdict.UNVERIFIED, 0.5), ("SUPPORT", Verdict.VERIFIED, 0.9), ("REFUTE", Verdict.CONTESTED, 0.4))
    figures = claim_figures(said, (0, 1, 2), seed=0)
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert (figures["support_f1"], figures["refute_f1"], figures["nei_f1"]) == (1.0, 0.0, pytest.approx(2 / 3))
    assert figures["macro_f1"] == pytest.approx((1 + 0 + 2 / 3) / 3)


def test_confidence_is_of_labels_and_of_holding() -> None:
    """ece counts the answered alone; ece_holds every claim that holds or fails, with what was printed of it."""
    said = answers(("SUPPORT", Verdict.VERIFIED, 0.9), ("REFUTE", Verdict.UNVERIFIED, 0.4), ("NEI", Verdict.UNVERIFIED, 0.5))
    figures = claim_figures(said, (0, 1, 2), seed=0)
    assert (figures["ece_n"], figures["ece"], figures["brier"]) == (1, pytest.approx(0.1), pytest.approx(0.01))
    assert (figures["ece_holds_n"], figures["ece_holds"]) == (2, pytest.approx((0.1 + 0.4) / 2))
    assert figures["lean_accuracy"] == 1.0


def test_nothing_answered_has_no_calibration() -> None:
    """What cannot be counted is None, never 0, and no crash."""
    figures = claim_figures(answers(("SUPPORT", Verdict.UNVERIFIED, 0.5)), (0, 1), seed=0)
    assert figures["ece"] is figures["brier"] is figures["answered_accuracy"] is None
    assert figures["lean_accuracy"] == 0.5


def test_the_surest_half_is_chosen_by_confidence_and_abstentions_come_last() -> None:
    """Two answers stand before two abstentions, whatever these print."""
    said = answers(
        ("SUPPORT", Verdict.UNVERIFIED, 0.99), ("SUPPORT", Verdict.VERIFIED, 0.6), ("REFUTE", Verdict.REFUTED, 0.7),
        ("SUPPORT", Verdict.CONTESTED, 0.9),
    )  # fmt: skip
    figures = claim_figures(said, (0, 1), seed=0)
    assert (figures["selective_accuracy_50"], figures["selective_accuracy_80"]) == (1.0, 0.5)


def test_kinds_are_told_apart() -> None:
    """A swapped cell that was not caught shows in the figure of its kind."""
    said = [
        answer_of(item("a", "SUPPORT", kind="true"), finding(Verdict.VERIFIED)),
        answer_of(item("b", "REFUTE", kind="swapped"), finding(Verdict.VERIFIED)),
        answer_of(item("c", "REFUTE", kind="swapped"), finding(Verdict.UNVERIFIED)),
    ]
    figures = claim_figures(said, (0, 1), seed=0)
    assert (figures["true_accuracy"], figures["swapped_accuracy"], figures["swapped_coverage"], figures["swapped_n"]) == (1.0, 0.0, 0.5, 2)


def test_twins_are_rewrites_on_one_document() -> None:
    """The most alike true and false claim pair up once; another document's rewrite, another claim and claims without evidence do not."""
    other, nothing = document_of("other", ["B."]), document_of("nothing")
    claims = [
        item("BERT beats LSTM on all data sets.", "SUPPORT"),
        item("BERT does not beat LSTM on all sets.", "REFUTE"),
        item("BERT beats BoW on all data sets.", "REFUTE"),
        item("BERT beats LSTM on all data sets", "REFUTE", document=other),
        item("Nothing is said of corpora here.", "REFUTE"),
        item("Corpora are large.", "SUPPORT", document=nothing),
        item("Corpora are small.", "REFUTE", document=nothing),
    ]
    assert twins(claims) == ((0, 2),)


def test_twins_are_ranked_by_what_is_printed() -> None:
    """One pair in the right order, one level: three quarters; both labels right in one of two."""
    pairs = [("x a b c d", "SUPPORT", 0.9), ("x a b c e", "REFUTE", 0.8), ("y f g h i", "SUPPORT", 0.5), ("y f g h k", "REFUTE", 0.5)]
    verdicts = (Verdict.VERIFIED, Verdict.REFUTED, Verdict.UNVERIFIED, Verdict.UNVERIFIED)
    said = [
        answer_of(item(text, label), finding(verdict, sure))  # type: ignore[arg-type]
        for (text, label, sure), verdict in zip(pairs, verdicts, strict=True)
    ]
    figures = claim_figures(said, (0, 1), seed=0)
    assert (figures["twins_n"], figures["twins_ranked"], figures["twins_both_right"]) == (2, 0.75, 0.5)


def test_controls_tell_what_is_left_without_the_evidence() -> None:
    """A pipeline that answers from wording alone shows in claim_only; one that keeps its answer on swapped evidence in swap."""
    given = answers(("SUPPORT", Verdict.VERIFIED, 0.9), ("REFUTE", Verdict.REFUTED, 0.9))
    silent_ = answers(("SUPPORT", Verdict.UNVERIFIED, 0.5), ("REFUTE", Verdict.UNVERIFIED, 0.5))
    half = [given[0], silent_[1]]
    figures = control_figures(given, given, half, (0, 1))
    assert (figures["claim_only_macro_f1"], figures["claim_only_coverage"]) == (1.0, 1.0)
    assert (figures["swap_nei"], figures["swap_turned"], figures["swap_turned_n"]) == (0.5, 0.5, 2)
    assert control_figures(silent_, silent_, silent_, (0, 1))["swap_turned"] is None


def test_twins_on_other_evidence_are_told_apart_by_chance() -> None:
    """A pipeline that keeps the order of twins without their evidence goes by wording, and both controls show it."""
    items = [item("x a b c d", "SUPPORT"), item("x a b c e", "REFUTE")]
    kept = [answer_of(items[0], finding(Verdict.VERIFIED, 0.9)), answer_of(items[1], finding(Verdict.REFUTED, 0.9))]
    lost = [answer_of(each, finding(Verdict.UNVERIFIED, 0.5)) for each in items]
    figures = control_figures(kept, lost, kept, (0, 1))
    assert (figures["claim_only_twins_ranked"], figures["swap_twins_ranked"]) == (0.5, 1.0)


def test_swapped_evidence_is_another_groups(tmp_path: Path, reading: Reading) -> None:
    """The claim keeps its own paper, whose tables are another's; the same seed draws the same."""
    claims = open_benchmark(scitab(tmp_path), "dev", reading).claims
    swapped = with_swapped_evidence(claims, claims, seed=4)
    assert swapped == with_swapped_evidence(claims, claims, seed=4)
    assert [each.document.tables[0].label for each in swapped] == ["Table 5", "Table 5", "Table 2"]
    assert [each.document.paper for each in swapped] == [each.document.paper for each in claims]
    assert {table.paper_id for each in swapped for table in each.document.tables} == {each.document.paper.id for each in claims}


def test_blanked_evidence_says_nothing(tmp_path: Path, reading: Reading) -> None:
    """No passage, no table, no text is left; where there is only one group, swapped evidence is blank too."""
    claims = open_benchmark(scitab(tmp_path), "dev", reading).claims
    for blank in (*without_evidence(claims), *with_swapped_evidence(claims[:1], claims[:2], seed=0)):
        assert (blank.document.text, blank.document.passages, blank.document.tables) == ("", (), ())


def many(count: int) -> Benchmark:
    """A set of as many claims, every fourth the false twin of the one before."""
    claims = tuple(
        item(f"system {i - (i % 4 == 3)} wins on {'no' if i % 4 == 3 else 'every'} set", "REFUTE" if i % 4 == 3 else "SUPPORT", id=str(i))
        for i in range(count)
    )
    return Benchmark(format="plain", split="dev", files=(), claims=claims)


def test_a_sample_is_drawn_by_the_seed() -> None:
    """As many as asked for, in their order, the same for one seed and others for another; no limit and a large one keep all."""
    whole = many(80)
    drawn = sample(whole, 20, seed=1)
    assert len(drawn.claims) == 20
    assert drawn == sample(whole, 20, seed=1) != sample(whole, 20, seed=2)
    assert [int(each.id) for each in drawn.claims] == sorted(int(each.id) for each in drawn.claims)
    assert sample(whole, None, seed=1) == sample(whole, 80, seed=1) == whole


def test_a_sample_keeps_twins_together() -> None:
    """Of 20 false claims that were drawn or not, at most the one at the edge has lost its true twin."""
    drawn = sample(many(80), 30, seed=0).claims
    false = sum(each.label == "REFUTE" for each in drawn)
    assert false >= 3
    assert len(twins(drawn)) >= false - 1


def test_a_sample_of_searches_keeps_what_they_want(tmp_path: Path, reading: Reading) -> None:
    """Documents that no drawn search wants are left out beyond the limit; the others stay."""
    whole = open_benchmark(MAKERS["scifact"](tmp_path), "dev", reading)
    extra = tuple(document_of(f"extra {i}", ["C."]) for i in range(40))
    drawn = sample(replace(whole, corpus=(*extra, *whole.corpus)), 1, seed=0)
    assert len(drawn.searches) == 1
    assert drawn.searches[0].wanted <= {document.paper.id for document in drawn.corpus}
    assert len(drawn.corpus) == 5


def chosen(marked: Sequence[int], taken: Sequence[int], score: Sequence[float], kept: Sequence[int] = ()) -> Chosen:
    """A paper of as many sentences as scores, with the numbers of those that are marked, taken and kept in the budget."""
    document = document_of("p", [f"Sentence {i}." for i in range(len(score))])
    places = range(len(score))
    return Chosen(
        MarkedPaper(document, frozenset(document.passages[i].start for i in marked), tuple("ab"[i % 2] for i in places)),
        score=tuple(score),
        taken=tuple(i in taken for i in places),
        within_budget=tuple(i in kept for i in places),
        cues=tuple(("figure",) if i % 2 else () for i in places),
    )


def test_sentences_chosen_against_sentences_marked() -> None:
    """Two of three taken are marked, two of four marked are taken; what was taken ranks before a higher score that was not."""
    paper = chosen(marked=(0, 1, 2, 5), taken=(0, 1, 3), score=(0.9, 0.8, 0.1, 0.7, 0.95, 0.2), kept=(0,))
    figures = marked_figures([paper], seed=0)
    assert (figures["precision"], figures["recall"]) == (pytest.approx(2 / 3), 0.5)
    assert figures["f1"] == pytest.approx(4 / 7)
    assert (figures["budget_precision"], figures["budget_recall"]) == (1.0, 0.25)
    assert paper.ranked == [0, 1, 3, 4, 5, 2]
    assert (figures["recall_at_5"], figures["marked"], figures["taken"], figures["n"]) == (0.75, 4, 3, 6)
    assert figures["average_precision"] == pytest.approx((1 + 1 + 3 / 5 + 4 / 6) / 4)


def test_errors_of_sentences_are_told_by_cue_and_role() -> None:
    """Missed and falsely taken sentences are counted apart."""
    details = marked_details([chosen(marked=(0, 1), taken=(1, 3), score=(0.1, 0.9, 0.2, 0.8))])
    assert details["errors"] == {"missed": {"no cue": 1}, "false": {"figure": 1}}
    assert details["taken_by_role"] == {"a": "0 of 2", "b": "2 of 2"}


@dataclass
class Oracle:
    """A pipeline that knows the answers, and finds what is wanted second."""

    asked: list[str] = field(default_factory=list)

    def prepare(self, texts: Sequence[str]) -> None:
        """Nothing to do."""

    def judge(self, item: ClaimItem) -> Answer:
        """The label where there is evidence of the item's own, NEI elsewhere."""
        able = bool(item.document.passages or item.document.tables)
        verdict = {"SUPPORT": Verdict.VERIFIED, "REFUTE": Verdict.REFUTED, "NEI": Verdict.UNVERIFIED}[item.label]
        return answer_of(item, finding(verdict if able else Verdict.UNVERIFIED, 0.9))

    def rank_sentences(self, items: Sequence[SentenceSearch]) -> list[SentencesFound]:
        """Something else first."""
        return [SentencesFound(each, (-1, *sorted(each.wanted))) for each in items]

    def rank_documents(self, items: Sequence[DocumentSearch], corpus: Sequence[Document]) -> list[DocumentsFound]:
        """Something else first."""
        return [DocumentsFound(each, ("other", *sorted(each.wanted))) for each in items]

    def choose(self, paper: MarkedPaper) -> Chosen:
        """What is marked."""
        marked = tuple(passage.start in paper.marked for passage in paper.document.passages)
        return Chosen(paper, tuple(map(float, marked)), marked, marked, ((),) * len(marked))


@pytest.mark.parametrize("name", MAKERS)
def test_a_pipeline_that_knows_everything_has_full_marks(name: str, tmp_path: Path, reading: Reading) -> None:
    """Every figure of every format is wired to the right answers."""
    whole = open_benchmark(MAKERS[name](tmp_path / "set"), "dev", reading)
    result = scoring.score(whole, whole, Oracle(), 0, silent)
    expected: dict[str, object] = {"malformed": 0}
    if whole.claims:
        expected |= {"accuracy": 1.0, "macro_f1": 1.0, "claim_only_coverage": 0.0, "n": len(whole.claims)}
    if whole.rationales:
        expected |= {"rationale_in_top_1": 0.0, "rationale_in_top_2": 1.0, "rationale_mrr": 0.5}
    if whole.searches:
        expected |= {"recall_at_1": 0.0, "recall_at_3": 1.0, "retrieval_documents": 2}
    if whole.papers:
        expected |= {"precision": 1.0, "recall": 1.0, "f1": 1.0, "average_precision": 1.0, "recall_at_8": 1.0, "ece": 0.0}
    assert {key: result.data.get(key) for key in expected} == expected
    assert result.details["format"] == name


def test_searches_have_intervals_over_documents() -> None:
    """Two documents of which one is searched rightly throughout: half, and from nothing to all; where all agree there is no width."""

    def found(document: str, first: int) -> SentencesFound:
        search = SentenceSearch(f"{document}{first}", "A.", document_of(document, ["B.", "C."]), frozenset({0}))
        return SentencesFound(search, (first, 0, 3))

    figures = sentence_figures([found("d", 0), found("d", 0), found("e", 3), found("e", 3)], seed=0)
    assert [figures[f"rationale_in_top_1{end}"] for end in ("", "_low", "_high")] == [0.5, 0.0, 1.0]
    assert [figures[f"rationale_in_top_2{end}"] for end in ("", "_low", "_high")] == [1.0, 1.0, 1.0]
    searched = [DocumentsFound(DocumentSearch("c", "A.", frozenset({"p", "q"})), ("p", "r", "q"))]
    assert [document_figures(searched, 3, seed=0)[f"recall_at_{k}"] for k in (1, 3)] == [0.5, 1.0]
