"""Are the claim's numbers in the passage, within rounding, with the same unit and about the same thing?"""

from __future__ import annotations

from synth.verifier.stance.numbers import Number
from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side
from synth.verifier.stance.words import stem

SETTINGS = ("keep_rate", "top")


def _owner(side: Side, number: Number) -> str | None:
    """The method that a number belongs to: the last one named before it, else the first one behind it."""
    methods = [named for named in side.names if named.kind in ("method", "name", "backbone")]
    before = [named.name for named in methods if named.end <= number.start]
    return before[-1] if before else next((named.name for named in methods), None)


def _metric(side: Side, number: Number) -> str | None:
    """The metric named nearest to a number, None where the sentence names none."""
    metrics = [named for named in side.names if named.kind == "metric"]
    return min(metrics, key=lambda named: min(abs(named.start - number.end), abs(number.start - named.end))).name if metrics else None


def _same_thing(claim: Side, a: Number, passage: Side, b: Number) -> bool:
    """Whether two numbers are about one method and one metric, as far as the sentences name them."""
    owners, metrics = (_owner(claim, a), _owner(passage, b)), (_metric(claim, a), _metric(passage, b))
    if all(owners) and owners[0] != owners[1]:
        return False
    if all(metrics) and metrics[0] != metrics[1] and "performance" not in metrics:
        return False
    if not a.unit and stem(a.noun) != stem(b.noun):
        return False
    around = {word.stem for word in claim.words if word.is_content and not word.text[0].isdigit()}
    return len(around & passage.content) >= max(2, 0.3 * len(around))


def quantity(claim: Side, passage: Side) -> Signal:
    """Shares of the claim's numbers that the passage has, contradicts, gives in another unit, or does not have."""
    asked = [number for number in claim.numbers if number.unit not in SETTINGS]
    given = [number for number in passage.numbers if number.unit not in SETTINGS]
    match, clash, unit, reason = 0, 0, 0, ""
    for a in asked:
        alike = [b for b in given if b.unit == a.unit]
        if any(a.agrees(b) for b in alike):
            match += 1
            continue
        other = next(
            (b for b in given if b.unit != a.unit and b.unit and a.unit and _plain(a) == _plain(b) and _same_thing(claim, a, passage, b)),
            None,
        )
        rivals = [b for b in alike if _same_thing(claim, a, passage, b)]
        if other is not None:
            unit, reason = unit + 1, f"gives another unit ({other.text} / {a.text})"
        elif rivals:
            clash, reason = clash + 1, f"states another number ({rivals[0].text} / {a.text})"
    n = max(len(asked), 1)
    missing = len(asked) - match - clash - unit
    features = (("num_match", match / n), ("num_clash", clash / n), ("num_unit", unit / n), ("num_missing", missing / n if asked else 0.0))
    if clash or unit:
        return Signal("quantity", features, "refutes", (clash + unit) / n, reason)
    if match:
        return Signal("quantity", features, "supports", 0.5 * match / n, f"gives the same number ({', '.join(a.text for a in asked)})")
    return Signal("quantity", features)


def _plain(number: Number) -> str:
    """The digits as printed, without unit."""
    return "".join(sign for sign in number.text if sign.isdigit() or sign == ".")
