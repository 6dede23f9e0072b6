"""From a claim and its paper's tables to evidence: which table speaks, what is left open, what another paper's table says."""

from __future__ import annotations

import pytest
from operator_tables import GAMES, PARSERS, make_table

from synth.model import Claim, Document, Paper, Passage, Stances, Table
from synth.verifier.operators.grid import grid_of
from synth.verifier.operators.testimony import is_own_sentence, sentence_evidence, stances_of, stated_evidence
from synth.verifier.operators.verdict import check, has_results
from synth.verifier.tabular import TableWitness

WRONG = "BiLSTM outperforms Graph-based on UAS."
WEAK = "BiLSTM achieves the best LAS."


def make_document(*tables: Table) -> Document:
    """The claim's own paper with these tables and no text."""
    numbered = tuple(table.model_copy(update={"index": number}) for number, table in enumerate(tables))
    return Document(paper=Paper(id="arxiv:own", title="A study"), source_digest="", media="pdf", text="", passages=(), tables=numbered)


def make_claim(text: str, passage: str | None = None) -> Claim:
    """A claim of that paper, with the sentence that it was taken from."""
    place = Passage(paper_id="arxiv:own", text=passage, start=0, end=len(passage)) if passage else None
    return Claim(id="c-1", text=text, passage=place, paper_id="arxiv:own", hypothesis=None, reason="not read", extraction_confidence=1.0)


def test_results_and_records_are_told_apart() -> None:
    """Decimals in nearly every column make a table of results where a measure is named or the best is marked; so does ±."""
    assert has_results(grid_of(PARSERS)) and not has_results(grid_of(GAMES))
    shares = [["state", "oats", "rye"], ["ohio", "10.2", "20.1"], ["iowa", "11.9", "19.0"], ["utah", "12.0", "18.3"]]
    assert not has_results(grid_of(make_table(shares, caption="harvest by state")))
    assert has_results(grid_of(make_table(shares, caption="harvest by state", bold=[(1, 1)])))
    steps = [["Start", "task A", "task B"], ["Plain", "2363 ± 215", "4720 ± 312"], ["Scaled", "863 ± 98", "2347 ± 178"]]
    assert has_results(grid_of(make_table(steps)))


def test_the_table_that_knows_what_is_said_speaks() -> None:
    """Of several tables the one with the names of the claim is heard, with its steps."""
    found = check("Graph-based outperforms BiLSTM on UAS.", [GAMES, PARSERS])
    assert found.outcome == "supported" and found.table is PARSERS
    assert found.steps[0] == "Graph-based 94.01 > BiLSTM 93.1 in UAS"


def test_a_table_called_by_its_number_is_the_only_one_asked() -> None:
    """ "Table 2" keeps other tables with the same systems out."""
    other = make_table([["Model", "UAS"], ["BiLSTM", "95.10"], ["Graph-based", "94.00"], ["Ours", "96.1"]], label="Table 9")
    assert check("Table 2 shows that Graph-based outperforms BiLSTM on UAS.", [other, PARSERS]).outcome == "supported"
    assert check("Table 9 shows that Graph-based outperforms BiLSTM on UAS.", [other, PARSERS]).outcome == "refuted"


def test_a_record_is_looked_up() -> None:
    """A statement that is all entries and headers is read as one on records."""
    assert check("the opponent on october 4 , 1992 be the chicago bear", [GAMES]).outcome == "supported"
    assert check("the opponent on october 4 , 1992 be the houston oiler", [GAMES]).outcome == "refuted"


def test_another_papers_table_turns_a_claim_to_nothing() -> None:
    """The swap control: nothing named, nothing said, never refuted."""
    for text in (WRONG, "Graph-based outperforms BiLSTM on UAS."):
        found = check(text, [make_table([["Model", "BLEU"], ["Seq2Seq", "21.20"], ["Pointer", "24.10"], ["Copy", "23.3"]])])
        assert found.outcome == "no_evidence" and "names nothing like" in found.reason


def test_no_table_is_no_evidence() -> None:
    """Without tables there is nothing to read, and a paper without tables gives no evidence."""
    assert check("A beats B.", []).outcome == "no_evidence"
    assert sentence_evidence(make_claim("A beats B."), make_document()) is None


def test_evidence_carries_the_steps_and_names_the_table() -> None:
    """A reader can check the verdict by hand."""
    evidence = sentence_evidence(make_claim(WRONG), make_document(PARSERS))
    assert evidence is not None and evidence.judgement is not None
    assert (evidence.outcome, evidence.independence, evidence.witness) == ("refuted", "own_tables", "tables")
    assert evidence.reason.startswith("arxiv:own, Table 2: ")
    assert "Graph-based 94.01" in " ".join(evidence.judgement.steps) and "outcome: refuted" in evidence.judgement.steps[-1]


def test_only_a_sure_reading_decides() -> None:
    """A weak reading leaves a sentence open, whoever says it, and what it leans to stays to be seen."""
    for claim in (make_claim(WEAK), make_claim(WEAK, WEAK), make_claim("DynamicViT increases throughput by more than 0.91.")):
        evidence = sentence_evidence(claim, make_document(PARSERS))
        assert evidence is None or evidence.outcome == "inconclusive"
    weak = sentence_evidence(make_claim(WEAK), make_document(PARSERS))
    assert weak is not None and weak.stances is not None and weak.stances.likeliest == "refutes"
    assert "not sure enough" in weak.reason


def test_a_changed_sentence_is_not_the_papers_own() -> None:
    """Another number, a denial or a turned relation makes it somebody else's."""
    passage = "Graph-based improves UAS by 0.9 points."
    assert is_own_sentence(make_claim("Graph-based improves UAS by 0.9 points.", passage))
    assert not is_own_sentence(make_claim("Graph-based improves UAS by 1.4 points.", passage))
    assert not is_own_sentence(make_claim("Graph-based does not improve UAS by 0.9 points.", passage))
    assert not is_own_sentence(make_claim(passage))


def test_a_value_that_the_paper_states_is_not_refuted_by_its_absence() -> None:
    """A number that our parser did not find in the tables may stand in a table that it did not read."""
    text = "Our model reaches 95.99 UAS on Penn Treebank."
    strange, own = (
        stated_evidence(make_claim(text), make_document(PARSERS)),
        stated_evidence(make_claim(text, text), make_document(PARSERS)),
    )
    assert strange is not None and strange.outcome == "refuted"
    assert own is not None and own.outcome == "inconclusive"


def test_the_witness_hears_a_sentence_that_the_grammar_does_not_read() -> None:
    """A claim without a hypothesis is judged on its own paper's tables, and on no other's."""
    witness = TableWitness([make_document(PARSERS)])
    assert witness.testify(make_claim("Graph-based outperforms BiLSTM on UAS.")).outcome == "supported"
    assert witness.testify(make_claim(WRONG)).outcome == "refuted"
    elsewhere = make_claim(WRONG).model_copy(update={"paper_id": "arxiv:other"})
    assert witness.testify(elsewhere).outcome == "no_evidence"


def test_stances_are_told_whether_or_not_the_tables_decide() -> None:
    """A loose reading is most likely about nothing, and of what is left its lean and that of its denial mirror each other."""
    said, denied = (
        sentence_evidence(make_claim(text), make_document(PARSERS))
        for text in ("Graph-based parsing is a strong choice for trees.", "Graph-based parsing is not a strong choice for trees.")
    )
    assert said is not None and said.stances is not None and denied is not None and denied.stances is not None
    assert said.outcome == "inconclusive" and said.stances.likeliest == "neutral"
    assert said.stances.supports > said.stances.refutes
    assert said.stances.supports == pytest.approx(denied.stances.refutes)
    assert said.stances.supports + said.stances.refutes + said.stances.neutral == pytest.approx(1.0)


def test_nothing_said_is_no_stance() -> None:
    """Without a probability there are no stances; with one they sum to 1."""
    assert stances_of(None) is None
    assert stances_of(0.75, 0.5) == Stances(supports=0.375, refutes=0.125, neutral=0.5)
