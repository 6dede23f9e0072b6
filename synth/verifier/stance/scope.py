"""Does the passage speak of the claim's methods, data sets, backbones and settings, or of others?"""

from __future__ import annotations

from synth.model import vocabulary
from synth.verifier.stance.quantity import is_setting
from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side
from synth.verifier.stance.words import stem

SETTING_LABELS = {"keep_rate": "keep rate", "top": "rank", "px": "resolution"}
LABELS = {"dataset": "data set", "backbone": "backbone"}


def _methods(side: Side) -> frozenset[str]:
    """Methods named, families with their members, unknown names as they are."""
    families = side.of("family")
    members = [member for family in families for member in getattr(vocabulary().get("family", family), "members", ())]
    return side.of("method", "name") | families | frozenset(members)


def _other_setting(claim: Side, passage: Side) -> str:
    """Which setting both sides name with other values; empty where none."""
    for mine in (number for number in claim.numbers if is_setting(number)):
        theirs = [
            number for number in passage.numbers if is_setting(number) and (number.unit, stem(number.noun)) == (mine.unit, stem(mine.noun))
        ]
        if theirs and not any(mine.agrees(number) for number in theirs):
            return SETTING_LABELS.get(mine.unit) or mine.noun
    return ""


def _elsewhere(claim: Side, passage: Side) -> str:
    """Why the passage speaks of something else; empty where it does not."""
    for kind, label in LABELS.items():
        mine, theirs = claim.of(kind), passage.of(kind)
        if mine and theirs and not mine & theirs:
            return f"speaks of another {label} ({', '.join(sorted(theirs))} / {', '.join(sorted(mine))})"
    mine, theirs = _methods(claim), _methods(passage)
    if mine and theirs and not mine & theirs:
        return f"speaks of another method ({', '.join(sorted(theirs)[:3])} / {', '.join(sorted(mine)[:3])})"
    subject = next((named for named in claim.names if named.kind in ("method", "name")), None)
    if subject is not None and theirs - mine and subject.name not in theirs:
        return f"does not name {claim.text[subject.start : subject.end]}, but {', '.join(sorted(theirs - mine)[:3])}"
    known = claim.of("method", "family")
    if known and not mine & theirs:
        return f"does not name {', '.join(sorted(known)[:3])}"
    setting = _other_setting(claim, passage)
    return f"speaks of another {setting}" if setting else ""


def scope(claim: Side, passage: Side) -> Signal:
    """Coverage of the claim's names, and a veto where the passage names others in their place."""
    mine = claim.of("method", "family", "name", "dataset", "backbone")
    covered = len(mine & (passage.of("method", "family", "name", "dataset", "backbone") | _methods(passage))) / len(mine) if mine else 0.5
    metric = claim.of("metric") & passage.of("metric")
    elsewhere = _elsewhere(claim, passage)
    features = (
        ("names_covered", covered),
        ("names_missing", 1.0 - covered if mine else 0.0),
        ("metric_shared", float(bool(metric))),
        ("elsewhere", float(bool(elsewhere))),
    )
    if elsewhere:
        # Names that the vocabulary does not know may be one thing under two names: only known ones are a veto.
        known = bool(claim.of("method", "family", "dataset", "backbone"))
        return Signal("scope", features, "neutral", 1.0 if known else 0.6, elsewhere)
    return Signal("scope", features)
