"""
The comparison turned round: "higher" becomes "lower", "outperforms" becomes "underperforms".

Wrong because a strict comparison excludes its contrary under the same conditions. Sentences that state an equality or deny
a comparison are left alone: "not higher" and "not lower" can both hold.
"""

from __future__ import annotations

import re

from synth.model import Claim
from synth.verifier.mutants.mutation import replaced
from synth.verifier.mutants.surroundings import Surroundings

_PAIRS = (
    ("higher", "lower"), ("better", "worse"), ("faster", "slower"), ("larger", "smaller"), ("greater", "smaller"), ("more", "less"),
    ("fewer", "more"), ("above", "below"), ("superior to", "inferior to"), ("best", "worst"), ("highest", "lowest"), ("most", "least"),
    ("fastest", "slowest"), ("largest", "smallest"), ("stronger", "weaker"), ("longer", "shorter"),
    ("outperforms", "underperforms"), ("outperform", "underperform"), ("outperformed", "underperformed"), ("beats", "trails"),
    ("beat", "trail"), ("surpasses", "trails"), ("surpass", "trail"), ("exceeds", "falls below"), ("exceed", "fall below"),
    ("improves", "degrades"), ("improve", "degrade"), ("increases", "decreases"), ("increase", "decrease"), ("raises", "lowers"),
    ("raise", "lower"), ("reduces", "increases"), ("reduce", "increase"), ("rises", "falls"), ("drops", "rises"), ("gains", "loses"),
    ("doubles", "halves"), ("double", "halve"), ("speeds up", "slows down"), ("saves", "wastes"), ("cuts", "raises"),
)  # fmt: skip
OPPOSITES = {b: a for a, b in reversed(_PAIRS) if " " not in b} | dict(_PAIRS)
_POINTING = re.compile(rf"\b(?:{'|'.join(sorted(OPPOSITES, key=len, reverse=True))})\b(?! than or equal)", re.I)
_LEVEL = re.compile(
    r"\b(?:equal|similar|same|comparable|on par|match(?:es|ed)?|more or less"
    r"|not|no|never|nor|neither|without|cannot|hardly|barely)\b|n't\b",
    re.I,
)


def turned(claim: Claim, around: Surroundings) -> str | None:
    """The claim with its first pointing word turned into its contrary; None where it has none or is no strict comparison."""
    word = _POINTING.search(claim.text)
    if word is None or _LEVEL.search(claim.text):
        return None
    return replaced(claim.text, word.start(), word.end(), OPPOSITES[word.group().lower()])
