"""The learned head: better than its floor on documents it never saw, monotone where it pools, reproducible as shipped."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from synth.store.embedding import Embedder
from synth.verifier.recipes.labelled import scifact
from synth.verifier.recipes.measure import figures
from synth.verifier.recipes.train_stance import read_cases
from synth.verifier.stance.head import head

FLOOR = 0.449
"""macro-F1 of frozen sentence embeddings with logistic regression on SciFact verdicts with the cited abstract given."""


@pytest.mark.shared
def test_held_out_scifact_is_read_better_than_the_floor(shared: Path) -> None:
    """On every sixth held-out claim with its abstract, macro-F1 lies above the floor."""
    cases = [case for case in scifact(shared / "data" / "bench") if case.part == "held_out"][::6]
    measured = json.loads(resources.files("synth.verifier.stance").joinpath("head.json").read_text())["measured"]["given_pool"]
    given = replace(head(), pool=tuple(measured["pool"]), prior=tuple(measured["prior"]))
    assert figures(cases, read_cases(cases, given, Embedder()), given)["macro_f1"] > FLOOR


def test_pooling_rises_with_support_and_falls_with_refutation() -> None:
    """More support never lowers the probability that a claim holds, more refutation never raises it."""

    def holds(*stances: tuple[float, float]) -> float:
        supports, _, neutral = head().pooled(list(stances))
        return supports + 0.5 * neutral

    steps = [0.0, 0.1, 0.4, 0.8, 1.0]
    rising = [holds((0.2, 0.2), (value, 0.0)) for value in steps]
    falling = [holds((0.2, 0.2), (0.0, value)) for value in steps]
    assert rising == sorted(rising) and rising[0] < rising[-1]
    assert falling == sorted(falling, reverse=True) and falling[0] > falling[-1]


def test_shipped_figures_name_their_command() -> None:
    """Weights and calibration carry the figures measured on held-out documents and the command that makes them again."""
    weights = json.loads(resources.files("synth.verifier.stance").joinpath("head.json").read_text())
    calibration = json.loads(resources.files("synth.verifier").joinpath("calibration.json").read_text())
    assert {"scifact", "healthver"} <= weights["measured"].keys()
    assert calibration["error"] == weights["measured"]["witness_scifact"]["ece_holds"]
    assert calibration["command"] == weights["command"]
