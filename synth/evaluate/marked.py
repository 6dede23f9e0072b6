"""Sentences that the extractor chose against sentences that people marked → named figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.evaluate import calibration, classification, ranking
from synth.evaluate.claims import Figures
from synth.evaluate.items import MarkedPaper
from synth.evaluate.resampling import interval

DEPTHS = (5, 8, 10, 20)
"""sentences a paper at which recall is told; 8 is the default budget of a run."""
CUES = 8


@dataclass(frozen=True)
class Chosen:
    """What the extractor makes of one paper, sentence by sentence in the paper's order."""

    paper: MarkedPaper
    score: tuple[float, ...]
    """that the sentence is a claim of its paper, 0..1."""
    taken: tuple[bool, ...]
    """whether it becomes a claim when there is no budget."""
    within_budget: tuple[bool, ...]
    """whether it does with the budget of a run."""
    cues: tuple[tuple[str, ...], ...]
    """what the extractor saw in it."""
    roles: tuple[str, ...] = ()
    """what each sentence does in the paper, where the extractor says so."""

    @property
    def marked(self) -> tuple[bool, ...]:
        """Whether people marked it."""
        return tuple(passage.start in self.paper.marked for passage in self.paper.document.passages)

    @property
    def ranked(self) -> list[int]:
        """Numbers of the sentences, claims first, then by score, then by place."""
        return sorted(range(len(self.score)), key=lambda i: (not self.taken[i], -self.score[i], i))


def marked_figures(papers: Sequence[Chosen], seed: int) -> Figures:
    """Precision, recall and F1 without and with a budget, average precision, recall at k sentences a paper, calibration of the score."""
    gold = _joined([each.marked for each in papers])
    taken, budgeted = _joined([each.taken for each in papers]), _joined([each.within_budget for each in papers])
    groups = [each.paper.document.paper.id for each in papers for _ in each.score]
    found: Figures = {"n": len(gold), "documents": len(papers), "marked": int(gold.sum()), "taken": int(taken.sum())}
    found |= _selection(gold, taken, "") | _selection(gold, budgeted, "budget_")
    found |= _roles(papers, seed) or _either(gold, taken)
    found["f1_low"], found["f1_high"] = interval(groups, lambda ids: _f1(gold[ids], taken[ids]), seed)
    score = np.array([value for each in papers for value in each.score])
    marks = gold.astype(np.float64)
    found["average_precision"] = ranking.average_precision(score + taken.astype(np.float64), marks)
    wanted = [{i for i, yes in enumerate(each.marked) if yes} for each in papers]
    rankings = [each.ranked for each in papers]
    found |= {f"recall_at_{k}": ranking.recall_at(rankings, wanted, k) for k in DEPTHS}
    return found | _calibrated(score, marks, groups, seed)


def _either(gold: npt.NDArray[np.int64], taken: npt.NDArray[np.int64]) -> Figures:
    """Marked or not as two classes."""
    counts = classification.confusion(gold, taken, 2)
    return {"macro_f1": classification.macro_f1(counts, (0, 1)), "accuracy": classification.accuracy(counts)}


def _roles(papers: Sequence[Chosen], seed: int) -> Figures:
    """F1 of every role of the set and their mean with its interval; empty where the set or the extractor has no roles."""
    both = [each for each in papers if each.roles and each.paper.roles]
    pairs = [pair for each in both for pair in zip(each.paper.roles, each.roles, strict=True)]
    names = sorted({gold for gold, _ in pairs})
    if not names:
        return {}
    known = {name: number for number, name in enumerate(sorted({name for pair in pairs for name in pair}))}
    gold, said = (np.array([known[pair[side]] for pair in pairs]) for side in (0, 1))
    wanted = [known[name] for name in names]

    def mean(ids: npt.NDArray[np.int64]) -> float:
        return classification.macro_f1(classification.confusion(gold[ids], said[ids], len(known)), wanted)

    counts = classification.confusion(gold, said, len(known))
    low, high = interval([each.paper.document.paper.id for each in both for _ in each.roles], mean, seed)
    each_role: Figures = {f"role_f1_{name}": classification.class_figures(counts, known[name]).f1 for name in names}
    figures: Figures = {"macro_f1": classification.macro_f1(counts, wanted), "macro_f1_low": low, "macro_f1_high": high}
    return {**figures, "accuracy": classification.accuracy(counts), **each_role}


def _joined(parts: Sequence[Sequence[bool]]) -> npt.NDArray[np.int64]:
    return np.array([value for part in parts for value in part], dtype=np.int64)


def _f1(gold: npt.NDArray[np.int64], taken: npt.NDArray[np.int64]) -> float:
    return classification.class_figures(classification.confusion(gold, taken, 2), 1).f1


def _selection(gold: npt.NDArray[np.int64], taken: npt.NDArray[np.int64], prefix: str) -> Figures:
    figures = classification.class_figures(classification.confusion(gold, taken, 2), 1)
    return {f"{prefix}precision": figures.precision, f"{prefix}recall": figures.recall, f"{prefix}f1": figures.f1}


def _calibrated(score: npt.NDArray[np.float64], gold: npt.NDArray[np.float64], groups: Sequence[str], seed: int) -> Figures:
    low, high = interval(groups, lambda ids: calibration.calibration_error(score[ids], gold[ids]), seed, draws=100, centred=True)
    return {
        "ece": calibration.calibration_error(score, gold),
        "ece_low": low,
        "ece_high": high,
        "ece_n": len(gold),
        "brier": calibration.brier(score, gold),
    }


def marked_details(papers: Sequence[Chosen]) -> dict[str, Any]:
    """The cues of marked sentences that were missed and of others that were taken, and who was taken by role where the set has roles."""
    missed: Counter[str] = Counter()
    false: Counter[str] = Counter()
    roles: dict[str, list[int]] = {}
    for each in papers:
        for place, (yes, taken) in enumerate(zip(each.marked, each.taken, strict=True)):
            if yes != taken:
                (missed if yes else false).update(each.cues[place] or ("no cue",))
            if each.paper.roles:
                tally = roles.setdefault(each.paper.roles[place], [0, 0])
                tally[0] += taken
                tally[1] += 1
    shown = {"missed": dict(missed.most_common(CUES)), "false": dict(false.most_common(CUES))}
    return {"errors": shown, "taken_by_role": {role: f"{taken} of {n}" for role, (taken, n) in sorted(roles.items())}}
