"""What the witnesses of tables must reach on labelled claims, so that a guard of one step does not silence another unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.evaluate.formats import open_benchmark
from synth.evaluating import READING, Stations
from synth.settings import Settings
from synth.store.embedding import Embedder

REACH = {"true": 0.8, "perturbed": 0.8, "swapped": 0.7}
"""by how the claim was made: least share of right labels."""


@pytest.mark.shared
@pytest.mark.parametrize("kind", REACH)
def test_numbers_are_told_from_the_tables_of_their_paper(shared: Path, embedder: Embedder, kind: str) -> None:
    """Of 100 claims made alike, true ones lean for, changed numbers and numbers of another measure or data set against."""
    whole = open_benchmark(shared / "data" / "bench" / "tdms_claims", "dev", READING)
    items = [item for item in whole.claims if item.kind == kind][:100]
    stations = Stations(Settings(), embedder)
    right = sum(stations.judge(item).right for item in items)
    assert right >= REACH[kind] * len(items)
