"""The recipe of the stance head: it reads the sets as the yardstick does, and no part of a head tells a document that it has seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from synth.evaluate.formats import open_benchmark
from synth.evaluating import READING
from synth.verifier.recipes import labelled, train_stance
from synth.verifier.recipes.labelled import FOLDS, Case, document_of
from synth.verifier.recipes.measure import Scored, decisions, temperature, thresholds
from synth.verifier.recipes.train_stance import Item, Sentences
from synth.verifier.stance.head import Head


@pytest.mark.shared
@pytest.mark.parametrize("name", ["scifact", "citation_integrity"])
def test_cases_are_those_of_the_yardstick(shared: Path, name: str) -> None:
    """Claims, sentences and labels that the head learns from are the ones that `synth evaluate` gives to the pipeline."""
    bench = shared / "data" / "bench"
    items = open_benchmark(bench / name, "dev", READING).claims
    names = ("SUPPORT", "REFUTE", "NEI")
    ours = [(case.claim, case.sentences, names[case.label]) for case in getattr(labelled, name)(bench)]
    assert sorted(ours) == sorted((item.claim, tuple(each.text for each in item.document.passages), item.label) for item in items)


class Reader:
    """Stands for a regression on sentences and knows which folds it was fitted to."""

    def __init__(self, found: Sequence[Item]) -> None:
        self.folds = {item.case.fold for item in found}

    def __call__(self, row: dict[str, float]) -> tuple[float, float, float]:
        """Refuses a sentence that it was fitted to."""
        assert row["fold"] not in self.folds
        return 0.2, 0.2, 0.6


class Blank:
    """An embedder that knows no text."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Rows of zeros."""
        return np.zeros((len(texts), 2), np.float32)


NOTHING = Sentences(Blank(), ["It works."])


def make_item(fold: int, number: int) -> Item:
    """A case of this fold."""
    case = Case("It works.", f"{fold}.{number}", ("It works.",), number % 3, frozenset(), fold)
    return Item(case, "scifact", document_of(case.document, case.sentences), NOTHING, ({"fold": float(fold)},), (2,), {"fold": float(fold)})


def test_no_part_of_a_head_has_seen_what_it_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cross-validation keeps a fold from the documents' regression and from the sentences' regression that it learns by."""
    told: list[int] = []

    def fit(rows: Sequence[dict[str, float]], *_: object) -> set[float]:
        return {row["fold"] for row in rows}

    def scored(found: Sequence[Item], reader: Head) -> list[Scored]:
        assert isinstance(reader.sentence, Reader)
        assert isinstance(reader.document, set)
        for item in found:
            assert item.case.fold not in reader.sentence.folds | reader.document
            told.append(item.case.fold)
        return []

    monkeypatch.setattr(train_stance, "fit_sentences", Reader)
    monkeypatch.setattr(train_stance, "fit", fit)
    monkeypatch.setattr(train_stance, "scored", scored)
    items = [make_item(fold, number) for fold in range(FOLDS) for number in range(3)]
    train_stance.cross_validated(items, train_stance.heads_of_folds(items))
    assert sorted(told) == sorted(item.case.fold for item in items)


def test_altered_claims_say_otherwise_and_stay_in_their_fold() -> None:
    """A supported claim denied is refuted, a refuted one denied holds only where refuting means the opposite, and no fold changes."""
    cases = [
        Case("Aspirin reduces the risk of stroke.", "a", ("Aspirin lowers stroke risk.",), 0, frozenset({0}), 3),
        Case("Aspirin increases the risk of stroke.", "b", ("Aspirin lowers stroke risk.",), 1, frozenset({0}), 4),
    ]
    turned = train_stance.altered_cases("scifact", cases)
    assert ("Aspirin raises the risk of stroke.", 1, 3) in [(each.claim, each.label, each.fold) for each in turned]
    assert ("Aspirin decreases the risk of stroke.", 0, 4) in [(each.claim, each.label, each.fold) for each in turned]
    kept = train_stance.altered_cases("citation_integrity", cases)
    assert {each.document for each in kept} == {"a"}


def test_temperature_is_the_one_that_errs_least_where_it_errs_most() -> None:
    """Stances that come true as often as told stay as they are; sure ones that come true half the time are flattened to one half."""
    even = [make_scored(0.7, 0 if i < 21 else 2, 0) for i in range(30)]
    assert temperature([even]) == 1.0
    sure = [make_scored(0.95, 0 if i % 2 else 2, 0) for i in range(30)]
    flat = temperature([sure])
    assert 1 / (1 + (0.05 / 0.95) ** (1 / flat)) < 0.65


def make_scored(supports: float, label: int, fold: int) -> Scored:
    """A case whose surest passage supports with this probability."""
    case = Case("It works.", "d", ("It works.",), label, frozenset(), fold)
    return Scored(case, "scifact", np.array([supports, 0.0, 1.0 - supports]), (supports, 0.0))


def test_threshold_is_the_least_that_keeps_the_share_right() -> None:
    """The threshold for ✓ stands where nine in ten above it are right; that for × at 0.99 where nothing was refuted."""
    said = [make_scored(0.95 - 0.01 * i, 0 if i < 18 else 1, i % 2) for i in range(30)]
    assert thresholds(said, 0.9) == (0.76, 0.99)


def test_a_fold_is_decided_by_the_thresholds_of_the_others() -> None:
    """A fold whose sure cases are all wrong does not raise the threshold that it is judged by."""
    said = [make_scored(0.8, 0, 0) for _ in range(20)] + [make_scored(0.8, 1, 1) for _ in range(5)]
    told = decisions(said, 0.9)
    assert (told["ticks"], told["ticks_right"], told["crosses"]) == (5, 0.0, 0)
