"""The cross-encoder: what it tells apart, that neighbours change nothing, and that what ships is what was trained."""

from __future__ import annotations

import copy

import pytest
import torch

from synth.store.embedding import packaged_transformer
from synth.verifier.recipes.low_rank import Adapted
from synth.verifier.stance.cross_encoder import LAYERS, LONGEST, CrossEncoder, cross_encoder, cross_features

FINDINGS = [
    (
        "Pruning tokens reduces the latency of vision transformers.",
        "With tokens pruned, latency was reduced by a third on both machines.",
        "reduces",
        "increases",
    ),
    ("Larger batches improve accuracy on ImageNet.", "On ImageNet we found improved accuracy as the batch grew.", "improve", "worsen"),
    ("Aspirin lowers the risk of stroke.", "The risk of stroke was lower in patients who took aspirin.", "lowers", "raises"),
    ("Loss of PTEN promotes tumour growth.", "Tumour growth was promoted when PTEN was lost.", "promotes", "inhibits"),
    (
        "Vitamin D increases bone density in older women.",
        "A year of vitamin D led to increased bone density in older women.",
        "increases",
        "decreases",
    ),
    (
        "Distillation improves the accuracy of small models.",
        "Small models that were distilled had improved accuracy.",
        "improves",
        "worsens",
    ),
    ("Sleep loss impairs memory.", "Memory was impaired in subjects after sleep loss.", "impairs", "improves"),
    ("Smoking is associated with a higher risk of dementia.", "Smokers had a higher risk of dementia than others.", "higher", "lower"),
    (
        "The kinase is required for cell division.",
        "Cells without the kinase did not divide: it is required for division.",
        "required",
        "dispensable",
    ),
    (
        "Quantized models are slower on this processor.",
        "On this processor the quantized models were slower than the others.",
        "slower",
        "faster",
    ),
    ("The new vaccine is safe in children.", "In children the new vaccine was safe and well tolerated.", "safe", "unsafe"),
    ("Wider layers make training less stable.", "Training became less stable as layers were widened.", "less", "more"),
]
"""(claim, sentence that carries it, pointing word of the claim, its opposite)."""
OTHER = "The museum opened its new wing in the spring and drew many visitors."


def test_shares_are_of_one_whole() -> None:
    """Three probabilities that sum to one, whatever the texts: empty, far too long, or with characters that tokenizers refuse."""
    for claim, text in (("A claim.", ""), ("word " * 500, "other " * 900), ("A \ud800 claim.", "\udfff")):
        told = cross_encoder()(claim, text)
        assert sum(told) == pytest.approx(1, abs=1e-3)
        assert min(told) >= 0


def test_a_finding_is_told_from_its_opposite() -> None:
    """Of findings of several fields, most are held likelier than the same words turned round, beside the same sentence; by chance half."""
    ahead = 0
    for claim, text, word, other in FINDINGS:
        wrong = claim.replace(word, other, 1)
        assert wrong != claim
        ahead += cross_features(claim, text)["cross_side"] > cross_features(wrong, text)["cross_side"]
    assert ahead >= 10, f"{ahead} of {len(FINDINGS)}"


def test_what_speaks_of_something_else_is_neither() -> None:
    """A sentence on another matter is likelier to be neither than any that carries the claim, and most often it is most likely so."""
    apart = [cross_encoder()(claim, OTHER)[2] for claim, *_ in FINDINGS]
    carried = [cross_encoder()(claim, text)[2] for claim, text, *_ in FINDINGS]
    assert max(carried) < min(apart)
    assert sum(share > 0.5 for share in apart) > len(FINDINGS) / 2


def test_neighbours_change_nothing() -> None:
    """A pair is told alike alone and after others."""
    claim, text, *_ = FINDINGS[0]
    first = cross_encoder()(claim, text)
    for other, passage, *_ in FINDINGS[1:4]:
        cross_encoder()(other, passage)
    assert cross_encoder()(claim, text) == first


def test_what_ships_says_what_was_trained() -> None:
    """Merged into the layers, the differences of low rank give the probabilities that the trained model gives beside them."""
    torch.manual_seed(0)
    tokenizer, transformer = packaged_transformer(LAYERS)
    model = Adapted(copy.deepcopy(transformer), rank=4)
    with torch.no_grad():
        for value in model.learned():
            if value.endswith(".up"):
                model.get_parameter(value).normal_(std=0.05)
    claim, text, *_ = FINDINGS[0]
    tokens = tokenizer([claim], [text], truncation="longest_first", max_length=LONGEST, return_tensors="pt")
    with torch.inference_mode():
        trained = torch.softmax(model.eval()(**tokens)[0], dim=0).tolist()
    merged = CrossEncoder({name.removeprefix("transformer."): value for name, value in model.learned().items()})
    assert merged(claim, text) == pytest.approx(trained, abs=1e-3)
    plain = CrossEncoder({name: value for name, value in model.learned().items() if name.startswith("classifier")})
    assert plain(claim, text) != pytest.approx(trained, abs=1e-3)
