"""Each rule of stance by itself: what it sees and in which words it says so."""

from __future__ import annotations

import numpy as np
import pytest

from synth.verifier.stance.numbers import numbers_of
from synth.verifier.stance.read import RULES, signals_of
from synth.verifier.stance.rule import Signal


def seen(rule: str, claim: str, passage: str) -> Signal:
    """What one rule says on a pair."""
    return next(signal for signal in signals_of(claim, passage) if signal.rule == rule)


@pytest.mark.parametrize(
    ("rule", "claim", "passage", "leans"),
    [
        ("comparison", "ToMe beats EViT.", "EViT is outperformed by ToMe.", "supports"),
        ("comparison", "ToMe beats EViT.", "EViT outperforms ToMe.", "refutes"),
        ("comparison", "ToMe beats EViT.", "Compared with ToMe, EViT is less accurate.", "supports"),
        ("direction", "Accuracy falls at lower keep rates.", "Accuracy rises at lower keep rates.", "refutes"),
        ("direction", "The drug reduces blood pressure.", "We saw an increase in blood pressure.", "refutes"),
        ("direction", "The drug reduces blood pressure.", "Blood pressure was lowered.", "supports"),
        ("negation", "Token merging helps detection.", "Token merging does not help detection.", "refutes"),
        ("quantity", "ToMe reaches 85.6% accuracy.", "ToMe reaches an accuracy of 85.64%.", "supports"),
        ("quantity", "ToMe reaches 85.6% accuracy.", "ToMe reaches an accuracy of 84.9%.", "refutes"),
        ("quantity", "ToMe takes 12 ms of latency per image.", "ToMe takes a latency of 0.012 s per image.", "supports"),
        ("quantity", "ToMe reaches 85.6% accuracy.", "ToMe reaches an accuracy of 84.9% after 30 epochs and 3.0 GFLOPs.", "neutral"),
        ("quantifier", "It wins on all data sets.", "It wins on all data sets except the last.", "refutes"),
        ("quantifier", "The diet affects weight.", "The diet had no effect on weight.", "refutes"),
        ("quantifier", "ToMe needs 4.6 GFLOPs with every backbone.", "ToMe needs 4.6 GFLOPs with DeiT-S.", "neutral"),
        ("quantifier", "ToMe needs 4.6 GFLOPs, the best result ever.", "ToMe needs 4.6 GFLOPs.", "neutral"),
        ("scope", "ToMe is accurate on ImageNet.", "ToMe is accurate on COCO.", "neutral"),
        ("scope", "ToMe is accurate with DeiT-S.", "ToMe is accurate with DeiT-B.", "neutral"),
        ("scope", "Learned pattern pruning is accurate.", "ToMe is accurate.", "neutral"),
        ("modality", "ToMe beats EViT.", "Does ToMe beat EViT?", "neutral"),
        ("opposites", "The factor acts directly on the membrane.", "On the membrane the factor acts indirectly.", "refutes"),
        ("opposites", "Such cells are hypomethylated at this locus.", "We found such cells hypermethylated at this locus.", "refutes"),
        ("quantifier", "The gene is linked to survival.", "There was no evidence of any association with survival.", "refutes"),
        ("quantifier", "Diet and sleep influence weight.", "Neither diet nor sleep influenced weight.", "refutes"),
    ],
)
def test_rule_leans(rule: str, claim: str, passage: str, leans: str) -> None:
    """The rule leans the way that the words ask for and gives its reason."""
    signal = seen(rule, claim, passage)
    assert signal.leans == leans
    assert signal.reason


@pytest.mark.parametrize(
    ("rule", "claim", "passage"),
    [
        ("scope", "Learned pattern pruning is accurate.", "EViT is accurate."),
        ("scope", "ToMe is accurate.", "ToMe is accurate on COCO."),
        ("quantity", "The throughput of ToMe is 940 images/s.", "The latency of ToMe is 31 ms."),
        ("negation", "Token merging helps detection.", "Token merging helps segmentation, but nothing is known of dogs."),
        ("opposites", "The drug is safe in mice.", "In mice the drug is not unsafe."),
        ("opposites", "The disease is frequent in mice.", "We handled the mice with ease."),
    ],
)
def test_rule_does_not_object(rule: str, claim: str, passage: str) -> None:
    """A member of a family, a narrower passage, another metric and a negation elsewhere are no objection."""
    assert seen(rule, claim, passage).leans is None


@pytest.mark.parametrize(
    ("claim", "passage", "sign"),
    [
        ("The gene raises growth of the root.", "Loss of the gene reduces growth of the root.", 1),
        ("The gene raises growth of the root.", "Loss of the gene increases growth of the root.", -1),
        ("The gene raises growth of the root.", "Weather was mild, and prices fell.", 0),
    ],
)
def test_directions_of_a_clause_multiply(claim: str, passage: str, sign: int) -> None:
    """What a loss reduces, the thing itself raises; a clause on other matters says nothing."""
    assert np.sign(dict(seen("polarity", claim, passage).features)["chain"]) == sign


def test_exchanged_roles_are_told_from_kept_ones() -> None:
    """Who acts on whom is read through the passive, and an exchange shows."""
    kept = dict(seen("polarity", "Alpha kinase inhibits beta receptors.", "Beta receptors are inhibited by alpha kinase.").features)
    turned = dict(seen("polarity", "Alpha kinase inhibits beta receptors.", "Beta receptors inhibit alpha kinase.").features)
    assert kept["roles_same"] > kept["roles_swapped"]
    assert turned["roles_swapped"] > turned["roles_same"]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("It keeps 50-90 tokens, see Table 3 and [12].", ["tokens"]),
        ("Top-3 at keep rate 0.7 with p < 0.05 in 2023.", ["top", "keep_rate"]),
        ("It is 1.5x faster at 90% of the tokens.", ["ratio", "keep_rate"]),
        ("CIFAR-10 and DeiT-S/16 name no quantities.", []),
    ],
)
def test_numbers_are_read_with_their_units(text: str, units: list[str]) -> None:
    """Quantities come with their unit; numbers of tables, citations, years, p-values and names are none."""
    assert [number.unit for number in numbers_of(text)] == units


@pytest.mark.parametrize("text", ["", "∑ % . ; (", "a " * 3000, "\x1b[31m 1e9 ℓ2 –"])
def test_rules_survive_any_text(text: str) -> None:
    """Empty, symbolic and very long texts give one signal a rule, not an error."""
    signals = signals_of("ToMe beats EViT by 2%.", text) + signals_of(text, "ToMe beats EViT.")
    assert len({signal.rule for signal in signals}) == len(RULES) == len(signals) / 2
