"""The figures by which the stance head is judged, and the files that they are written to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.verifier.recipes.labelled import Case
from synth.verifier.stance.calibration import Calibrated
from synth.verifier.stance.head import Head, Weights
from synth.verifier.stance.pool import VOICE

Array = npt.NDArray[np.float64]
BINS, DRAWS = 15, 400
COMMAND = "python -m synth.verifier.recipes.train_stance --bench ../shared/data/bench --workspace ."
COVERED = (0.05, 0.1, 0.2, 0.5, 0.8, 1.0)
"""shares of the surest at which the accuracy is told."""


@dataclass(frozen=True)
class Scored:
    """What was said of a case."""

    case: Case
    origin: str
    """name of the set that it is of."""
    stances: Array
    """(supports, refutes, neutral)."""
    best: tuple[float, float]
    """(supports, refutes) of the surest passage of each kind that a rule explains, the only kind that may decide."""

    def decided(self, tick: float, cross: float) -> int | None:
        """0 for a ✓ and 1 for a × at these thresholds; None where it abstains, as it does where passages disagree."""
        pro, against = self.best[0] >= tick, self.best[1] >= cross
        if (pro and self.best[1] >= VOICE) or (against and self.best[0] >= VOICE):
            return None
        return 0 if pro else 1 if against else None


def calibration_error(probability: Array, outcome: Array) -> float:
    """Expected calibration error over 15 bins of equal mass."""
    bins = np.array_split(np.argsort(probability, kind="stable"), BINS)
    gaps = [len(ids) * abs(probability[ids].mean() - outcome[ids].mean()) for ids in bins if len(ids)]
    return float(sum(gaps) / len(probability))


def macro_f1(predicted: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> float:
    """Mean over the three labels of the harmonic mean of precision and recall."""
    scores = []
    for label in range(3):
        right = int(np.sum((predicted == label) & (labels == label)))
        scores.append(2 * right / max(int(np.sum(predicted == label)) + int(np.sum(labels == label)), 1))
    return float(np.mean(scores))


def figures(said: Sequence[Scored]) -> dict[str, Any]:
    """Macro-F1, accuracy and calibration error of the most probable stance, and its accuracy among the surest (risk-coverage)."""
    p, labels, sure, right = _columns(said)
    order = np.argsort(-sure, kind="stable")
    surest = {str(share): round(float(right[order[: max(1, round(share * len(order)))]].mean()), 3) for share in COVERED}
    decided = labels < 2
    return {
        "n": len(said),
        "macro_f1": round(macro_f1(p.argmax(axis=1), labels), 4),
        "accuracy": round(float(right.mean()), 4),
        "support_against_refute": round(float(np.mean((p[decided, 0] > p[decided, 1]) == (labels[decided] == 0))), 4),
        "ece": round(calibration_error(sure, right), 4),
        "accuracy_of_surest": surest,
    }


def _columns(said: Sequence[Scored]) -> tuple[Array, npt.NDArray[np.int64], Array, Array]:
    p, labels = np.stack([each.stances for each in said]), np.array([each.case.label for each in said])
    return p, labels, p.max(axis=1), (p.argmax(axis=1) == labels).astype(float)


def thresholds(said: Sequence[Scored], pure: float) -> tuple[float, float]:
    """
    Least probabilities (tick, cross) from which that share of the decisions is right; 0.99 where none is.

    A decision is the stance of the surest passage that a rule explains. At least ten stand above a threshold.
    """
    found = []
    for label in (0, 1):
        pairs = [(each.best[label], each.case.label == label) for each in said if each.best[label] > each.best[1 - label]]
        pairs.sort(key=lambda pair: -pair[0])
        rights = np.cumsum([right for _, right in pairs])
        able = [pairs[n - 1][0] for n in range(10, len(pairs) + 1) if rights[n - 1] >= pure * n]
        found.append(round(max(0.6, min(able, default=0.99)), 3))
    return found[0], found[1]


def temperature(transfers: Sequence[Sequence[Scored]]) -> float:
    """
    What the stances on evidence of another kind are flattened by: the least worst error of calibration over sets told by others.

    Of the steps from 1 to 8 by quarters; the lower of equals.
    """
    columns = [_columns(said) for said in transfers]

    def worst(power: float) -> float:
        errors = []
        for shares, labels, _, _ in columns:
            raised = shares**power / (shares**power).sum(axis=1, keepdims=True)
            errors.append(calibration_error(raised.max(axis=1), (raised.argmax(axis=1) == labels).astype(float)))
        return max(errors)

    return float(min(np.arange(1.0, 8.01, 0.25), key=lambda step: worst(1 / step)))


def decisions(said: Sequence[Scored], pure: float) -> dict[str, Any]:
    """How many ✓ and × each fold gets at the thresholds of the others, and the share that is right."""
    right: list[list[bool]] = [[], []]
    for fold in sorted({each.case.fold for each in said}):
        tick, cross = thresholds([each for each in said if each.case.fold != fold], pure)
        for each in said:
            label = each.decided(tick, cross) if each.case.fold == fold else None
            if label is not None:
                right[label].append(each.case.label == label)
    told = {
        name: (len(found), round(float(np.mean(found)), 3) if found else None)
        for name, found in zip(("ticks", "crosses"), right, strict=True)
    }
    return {
        "n": len(said),
        **{name: count for name, (count, _) in told.items()},
        **{f"{name}_right": share for name, (_, share) in told.items()},
    }


def calibrated(said: Sequence[Scored], transfer: Sequence[Scored]) -> Calibrated:
    """The entry of calibration.json."""
    _, _, sure, right = _columns(said)
    _, _, sure_there, right_there = _columns(transfer)
    low, high = _interval(said)
    low_there, high_there = _interval(transfer)
    rng = np.random.default_rng(0)
    floor = np.mean([calibration_error(sure, (rng.random(len(sure)) < sure).astype(float)) for _ in range(100)])
    return Calibrated(
        fitted_on="SciFact, Citation-Integrity and contrast pairs of our own",
        measured_on="SciFact and Citation-Integrity, cross-validated by document in all its parts",
        n=len(said),
        ece=round(calibration_error(sure, right), 4),
        low=low,
        high=high,
        noise_floor=round(float(floor), 4),
        transfer_on="HealthVer",
        transfer_n=len(transfer),
        transfer_ece=round(calibration_error(sure_there, right_there), 4),
        transfer_low=low_there,
        transfer_high=high_there,
        command=COMMAND,
    )


def _interval(said: Sequence[Scored]) -> tuple[float, float]:
    """95 % by bootstrap of documents, moved by what resampling itself adds to an error of calibration."""
    _, _, sure, right = _columns(said)
    places: dict[tuple[str, str], list[int]] = {}
    for i, each in enumerate(said):
        places.setdefault((each.origin, each.case.document), []).append(i)
    groups, rng, errors = [np.array(ids) for ids in places.values()], np.random.default_rng(0), []
    for _ in range(DRAWS):
        ids = np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))])
        errors.append(calibration_error(sure[ids], right[ids]))
    moved = np.array(errors) - np.mean(errors) + calibration_error(sure, right)
    low, high = np.quantile(np.maximum(moved, 0), (0.025, 0.975))
    return round(float(low), 4), round(float(high), 4)


def save(head: Head, measured: dict[str, Any]) -> None:
    """Write head.json beside the rules and the head's entry of calibration.json beside the witness."""
    verifier = Path(__file__).parents[1]
    shipped = {
        "sentence": describe(head.sentence),
        "document": describe(head.document),
        "gate": head.gate,
        "tick": head.tick,
        "cross": head.cross,
        "temperature": head.temperature,
        "measured": measured["head"],
        "command": COMMAND,
    }
    (verifier / "stance" / "head.json").write_text(json.dumps(shipped, indent=1) + "\n")
    file = verifier / "calibration.json"
    entries = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    entry: Calibrated = measured["calibration"]
    backends = {**entries.get("backends", {}), "head": entry.model_dump()}
    file.write_text(json.dumps({"combine": entries.get("combine", {}), "error": entry.ece, "backends": backends}, indent=1) + "\n")


def describe(weights: Weights) -> dict[str, Any]:
    """A regression as JSON, rounded to six digits."""
    rounded = {name: np.round(getattr(weights, name), 6).tolist() for name in ("mean", "scale", "coefficients", "intercepts")}
    return {"features": list(weights.names), **rounded}
