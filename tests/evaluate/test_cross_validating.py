"""Cross-validated figures: every item of a set is judged by a head that has not seen it, whatever evidence stands beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synth.cross_validating import StationsApart
from synth.evaluate.items import ClaimItem
from synth.evaluate.records import document_of
from synth.evaluate.sampling import with_swapped_evidence, without_evidence
from synth.settings import Settings
from synth.store.embedding import Embedder
from synth.verifier.recipes.labelled import Case
from synth.verifier.stance.head import head
from synth.verifier.stance.rules_and_head import HeadBackend

CLAIM = "Token pruning lowers accuracy."


@pytest.fixture
def stations(embedder: Embedder) -> StationsApart:
    """Two folds whose heads can be told apart by their thresholds."""
    heads = {0: replace(head(), tick=0.5), 1: replace(head(), tick=0.99)}
    cases = [Case(CLAIM, name, ("It does.",), 0, frozenset(), fold) for name, fold in (("7", 0), ("8", 1))]
    return StationsApart(Settings(), embedder, heads, cases)


def make_item(name: str) -> ClaimItem:
    """The claim beside a document of this name."""
    return ClaimItem(name, CLAIM, "SUPPORT", document_of(f"dev_train:{name}", [f"Token pruning lowers accuracy, says {name}."]), name)


def test_each_item_is_judged_by_the_head_of_its_fold(stations: StationsApart) -> None:
    """With its own evidence, with none and with another document's, an item keeps the head that has not seen it."""
    items = [make_item("7"), make_item("8")]
    for given in (items, without_evidence(items), with_swapped_evidence(items, items, 0)):
        backends = [stations.backend_of(item) for item in given]
        assert [each.weights.tick for each in backends if isinstance(each, HeadBackend)] == [0.5, 0.99]


def test_an_item_of_no_fold_is_not_judged(stations: StationsApart) -> None:
    """An item that was in no fold could have been seen by any head, so it is an error to judge it."""
    with pytest.raises(KeyError):
        stations.backend_of(make_item("9"))
