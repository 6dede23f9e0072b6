"""A named NLI model as backend: labels in any order and capitals, clear errors, raw scores that say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.errors import SynthError, UsageError
from synth.model import Passage
from synth.settings import Settings
from synth.verifier.stance.backend import Excerpt
from synth.verifier.stance.calibration import calibration_line
from synth.verifier.stance.chosen import chosen_backend
from synth.verifier.stance.nli import NliBackend, stances_of
from synth.verifier.stance.pool import pool_of

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "merging", "helps", "never", "."]


def checkpoint(folder: Path, labels: list[str], favourite: int) -> Path:
    """A random two-layer model of nine words whose bias prefers one output."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16, max_position_embeddings=32,
        num_labels=len(labels), id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    model.classifier.weight.data.zero_()
    model.classifier.bias.data.zero_()
    model.classifier.bias.data[favourite] = 4.0
    model.save_pretrained(folder)
    return folder


def excerpt(text: str) -> Excerpt:
    """A passage that was found."""
    return Excerpt(Passage(paper_id="p", text=text, start=0, end=len(text)), 0.5)


@pytest.mark.parametrize(
    ("labels", "favourite", "stance"),
    [
        (["entailment", "neutral", "contradiction"], 0, "supports"),
        (["CONTRADICTION", "ENTAILMENT", "NEUTRAL"], 0, "refutes"),
        (["Contradiction", "Entailment", "Neutral"], 2, "neutral"),
    ],
)
def test_labels_are_read_from_the_configuration(tmp_path: Path, labels: list[str], favourite: int, stance: str) -> None:
    """Whatever order and capitals the labels have, the output that the model prefers becomes its stance."""
    backend = chosen_backend(Settings(nli=str(checkpoint(tmp_path / "model", labels, favourite)), offline=True))
    readings = backend.read("merging helps.", [excerpt("merging never helps."), excerpt("merging " * 90)])
    assert [reading.stance for reading in readings] == [stance, stance]
    assert all(reading.supports + reading.refutes + reading.neutral == pytest.approx(1) for reading in readings)
    assert "uncalibrated" in readings[0].reason
    assert [signal.leans for signal in readings[0].signals] == ([] if stance == "neutral" else [stance])


def test_other_labels_are_refused() -> None:
    """A model of sentiment is refused in one line that says what was got and what was expected."""
    with pytest.raises(UsageError, match="got labels bad, good; expected labels entailment, contradiction and neutral"):
        stances_of({0: "bad", 1: "good"}, "some/model")


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A name that cannot be loaded is an error of one line that names it."""
    with pytest.raises(SynthError, match="'no/such-model' could not be loaded"):
        NliBackend("no/such-model", offline=True).read("merging helps.", [excerpt("merging never helps.")])


def test_what_nobody_measured_says_uncalibrated() -> None:
    """A backend without an entry in calibration.json says so in its stances and in the line of the report."""
    assert "uncalibrated" in calibration_line("some/model")
    assert not pool_of("some/model").joined([]).calibrated
    assert pool_of("some/model").joined([]).neutral == 1.0
