"""A printed number with its suffix and its header's unit to a value in the metric's own unit: "4600" under "FLOPs (M)" is 4.6 gmacs."""

from __future__ import annotations

from synth.model import vocabulary
from synth.verifier.numbers import Number

_GIGA = {"g": 1.0, "b": 1.0, "billion": 1.0, "billions": 1.0, "gflops": 1.0, "gmacs": 1.0, "m": 1e-3, "t": 1e3, "k": 1e-6}
_MILLION = {"m": 1.0, "million": 1.0, "millions": 1.0, "106": 1.0, "g": 1e3, "b": 1e3, "billion": 1e3, "billions": 1e3, "k": 1e-3, "t": 1e6}
_FACTORS: dict[str, dict[str, float]] = {
    "gmacs": _GIGA,
    "million": _MILLION,
    "GiB": {"gb": 1.0, "gib": 1.0, "g": 1.0, "mb": 1 / 1024, "mib": 1 / 1024, "m": 1 / 1024},
    "ms": {"ms": 1.0, "s": 1e3, "sec": 1e3, "seconds": 1e3},
    "images/s": {"k": 1e3},
    "tokens/s": {"k": 1e3},
    "tokens": {"k": 1e3, "m": 1e6, "b": 1e9},
}
NEVER_NEGATIVE = ("percent", "images/s", "gmacs", "tokens", "million", "GiB", "ms", "tokens/s")


def _unit_key(unit: str) -> str:
    return "".join(unit.lower().replace("^", "").replace("×", "").split())


def in_unit_of(metric: str, number: Number, header_unit: str) -> tuple[float, float, str, int]:
    """(value, factor, unit, decimals) in the metric's own unit; an unknown metric keeps value and printed unit."""
    term = vocabulary().get("metric", metric)
    unit = term.unit if term else ""
    table = _FACTORS.get(unit, {})
    factor = table.get(_unit_key(number.unit), table.get(_unit_key(header_unit), 1.0))
    if unit == "gmacs" and not number.unit and abs(number.value) >= 1e6:
        factor = 1e-9
    if unit == "million" and not number.unit and abs(number.value) >= 1e5:
        factor = 1e-6
    printed = "percent" if "%" in (number.unit, header_unit) else number.unit or header_unit
    decimals = number.decimals
    while factor < 1 and 10.0 ** (decimals - number.decimals) * factor < 0.99:
        decimals += 1
    return (
        float(f"{number.value * factor:.12g}"),
        factor,
        unit or printed,
        max(0, decimals if factor <= 1 else number.decimals - len(str(int(factor))) + 1),
    )


def of_machine(metric: str) -> bool:
    """Whether values of the metric depend on the machine, as a throughput does."""
    term = vocabulary().get("metric", metric)
    return term is not None and term.of_machine
