"""
The comparison or the change turned round: "higher" becomes "lower", "outperforms" "underperforms", "increases" "decreases".

Wrong because a strict comparison, and a change, exclude their contrary under the same conditions. Sentences that state an equality or deny
a comparison are left alone: "not higher" and "not lower" can both hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from synth.model import Claim
from synth.verifier.mutants.mutation import replaced
from synth.verifier.mutants.surroundings import Surroundings

_COMPARED = (
    ("higher", "lower"), ("better", "worse"), ("faster", "slower"), ("larger", "smaller"), ("greater", "smaller"), ("more", "less"),
    ("fewer", "more"), ("above", "below"), ("superior to", "inferior to"), ("best", "worst"), ("highest", "lowest"), ("most", "least"),
    ("fastest", "slowest"), ("largest", "smallest"), ("stronger", "weaker"), ("longer", "shorter"),
    ("outperforms", "underperforms"), ("outperform", "underperform"), ("outperformed", "underperformed"), ("beats", "trails"),
    ("beat", "trail"), ("surpasses", "trails"), ("surpass", "trail"), ("exceeds", "falls below"), ("exceed", "fall below"),
)  # fmt: skip
_CHANGED = (
    ("improves", "degrades"), ("improve", "degrade"), ("increases", "decreases"), ("increase", "decrease"), ("raises", "lowers"),
    ("raise", "lower"), ("reduces", "increases"), ("reduce", "increase"), ("rises", "falls"), ("drops", "rises"), ("gains", "loses"),
    ("doubles", "halves"), ("double", "halve"), ("speeds up", "slows down"), ("saves", "wastes"), ("cuts", "raises"),
    ("increased", "decreased"), ("reduced", "increased"), ("improved", "degraded"), ("raised", "lowered"), ("gain", "loss"),
    ("improvement", "degradation"), ("speedup", "slowdown"), ("speed-up", "slow-down"), ("drop", "rise"), ("reduction", "increase"),
)  # fmt: skip


_LEVEL = re.compile(
    r"\b(?:equal|similar|same|comparable|on par|match(?:es|ed)?|more or less"
    r"|not|no|never|nor|neither|without|cannot|hardly|barely)\b|n't\b",
    re.I,
)


def turned(claim: Claim, around: Surroundings) -> str | None:
    """The claim with its first comparing word turned into its contrary; None where it has none or is no strict comparison."""
    return _opposed(claim.text, COMPARED)


def sign_turned(claim: Claim, around: Surroundings) -> str | None:
    """The claim with its first word of change turned into its contrary; None where it tells no change, or a comparison too."""
    return None if _pointing(COMPARED).search(claim.text) else _opposed(claim.text, CHANGED)


def _opposed(text: str, opposites: dict[str, str]) -> str | None:
    word = _pointing(opposites).search(text)
    if word is None or _LEVEL.search(text):
        return None
    return replaced(text, word.start(), word.end(), opposites[word.group().lower()])


def _opposites(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {b: a for a, b in reversed(pairs) if " " not in b} | dict(pairs)


def _pointing(opposites: dict[str, str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(opposites, key=len, reverse=True))})\b(?! than or equal)", re.I)


COMPARED, CHANGED = _opposites(_COMPARED), _opposites(_CHANGED)
