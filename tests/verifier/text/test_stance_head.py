"""The learned head: better than its floor on documents it never saw, monotone where it pools, reproducible as shipped."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from synth.model import Passage
from synth.verifier.stance.backend import Excerpt
from synth.verifier.stance.calibration import calibrated_backends, calibration_line
from synth.verifier.stance.pool import FEW, Pool, pool_of
from synth.verifier.stance.reading import Reading
from synth.verifier.stance.rules_and_head import HeadBackend

FLOORS = {"scifact": 0.449, "citation_integrity": 0.396}
"""macro-F1 of frozen sentence embeddings with logistic regression on SciFact, of the claim's words alone on Citation-Integrity."""


def test_shipped_figures_lie_above_their_floors_and_name_their_command() -> None:
    """Weights and calibration carry what was measured on documents not seen, above what is had without reading, and the command."""
    weights = json.loads(resources.files("synth.verifier.stance").joinpath("head.json").read_text())
    assert {name: weights["measured"][name]["macro_f1"] > floor for name, floor in FLOORS.items()} == dict.fromkeys(FLOORS, True)
    entry = calibrated_backends()["head"]
    assert entry.command == weights["command"]
    assert entry.low <= entry.ece <= entry.high
    assert f"{entry.ece:.3f}" in calibration_line("head")


def test_pooling_rises_with_support_and_falls_with_refutation() -> None:
    """More support never lowers the probability that a claim holds, more refutation never raises it."""

    def holds(*stances: tuple[float, float]) -> float:
        joined = Pool("head").joined([Reading(a, b, 1 - a - b, "") for a, b in stances])
        return joined.supports + 0.5 * joined.neutral

    steps = [0.0, 0.1, 0.4, 0.8, 1.0]
    rising = [holds((0.2, 0.2), (value, 0.0)) for value in steps]
    falling = [holds((0.2, 0.2), (0.0, value)) for value in steps]
    assert rising == sorted(rising) and rising[0] < rising[-1]
    assert falling == sorted(falling, reverse=True) and falling[0] > falling[-1]


def test_one_document_is_pooled_as_it_is() -> None:
    """The probabilities of a single passage are those of the witness, and only a calibrated backend may decide below strict thresholds."""
    joined = Pool("head").joined([Reading(0.5, 0.3, 0.2, "")])
    assert (joined.supports, joined.refutes, joined.neutral) == pytest.approx((0.5, 0.3, 0.2))
    assert pool_of("head").calibrated
    assert pool_of("some/model").tick > 0.8 < pool_of("some/model").cross


def test_few_passages_are_told_with_less_certainty() -> None:
    """The shipped pool draws the stances of one passage together and keeps their order; as many as it learned from stay as they are."""
    reading = Reading(0.7, 0.1, 0.2, "")
    one, many = pool_of("head").joined([reading]), pool_of("head").joined([reading] * FEW)
    assert 1 / 3 < one.supports < many.supports == 0.7
    assert one.refutes < one.neutral < one.supports
    assert one.supports + one.refutes + one.neutral == pytest.approx(1)


def test_readings_keep_the_order_of_their_excerpts() -> None:
    """Sentences of two documents are read document by document and told in the order in which they came."""
    texts = ["ToMe beats EViT.", "EViT outperforms ToMe.", "The weather was mild in spring."]
    excerpts = [Excerpt(Passage(paper_id=f"p{i % 2}", text=text, start=40 * i, end=40 * i + 30), 0.6) for i, text in enumerate(texts)]
    readings = HeadBackend().read("ToMe beats EViT.", excerpts)
    assert readings[0].supports > readings[0].refutes
    assert readings[1].refutes > readings[1].supports
    assert readings[2].supports < readings[0].supports
