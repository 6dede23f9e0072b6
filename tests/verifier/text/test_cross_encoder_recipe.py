"""The recipe of the cross-encoder: findings turned round, pairs that give nothing away, and a training that can be interrupted."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from synth.verifier.recipes import abstract_pairs, low_rank
from synth.verifier.recipes.abstract_pairs import Abstract, abstracts, pairs_of
from synth.verifier.recipes.contrast import Pair
from synth.verifier.recipes.low_rank import Adapted, Plan, learn
from synth.verifier.recipes.turns import denied, opposites, turned

SENTENCES = (
    "The role of the kinase in growth was unknown.",
    "We deleted the kinase in mice and measured growth for 12 weeks.",
    "Deletion of the kinase reduced growth by 30% in all mice.",
    "Growth was lower in mice without the kinase than in controls.",
    "These results show that the kinase promotes growth of young mice in the cold.",
)


def made(number: int) -> Abstract:
    """An abstract on a kinase of its own."""
    rng = np.random.default_rng(number)
    rows = rng.normal(size=(len(SENTENCES), 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    texts = tuple(text.replace("kinase", f"kinase K{number}") for text in SENTENCES)
    return Abstract(f"Kinase K{number} promotes growth in mice", texts, rows, rows[-1])


@pytest.mark.parametrize(
    ("text", "turn", "wanted"),
    [
        ("ToMe is faster.", turned, {"ToMe is slower."}),
        ("Higher rates help.", turned, {"Lower rates help."}),
        ("It is needed.", denied, {"It is not needed."}),
        ("It is not needed.", denied, {"It is needed."}),
        ("The drug promotes growth.", denied, {"The drug does not promote growth."}),
        ("Nothing points here.", turned, {None}),
        ("A table of contents.", denied, {None}),
    ],
)
def test_a_finding_is_turned_round(text: str, turn: Callable[..., str | None], wanted: set[str | None]) -> None:
    """A pointing word gives way to its opposite in the same form, a verb is denied, a denial is taken back; else nothing is said."""
    assert turn(text, random.Random(0)) in wanted


def test_opposites_go_both_ways() -> None:
    """A word is an opposite of each of its opposites, in the same form."""
    assert all(word in opposites()[other] for word, others in opposites().items() for other in others)
    assert "inhibited" in opposites()["promoted"] and "inhibiting" in opposites()["promoting"]


def test_pairs_are_of_all_kinds_and_made_again_alike() -> None:
    """All three labels, findings turned on either side, and the same seed gives the same pairs."""
    found = [made(number) for number in range(12)]
    pairs = list(pairs_of(found, random.Random(0)))
    assert pairs == list(pairs_of(found, random.Random(0))) != list(pairs_of(found, random.Random(1)))
    labels = Counter(label for _, _, label in pairs)
    assert min(labels[label] for label in range(3)) > len(pairs) / 6
    claims = {claim for abstract in found for claim in (abstract.title, *abstract.sentences)}
    assert any(label == 0 and claim not in claims for claim, _, label in pairs), "claims that are right are turned, too"
    assert {"promotes", "inhibits"} & {word for _, text, _ in pairs for word in text.split()}


def test_nothing_is_told_by_one_side() -> None:
    """Whether a claim holds follows neither from its own words nor from those of the evidence: both labels have denials on either side."""
    pairs = list(pairs_of([made(number) for number in range(60)], random.Random(0)))
    for side in (0, 1):
        for label in (0, 1):
            assert any(" not " in pair[side] for pair in pairs if pair[2] == label)


class Blank:
    """An embedder that finds all texts alike."""

    def embed(self, texts: Sequence[str]) -> Any:
        """Rows of ones."""
        return np.ones((len(texts), 2), np.float32)


def test_documents_of_labelled_claims_teach_nothing(tmp_path: Path) -> None:
    """An abstract that a labelled claim cites is left out."""
    for name in ("scifact", "csabstruct"):
        (tmp_path / name).mkdir()
    corpus = [{"doc_id": i, "title": f"Kinase K{i} promotes growth", "sentences": list(made(i).sentences)} for i in range(4)]
    (tmp_path / "scifact" / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (tmp_path / "scifact" / "dev_pairs.jsonl").write_text(json.dumps({"doc_id": 2, "claim": "c", "label": "SUPPORT", "rationales": []}))
    (tmp_path / "csabstruct" / "dev.jsonl").write_text(json.dumps({"sentences": list(SENTENCES), "labels": ["result"] * 5}))
    titles = [abstract.title for abstract in abstracts(tmp_path, Blank())]
    assert titles == ["Kinase K0 promotes growth", "Kinase K1 promotes growth", "Kinase K3 promotes growth", ""]


WORDS = ("yes", "no", "same", "other", "it", "holds")


def tokenize(pairs: Sequence[Pair]) -> dict[str, torch.Tensor]:
    """Claim and text as six tokens."""
    ids = torch.tensor([[WORDS.index(word) + 1 for word in f"{claim} {text}".split()] for claim, text, _ in pairs])
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def small() -> Adapted:
    """A transformer of two small blocks that learns by low rank."""
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "vocab_size": 8}
    return Adapted(BertModel(BertConfig(**shape, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)), rank=4)


def toy(count: int) -> list[Pair]:
    """Claims whose text says yes, no or something else."""
    rng = random.Random(0)
    answers = ("yes", "no", "other")
    return [("same it holds", f"{answers[label]} it holds", label) for label in (rng.randrange(3) for _ in range(count))]


def test_low_rank_learns_and_leaves_the_rest_alone() -> None:
    """What is learned tells the pairs, and no weight of the model beneath has moved."""
    model = small()
    before = {name: value.clone() for name, value in model.named_parameters() if not value.requires_grad}
    pairs = toy(600)
    learn(model, tokenize, pairs, Plan(rate=1e-2, epochs=6), seed=0)
    with torch.inference_mode():
        told = model(**tokenize(pairs[:100])).argmax(dim=1).tolist()
    assert sum(a == label for a, (_, _, label) in zip(told, pairs, strict=False)) > 90
    assert all(torch.equal(value, before[name]) for name, value in model.named_parameters() if name in before)


def test_an_interrupted_training_ends_as_an_undisturbed_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped between two states that were kept, it goes on from the last and comes to the same weights."""
    monkeypatch.setattr(low_rank, "KEPT_EVERY", 5)
    plan, pairs, kept = Plan(rate=1e-2, epochs=2), toy(320), tmp_path / "state"
    whole, broken = small(), small()
    learn(whole, tokenize, pairs, plan, seed=0)
    left = iter(range(12))

    def tired(part: Sequence[Pair]) -> dict[str, torch.Tensor]:
        next(left)
        return tokenize(part)

    with pytest.raises((StopIteration, RuntimeError)):
        learn(broken, tired, pairs, plan, seed=0, kept=kept)
    again = small()
    learn(again, tokenize, pairs, plan, seed=0, kept=kept)
    for name, value in whole.learned().items():
        assert torch.allclose(value, again.learned()[name], atol=1e-6), name


def test_neighbours_stand_in_for_what_says_nothing() -> None:
    """What neither supports nor refutes comes of the abstracts with the nearest titles, never of far ones."""
    assert abstract_pairs.NEIGHBOURS < 10
    found = [made(number) for number in range(30)]
    for abstract in found[10:]:
        abstract.row[:] = -found[0].row
    near = {f"K{number}" for number in range(10)}
    neither = [text for claim, text, label in pairs_of(found[:10], random.Random(0)) if label == 2]
    assert all(any(name in text for name in near) for text in neither)
