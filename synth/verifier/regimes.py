"""
Which trained weights a claim is about: fine-tuned with the method, as the paper trains all of them, or off the shelf.

Fixed with the rule, before anything runs. A claim that names no regime is about fine-tuned models; one that speaks of use
without training is about the shelf. A mixture is never judged.
"""

from __future__ import annotations

import re

from synth.model import Claim, Regime, Rule

OFF_THE_SHELF = re.compile(
    r"\boff[- ]the[- ]shelf\b"
    r"|\b(?:training|tuning|finetuning)[- ]free\b"
    r"|\b(?:without|no|requir\w+ no|needs? no)\s+(?:(?:any|further|additional|extra|more|need for|need of)\s+){0,2}"
    r"(?:re-?train\w*|training|fine-?\s?tun\w+)\b(?!\s+(?:data|set|cost|time|images?|labels?))"
    r"|\bnot\s+(?:be(?:en|ing)?\s+)?(?:re-?trained|fine-?tuned)\b",
    re.IGNORECASE,
)
DEFAULT: Regime = "fine_tuned"


def regime_of(claim: Claim) -> Regime:
    """The regime that the claim's words imply, its quote's included."""
    return "off_the_shelf" if OFF_THE_SHELF.search(f"{claim.text}\n{claim.quote}") else DEFAULT


def with_regime(rule: Rule, regime: Regime) -> Rule:
    """The rule, and those of its parts, for the cells of one regime."""
    return rule.model_copy(update={"regime": regime, "parts": tuple(with_regime(part, regime) for part in rule.parts)})
