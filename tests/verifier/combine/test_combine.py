"""From testimony to verdict: the checklist, the confidence and the wording."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.model import Evidence, Verdict
from synth.verifier.combine import Calibration, calibration_from, combine

PLAIN = Calibration()
WITNESS = {"stated": "text", "other_papers": "text", "own_tables": "tables", "rerun": "rerun"}


def make_evidence(outcome: str, independence: str | None = "own_tables", *, scale: str = "paper", **more: object) -> Evidence:
    """One testimony."""
    fields: dict[str, object] = {"witness": WITNESS[independence or "stated"], "reason": "as built", "probability": None}
    return Evidence.model_validate(fields | {"outcome": outcome, "independence": independence, "scale": scale} | more)


def verdict_of(*evidence: Evidence) -> Verdict:
    """The verdict without calibration."""
    return combine("c-1", evidence, calibrated=PLAIN).verdict


def test_nothing_is_unverified() -> None:
    """No evidence gives UNVERIFIED with the confidence of ignorance."""
    finding = combine("c-1", [], calibrated=PLAIN)
    assert (finding.verdict, finding.confidence) == (Verdict.UNVERIFIED, 0.5)


@pytest.mark.parametrize("outcome", ["no_evidence", "failed"])
def test_silence_and_breakdown_are_nothing(outcome: str) -> None:
    """A witness without evidence and a judgement that failed are set aside, not counted as doubt or support."""
    finding = combine("c-1", [make_evidence(outcome, probability=0.99)], calibrated=PLAIN)
    assert (finding.verdict, finding.confidence) == (Verdict.UNVERIFIED, 0.5)


@pytest.mark.parametrize("independence", ["own_tables", "other_papers", "rerun"])
def test_one_deciding_witness_is_enough(independence: str) -> None:
    """Own tables, other papers and a rerun at paper scale each carry ✓ or × alone."""
    assert verdict_of(make_evidence("supported", independence)) == Verdict.VERIFIED
    assert verdict_of(make_evidence("refuted", independence)) == Verdict.REFUTED


def test_a_source_that_repeats_itself_proves_nothing() -> None:
    """Testimony that only the claim's own source states never gives ✓, and does not stand against a refutation."""
    stated = make_evidence("supported", "stated", probability=0.99)
    assert verdict_of(stated) == Verdict.UNVERIFIED
    assert verdict_of(stated, make_evidence("refuted", "own_tables")) == Verdict.REFUTED


def test_a_source_that_contradicts_itself_counts() -> None:
    """A contradiction in the claim's own source blocks ✓ but is not enough for ×."""
    against = make_evidence("refuted", "stated")
    assert verdict_of(against) == Verdict.UNVERIFIED
    assert verdict_of(against, make_evidence("supported", "rerun")) == Verdict.CONTESTED


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(["own_tables", "other_papers", "rerun"], 2)))
def test_witnesses_that_disagree_contest(first: str, second: str) -> None:
    """One in favour and one against give CONTESTED, whoever they are, and the wording shows both."""
    finding = combine("c-1", [make_evidence("supported", first), make_evidence("refuted", second)], calibrated=PLAIN)
    assert finding.verdict == Verdict.CONTESTED
    assert finding.wording.startswith("witnesses disagree: ")
    assert "; " in finding.wording


@pytest.mark.parametrize(("outcome", "words"), [("supported", "consistent with"), ("refuted", "at odds with")])
def test_a_proxy_never_decides(outcome: str, words: str) -> None:
    """A rerun at proxy scale alone leaves the claim unverified, in the words that a proxy may use."""
    finding = combine("c-1", [make_evidence(outcome, "rerun", scale="proxy", probability=None)], calibrated=PLAIN)
    assert finding.verdict == Verdict.UNVERIFIED
    assert finding.wording == f"{words} a rerun at proxy scale"


@given(
    st.sampled_from(["supported", "refuted", "inconclusive"]), st.floats(0, 1), st.sampled_from(["supported", "refuted"]), st.floats(0, 1)
)
def test_a_proxy_moves_confidence_but_not_the_verdict(proxy: str, p: float, decided: str, q: float) -> None:
    """Beside a witness that decides, a proxy changes the confidence alone."""
    tables = make_evidence(decided, "own_tables", probability=q)
    alone = combine("c-1", [tables], calibrated=PLAIN)
    both = combine("c-1", [tables, make_evidence(proxy, "rerun", scale="proxy", probability=p)], calibrated=PLAIN)
    assert both.verdict == alone.verdict
    if proxy != decided and proxy != "inconclusive":
        assert both.confidence < alone.confidence


def test_a_failing_control_voids_a_rerun() -> None:
    """A rerun whose keep-all control fails is set aside whatever its numbers say."""
    rerun = make_evidence("supported", "rerun", controls=("keep-all equals the plain model: failed (0.31)",))
    assert verdict_of(rerun) == Verdict.UNVERIFIED
    assert verdict_of(rerun.model_copy(update={"controls": ("keep-all equals the plain model: passed (0.0)",)})) == Verdict.VERIFIED


def test_inconclusive_leans_without_deciding() -> None:
    """An open judgement leaves the claim unverified with a confidence on its side of one half."""
    finding = combine("c-1", [make_evidence("inconclusive", probability=0.9)], calibrated=PLAIN)
    assert finding.verdict == Verdict.UNVERIFIED
    assert 0.5 < finding.confidence < 0.9


def test_worked_example() -> None:
    """Own tables at 0.9 (weight 0.35) and a proxy at 0.8 (weight 0.3): log-odds 0.35*2.1972 + 0.3*1.3863 = 1.1849, so 0.7658."""
    evidence = [make_evidence("supported", probability=0.9), make_evidence("supported", "rerun", scale="proxy", probability=0.8)]
    finding = combine("c-1", evidence, calibrated=PLAIN)
    assert finding.confidence == pytest.approx(0.7658, abs=5e-5)
    assert finding.wording == "consistent with a rerun at proxy scale; the paper's own tables agree"


EVIDENCE = st.builds(
    make_evidence,
    st.sampled_from(["supported", "refuted", "inconclusive", "no_evidence", "failed"]),
    st.sampled_from(["stated", "own_tables", "other_papers", "rerun"]),
    scale=st.sampled_from(["paper", "proxy"]),
    probability=st.none() | st.floats(0, 1),
)


def holds(evidence: list[Evidence]) -> float:
    """Probability that the claim holds, whatever the verdict."""
    finding = combine("c-1", evidence, calibrated=PLAIN)
    return 1 - finding.confidence if finding.verdict == Verdict.REFUTED else finding.confidence


@given(st.lists(EVIDENCE, max_size=4), st.randoms())
def test_order_does_not_matter(evidence: list[Evidence], random: object) -> None:
    """The same testimony in another order gives the same verdict, confidence and steps."""
    shuffled = evidence[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = combine("c-1", evidence, calibrated=PLAIN), combine("c-1", shuffled, calibrated=PLAIN)
    assert (first.verdict, first.confidence, first.steps) == (second.verdict, second.confidence, second.steps)


@given(st.lists(EVIDENCE, max_size=3), EVIDENCE, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=200)
def test_confidence_is_monotone_in_the_probability_of_each_witness(rest: list[Evidence], one: Evidence, p: float, q: float) -> None:
    """A witness that becomes surer never lowers the probability that the claim holds."""
    low, high = (one.model_copy(update={"probability": value}) for value in sorted((p, q)))
    assert holds([*rest, low]) <= holds([*rest, high]) + 1e-6


@given(st.lists(EVIDENCE, max_size=3), st.sampled_from(["stated", "own_tables", "other_papers", "rerun"]), st.floats(0, 1))
def test_confidence_is_monotone_in_the_outcome_of_each_witness(rest: list[Evidence], independence: str, p: float) -> None:
    """Refuted, inconclusive, supported: each step never lowers the probability that the claim holds."""
    low, middle, high = (
        holds([*rest, make_evidence(outcome, independence, probability=p)]) for outcome in ("refuted", "inconclusive", "supported")
    )
    assert low <= middle + 1e-6 <= high + 2e-6


@given(st.lists(EVIDENCE, max_size=5))
def test_a_decided_verdict_is_more_likely_than_not(evidence: list[Evidence]) -> None:
    """✓ and × carry more than one half, and ✓ never stands beside a witness against at paper scale."""
    finding = combine("c-1", evidence, calibrated=PLAIN)
    if finding.verdict in (Verdict.VERIFIED, Verdict.REFUTED):
        assert finding.confidence > 0.5
    if finding.verdict == Verdict.VERIFIED:
        assert not any(item.outcome == "refuted" and item.scale == "paper" for item in evidence)
        assert any(item.outcome == "supported" and item.independence != "stated" and item.scale == "paper" for item in evidence)


def test_a_probability_that_does_not_carry_the_verdict_withdraws_it() -> None:
    """Where what is open leans further against a claim than its only supporter for it, the claim is UNVERIFIED and the steps say why."""
    weak, leaning = make_evidence("supported", probability=0.6), make_evidence("inconclusive", "other_papers", probability=0.05)
    finding = combine("c-1", [weak, leaning])
    assert finding.verdict == Verdict.UNVERIFIED
    assert any("does not carry VERIFIED" in step for step in finding.steps)


def test_a_calibration_is_read_and_one_that_turns_evidence_round_is_not() -> None:
    """The slope comes from the file with what it was fitted on; a slope of nought or less would break monotony and is ignored."""
    chart = calibration_from('{"combine": {"slope": 2.0, "fitted_on": "three sets"}}')
    assert chart.slope == 2.0
    assert "three sets" in chart.note
    for slope in ("-1.0", "0", "NaN", "Infinity"):
        assert calibration_from(f'{{"combine": {{"slope": {slope}}}}}') == Calibration()
    assert calibration_from("{}") == Calibration()


def test_a_slope_moves_confidence_and_no_verdict() -> None:
    """Calibration says how sure a verdict is; one half stays one half and no witness changes sides."""
    for outcome in ("supported", "refuted", "inconclusive"):
        evidence = [make_evidence(outcome, probability={"supported": 0.9, "refuted": 0.1, "inconclusive": 0.5}[outcome])]
        plain, steep = (combine("c-1", evidence, calibrated=Calibration(slope)) for slope in (1.0, 3.0))
        assert plain.verdict == steep.verdict
        assert steep.confidence >= plain.confidence
    assert combine("c-1", [], calibrated=Calibration(3.0)).confidence == 0.5


def test_every_step_is_numbered() -> None:
    """The steps start with the number of the checklist."""
    steps = combine("c-1", [make_evidence("supported"), make_evidence("no_evidence", "rerun")], calibrated=PLAIN).steps
    assert [step[:2] for step in steps] == ["1.", "1.", "4.", "5.", "6.", "6.", "7."]


def test_the_tables_of_a_note_are_not_called_the_papers() -> None:
    """A reading note is never passed off as the paper, in the wording of a verdict either."""
    note = make_evidence("supported", "own_tables").model_copy(update={"from_note": True})
    assert combine("c-1", [note]).wording == "the tables of its reading note agree"
    assert combine("c-1", [make_evidence("supported", "own_tables")]).wording == "the paper's own tables agree"
