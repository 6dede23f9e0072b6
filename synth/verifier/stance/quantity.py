"""Are the claim's numbers in the passage, within rounding, with the same unit and about the same thing?"""

from __future__ import annotations

from synth.verifier.stance.numbers import Number
from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side
from synth.verifier.stance.words import stem

SETTINGS = frozenset(["keep_rate", "top", "px"])
"""units of numbers that say where, not what; another one is another scope (see scope.py)."""
NOUNS = ("epoch", "layer", "block", "head", "seed", "step", "iteration", "stage", "run")
COUNTED_SETTINGS = frozenset(stem(noun) for noun in NOUNS)
MACHINE_BOUND = frozenset(["images/s", "tokens/s", "s"])
"""units whose values belong to one machine: two papers may differ and both be right."""


def is_setting(number: Number) -> bool:
    """Whether a number names a condition instead of a result."""
    return number.unit in SETTINGS or (number.unit == "" and stem(number.noun) in COUNTED_SETTINGS)


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


def _same_conditions(claim: Side, passage: Side, b: Number) -> bool:
    """Whether nothing else that the sentences state tells the two results apart: settings, backbone, data set, other numbers, machine."""
    if b.unit in MACHINE_BOUND and not claim.of("name") & passage.of("name"):
        return False
    if any(claim.of(kind) != passage.of(kind) for kind in ("backbone", "dataset", "method", "family")):
        return False
    others = [number for number in passage.numbers if number is not b]
    stray = [o for o in others if not any(o.agrees(a) and o.unit == a.unit for a in claim.numbers)]
    unmet = [a for a in claim.numbers if is_setting(a) and not any(a.agrees(o) and a.unit == o.unit for o in others)]
    return not stray and not unmet


def quantity(claim: Side, passage: Side) -> Signal:
    """Shares of the claim's numbers that the passage has, contradicts, has in another unit or under other conditions, or lacks."""
    asked = [number for number in claim.numbers if not is_setting(number)]
    given = [number for number in passage.numbers if not is_setting(number)]
    count, reasons = {"match": 0, "clash": 0, "unit": 0, "loose": 0, "missing": 0}, {"clash": "", "unit": "", "loose": ""}
    for a in asked:
        seen, reason = _seen(claim, a, passage, given)
        count[seen] += 1
        reasons[seen] = reason
    n = max(len(asked), 1)
    features = tuple((f"num_{name}", times / n) for name, times in count.items())
    if count["clash"] or count["unit"]:
        return Signal("quantity", features, "refutes", (count["clash"] + count["unit"]) / n, reasons["clash"] or reasons["unit"])
    if count["loose"]:
        return Signal("quantity", features, "neutral", 0.7, f"{reasons['loose']}, but not under the same conditions")
    if count["match"]:
        return Signal(
            "quantity", features, "supports", 0.95 * count["match"] / n, f"gives the same number ({', '.join(a.text for a in asked)})"
        )
    return Signal("quantity", features)


def _seen(claim: Side, a: Number, passage: Side, given: list[Number]) -> tuple[str, str]:
    """What the passage has of one number, with the words for it."""
    alike = [b for b in given if b.unit == a.unit and (b.unit or stem(b.noun) == stem(a.noun))]
    if any(a.agrees(b) for b in alike):
        return "match", ""
    others = [b for b in given if b.unit != a.unit and b.unit and a.unit and _plain(a) == _plain(b)]
    if others and _same_thing(claim, a, passage, others[0]):
        return "unit", f"gives another unit ({others[0].text} / {a.text})"
    rivals = [b for b in alike if _same_thing(claim, a, passage, b)]
    if not rivals:
        return "missing", ""
    strict = [b for b in rivals if _same_conditions(claim, passage, b)]
    return "clash" if strict else "loose", f"states another number ({(strict or rivals)[0].text} / {a.text})"


def _plain(number: Number) -> str:
    """The digits as printed, without unit."""
    return "".join(sign for sign in number.text if sign.isdigit() or sign == ".")
