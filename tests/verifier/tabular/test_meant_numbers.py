"""Of several numbers that fit what was read of a claim, its sentence means the one whose headers have its words."""

from __future__ import annotations

import pytest
from table_builders import make_document, make_table

from synth.extractor.parse import parse
from synth.model import Claim
from synth.verifier.rules import rule_of
from synth.verifier.tabular import TableWitness

MACHINES = [
    ["Method", "Top-1 (%)", "Throughput on V100 (img/s)", "Throughput on A100 (img/s)"],
    ["DeiT-S", "79.8", "2000", "3900"],
    ["EViT", "79.5", "3000", "5600"],
    ["DynamicViT", "79.3", "2900", "5400"],
]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The throughput of EViT is 5600 images/s on A100.", "supported"),
        ("The throughput of EViT is 3000 images/s on A100.", "refuted"),
        ("The throughput of EViT is 3000 images/s on V100.", "supported"),
        ("The throughput of EViT is 5600 images/s on V100.", "refuted"),
        ("The throughput of EViT is 3000 images/s.", "supported"),
    ],
)
def test_a_value_is_that_of_the_column_whose_words_the_sentence_has(text: str, outcome: str) -> None:
    """What the grammar does not read of a sentence still tells two columns of one metric apart; where it names neither, either will do."""
    parsed = parse(text)
    claim = Claim(id="c-1", text=text, passage=None, paper_id="arxiv:own", hypothesis=parsed.hypothesis, reason=parsed.reason,
                  notes=parsed.notes, extraction_confidence=1.0)  # fmt: skip
    claim = claim.model_copy(update={"rule": rule_of(claim)})
    table = make_table(MACHINES, paper="arxiv:own", caption="DeiT-S on ImageNet")
    assert TableWitness([make_document(table, paper="arxiv:own")]).testify(claim).outcome == outcome
