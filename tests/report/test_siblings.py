"""The control of a run as the report shows it."""

from __future__ import annotations

from builders import make_claim, make_finding, make_provenance, make_run

from synth.model import Verdict
from synth.model.run import WrongSibling
from synth.report import siblings
from synth.report.markdown import Markdown

CLAIM = make_claim("ToMe doubles throughput.")
CAUGHT = WrongSibling(
    of=CLAIM.id, kind="negated", text="ToMe does not double throughput.", verdict=Verdict.REFUTED, confidence=0.9, wording="-"
)
MISSED = WrongSibling(
    of=CLAIM.id,
    kind="superlative added",
    text="ToMe doubles throughput | best.",
    verdict=Verdict.VERIFIED,
    confidence=0.61,
    wording="other papers agree",
    steps=("5. text in favour",),
)


def shown(*found: WrongSibling) -> str:
    """The section of a run with these siblings."""
    run = make_run(CLAIM, findings=(make_finding(CLAIM, verdict=Verdict.VERIFIED),), siblings=found)
    return "\n\n".join(siblings.section(run))


def test_the_table_counts_by_kind_and_shows_one_missed() -> None:
    """Made, caught, refuted, missed for each kind, and a missed one beside its claim, its text being data."""
    assert shown(CAUGHT, MISSED, MISSED) == (
        "### Control: wrong siblings\n\n"
        "Verified claims were made wrong by machine and heard by the same witnesses on the same documents; one that is not verified is "
        "caught. 1 of 3 were caught (33 %): so far a ✓ of this run guards against such errors.\n\n"
        "| Made wrong by | Made | Caught | Of these refuted | Missed |\n| --- | --- | --- | --- | --- |\n"
        "| negated | 1 | 1 | 1 | 0 |\n| superlative added | 2 | 0 | 0 | 2 |\n\n"
        "- Missed, superlative added: “ToMe doubles throughput \\| best.” was verified with confidence 0.61 (other papers agree); the "
        "claim is “ToMe doubles throughput.”"
    )


def test_no_control_is_told_apart_from_nothing_to_control() -> None:
    """Switched off, and no verified claim, are two things."""
    assert "Switched off for this run." in Markdown().render(make_run(), make_provenance())
    assert "No claim was verified" in shown()
    assert siblings.figures(make_run()) is None
    assert siblings.figures(make_run(siblings=())) == {"made": 0, "caught": 0, "refuted": 0, "missed": 0, "kinds": {}}
