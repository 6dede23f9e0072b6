"""Claims on speed: looked up in throughputs and in latencies, each with its own direction, and in nothing else."""

from __future__ import annotations

import pytest
from table_builders import make_document, make_table

from synth.extractor.parse import parse
from synth.model import Claim, Evidence, Observation
from synth.verifier.rules import rule_of
from synth.verifier.speed import as_speeds
from synth.verifier.tabular import TableWitness

VISION = [
    ["Method", "Top-1 (%)", "GFLOPs", "Throughput (img/s)", "Latency (ms)"],
    ["DeiT-S", "79.8", "4.6", "2000", "1.50"],
    ["EViT", "79.5", "3.0", "3000", "1.00"],
    ["DynamicViT", "79.3", "2.9", "2900", "1.20"],
    ["ToMe", "79.4", "2.7", "3100", "0.90"],
]
LANGUAGE = [
    ["Model", "Accuracy", "Latency (ms)"],
    ["BERT-base", "88.1", "12.5"],
    ["DistilBERT", "86.2", "6.3"],
    ["TinyBERT", "85.9", "3.1"],
]
DETECTION = [["Detector", "mAP", "FPS"], ["YOLOv3", "33.0", "35.0"], ["RetinaNet", "39.1", "5.1"], ["SSD", "31.2", "22.0"]]
NO_SPEED = [["Model", "Accuracy", "F1"], ["BERT-base", "88.1", "87.5"], ["DistilBERT", "86.2", "86.3"], ["TinyBERT", "85.9", "83.1"]]


def heard(rows: list[list[str]], text: str) -> Evidence:
    """The testimony of a paper's only table on one of its sentences."""
    parsed = parse(text)
    claim = Claim(id="c-1", text=text, passage=None, paper_id="arxiv:own", hypothesis=parsed.hypothesis, reason=parsed.reason,
                  notes=parsed.notes, extraction_confidence=1.0)  # fmt: skip
    claim = claim.model_copy(update={"rule": rule_of(claim)})
    caption = "DeiT-S on ImageNet" if rows is VISION else "Results"
    return TableWitness([make_document(make_table(rows, paper="arxiv:own", caption=caption), paper="arxiv:own")]).testify(claim)


@pytest.mark.parametrize(
    ("rows", "text", "outcome"),
    [
        (VISION, "EViT is faster than DynamicViT.", "supported"),
        (VISION, "DynamicViT is faster than EViT.", "refuted"),
        (VISION, "EViT has a lower latency than DynamicViT.", "supported"),
        (VISION, "DynamicViT has a higher throughput than EViT.", "refuted"),
        (VISION, "EViT processes more images per second than DynamicViT.", "supported"),
        (VISION, "EViT runs faster than DynamicViT at inference.", "supported"),
        (VISION, "ToMe is the fastest.", "supported"),
        (VISION, "EViT is 1.5x faster than DeiT-S.", "supported"),
        (VISION, "EViT is 1.5 times as fast as DeiT-S.", "supported"),
        (VISION, "EViT is three times as fast as DeiT-S.", "refuted"),
        (LANGUAGE, "DistilBERT is twice as fast as BERT-base.", "supported"),
        (LANGUAGE, "TinyBERT is twice as fast as BERT-base.", "refuted"),
        (VISION, "EViT is 2.1x faster than DeiT-S.", "refuted"),
        (VISION, "EViT is 90% faster than DeiT-S.", "refuted"),
        (VISION, "EViT increases the throughput of DeiT-S by 80%.", "refuted"),
        (LANGUAGE, "DistilBERT is faster than BERT-base.", "supported"),
        (LANGUAGE, "BERT-base is faster than DistilBERT.", "refuted"),
        (LANGUAGE, "TinyBERT is slower than DistilBERT.", "refuted"),
        (LANGUAGE, "DistilBERT is 2x faster than BERT-base.", "supported"),
        (LANGUAGE, "TinyBERT is the fastest.", "supported"),
        (DETECTION, "YOLOv3 runs 6.9x faster than RetinaNet.", "supported"),
        (DETECTION, "YOLOv3 runs 3.2x faster than RetinaNet.", "refuted"),
    ],
)
def test_who_is_faster_and_how_much(rows: list[list[str]], text: str, outcome: str) -> None:
    """More images a second and fewer milliseconds are faster; a stated factor is the ratio of the two."""
    assert heard(rows, text).outcome == outcome


@pytest.mark.parametrize("text", ["DistilBERT is faster than BERT-base.", "BERT-base is faster than DistilBERT."])
def test_where_nothing_is_timed_nothing_is_said_of_speed(text: str) -> None:
    """A better accuracy makes nothing faster and a worse one nothing slower."""
    assert heard(NO_SPEED, text).outcome not in ("supported", "refuted")


def test_a_factor_is_no_value_of_a_measure() -> None:
    """ "2.5x faster" is not looked up as a result that the paper claims for itself."""
    assert heard([*LANGUAGE, ["Ours", "87.4", "5.0"]], "Our model is 2.5x faster than BERT-base.").outcome != "refuted"


def test_the_steps_tell_that_a_speed_was_a_latency() -> None:
    """A reader finds 12.5 ms in the table and 80 runs a second in the steps."""
    evidence = heard(LANGUAGE, "DistilBERT is 2x faster than BERT-base.")
    assert evidence.judgement is not None
    assert "latencies are read as runs a second" in evidence.judgement.steps[0]


def test_a_latency_is_as_fine_a_speed_as_it_is_printed() -> None:
    """12.5 ms are 80 runs a second, to within 0.32; beside a throughput no latency is turned."""
    latency = Observation(method="a", metric="latency_ms", value=12.5, unit="ms", decimals=1, origin="reported")
    (speed,) = as_speeds([latency])
    assert (speed.metric, speed.value) == ("images_per_second", pytest.approx(80.0))
    assert speed.decimals is not None and 0.05 <= 0.5 * 10.0**-speed.decimals < 3.2
    assert as_speeds([latency, speed]) == ()
