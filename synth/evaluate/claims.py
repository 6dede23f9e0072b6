"""Answers on labelled claims → named figures: verdicts, calibration, selective accuracy, controls, twins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.evaluate import calibration, classification
from synth.evaluate.answers import Answer
from synth.evaluate.items import LABELS
from synth.evaluate.resampling import interval
from synth.evaluate.selective import selective_accuracy
from synth.evaluate.twins import twins

Figures = dict[str, float | int | None]
Integers = npt.NDArray[np.int64]
CAUSES = 8
_NUMBER = re.compile(r"\b\d+(?:[.,]\d+)*%?")
_PLURAL = re.compile(r"\bpassages?\b")
_NAMED = re.compile(r"“[^”]*”|\([^()]*\)|\bfile:\S+")


def claim_figures(answers: Sequence[Answer], classes: Sequence[int], seed: int) -> Figures:
    """
    The figures of one pass over labelled claims.

    Plain names are of what is said (the most probable stance); those that begin with "verdict" are of what is printed, where
    everything but ✓ and × is an abstention ("abstains": their share, "coverage": that of the others).

    classes   numbers of the labels (in LABELS) that the whole set has: two-class sets have no NEI
    """
    gold, said, printed = _numbers(answers)
    counts = classification.confusion(gold, said, len(LABELS))
    verdicts = classification.confusion(gold, printed, len(LABELS))
    groups = [answer.item.group for answer in answers]
    found: Figures = {"n": len(answers), "documents": len(set(groups))}
    found |= {"accuracy": classification.accuracy(counts), "macro_f1": classification.macro_f1(counts, classes)}
    figures = {
        "accuracy": lambda ids: classification.accuracy(classification.confusion(gold[ids], said[ids], len(LABELS))),
        "macro_f1": lambda ids: classification.macro_f1(classification.confusion(gold[ids], said[ids], len(LABELS)), classes),
    }
    for name, figure in figures.items():
        found[f"{name}_low"], found[f"{name}_high"] = interval(groups, figure, seed)
    found["majority_macro_f1"] = _majority(counts, classes)
    for label in classes:
        each = classification.class_figures(counts, label)
        name = LABELS[label].lower()
        found |= {f"{name}_precision": each.precision, f"{name}_recall": each.recall, f"{name}_f1": each.f1, f"{name}_n": each.n}
    found |= {"verdict_accuracy": classification.accuracy(verdicts), "verdict_macro_f1": classification.macro_f1(verdicts, classes)}
    return (
        found | _answered(answers, verdicts) | _calibration(answers, seed) | _selective(answers) | _kinds(answers) | _twins(answers, seed)
    )


def _numbers(answers: Sequence[Answer]) -> tuple[Integers, Integers, Integers]:
    """What holds, what is said and what is printed, as numbers of LABELS."""
    labels = [(answer.item.label, answer.said, answer.verdict) for answer in answers]
    gold, said, printed = (np.array([LABELS.index(each[i]) for each in labels], dtype=np.int64) for i in range(3))
    return gold, said, printed


def _confusion(answers: Sequence[Answer]) -> Integers:
    gold, said, _ = _numbers(answers)
    return classification.confusion(gold, said, len(LABELS))


def _majority(counts: Integers, classes: Sequence[int]) -> float:
    """Macro-F1 of always saying the commonest label."""
    always = np.zeros_like(counts)
    always[:, int(counts.sum(axis=1).argmax())] = counts.sum(axis=1)
    return classification.macro_f1(always, classes)


def _answered(answers: Sequence[Answer], counts: Integers) -> Figures:
    """How many were answered at all, and how well; "opposite" is a ✓ on what fails or a × on what holds."""
    spoken = counts.copy()
    spoken[:, LABELS.index("NEI")] = 0
    n = int(spoken.sum())
    decidable = spoken[:2].copy()
    return {
        "answered": n,
        "coverage": n / max(len(answers), 1),
        "abstains": 1 - n / max(len(answers), 1),
        "answered_accuracy": classification.accuracy(spoken) if n else None,
        "answered_macro_f1": classification.macro_f1(spoken, (0, 1)) if n else None,
        "answered_opposite": float(decidable[0, 1] + decidable[1, 0]) / n if n else None,
        "lean_accuracy": _leaning(answers),
    }


def _leaning(answers: Sequence[Answer]) -> float | None:
    """Of claims that hold or fail: the share whose printed probability lies on the right side of one half; on it counts half."""
    lean = [(answer.holds - 0.5) * (1 if answer.item.label == "SUPPORT" else -1) for answer in answers if answer.item.label != "NEI"]
    return sum(0.5 if each == 0 else float(each > 0) for each in lean) / len(lean) if lean else None


def _calibration(answers: Sequence[Answer], seed: int) -> Figures:
    """
    Of the confidence of what is said (ece) and of what is printed (verdict_ece).

    And of the probability that a claim holds, on claims that do or do not (ece_holds).
    """
    printed = [(answer.printed, answer.verdict == answer.item.label, answer.item.group) for answer in answers if answer.printed is not None]
    sure = [(answer.confidence, answer.right, answer.item.group) for answer in answers if answer.confidence is not None]
    holds = [(answer.holds, answer.item.label == "SUPPORT", answer.item.group) for answer in answers if answer.item.label != "NEI"]
    return (
        _error("ece", "brier", sure, seed)
        | _error("verdict_ece", "verdict_brier", printed, seed)
        | _error("ece_holds", "brier_holds", holds, seed)
    )


def _error(name: str, squared: str, pairs: Sequence[tuple[float, bool, str]], seed: int) -> Figures:
    if not pairs:
        return {f"{name}_n": 0, name: None, f"{name}_low": None, f"{name}_high": None, f"{name}_noise_floor": None, squared: None}
    said, came = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs], dtype=np.float64)
    low, high = interval([pair[2] for pair in pairs], lambda ids: calibration.calibration_error(said[ids], came[ids]), seed, centred=True)
    return {
        f"{name}_n": len(pairs),
        name: calibration.calibration_error(said, came),
        f"{name}_low": low,
        f"{name}_high": high,
        f"{name}_noise_floor": calibration.noise_floor(said, seed),
        squared: calibration.brier(said, came),
    }


def _selective(answers: Sequence[Answer]) -> Figures:
    """Accuracy of the surest half and four fifths; what has no confidence stands behind everything."""
    sure = np.array([-1.0 if answer.confidence is None else answer.confidence for answer in answers])
    right = np.array([answer.right for answer in answers], dtype=np.float64)
    return {f"selective_accuracy_{share}": selective_accuracy(sure, right, share / 100) for share in (50, 80)}


def _kinds(answers: Sequence[Answer]) -> Figures:
    """Accuracy and share answered by how the claim was made, where the set says so."""
    found: Figures = {}
    for kind in sorted({answer.item.kind for answer in answers} - {""}):
        chosen = [answer for answer in answers if answer.item.kind == kind]
        found[f"{kind}_n"] = len(chosen)
        found[f"{kind}_accuracy"] = sum(answer.right for answer in chosen) / len(chosen)
        found[f"{kind}_coverage"] = sum(answer.answered for answer in chosen) / len(chosen)
    return found


def _twins(answers: Sequence[Answer], seed: int) -> Figures:
    """Of pairs of a true and a false rewrite: how often the true one is held likelier (a tie counts half), and both labels are right."""
    pairs = twins([answer.item for answer in answers])
    ahead = _ahead(answers, pairs)
    low, high = interval([answers[a].item.group for a, _ in pairs], lambda ids: float(ahead[ids].mean()), seed)
    return {
        "twins_n": len(pairs),
        "twins_ranked": float(ahead.mean()) if pairs else None,
        "twins_ranked_low": low if pairs else None,
        "twins_ranked_high": high if pairs else None,
        "twins_both_right": sum(answers[a].right and answers[b].right for a, b in pairs) / len(pairs) if pairs else None,
    }


def _ahead(answers: Sequence[Answer], pairs: Sequence[tuple[int, int]]) -> npt.NDArray[np.float64]:
    """By pair (true, false): 1 where the true one is held likelier, 0.5 for a tie, else 0."""
    order = [(answers[a].holds > answers[b].holds) + 0.5 * (answers[a].holds == answers[b].holds) for a, b in pairs]
    return np.array(order, dtype=np.float64)


def control_figures(answers: Sequence[Answer], blanked: Sequence[Answer], swapped: Sequence[Answer], classes: Sequence[int]) -> Figures:
    """
    What is left without the evidence, and with that of another document.

    blanked   the same items with nothing to read; `claim_only_macro_f1` above majority_macro_f1 means that wording gives labels away
    swapped   the same items with another document's evidence: share that is NEI, and of the answered ones the share that turned to it
    Twins must be told apart no better than by chance (0.5) in both: above it, wording and not evidence tells them apart.
    """
    pairs = twins([answer.item for answer in answers])
    counts = _confusion(blanked)
    turned = [after for before, after in zip(answers, swapped, strict=True) if before.said != "NEI"]
    return {
        "claim_only_macro_f1": classification.macro_f1(counts, classes),
        "claim_only_accuracy": classification.accuracy(counts),
        "claim_only_coverage": sum(answer.answered for answer in blanked) / max(len(blanked), 1),
        "swap_nei": sum(answer.said == "NEI" for answer in swapped) / max(len(swapped), 1),
        "swap_turned": sum(answer.said == "NEI" for answer in turned) / len(turned) if turned else None,
        "swap_turned_n": len(turned),
        "claim_only_twins_ranked": float(_ahead(blanked, pairs).mean()) if pairs else None,
        "swap_twins_ranked": float(_ahead(swapped, pairs).mean()) if pairs else None,
    }


def claim_details(answers: Sequence[Answer]) -> dict[str, Any]:
    """Confusion by label, and the commonest causes of wrong labels with their counts."""
    counts = _confusion(answers)
    return {
        "confusion": {gold: dict(zip(LABELS, map(int, counts[i]), strict=True)) for i, gold in enumerate(LABELS)},
        "errors": dict(Counter(_cause(answer) for answer in answers if not answer.right).most_common(CAUSES)),
    }


def _cause(answer: Answer) -> str:
    """A wrong label with what those witnesses said that had something to read, without numbers and names, so that like causes meet."""
    able = {"text": bool(answer.item.document.passages), "tables": bool(answer.item.document.tables)}
    heard = [each for each in answer.evidence if able.get(each.witness)]
    spoken = [each for each in heard if each.outcome != "no_evidence"] or heard
    reason = "; ".join(f"{each.witness} {each.outcome}: {_alike(each.reason)}" for each in spoken)
    return f"{answer.item.label} taken for {answer.said}: {reason}"


def _alike(reason: str) -> str:
    text = reason
    while (shorter := _NAMED.sub("…", text)) != text:  # brackets within brackets
        text = shorter
    text = _NUMBER.sub("#", text)
    return _PLURAL.sub("passages", text).lower()[:140].strip()
